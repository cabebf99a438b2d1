-- KEYS: routing entry, session, routed. ARGV: key, SHA-1 of the document seen or '' where it was gone, the note
-- seen with '=' in front or '' where there was none.
-- Deletes the entry if everything is as it was when the caller found it stale; a newer entry or session survives.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
local document = redis.pcall('GET', KEYS[2])
local routed = redis.pcall('GET', KEYS[3])
if type(document) == 'table' or (document and redis.sha1hex(document) or '') ~= ARGV[2] then
  return 0
end
if (type(routed) == 'string' and '=' .. routed or (routed and '=' or '')) ~= ARGV[3] then
  return 0
end
redis.call('DEL', KEYS[1])
if not document then
  redis.call('DEL', KEYS[3])
end
return 1
