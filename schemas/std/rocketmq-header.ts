import {
  EncodeError,
  equalsText,
  type ExternHead,
  HeaderMap,
  i16,
  i32,
  put16,
  put32,
  put8,
  readUtf8,
  u16,
  u8,
  utf8Bytes,
  utf8Length,
  writeUtf8,
} from '@proto-frame/api';
import {
  appendMembers,
  findMember,
  firstMember,
  integerEnd,
  nextMember,
  readInteger,
  readText,
  textEnd,
  valueEnd,
  valueStart,
} from './json.js';

// The header of RocketMQ's RemotingCommand in both of its forms: an object of JSON, which begins with a brace
// (RemotingSerializable), or numbers and lengths one after another (RocketMQSerializable):
//
//   code i16, language u8, version i16, opaque i32, flag i32, remark: i32 and as many bytes,
//   extFields: i32 and as many bytes, each an i16 and a key, an i32 and a value
//
// The texts are extFields; the other facts are `:code`, `:language`, `:version`, `:opaque`, `:flag`, `:remark`, and
// what follows of the flag: `:type` is request, oneway or response, `:status` the code of a response.

const OPEN = 0x7b;
/** Where things stand in the binary form. */
const [OPAQUE, FLAG, REMARK] = [5, 9, 13];

const FACTS = ['code', 'language', 'version', 'opaque', 'flag', 'remark'];

/** Bits of the flag. */
const [IS_RESPONSE, IS_ONEWAY] = [1, 2];

function isJson(b: Uint8Array, from: number): boolean {
  return b[from] === OPEN;
}

/** Where the length of extFields stands in the binary form; -1 if the lengths do not fit the header. */
function extPlace(b: Uint8Array, from: number, to: number): number {
  if (to - from < REMARK + 8) return -1;
  const remark = i32(b, from + REMARK);
  const place = from + REMARK + 4 + remark;
  return remark < 0 || place + 4 > to || i32(b, place) !== to - place - 4 ? -1 : place;
}

function binaryFact(b: Uint8Array, from: number, to: number, key: string): string | undefined {
  const place = extPlace(b, from, to);
  if (place < 0) return undefined;
  switch (key) {
    case 'code':
      return String(i16(b, from));
    case 'language':
      return String(u8(b, from + 2));
    case 'version':
      return String(i16(b, from + 3));
    case 'opaque':
      return String(i32(b, from + OPAQUE));
    case 'flag':
      return String(i32(b, from + FLAG));
    case 'remark':
      return readUtf8(b, from + REMARK + 4, place);
    default:
      return undefined;
  }
}

function fact(b: Uint8Array, from: number, to: number, key: string): string | null | undefined {
  if (key === 'type' || key === 'status') {
    const flag = Number(fact(b, from, to, 'flag') ?? 0);
    if (key === 'status') return (flag & IS_RESPONSE) !== 0 ? fact(b, from, to, 'code') : undefined;
    return (flag & IS_RESPONSE) !== 0 ? 'response' : (flag & IS_ONEWAY) !== 0 ? 'oneway' : 'request';
  }
  if (!isJson(b, from)) return binaryFact(b, from, to, key);
  const at = findMember(b, from, to, key);
  return at < 0 ? undefined : readText(b, at, valueEnd(b, at, to));
}

/** Calls `take` with each pair of the binary form until it says to stop. False if the pairs are none. */
function eachPair(
  b: Uint8Array,
  from: number,
  to: number,
  take: (key: number, keyEnd: number, value: number, end: number) => boolean,
): boolean {
  for (let at = from; at < to;) {
    const keyEnd = at + 2 > to ? to + 1 : at + 2 + u16(b, at);
    if (keyEnd + 4 > to) return false;
    const end = keyEnd + 4 + i32(b, keyEnd);
    if (end < keyEnd + 4 || end > to) return false;
    if (!take(at + 2, keyEnd, keyEnd + 4, end)) return true;
    at = end;
  }
  return true;
}

function quoted(text: string | null): string {
  return JSON.stringify(text);
}

/** How many bytes an entry of extFields takes that was set here. */
function pairSize(headers: HeaderMap, i: number, json: boolean): number {
  const [key, value] = [headers.keyAt(i), headers.valueAt(i)];
  if (json) return utf8Length(quoted(key)) + 1 + utf8Length(quoted(value));
  if (value === null) throw new EncodeError('extFields', "a value can't be null in the binary form");
  const size = utf8Length(key);
  if (size > 0x7fff) throw new EncodeError('extFields', `a key of ${size} bytes, the most is 32767`);
  return 2 + size + 4 + utf8Length(value);
}

