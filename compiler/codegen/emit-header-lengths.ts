import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { camelCase } from '../model/camel-case.js';
import { asksForKey, lengthsByKey, type HeaderLength, type InHeaders } from '../model/header-lengths.js';
import { contentAt, endsBefore, entriesRange, entryEnds, headersFields, isKeyed } from './emit-headers.js';
import { quote, type Module } from './module.js';
import { Reader } from './reader.js';
import { tidy } from './tidy.js';

const B = { name: 'b', type: 'Uint8Array' };
const AT = { name: 'at', type: 'number' };

/** The function that gives the number under a key of the headers: `contentLengthInHeaders`. */
function numberName(key: string, module: Module): string {
  const keys = [...lengthsByKey(module.protocol.frame.body).keys()];
  const name = (of: string): string =>
    camelCase(`${of.replace(/\W+/g, '_').replace(/^(?=\d|_|$)/, 'n')}_in_headers`);
  const same = keys.filter((other) => name(other) === name(key));
  const i = same.indexOf(key);
  return `${name(key)}${i === 0 ? '' : i + 1}`;
}

/** The code of the size under a key of the headers; negative where there is none, or it is no number. */
export function headerNumber({ of, missing }: InHeaders, b: string, at: string, module: Module): string {
  return `${numberName(of.key, module)}(${b}, ${at}, ${missing ?? -1n})`;
}

/** Emits the functions that find sizes in the headers. */
export function emitHeaderNumbers(module: Module): FunctionDeclarationStructure[] {
  const [map] = headersFields(module);
  if (map === undefined) return [];
  const { key, value } = map.type;
  const ends = entryEnds(map);
  return [...lengthsByKey(module.protocol.frame.body).keys()].map((wanted) => {
    const reader = new Reader(module);
    reader.within = map.guards;
    const range = entriesRange(map, reader);
    const number = `${module.use('wholeNumber')}(b, ${contentAt(value, 'v', module)}, next${endsBefore(value)})`;
    return {
      kind: StructureKind.Function,
      name: numberName(wanted, module),
      docs: [
        `The number under ${quote(wanted)} in the headers: \`none\` where there is none, -1 where it is no number, or several that differ.`.replaceAll(
          '*/',
          '* /',
        ),
      ],
      parameters: [B, AT, { name: 'none', type: 'number' }],
      returnType: 'number',
      statements: tidy([
        ...reader.lines,
        'let found = -1;',
        `const to = ${range.to};`,
        `for (let q = ${range.from}; q < to; ) {`,
        `const v = ${ends.key}(b, q, to, at);`,
        `const next = ${ends.value}(b, v, to, at);`,
        `if (${isKeyed(key, 'q', 'v', quote(wanted), module)}) {`,
        `const number = ${number};`,
        'if (number < 0 || (found >= 0 && number !== found)) return -1;',
        'found = number;',
        '}',
        'q = next;',
        '}',
        'return found < 0 ? none : found;',
      ]),
    };
  });
}

/**
 * Emits `lengthened`: the headers of a frame that is written anew, with the sizes in them, and `reencode`, which writes
 * it with these. What filters set or delete under such a key is overruled.
 *
 * @param rewritten writes the frame with what it is given
 */
export function emitLengthened(
  rewritten: FunctionDeclarationStructure,
  module: Module,
): FunctionDeclarationStructure[] {
  const keys = lengthsByKey(module.protocol.frame.body);
  if (keys.size === 0) return [rewritten];
  const reader = new Reader(module);
  const { lines } = reader;
  const map = module.useType('HeaderMap');
  const rule = module.protocol.headerCase === 'insensitive' ? `'insensitive'` : '';
  lines.push(
    'if (headers === null && body === null) return null;',
    `const own = headers ?? new ${module.use('HeaderMap')}(${rule});`,
    'if (headers === null) readHeaders(b, at, end, own);',
    'let all = own;',
  );
  for (const [key, uses] of keys) for (const use of uses) resize(key, use, reader);
  lines.push('return headers === null && all === own ? null : all;');
  const parameters = rewritten.parameters!;
  return [
    { ...rewritten, name: 'rewritten', docs: ['The frame with headers and a body as they are given.'] },
    {
      kind: StructureKind.Function,
      name: 'lengthened',
      docs: [
        'The headers with the size of the body in them, whatever was set; null where they stay as they are.',
      ],
      parameters,
      returnType: `${map} | null`,
      statements: tidy(lines),
    },
    {
      ...rewritten,
      statements: ['return rewritten(b, at, end, lengthened(b, at, end, headers, body), body);'],
    },
  ];
}

/** The lines that put the size of one field into the headers, or take it out of those of frames that have it not by it. */
function resize(key: string, { field, size }: HeaderLength, reader: Reader): void {
  const { lines, module } = reader;
  const put = (): void => {
    const old = headerNumber(size, 'b', 'at', module);
    const isBody = module.protocol.roles.body.includes(field);
    const now = isBody ? `body === null ? ${old} : body.length` : old;
    lines.push(`all = ${module.use('headersWithSize')}(all, ${quote(key)}, ${now}, ${size.missing ?? -1n});`);
  };
  if (field.guards.length === 0) {
    put();
    return;
  }
  lines.push(`if (${reader.condition(field.guards)}) {`);
  reader.within = field.guards;
  reader.nested(put);
  reader.within = [];
  const asking = field.guards.find((guard) => asksForKey(guard)?.key === key);
  if (asking !== undefined) {
    const around = field.guards.slice(0, field.guards.indexOf(asking));
    const others = [...around, { ...asking, arm: asking.arm === 0 ? 1 : 0 } as typeof asking];
    lines.push(
      `} else if (${reader.condition(others)}) {`,
      `all = ${module.use('headersWithout')}(all, ${quote(key)});`,
    );
  }
  lines.push('}');
}
