import { COMPILER_VERSION } from '../../compiler-version.js';
import type { Expression } from '../../model/expression.js';
import type { Protocol } from '../../model/model.js';
import { FieldTable } from './field-table.js';
import { LuaBlock } from './lua-block.js';
import { luaExpression, luaText } from './lua-expression.js';
import { PRELUDE } from './prelude.js';

/**
 * A Wireshark dissector in Lua for a protocol: field by field as the schema has them, TCP reassembly, a line of
 * meaning for each frame. Values of extern modules are shown as bytes, since no TypeScript runs there.
 */
export function wiresharkDissector(protocol: Protocol): string {
  const name = `pf_${protocol.name}`;
  const sides = protocol.reply === null ? [protocol] : [protocol, protocol.reply];
  const fields = new FieldTable(name);
  const readers = sides.map((side) => {
    const block = new LuaBlock(side, fields);
    return [...block.structs(), ...block.frame()].join('\n');
  });
  return [
    `-- Generated from ${protocol.schemaPath.slice(protocol.schemaPath.lastIndexOf('/') + 1)} (sha256 ${protocol.schemaHash}) by @proto-frame/compiler ${COMPILER_VERSION}. Do not edit.`,
    '--',
    `-- In Wireshark: copy it into the folder of personal Lua plugins. In tshark: -X lua_script:${protocol.name}.lua`,
    `-- Connections are found by their first bytes${protocol.match.length === 0 ? ' where a protocol has such; this one has not, so set its port' : ''}, or by the port in the preferences of ${name}.`,
    '',
    `local proto = Proto(${luaText(name)}, ${luaText(titleOf(protocol))})`,
    'proto.prefs.port = Pref.uint("TCP port", 0, "Connections to or from this port are dissected; 0: none")',
    'local malformed = ProtoExpert.new(' +
      `${luaText(`${name}.malformed`)}, "Malformed frame", expert.group.MALFORMED, expert.severity.ERROR)`,
    'proto.experts = { malformed }',
    'local F = {}',
    ...fields.lines(),
    'proto.fields = F',
    '',
    PRELUDE,
    ...readers,
    ...sides.flatMap(meaning),
    ...sides.flatMap(matching),
    connection(protocol),
  ].join('\n');
}

function titleOf(protocol: Protocol): string {
  const [first = ''] = protocol.doc.split('\n');
  return first === '' ? protocol.name : first.replace(/\.$/, '');
}

/** `describe_Bolt(v)`: "request id 77, heartbeat, status OK". */
function meaning(side: Protocol): string[] {
  const { roles } = side;
  const part = (label: string, e: Expression | null): string[] =>
    e === null ? [] : [`  add(${luaText(label)}, function() return ${luaExpression(e)} end)`];
  const flag = (label: string, e: Expression | null): string[] =>
    e === null
      ? []
      : [
          `  if holds(function() return ${luaExpression(e)} end) then words[#words + 1] = ${luaText(label)} end`,
        ];
  return [
    '',
    '-- What a frame means to a proxy, in words.',
    `local function describe_${side.frame.name}(v)`,
    '  local words = {}',
    '  local function add(label, value)',
    '    local known, text = pcall(value)',
    '    if known and text ~= nil then words[#words + 1] = (label == "" and "" or label .. " ") .. tostring(text) end',
    '  end',
    '  local function holds(condition)',
    '    local known, value = pcall(condition)',
    '    return known and value == true',
    '  end',
    ...part('', roles.kind),
    ...(roles.id === null ? [] : [`  add("id", function() return ${valueName(roles.id.name)} end)`]),
    ...flag('heartbeat', roles.heartbeat),
    ...flag('goaway', roles.goaway),
    ...part('service', roles.service),
    ...part('method', roles.method),
    ...part('timeout', roles.timeout),
    ...part('status', roles.status),
    '  return table.concat(words, ", ")',
    'end',
  ];
}

function valueName(name: string): string {
  return `v[${luaText(name)}]`;
}

/** `matches_Bolt(tvb)`: whether the first bytes are such a frame's; nil if there are too few. */
function matching(side: Protocol): string[] {
  const tests = side.match.map(({ offset, allowed }) => {
    const any = allowed
      .map((r) => (r.low === r.high ? `byte == ${r.low}` : `(byte >= ${r.low} and byte <= ${r.high})`))
      .join(' or ');
    return [
      `  if tvb:len() <= ${offset} then return nil end`,
      `  byte = tvb(${offset}, 1):uint()`,
      `  if not (${any}) then return false end`,
    ].join('\n');
  });
  return [
    '',
    `local function matches_${side.frame.name}(tvb)`,
    ...(tests.length === 0 ? ['  return nil'] : ['  local byte', ...tests, '  return true']),
    'end',
  ];
}

/** The part that Wireshark calls: frames one after another, bytes that are missing asked for. */
function connection(protocol: Protocol): string {
  const { frame, reply } = protocol;
  const choose =
    reply === null
      ? [`  return read_${frame.name}, describe_${frame.name}`]
      : [
          '  -- Both sides send frames of their own: servers have the port that is set, or the lower one.',
          '  local port = proto.prefs.port',
          '  local from_client',
          '  if pinfo.dst_port == port then from_client = true',
          '  elseif pinfo.src_port == port then from_client = false',
          '  else from_client = pinfo.dst_port < pinfo.src_port end',
          `  if from_client then return read_${frame.name}, describe_${frame.name} end`,
          `  return read_${reply.frame.name}, describe_${reply.frame.name}`,
        ];
  return `
local function chosen(pinfo)
${choose.join('\n')}
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
  pinfo.cols.protocol = ${luaText(protocol.name)}
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
  if not by_port and not (matches_${frame.name}(tvb) == true${reply === null ? '' : ` or matches_${reply.frame.name}(tvb) == true`}) then
    return false
  end
  pinfo.conversation = proto
  proto.dissector(tvb, pinfo, tree)
  return true
end)
DissectorTable.get("tcp.port"):add_for_decode_as(proto)
`;
}
