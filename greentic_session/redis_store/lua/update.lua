-- KEYS: session, and its routing entry where it names a user.
-- ARGV: key, document, env, tenant, team, user ('' for none), SHA-1 of the document that the caller decided on, or ''.
-- Returns 'updated', 'gone', 'other', 'undecided' and the document, or the dimension that differs.
local decided = false
if ARGV[7] ~= '' then
  local document = redis.pcall('GET', KEYS[1])
  decided = type(document) == 'string' and redis.sha1hex(document) == ARGV[7]
end
if not decided then
  local state, ids = identity(KEYS[1])
  if state == 'undecided' then
    return { state, redis.call('GET', KEYS[1]) }
  elseif state ~= 'known' then
    return { state }
  end
  for place, dimension in ipairs({ 'env', 'tenant', 'team', 'user' }) do
    if ids[place] ~= ARGV[place + 2] then
      return { dimension }
    end
  end
end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
if KEYS[2] then
  redis.call('SET', KEYS[2], ARGV[1])
end
return { 'updated' }