function writePair(b: Uint8Array, at: number, headers: HeaderMap, i: number, json: boolean): number {
  const [key, value] = [headers.keyAt(i), headers.valueAt(i)];
  if (json) return writeUtf8(b, at, `${quoted(key)}:${quoted(value)}`);
  const keyEnd = writeUtf8(b, at + 2, key);
  put16(b, at, keyEnd - at - 2);
  const end = writeUtf8(b, keyEnd + 4, value!);
  put32(b, keyEnd, end - keyEnd - 4);
  return end;
}

/** What JSON has before and after all entries, where [start, end) was: their object, null, or no member yet. */
function around(b: Uint8Array, start: number, end: number): readonly [string, string] {
  if (start < end) return ['{', '}'];
  // The place for a new member is before the closing brace; only an empty object has its opening one there.
  return [`${b[start - 1] === OPEN ? '' : ','}"extFields":{`, '}'];
}

/** Whether [start, end) is an object of JSON without members, however it is written. */
function isEmptyObject(b: Uint8Array, start: number, end: number): boolean {
  return start < end && b[start] === OPEN && firstMember(b, start, end) === end - 1;
}

/** Facts that are texts; other members of an object are given, and written, as JSON has them. */
const TEXTS = ['language', 'remark', 'serializeTypeCurrentRPC'];

/** A whole header of facts and texts, in their order. The fact `:form` says that it is the binary one. */
function header(headers: HeaderMap): Uint8Array {
  if (headers.get(':form') === 'binary') return binaryHeader(headers);
  const members: string[] = [];
  let at = -1;
  const texts: string[] = [];
  for (const [key, value] of headers) {
    if (key === ':extFields') members.push(`"extFields":${value === null ? 'null' : '{}'}`);
    else if (key.startsWith(':')) {
      const isText = value === null || TEXTS.includes(key.slice(1));
      members.push(`${quoted(key.slice(1))}:${isText ? quoted(value) : value}`);
    } else {
      // All texts stand where the first one does.
      if (at < 0) at = members.push('') - 1;
      texts.push(`${quoted(key)}:${quoted(value)}`);
    }
  }
  if (at >= 0) members[at] = `"extFields":{${texts.join(',')}}`;
  const bytes = utf8Bytes(`{${members.join(',')}}`);
  if (valueEnd(bytes, 0, bytes.length) !== bytes.length) throw new EncodeError('header', 'a fact is no JSON');
  return bytes;
}

function binaryHeader(headers: HeaderMap): Uint8Array {
  const number = (key: string): number => Number(headers.get(key) ?? 0);
  const remark = utf8Bytes(headers.get(':remark') ?? '');
  const texts = new HeaderMap();
  for (const [key, value] of headers) if (!key.startsWith(':')) texts.add(key, value);
  const b = new Uint8Array(
    REMARK + 4 + remark.length + remotingHeader.textsSize(texts, BINARY, 0, BINARY.length),
  );
  put16(b, 0, number(':code'));
  put8(b, 2, number(':language'));
  put16(b, 3, number(':version'));
  put32(b, OPAQUE, number(':opaque'));
  put32(b, FLAG, number(':flag'));
  put32(b, REMARK, remark.length);
  b.set(remark, REMARK + 4);
  remotingHeader.writeTexts(b, REMARK + 4 + remark.length, texts, BINARY, 0, BINARY.length);
  return b;
}

/** No texts in the binary form. */
const BINARY = new Uint8Array(4);

