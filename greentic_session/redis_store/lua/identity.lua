-- Whose a stored session is, read from the head of its document as the stores and the original write it:
-- tenant_ctx first, compact. Whatever looks otherwise is left to the caller's decoder ("undecided"), which is
-- the measure: what is decided here, that decoder decides alike. Only the head is read where it will do, for
-- copying a large document into Lua costs everyone's time on the server.
local HEAD = 4096
local START = '^{"tenant_ctx":(%b{})'
local IDS = { 'env', 'tenant_id', 'team', 'team_id', 'user', 'user_id' }

-- Returns 'gone', 'other' (no string), 'undecided', or 'known' and the four ids, '' standing for none.
local function identity(session)
  local head = redis.pcall('GETRANGE', session, 0, HEAD - 1)
  if type(head) ~= 'string' then
    return 'other'
  end
  if head == '' and redis.call('EXISTS', session) == 0 then
    return 'gone'
  end
  local text = string.match(head, START)
  if not text and #head == HEAD then
    text = string.match(redis.call('GET', session), START)
  end
  -- An escaped name, or one that comes twice, could make two readers see two different ids.
  if not text or string.find(text, '\\u', 1, true) then
    return 'undecided'
  end
  local decoded, ctx = pcall(cjson.decode, text)
  if not decoded then
    return 'undecided'
  end
  local ids = {}
  for _, name in ipairs(IDS) do
    local _, times = string.gsub(text, '"' .. name .. '"%s*:', '')
    local id = ctx[name]
    if id == nil or id == cjson.null then
      id = ''
    elseif type(id) ~= 'string' or not string.find(id, '^[A-Za-z0-9._-]+$') then
      return 'undecided'
    end
    if times > 1 then
      return 'undecided'
    end
    ids[name] = id
  end
  if ids.env == '' or ids.tenant_id == '' then
    return 'undecided'
  end
  local team = ids.team_id ~= '' and ids.team_id or ids.team
  local user = ids.user_id ~= '' and ids.user_id or ids.user
  return 'known', { ids.env, ids.tenant_id, team, user }
end
