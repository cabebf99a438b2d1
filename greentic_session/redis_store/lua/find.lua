-- KEYS: the routing entry. ARGV: what the names of sessions begin with, and those of routed notes.
-- Changes nothing. Returns nothing where there is no entry, else the key, 'text', 'gone' or 'other' (no string),
-- the document and the note, all of one moment; 'entry' alone where the entry is no string.
local key = redis.pcall('GET', KEYS[1])
if not key then
  return false
elseif type(key) == 'table' then
  return { '', 'entry' }
end
local document = redis.pcall('GET', ARGV[1] .. key)
local routed = redis.pcall('GET', ARGV[2] .. key)
if type(routed) == 'table' then
  routed = ''
end
if type(document) == 'table' then
  return { key, 'other' }
end
return { key, document and 'text' or 'gone', document, routed }
