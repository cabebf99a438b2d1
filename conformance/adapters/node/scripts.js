/** The writes of the store, each one atomic on the server. An update, a removal and a clearing take place only where the record is still what was read. */

import { defineScript } from 'redis';

const script = (keys, SCRIPT) =>
  defineScript({
    SCRIPT,
    NUMBER_OF_KEYS: keys,
    parseCommand(parser, ...given) {
      given.slice(0, keys).forEach((key) => parser.pushKey(key));
      parser.push(...given.slice(keys));
    },
    transformReply: undefined,
  });

// An entry named '' is none. A note, kept for a session without a user, names the entry that leads to it.
export const scripts = {
  /** KEYS session, note, entry; ARGV key, document, 1 where the session names no user. 0 where the key is taken. */
  insert: script(3, `
    if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
    redis.call('SET', KEYS[1], ARGV[2])
    if ARGV[3] == '1' then redis.call('SET', KEYS[2], KEYS[3]) else redis.call('DEL', KEYS[2]) end
    if KEYS[3] ~= '' then redis.call('SET', KEYS[3], ARGV[1]) end
    return 1`),

  /** KEYS session, entry; ARGV key, the document seen, the new one. 0 where another was there. */
  replace: script(2, `
    if redis.pcall('GET', KEYS[1]) ~= ARGV[2] then return 0 end
    redis.call('SET', KEYS[1], ARGV[3], 'KEEPTTL')
    if KEYS[2] ~= '' then redis.call('SET', KEYS[2], ARGV[1]) end
    return 1`),

  /** KEYS session, note, entry; ARGV key, the document seen, '' for a record that is no string. 0 where another was there. */
  discard: script(3, `
    local there = redis.pcall('GET', KEYS[1])
    if not there or (type(there) == 'string' and there ~= ARGV[2]) then return 0 end
    for _, entry in ipairs({ redis.pcall('GET', KEYS[2]) or '', KEYS[3] }) do
      if type(entry) == 'string' and entry ~= '' and redis.pcall('GET', entry) == ARGV[1] then redis.call('DEL', entry) end
    end
    return redis.call('DEL', KEYS[1], KEYS[2]) and 1`),

  /** KEYS entry; ARGV what names of sessions begin with, what notes do. The key, the record's type, the record, its note. */
  follow: script(1, `
    local key = redis.call('GET', KEYS[1])
    if not key then return false end
    local kind = redis.call('TYPE', ARGV[1] .. key).ok
    return { key, kind, kind == 'string' and redis.call('GET', ARGV[1] .. key) or '', redis.call('GET', ARGV[2] .. key) }`),

  /** KEYS entry, session; ARGV key, the document seen, '' where there was none. */
  clear: script(2, `
    if redis.call('GET', KEYS[1]) ~= ARGV[1] or (redis.pcall('GET', KEYS[2]) or '') ~= ARGV[2] then return 0 end
    return redis.call('DEL', KEYS[1])`),
};
