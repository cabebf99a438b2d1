-- KEYS: session, routed.
-- ARGV: key, what the names of entries begin with, SHA-1 of the document that the caller decided on or '', the
-- name of the entry that belongs to that one or ''.
-- Returns 'removed', 'gone', or 'undecided' and the document.
local entry = ''
local state, ids
local document = ARGV[3] ~= '' and redis.pcall('GET', KEYS[1])
if type(document) == 'string' and redis.sha1hex(document) == ARGV[3] then
  state, entry = 'known', ARGV[4]
else
  state, ids = identity(KEYS[1])
  if state == 'undecided' then
    return { state, redis.call('GET', KEYS[1]) }
  elseif state == 'known' and ids[4] ~= '' then
    entry = ARGV[2] .. ids[1] .. ':' .. ids[2] .. ':' .. (ids[3] ~= '' and ids[3] or '-') .. ':' .. ids[4]
  end
end
clear_entry(redis.pcall('GET', KEYS[2]), ARGV[1])
clear_entry(entry, ARGV[1])
redis.call('DEL', KEYS[1], KEYS[2])
return { state == 'gone' and 'gone' or 'removed' }
