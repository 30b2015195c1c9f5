import { partNames } from '../part-names.js';
import { commonMatch } from '../../model/build-match.js';
import { layoutOf } from '../../model/layout.js';
import type { MatchByte, Protocol, StatusTable } from '../../model/model.js';
import { walk } from '../../model/walk.js';
import type { Span } from '../../source/source-file.js';
import { sourceText } from '../source-text.js';
import type { Changes } from './change.js';
import { synthKey, meaningKey, patternTokens, type Known } from './meaning-key.js';
import type { Version } from './places.js';

/** For expressions of the old and of the new version. */
export interface KnownFields {
  readonly knownOld: Known;
  readonly knownNew: Known;
}

/** How connections are used, and the limits. */
export function compareSettings(old: Version, now: Version, changes: Changes): void {
  const a = old.protocol;
  const b = now.protocol;
  const setting = (name: string, was: string, is: string): void => {
    if (was !== is)
      changes.breaking(
        'setting-changed',
        old.places.setting(name),
        now.places.setting(name),
        `\`${name}\` was ${was}, is ${is}`,
      );
  };
  setting('pool', a.pool, b.pool);
  setting('correlate', a.correlation, b.correlation);
  setting('header_case', a.headerCase, b.headerCase);
  if (a.idForm !== null && b.idForm !== null && a.idForm !== b.idForm)
    changes.breaking(
      'role-changed',
      old.places.role('id'),
      now.places.role('id'),
      `ids of the proxy were written as ${a.idForm}, are written as ${b.idForm}`,
    );
  const limit = (name: string, was: number, is: number): void => {
    const message = `the limit \`${name}\` was ${was}, is ${is}`;
    const places = [old.places.limit(name), now.places.limit(name)] as const;
    if (is < was) changes.breaking('limit-lowered', ...places, message);
    if (is > was) changes.compatible('limit-raised', ...places, message);
  };
  limit('frame', a.limits.frame, b.limits.frame);
  limit('headers', a.limits.headers, b.limits.headers);
  limit('header_bytes', a.limits.headerBytes, b.limits.headerBytes);
  if (a.limits.inFlight !== null && b.limits.inFlight !== null)
    limit('in_flight', a.limits.inFlight, b.limits.inFlight);
}

/** The bytes that tell the protocol: one change for all of them. */
export function compareMatch(old: Protocol, now: Protocol, changes: Changes): void {
  const [before, after] = [commonMatch(old.match), commonMatch(now.match)];
  const offsets = [...new Set([...before, ...after].map((byte) => byte.offset))].sort((x, y) => x - y);
  const found = offsets.flatMap((offset) => {
    const was = allowed(before, offset);
    const is = allowed(after, offset);
    if (was.values.join() === is.values.join()) return [];
    const narrower = was.values.some((value) => !is.values.includes(value));
    return [{ offset, narrower, text: `byte ${offset} by ${was.text}, now ${is.text}` }];
  });
  const first = found.find((one) => one.narrower) ?? found[0];
  if (first === undefined) return;
  const message = `the protocol was told by other bytes: ${found.map((one) => one.text).join('; ')}`;
  const places = [memberAt(old, first.offset), memberAt(now, first.offset)] as const;
  if (first.narrower) changes.breaking('match-changed', ...places, message);
  else changes.compatible('match-changed', ...places, message);
}

/** More are not written out. */
const MOST_RANGES = 4;

function allowed(match: readonly MatchByte[], offset: number): { text: string; values: number[] } {
  const byte = match.find((one) => one.offset === offset);
  if (byte === undefined) return { text: 'nothing', values: Array.from({ length: 256 }, (_, i) => i) };
  const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;
  const ranges = byte.allowed.map(({ low, high }) => (low === high ? hex(low) : `${hex(low)}..${hex(high)}`));
  const values = byte.allowed.flatMap(({ low, high }) =>
    Array.from({ length: high - low + 1 }, (_, i) => low + i),
  );
  return { text: ranges.length > MOST_RANGES ? `${values.length} values` : ranges.join(' | '), values };
}

function memberAt(protocol: Protocol, offset: number): Span {
  const layout = layoutOf(protocol.frame);
  let span = protocol.span;
  for (const member of walk(protocol.frame.body)) {
    const place = layout.places.get(member)!;
    if (
      (member.member === 'field' || member.member === 'bits') &&
      place.anchor === null &&
      place.offset <= offset
    )
      span = member.span;
  }
  return span;
}

/** What a proxy reads, and where. */
export function compareRoles(
  old: Version,
  now: Version,
  { knownOld, knownNew }: KnownFields,
  changes: Changes,
): void {
  const a = old.protocol.roles;
  const b = now.protocol.roles;
  for (const name of Object.keys(b) as (keyof typeof b)[]) {
    const was = roleOf(a[name], knownOld);
    const is = roleOf(b[name], knownNew);
    const places = [old.places.role(name), now.places.role(name)] as const;
    if (was === null && is !== null)
      changes.compatible('role-added', null, places[1], `the role \`${name}\` is new: \`${is.text}\``);
    else if (was !== null && is === null)
      changes.breaking(
        'role-removed',
        places[0],
        null,
        `the role \`${name}\`, read from \`${was.text}\`, is gone`,
      );
    else if (was !== null && is !== null && was.key !== is.key) {
      const message = `the role \`${name}\` was read from \`${was.text}\`, is read from \`${is.text}\``;
      if (extended(was.cases, is.cases)) changes.compatible('role-changed', ...places, message);
      else changes.breaking('role-changed', ...places, message);
    }
  }
}

