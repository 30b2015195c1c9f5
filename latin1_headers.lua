-- Generated from latin1-headers.proto-frame (sha256 bf81bb3f86691e21) by @proto-frame/compiler 0.1.0. Do not edit.
--
-- In Wireshark: copy it into the folder of personal Lua plugins. In tshark: -X lua_script:latin1_headers.lua
-- Connections are found by their first bytes, or by the port in the preferences of pf_latin1_headers.

local proto = Proto("pf_latin1_headers", "Headers as HTTP/1.1 has them, whose names and values are Latin-1: names in any case, and the size of the body among them")
proto.prefs.port = Pref.uint("TCP port", 0, "Connections to or from this port are dissected; 0: none")
local malformed = ProtoExpert.new("pf_latin1_headers.malformed", "Malformed frame", expert.group.MALFORMED, expert.severity.ERROR)
proto.experts = { malformed }
local F = {}
F["name"] = ProtoField.string("pf_latin1_headers.name", "name")
F["value"] = ProtoField.string("pf_latin1_headers.value", "value")
F["answers"] = ProtoField.uint8("pf_latin1_headers.answers", "answers", base.DEC, { [0] = "false", [1] = "true" })
F["id"] = ProtoField.uint32("pf_latin1_headers.id", "id", base.DEC)
F["content"] = ProtoField.bytes("pf_latin1_headers.content", "content")
proto.fields = F

local function need(count) error({ need = count }, 0) end
local function bad(message) error({ bad = message }, 0) end

-- Booleans as the numbers that patterns are made of.
local function number(value)
  if value == true then return 1 end
  if value == false then return 0 end
  return value
end

-- A number without a fraction, as text.
local function whole(value) return type(value) == "number" and string.format("%.0f", value) or tostring(value) end

-- What an expression gives; nil where a field it needs is not there, or may be among bytes that are not read.
local function known(v, fields, expression)
  for _, name in ipairs(fields) do
    if v["(unread)"] and v[name] == nil then return nil end
  end
  local ok, value = pcall(expression)
  if ok then return value end
end

local function timeout_text(ms)
  if ms < 0 then return "no timeout" end
  return ms == 0 and "timeout unset" or "timeout " .. whole(ms) .. " ms"
end

-- The first value under a key counts, and may be null.
local function enter_header(headers, key, value)
  if headers[key] == nil then headers[key] = { value } end
end

local function header(v, key)
  if v["(fold)"] then key = key:lower() end
  local found = (v["(headers)"] or {})[key]
  if found ~= nil then return found[1] end
end

-- A text whose bytes are a character each, in UTF-8.
local function latin1_text(text)
  return (text:gsub("[\128-\255]", function(c)
    local byte = c:byte()
    return string.char(0xc0 + math.floor(byte / 64), 0x80 + byte % 64)
  end))
end

-- A text up to its first separator, and from behind it.
local function text_before(text, separator)
  local at = text and text:find(separator, 1, true)
  return at and text:sub(1, at - 1) or nil
