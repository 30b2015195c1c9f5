import { COMPILER_VERSION } from '../../compiler-version.js';
import type { Expression } from '../../model/expression.js';
import { parts } from '../../model/expressions-of.js';
import type { MatchByte, Protocol } from '../../model/model.js';
import { NAME_ROLES } from '../../model/name-roles.js';
import { FieldTable } from './field-table.js';
import { LuaBlock } from './lua-block.js';
import { fieldsRead, isKnown, luaExpression, luaText } from './lua-expression.js';
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

/** `describe_Bolt(v)`: "request id 77, heartbeat, status OK", in the words of `proto-frame decode`. */
function meaning(side: Protocol): string[] {
  const { roles, frame } = side;
  const lines: string[] = [];
  /** Reads a role and says something of it, if a dissector can know what it is. */
  const say = (
    role: 'kind' | 'heartbeat' | 'goaway' | 'status' | (typeof NAME_ROLES)[number] | 'timeout',
    condition: string,
    text: string,
  ): void => {
    const e = roles[role];
    if (e === null || !isKnown(e, roles)) return;
    const names = [...new Set(fieldsRead(e))].map(luaText);
    lines.push(
      `  local ${role} = known(v, { ${names.join(', ')} }, function() return ${luaExpression(e)} end)`,
    );
    lines.push(`  if ${condition} then words[#words + 1] = ${text} end`);
  };
  const otherStatus = luaText(side.status?.decodeDefault ?? 'UNKNOWN');
  say('kind', 'kind ~= nil', 'tostring(kind)');
  lines.push(
    '  if v["(id)"] ~= nil then words[1] = (words[1] == nil and "" or words[1] .. " ") .. "id " .. v["(id)"] end',
  );
  say('heartbeat', 'heartbeat == true', '"heartbeat"');
  say('goaway', 'goaway == true', '"goaway"');
  say(
    'status',
    'status ~= nil and kind ~= "request" and kind ~= "oneway"',
    `"status " .. (STATUS_${frame.name}[status] or ${otherStatus} .. " (" .. whole(status) .. ")")`,
  );
  for (const role of NAME_ROLES) {
    const text = isLatin1(roles[role]) ? `latin1_text(${role})` : `tostring(${role})`;
    say(role, `${role} ~= nil`, `"${role} " .. ${text}`);
  }
  say('timeout', 'tonumber(timeout) ~= nil', 'timeout_text(tonumber(timeout))');
  return [
    '',
    ...(roles.status === null ? [] : statusTexts(side)),
    '-- What a frame means to a proxy, in words.',
    `local function describe_${frame.name}(v)`,
    '  local words = {}',
    ...lines,
    `  return #words == 0 and ${luaText(frame.name)} or table.concat(words, ", ")`,
    'end',
  ];
}

/** Whether a text is of fields whose bytes are a character each. Wireshark's columns are UTF-8. */
function isLatin1(e: Expression | null): boolean {
  const read = e === null ? [] : [...parts(e)].flatMap((part) => (part.op === 'field' ? part.fields : []));
  const texts = read.flatMap((field) =>
    field.member === 'field' && field.type.kind === 'text' ? field.type.encoding : [],
  );
  return texts.length > 0 && texts.every((encoding) => encoding === 'latin1');
}

/** `STATUS_Bolt`: how each known status is shown, the canonical one first. */
function statusTexts({ status, frame }: Protocol): string[] {
  const names = new Map(status?.enum?.members.map((m) => [m.value, m.name]) ?? []);
  const canonical = new Map(status?.decode.map((d) => [d.wire, d.canonical]) ?? []);
  const texts = [...new Set([...names.keys(), ...canonical.keys()])].map((wire) => {
    const name = names.get(wire) ?? String(wire);
    const code = canonical.get(wire) ?? status!.decodeDefault;
    return `[${wire}] = ${luaText(name.toUpperCase() === code ? code : `${code} (${name})`)}`;
  });
  return [`local STATUS_${frame.name} = { ${texts.join(', ')} }`, ''];
}

/** `matches_Bolt(tvb)`: whether the first bytes are such a frame's; nil if there are too few. */
function matching(side: Protocol): string[] {
  if (side.match.length > 1) {
    const names = side.match.map((_, i) => `matches_${side.frame.name}_${i + 1}`);
    const any = names.flatMap((name) => [
      `  found = ${name}(tvb)`,
      '  if found ~= false then return found end',
    ]);
    return [
      ...side.match.flatMap(({ bytes }, i) => matchingForm(names[i]!, bytes)),
      '',
      `local function matches_${side.frame.name}(tvb)`,
      '  local found',
      ...any,
      '  return false',
      'end',
    ];
  }
  return matchingForm(`matches_${side.frame.name}`, side.match[0]?.bytes ?? []);
}

function matchingForm(name: string, bytes: readonly MatchByte[]): string[] {
  const tests = bytes.map(({ offset, allowed }) => {
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
    `local function ${name}(tvb)`,
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
