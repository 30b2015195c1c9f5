import type { HeaderMatch, RouteMatch } from '../config/snapshot.js';
import { compileStringMatch, type StringPredicate } from '../config/string-matcher.js';

/** What a request is routed by. */
export interface RouteInput {
  readonly service: string | undefined;
  readonly method: string | undefined;
  header(key: string): string | null | undefined;
}

interface CompiledHeader {
  readonly name: string;
  readonly value: StringPredicate | null;
  readonly invert: boolean;
}

/** The compiled conditions of one rule. */
export class RuleMatcher {
  private readonly service: StringPredicate | null;
  private readonly method: StringPredicate | null;
  private readonly headers: readonly CompiledHeader[];

  /** @throws Error for a pattern that can't be compiled */
  constructor(match: RouteMatch) {
    this.service = match.service === null ? null : compileStringMatch(match.service);
    this.method = match.method === null ? null : compileStringMatch(match.method);
    this.headers = match.headers.map(compileHeader);
  }

  matches(call: RouteInput): boolean {
    if (this.service !== null && (call.service === undefined || !this.service(call.service))) return false;
    if (this.method !== null && (call.method === undefined || !this.method(call.method))) return false;
    for (const header of this.headers) if (!headerMatches(header, call)) return false;
    return true;
  }
}

function compileHeader(match: HeaderMatch): CompiledHeader {
  const value = match.value === null ? null : compileStringMatch(match.value);
  return { name: match.name, value, invert: match.invert };
}

/** A header that is there without a value (null on the wire) is present, and compares as the empty string. */
function headerMatches(header: CompiledHeader, call: RouteInput): boolean {
  const value = call.header(header.name);
  const holds = value !== undefined && (header.value === null || header.value(value ?? ''));
  return holds !== header.invert;
}