end
local function text_after(text, separator)
  local at = text and text:find(separator, 1, true)
  return at and text:sub(at + #separator) or nil
end

-- Likewise of its last separator.
local function last_in(text, separator)
  local at, from = nil, 1
  while text do
    local found = text:find(separator, from, true)
    if not found then break end
    at, from = found, found + 1
  end
  return at
end
local function text_before_last(text, separator)
  local at = last_in(text, separator)
  return at and text:sub(1, at - 1) or nil
end
local function text_after_last(text, separator)
  local at = last_in(text, separator)
  return at and text:sub(at + #separator) or nil
end

-- Whether a text starts with another, ends with it or has it somewhere; and its words by their number.
local function text_test(text, test, part)
  if not text then return false end
  if test == "contains" then return text:find(part, 1, true) ~= nil end
  return (test == "starts_with" and text:sub(1, #part) or text:sub(-#part)) == part
end
local function text_word(text, index)
  for word in (text or ""):gmatch("[^ ]+") do
    if index == 0 then return word end
    index = index - 1
  end
  return nil
end

local function text_lower(text)
  return text and (text:gsub("%u", string.lower))
end
local function text_upper(text)
  return text and (text:gsub("%l", string.upper))
end
-- Which of some texts a text is, from 0; -1 for any other.
local function which_of(text, texts)
  for i, one in ipairs(texts) do
    if one == text then return i - 1 end
  end
  return -1
end

-- What a number is called: by its name, else by its digits.
local function named(value, names)
  return value and (names[value] or whole(value))
end

local Reader = {}
Reader.__index = Reader

-- tree is nil while a frame is only measured.
function Reader.new(tvb, at, tree)
  return setmetatable({ tvb = tvb, at = at, start = at, limit = tvb:len(), tree = tree, inside = false, depth = 0 }, Reader)
end

-- The place of the next `count` bytes, which are passed.
function Reader:take(count)
  local from = self.at
  if count < 0 then bad("a size of " .. count) end
  if from + count > self.limit then
    if self.inside then bad("runs over the end of its window") end
    need(from + count - self.limit)
  end
  self.at = from + count
  return from
end

function Reader:show(field, from, count, encoding)
  if self.tree == nil or count == 0 then return end
  if encoding == nil then self.tree:add(field, self.tvb(from, count))
  else self.tree:add_packet_field(field, self.tvb(from, count), encoding) end
end

-- A number that is not an integer of so many bytes; one without a field is not shown.
function Reader:show_number(field, from, signed, value)
  if self.tree == nil or field == nil then return end
  self.tree:add(field, self.tvb(from, self.at - from), signed and Int64.new(value) or UInt64.new(value))
end

function Reader:uint(field, count, little)
  local from = self:take(count)
  local range = self.tvb(from, count)
  if self.tree ~= nil then
    if little then self.tree:add_le(field, range) else self.tree:add(field, range) end
  end
  if count > 4 then
    local value = little and range:le_uint64() or range:uint64()
    self.exact = tostring(value)
    return value:tonumber()
  end
  return little and range:le_uint() or range:uint()
end

function Reader:int(field, count, little)
  local from = self:take(count)
  local range = self.tvb(from, count)
  if self.tree ~= nil then
    if little then self.tree:add_le(field, range) else self.tree:add(field, range) end
  end
  if count > 4 then
    local value = little and range:le_int64() or range:int64()
    self.exact = tostring(value)
    return value:tonumber()
  end
  return little and range:le_int() or range:int()
end

-- The integer that stands next, which is neither shown nor passed.
function Reader:peek(count, signed, little)
  local at, tree, exact = self.at, self.tree, self.exact
  self.tree = nil
  local value
  if signed then value = self:int(nil, count, little) else value = self:uint(nil, count, little) end
  self.at, self.tree, self.exact = at, tree, exact
  return value
end

-- Several fields in the bits of one integer, each { field, name, shift, width, whether it is a boolean }.
function Reader:bits(values, count, little, fields)
  local from = self:take(count)
  local range = self.tvb(from, count)
  local group = little and range:le_uint() or range:uint()
  for _, bit in ipairs(fields) do
    local value = math.floor(group / 2 ^ bit[3]) % 2 ^ bit[4]
    if bit[5] then values[bit[2]] = value == 1 else values[bit[2]] = value end
    if self.tree ~= nil then
      if little then self.tree:add_le(bit[1], range) else self.tree:add(bit[1], range) end
    end
  end
end

function Reader:bytes(field, count, encoding)
  local from = self:take(count)
  self:show(field, from, count, encoding)
  return count == 0 and "" or self.tvb:raw(from, count)
end

-- Bytes with their length before them; the length `none` stands for null.
local function prefixed(r, field, width, signed, little, none, encoding)
  local range = r.tvb(r:take(width), width)
  local length
  if signed then length = little and range:le_int() or range:int() else length = little and range:le_uint() or range:uint() end
  if length == none then return nil end
  return r:bytes(field, length, encoding)
end

-- Bytes whose length has been read.
local function announced(r, field, length, none, encoding)
  if length == none then return nil end
  return r:bytes(field, length, encoding)
end

function Reader:rest() return self.limit - self.at end

-- What only a TypeScript module can read: shown as bytes up to the end of the window.
function Reader:opaque(field, name)
  if not self.inside then bad(name .. " is read by a module of its own, which a dissector has not") end
  local count = self:rest()
  local from = self:take(count)
  if self.tree ~= nil and count > 0 then self.tree:add(field, self.tvb(from, count)):append_text(" (" .. name .. ")") end
end

-- The place of a delimiter that stands at most `most` bytes on.
function Reader:find(delimiter, most)
  for i = self.at, self.at + most do
    if i + #delimiter > self.limit then
      if self.inside then bad("has no end in its window") end
      need(1)
    end
    if self.tvb:raw(i, #delimiter) == delimiter then return i end
  end
  bad("has over " .. most .. " bytes")
end

function Reader:delimited(field, delimiter, most, encoding)
  local from = self.at
  local to = self:find(delimiter, most)
  local value = to == from and "" or self.tvb:raw(from, to - from)
  self:take(to - from + #delimiter)
  self:show(field, from, to - from, encoding)
  return value
end

-- Whether a list ends here with its delimiter, which is passed then.
function Reader:passes(delimiter)
  local from = self.at
  for i = 1, #delimiter do
    if from + i > self.limit then
      if self.inside then return false end
      need(1)
    end
    if self.tvb(from + i - 1, 1):uint() ~= delimiter:byte(i) then return false end
  end
  self:take(#delimiter)
  return true
end

function Reader:digits(field, signed, base, count, delimiter)
  local from = self.at
  local to = count == nil and self:find(delimiter, 20) or self:take(count) + count
  local value = tonumber(self.tvb:raw(from, to - from), base)
  if value == nil then bad("is no number") end
  if count == nil then self:take(to - from + #delimiter) end
  self:show_number(field, from, signed, value)
  return value
end

function Reader:varint(field, signed, encoding)
  local from = self.at
  local function byte() return self.tvb(self:take(1), 1):uint() end
  local first = byte()
  local value
  if encoding == "quic" then
    value = first % 64
    for _ = 2, 2 ^ math.floor(first / 64) do value = value * 256 + byte() end
  elseif encoding == "ber" then
    value = first
    if first == 128 or first > 135 then bad("is no length") end
    if first > 128 then value = 0 end
    for _ = 129, first do value = value * 256 + byte() end
  else
    value = first % 128
    local unit = 128
    local groups = 1
    while first >= 128 do
      groups = groups + 1
      if groups > 8 then bad("goes on after 8 bytes") end
      first = byte()
      if encoding == "vlq" then value = value * 128 + first % 128 else value = value + first % 128 * unit end
      unit = unit * 128
    end
    if encoding == "zigzag" then value = value % 2 == 0 and value / 2 or -(value + 1) / 2 end
  end
  self:show_number(field, from, signed, value)
  return value
end

function Reader:float(field, count, little)
  local range = self.tvb(self:take(count), count)
  if self.tree ~= nil then
    if little then self.tree:add_le(field, range) else self.tree:add(field, range) end
  end
  return little and range:le_float() or range:float()
end

-- A window of so many bytes: what it gives is handed to `leave`.
function Reader:enter(count)
  local from = self.at
  self:take(count)
  self.at = from
  local outer = { self.limit, self.inside }
  self.limit = from + count
  self.inside = true
  return outer
end

function Reader:leave(outer)
  if self.at ~= self.limit then bad((self.limit - self.at) .. " bytes of a window are left over") end
  self.limit, self.inside = outer[1], outer[2]
end

-- A branch of the tree: `close` gives it its length.
function Reader:open(label)
  if self.tree == nil then return nil end
  local outer = { self.tree, self.at }
  self.tree = self.tree:add(self.tvb(self.at, 0), label)
  return outer
end

function Reader:close(outer)
  if outer == nil then return end
  self.tree:set_len(self.at - outer[2])
  self.tree = outer[1]
end


local read_Message_Line

read_Message_Line = function(r, v)
  v.name = r:delimited(F["name"], ": ", 40, ENC_ISO_8859_1)
  v.value = r:delimited(F["value"], "\013\010", 200, ENC_ISO_8859_1)
end

local function read_Message(r, v)
  v.answers = r:uint(F["answers"], 1, false) ~= 0
  v.id = r:uint(F["id"], 4, false)
  v["(id)"] = whole(v.id)
  local branch1 = r:open("lines")
  v["(headers)"] = {}
  while not r:passes("\013\010") do
    local entry = r:open("entry")
    local pair = {}
    read_Message_Line(r, pair)
    v["(fold)"] = true
    enter_header(v["(headers)"], string.lower(latin1_text(pair["name"])), latin1_text(pair["value"]))
    r:close(entry)
  end
  r:close(branch1)
  v.content = r:bytes(F["content"], (tonumber(header(v, "Gr\195\182\195\159e")) or 0), nil)
end

-- What a frame means to a proxy, in words.
local function describe_Message(v)
  local words = {}
  local kind = known(v, { "answers" }, function() return ((number(v.answers) == 0) and "request" or (number(v.answers) == 1) and "response") end)
  if kind ~= nil then words[#words + 1] = tostring(kind) end
  if v["(id)"] ~= nil then words[1] = (words[1] == nil and "" or words[1] .. " ") .. "id " .. v["(id)"] end
  local service = known(v, {  }, function() return header(v, "Empf\195\164nger") end)
  if service ~= nil then words[#words + 1] = "service " .. tostring(service) end
  return #words == 0 and "Message" or table.concat(words, ", ")
end

local function matches_Message(tvb)
  local byte
  if tvb:len() <= 0 then return nil end
  byte = tvb(0, 1):uint()
  if not ((byte >= 0 and byte <= 1)) then return false end
  return true
end

local function chosen(pinfo)
  return read_Message, describe_Message
end

-- The length of the frame at a place, or nil and what is wrong or how many bytes are needed.
local function measure(tvb, at, read)
  local reader = Reader.new(tvb, at, nil)
  local ok, problem = pcall(read, reader, {})
  if ok then return reader.at - at end
  if type(problem) == "table" then return nil, problem end
  return nil, { bad = tostring(problem) }
end

function proto.dissector(tvb, pinfo, tree)
  pinfo.cols.protocol = "latin1_headers"
  local read, describe = chosen(pinfo)
  local at = 0
  local words = {}
  while at < tvb:len() do
    local length, problem = measure(tvb, at, read)
    if length == nil and problem.need ~= nil then
      pinfo.desegment_offset = at
      pinfo.desegment_len = problem.need
      break
    end
    local item = tree:add(proto, tvb(at, length or tvb:len() - at))
    if length == nil then
      item:add_proto_expert_info(malformed, problem.bad)
      words[#words + 1] = "malformed: " .. problem.bad
      at = tvb:len()
      break
    end
    local values = {}
    read(Reader.new(tvb, at, item), values)
    local text = describe(values)
    item:append_text(": " .. text)
    words[#words + 1] = text
    at = at + length
  end
  if #words > 0 then pinfo.cols.info = table.concat(words, " | ") end
  return tvb:len()
end

proto:register_heuristic("tcp", function(tvb, pinfo, tree)
  local port = proto.prefs.port
  local by_port = port ~= 0 and (pinfo.dst_port == port or pinfo.src_port == port)
  if not by_port and not (matches_Message(tvb) == true) then
    return false
  end
  pinfo.conversation = proto
  proto.dissector(tvb, pinfo, tree)
  return true
end)
DissectorTable.get("tcp.port"):add_for_decode_as(proto)