interface RoleText {
  readonly key: string;
  readonly text: string;
  /** What each value gives, if the role is given by a `match`. */
  readonly cases: ReadonlyMap<string, string> | null;
}

/** Whether a `match` says of all values it spoke of before what it said then. */
function extended(was: RoleText['cases'], is: RoleText['cases']): boolean {
  return (
    was !== null &&
    is !== null &&
    !was.has('_') &&
    [...was].every(([value, result]) => is.get(value) === result)
  );
}

function roleOf(role: Protocol['roles'][keyof Protocol['roles']], known: Known): RoleText | null {
  if (role === null || (Array.isArray(role) && role.length === 0)) return null;
  if ('member' in role && role.member === 'field' && role.type.kind === 'composed')
    return { key: `concat(${role.type.parts.map(known).join()})`, text: role.name, cases: null };
  if (!('op' in role)) {
    const parts = 'member' in role ? [role] : role;
    return { key: parts.map((part) => `[${known(part)}]`).join(), text: partNames(parts), cases: null };
  }
  const cases =
    role.op !== 'match'
      ? null
      : new Map([
          ['on', role.on.map((e) => meaningKey(e, known)).join()],
          ...role.arms.flatMap((arm) =>
            patternTokens(arm.patterns, role.on).map((token): [string, string] => [
              token,
              meaningKey(arm.value, known),
            ]),
          ),
        ]);
  return { key: meaningKey(role, known), text: sourceText(role), cases };
}

/**
 * The status map both ways. Wire statuses count by their names: what became of the names is said where they are
 * declared.
 */
export function compareStatus(old: Version, now: Version, changes: Changes): void {
  const a = old.protocol.status;
  const b = now.protocol.status;
  if (a === null || b === null) return;
  for (const name of namesOf(a)) {
    if (!namesOf(b).has(name)) continue;
    const was = readAs(a, name);
    const is = readAs(b, name);
    if (was !== is)
      changes.breaking(
        'status-changed',
        old.places.read([name]),
        now.places.read([name]),
        `the wire status \`${name}\` meant ${was}, means ${is}`,
      );
  }
  if (a.decodeDefault !== b.decodeDefault)
    changes.breaking(
      'status-changed',
      old.places.read(['_']),
      now.places.read(['_']),
      `a wire status that is not listed meant ${a.decodeDefault}, means ${b.decodeDefault}`,
    );
  const others = (table: StatusTable): string =>
    table.encodeDefault === null ? 'nothing' : nameOf(table, table.encodeDefault);
  if (others(a) !== others(b))
    changes.breaking(
      'status-changed',
      old.places.written('_'),
      now.places.written('_'),
      `a status that is not listed was written as \`${others(a)}\`, is written as \`${others(b)}\``,
    );
  for (const canonical of new Set([...a.encode, ...b.encode].map((one) => one.canonical))) {
    const was = writtenAs(a, canonical);
    const is = writtenAs(b, canonical);
    if (was === is || (was !== null && b.enum !== null && !namesOf(b).has(was))) continue;
    const message = `${canonical} was written as \`${was ?? 'nothing'}\`, is written as \`${is ?? 'nothing'}\``;
    const places = [old.places.written(canonical), now.places.written(canonical)] as const;
    if (is !== null && a.enum !== null && !namesOf(a).has(is))
      changes.warning('status-changed', ...places, `${message}, which the old version does not know`);
    else changes.breaking('status-changed', ...places, message);
  }
}

function nameOf(table: StatusTable, value: bigint): string {
  return table.enum?.members.find((m) => m.value === value)?.name ?? String(value);
}

/** The wire statuses a version knows: the members of their enum, and the numbers in the map. */
function namesOf(table: StatusTable): Set<string> {
  return new Set([
    ...(table.enum?.members ?? []).map((m) => m.name),
    ...table.decode.map((one) => nameOf(table, one.wire)),
  ]);
}

function readAs(table: StatusTable, name: string): string {
  return table.decode.find((one) => nameOf(table, one.wire) === name)?.canonical ?? table.decodeDefault;
}

function writtenAs(table: StatusTable, canonical: string): string | null {
  const wire = table.encode.find((one) => one.canonical === canonical)?.wire ?? table.encodeDefault;
  return wire === null ? null : nameOf(table, wire);
}

/** The frames that the proxy makes. */
export function compareSynths(
  old: Protocol,
  now: Protocol,
  { knownOld, knownNew }: KnownFields,
  changes: Changes,
): void {
  const content = (synth: Protocol['synths'][number], known: Known): string =>
    synth.fields
      .map((f) => `${known(f.field)}: ${synthKey(f.value, known)}`)
      .sort()
      .join();
  for (const is of now.synths) {
    const was = old.synths.find((one) => one.name === is.name);
    const name = `\`synth ${is.name}\``;
    if (was === undefined) changes.compatible('synth-added', null, is.span, `${name} is new`);
    else if (content(was, knownOld) !== content(is, knownNew))
      changes.warning('synth-changed', was.span, is.span, `${name} makes another frame`);
  }
  for (const was of old.synths)
    if (!now.synths.some((one) => one.name === was.name))
      changes.breaking(
        'synth-removed',
        was.span,
        null,
        `\`synth ${was.name}\` is gone: the proxy no longer makes this frame`,
      );
}
