import type { HeaderMatch, RangeMatch, RouteMatch, StringMatch } from '../config/snapshot.js';
import { compileStringMatch, type StringPredicate } from '../config/string-matcher.js';
import type { RouteInput } from './route-input.js';

interface CompiledHeader {
  readonly name: string;
  /** Whether it is a role of the protocol first, and a header where that has none. */
  readonly role: 'group' | 'version' | null;
  readonly value: StringPredicate | null;
  readonly invert: boolean;
}

interface CompiledMetadata {
  readonly key: string;
  readonly value: StringPredicate;
}

/** The compiled conditions of one rule. */
export class RuleMatcher {
  private readonly service: StringPredicate | null;
  private readonly method: StringPredicate | null;
  private readonly caller: StringPredicate | null;
  /** Group, version and path are among them. */
  private readonly headers: readonly CompiledHeader[];
  private readonly listener: readonly CompiledMetadata[];

  /** @throws Error for a pattern that can't be compiled */
  constructor(match: RouteMatch) {
    const { group, version, path } = match;
    this.service = match.service === null ? null : compileStringMatch(match.service);
    this.method = match.method === null ? null : compileStringMatch(match.method);
    this.caller = match.caller === null ? null : compileStringMatch(match.caller);
    this.headers = [
      ...namedHeader('group', group, 'group'),
      ...namedHeader('version', version, 'version'),
      ...namedHeader('path', path, null),
      ...match.headers.map(compileHeader),
    ];
    this.listener = match.listenerMetadata.map(({ key, value }) => ({
      key,
      value: compileStringMatch(value),
    }));
  }

  matches(call: RouteInput): boolean {
    if (this.service !== null && (call.service === undefined || !this.service(call.service))) return false;
    if (this.method !== null && (call.method === undefined || !this.method(call.method))) return false;
    if (this.caller !== null && !call.callerNames.some(this.caller)) return false;
    for (const { key, value } of this.listener) {
      const { listenerMetadata: own } = call;
      if (!Object.hasOwn(own, key) || !value(own[key]!)) return false;
    }
    for (const header of this.headers) if (!headerMatches(header, call)) return false;
    return true;
  }
}

function namedHeader(
  name: string,
  value: StringMatch | null,
  role: CompiledHeader['role'],
): CompiledHeader[] {
  return value === null ? [] : [{ ...compileHeader({ name, value, invert: false }), role }];
}

function compileHeader({ name, value, invert }: HeaderMatch): CompiledHeader {
  if (value === null) return { name, role: null, value: null, invert };
  return {
    name,
    role: null,
    value: value.kind === 'range' ? inRange(value) : compileStringMatch(value),
    invert,
  };
}

/** Decimal digits, with or without a minus, few enough to be exact. */
const WHOLE_NUMBER = /^-?\d{1,15}$/;

function inRange({ start, end }: RangeMatch): StringPredicate {
  return (text) => {
    if (!WHOLE_NUMBER.test(text)) return false;
    const value = Number(text);
    return value >= start && value < end;
  };
}

/** A header that is there without a value (null on the wire) is present, and compares as the empty string. */
function headerMatches(header: CompiledHeader, call: RouteInput): boolean {
  const value = header.role === null ? call.header(header.name) : call[header.role];
  const holds = value !== undefined && (header.value === null || header.value(value ?? ''));
  return holds !== header.invert;
}