export const remotingHeader: ExternHead = {
  end: (_b, _from, to) => to,
  get(b, from, to, key) {
    if (key.startsWith(':')) return fact(b, from, to, key.slice(1));
    if (isJson(b, from)) {
      const map = findMember(b, from, to, 'extFields');
      if (map < 0) return undefined;
      const at = findMember(b, map, to, key);
      return at < 0 ? undefined : readText(b, at, valueEnd(b, at, to));
    }
    const place = extPlace(b, from, to);
    if (place < 0) return undefined;
    let found: string | undefined;
    eachPair(b, place + 4, to, (start, keyEnd, value, end) => {
      if (!equalsText(b, start, keyEnd, key)) return true;
      found = readUtf8(b, value, end);
      return false;
    });
    return found;
  },
  readHeaders(b, from, to, into, most) {
    const start = remotingHeader.textsStart(b, from, to);
    if (start < 0) return false;
    const end = remotingHeader.textsEnd(b, from, to);
    if (!isJson(b, from)) {
      let fits = true;
      const whole = eachPair(b, start + 4, end, (key, keyEnd, value, pairEnd) => {
        const text = readUtf8(b, key, keyEnd);
        fits = into.size < most && !into.has(text);
        if (fits) into.append(text, readUtf8(b, value, pairEnd), key - 2, pairEnd);
        return fits;
      });
      return whole && fits;
    }
    if (start === end || b[start] !== OPEN) return true;
    return appendMembers(b, start, end, into, most);
  },
  readAll(b, from, to, into, most) {
    const texts = new HeaderMap();
    if (!remotingHeader.readHeaders(b, from, to, texts, most)) return false;
    const addTexts = (): void => {
      for (const [key, value] of texts) into.append(key, value, -1, -1);
    };
    if (!isJson(b, from)) {
      into.append(':form', 'binary', -1, -1);
      for (const key of FACTS) into.append(`:${key}`, binaryFact(b, from, to, key)!, -1, -1);
      addTexts();
      return true;
    }
    for (let at = firstMember(b, from, to); at < to - 1;) {
      const key = readText(b, at, textEnd(b, at, to)) ?? '';
      const value = valueStart(b, at, to);
      const end = value === 0 ? 0 : valueEnd(b, value, to);
      if (end === 0) return false;
      if (key === 'extFields' && texts.size > 0) addTexts();
      else if (TEXTS.includes(key) || key === 'extFields')
        into.append(`:${key}`, readText(b, value, end), -1, -1);
      else into.append(`:${key}`, readUtf8(b, value, end), -1, -1);
      at = nextMember(b, end, to);
      if (at === 0) return false;
    }
    return true;
  },
  // A new header is JSON, which every peer reads, if it does not say otherwise.
  size: (headers) => header(headers).length,
  write(b, at, headers) {
    const bytes = header(headers);
    b.set(bytes, at);
    return at + bytes.length;
  },
  textsStart(b, from, to) {
    if (!isJson(b, from)) return extPlace(b, from, to);
    if (valueEnd(b, from, to) !== to) return -1;
    const at = findMember(b, from, to, 'extFields');
    return at < 0 ? to - 1 : b[at] === OPEN || readText(b, at, valueEnd(b, at, to)) === null ? at : -1;
  },
  textsEnd(b, from, to) {
    if (!isJson(b, from)) return to;
    const at = findMember(b, from, to, 'extFields');
    return at < 0 ? to - 1 : valueEnd(b, at, to);
  },
  textsSize(headers, source, start, end) {
    const json = isJsonTexts(source, start, end);
    if (headers.size === 0 && json) return verbatim(source, start, end) ? end - start : 2;
    const [before, after] = json ? around(source, start, end) : ['    ', ''];
    let size = before.length + after.length;
    for (let i = 0; i < headers.size; i++) {
      const at = headers.startAt(i);
      size += at >= 0 ? headers.endAt(i) - at : pairSize(headers, i, json);
    }
    return json ? size + headers.size - 1 : size;
  },
  writeTexts(b, at, headers, source, start, end) {
    const json = isJsonTexts(source, start, end);
    if (headers.size === 0 && json) {
      if (!verbatim(source, start, end)) return writeUtf8(b, at, '{}');
      b.set(source.subarray(start, end), at);
      return at + end - start;
    }
    const [before, after] = json ? around(source, start, end) : ['    ', ''];
    let p = writeUtf8(b, at, before);
    for (let i = 0; i < headers.size; i++) {
      if (json && i > 0) b[p++] = 0x2c;
      const from = headers.startAt(i);
      if (from < 0) p = writePair(b, p, headers, i, json);
      else {
        b.set(source.subarray(from, headers.endAt(i)), p);
        p += headers.endAt(i) - from;
      }
    }
    if (!json) put32(b, at, p - at - 4);
    return writeUtf8(b, p, after);
  },
  idStart(b, from, to, key) {
    if (!isJson(b, from)) return key === ':opaque' && extPlace(b, from, to) >= 0 ? from + OPAQUE : -1;
    const at = findMember(b, from, to, key.slice(1));
    return at < 0 || integerEnd(b, at, to) === 0 ? -1 : at;
  },
  idEnd: (b, from, at) => (isJson(b, from) ? integerEnd(b, at, b.length) : at + 4),
  readId: (b, from, at) => (isJson(b, from) ? readInteger(b, at, integerEnd(b, at, b.length)) : i32(b, at)),
  idSize: (b, from, id) => (isJson(b, from) ? String(id).length : 4),
  writeId(b, at, id, source, from) {
    if (isJson(source, from)) return writeUtf8(b, at, String(id));
    put32(b, at, Number(id));
    return at + 4;
  },
};

/** Whether the texts at [start, end) are those of JSON. In the binary form they begin with their length. */
function isJsonTexts(b: Uint8Array, start: number, end: number): boolean {
  return start === end || b[start] === OPEN || b[start] === 0x6e;
}

/** Whether no texts are written as they came: no member, an object without members, or null. */
function verbatim(b: Uint8Array, start: number, end: number): boolean {
  return start === end || b[start] !== OPEN || isEmptyObject(b, start, end);
}
