-- KEYS: session, routed, and the routing entry where there is one.
-- ARGV: key, document, 1 where the session names no user.
-- Returns 1, or 0 where the key is taken.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
-- What an earlier session under this key, gone by a TTL or by hand, left behind leads to no later one.
clear_entry(redis.pcall('GET', KEYS[2]), ARGV[1])
redis.call('SET', KEYS[1], ARGV[2])
if KEYS[3] then
  redis.call('SET', KEYS[3], ARGV[1])
end
if ARGV[3] == '1' then
  redis.call('SET', KEYS[2], KEYS[3] or '')
else
  redis.call('DEL', KEYS[2])
end
return 1
