-- Deletes a routing entry if it leads to the key, and only then: a newer one survives.
local function clear_entry(name, key)
  if type(name) == 'string' and name ~= '' and redis.pcall('GET', name) == key then
    redis.call('DEL', name)
  end
end
