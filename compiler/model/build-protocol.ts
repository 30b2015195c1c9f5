import { constantOf, constantValue } from './constants.js';
import { openProtocol, type OpenedProtocol, type ResolveUse } from './open-scope.js';
import type { Scope } from './scope.js';
import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { FrameDecl, ProtocolDecl, ProtocolItem, SchemaFile, Setting } from '../syntax/ast.js';
import { buildBlock, declaredNames, buildStruct } from './build-members.js';
import { buildMatch } from './build-match.js';
import { buildRoles } from './build-roles.js';
import { buildStatus } from './build-status.js';
import { buildSynth } from './build-synth.js';
import type { Context } from './build-expression.js';
import { Declarations } from './declarations.js';
import { derive } from './derive.js';
import { hashText } from './hash-text.js';
import type { Frame, LimitValues, Protocol, SynthModel } from './model.js';
import { Names } from './names.js';

const LIMITS = ['frame', 'headers', 'header_bytes', 'probe', 'in_flight', 'depth', 'elements', 'line'];
/** Structs in each other that every stack has room for. */
const DEEPEST_VALUE = 1024;

/** A protocol as far as it could be built. */
export interface BuiltProtocol {
  readonly protocol: Protocol;
  /** Its items, with those it inherits. */
  readonly items: readonly ProtocolItem[];
}

/**
 * Resolves and sizes one protocol. After errors the parts in error are left out; rules then look at the rest, but
 * nothing may be generated from it.
 *
 * @returns null if errors leave nothing to look at
 */
export function buildProtocol(
  decl: ProtocolDecl,
  file: SchemaFile,
  resolve: ResolveUse,
  report: Report,
): BuiltProtocol | null {
  const { scope, items, limits: limitEntries } = openProtocol(decl, file, resolve, report);
  /** Whether what is missing may be there, in a file or statement that could not be read. */
  const damaged = scope.shared.incomplete || [...scope.shared.sources].some((s) => report.isDamaged(s));
  const settings = new Map<string, Setting>();
  for (const item of items) if (item.kind === 'setting') settings.set(item.name.text, item);
  const choose = <T extends string>(name: string, values: readonly T[], fallback: T): T =>
    choice(settings, name, values, fallback, report);
  for (const setting of settings.values()) {
    const known = ['endian', 'pool', 'correlate'];
    if (!known.includes(setting.name.text)) {
      report.error('PF100', setting.name.span, `there is no setting \`${setting.name.text}\``, {
        hint:
          suggestHint(setting.name.text, known).hint ?? 'the settings are `endian`, `pool` and `correlate`',
      });
    }
  }
  const endian = choose('endian', ['big', 'little'], 'big');
  const pool = choose('pool', ['multiplex', 'pingpong', 'pipeline', 'binding'], 'multiplex');
  const correlate = choose('correlate', ['id', 'fifo', 'none'], 'id');
  const limits = buildLimits(limitEntries, scope, report);
  for (const item of items) refuseUnbuilt(item, report);

  const frames = items.filter((item): item is FrameDecl => item.kind === 'frame');
  const [frameDecl, second] = frames;
  if (frameDecl === undefined) {
    if (damaged) return null;
    report.error('PF120', decl.name.span, `\`${decl.name.text}\` has no frame`, {
      hint: 'add frame Name { … }',
    });
    return null;
  }
  if (second !== undefined) {
    report.error('PF199', second.name.span, 'several frames in one protocol are not built yet', {
      labels: [{ span: frameDecl.name.span, text: 'the first' }],
      hint: 'use one frame with a variant',
    });
    return null;
  }
  if (frameDecl.from !== null)
    report.error('PF199', frameDecl.from.span, 'frames of one side only are not built yet');
  if (frameDecl.when !== null)
    report.error('PF199', frameDecl.when.span, 'frames of one phase only are not built yet');
  const declarations = new Declarations(scope, report, endian === 'little', limits.elements);
  const names = new Names(report, declaredNames(frameDecl.members));
  const cx: Context & { readonly names: Names } = { scope, report, names, guards: [], declarations };
  // Enums and structs nobody names are checked as well, and generated: a user may want them.
  for (const item of items) {
    if (item.kind === 'enum') declarations.enumOf(item);
    if (item.kind === 'struct') buildStruct(item, declarations, cx);
    if (item.kind === 'const') constantValue(item, scope, report);
    if (item.kind === 'extern') declarations.externOf(item);
  }
  const frame: Frame = {
    name: frameDecl.name.text,
    doc: frameDecl.doc,
    span: frameDecl.name.span,
    body: buildBlock(frameDecl.members, frameDecl.name.text, cx, declarations),
  };
  derive(frame.body, report);
  for (const struct of declarations.structs.values()) derive(struct.body, report);

  const semantics = items.find((item) => item.kind === 'semantics');
  const built = buildRoles(semantics, decl, cx, damaged);
  if (built === null) return null;
  const { roles, idInOtherArms } = built;
  const statusMap = items.find((item) => item.kind === 'status');
  const status = buildStatus(statusMap, semantics, roles.status, scope, report);
  const synths: SynthModel[] = [];
  for (const item of items) {
    if (item.kind !== 'synth') continue;
    const synth = buildSynth(item, frame, names, cx, report);
    if (synth !== null) synths.push(synth);
  }
  const protocol: Protocol = {
    name: decl.name.text,
    doc: decl.doc,
    fileName: `${decl.name.text.replaceAll('_', '-')}.ts`,
    schemaPath: file.source.path,
    schemaHash: hashText(
      [...scope.shared.sources].flatMap((s) => [s.text, ...[...s.beside.values()].map((b) => b.text)]),
    ),
    span: decl.name.span,
    pool,
    correlation: correlate === 'fifo' ? 'order' : correlate,
    limits,
    enums: [...declarations.enums.values()],
    structs: [...declarations.structs.values()],
    frame,
    reply: null,
    externs: declarations.externModels(),
    idInOtherArms,
    roles,
    status,
    synths,
    match: buildMatch(frame, limits.probe),
  };
  return { protocol, items };
}

function choice<T extends string>(
  settings: ReadonlyMap<string, Setting>,
  name: string,
  values: readonly T[],
  fallback: T,
  report: Report,
): T {
  const setting = settings.get(name);
  if (setting === undefined) return fallback;
  const [value, extra] = setting.values;
  const text = value?.kind === 'name' ? value.name : '';
  if (extra !== undefined) {
    const message = `\`${name}\` takes one value${name === 'correlate' ? '; a second one is not built yet' : ''}`;
    report.error(name === 'correlate' ? 'PF199' : 'PF109', extra.span, message);
  }
  if ((values as readonly string[]).includes(text)) {
    return text as T;
  }
  report.error(
    'PF100',
    value?.span ?? setting.span,
    text === '' ? `\`${name}\` takes a name` : `there is no \`${name} ${text}\``,
    { hint: suggestHint(text, values).hint ?? `it is one of ${values.map((v) => `\`${v}\``).join(', ')}` },
  );
  return fallback;
}

function buildLimits(entries: OpenedProtocol['limits'], scope: Scope, report: Report): LimitValues {
  const value = (name: string, fallback: number, most = 0x7fffffff): number => {
    const entry = entries.get(name);
    if (entry === undefined) return fallback;
    const constant = constantOf(entry.value, scope, report);
    if (constant === null) return fallback;
    if (constant.kind !== 'int' || constant.value < 1n || constant.value > BigInt(most)) {
      report.error('PF113', entry.value.span, `the limit \`${name}\` is a number from 1 to ${most}`);
      return fallback;
    }
    return Number(constant.value);
  };
  for (const [name, entry] of entries) {
    if (!LIMITS.includes(name))
      report.error('PF100', entry.name.span, `there is no limit \`${name}\``, suggestHint(name, LIMITS));
  }
  return {
    frame: value('frame', 16 * 1024 * 1024),
    headers: value('headers', 1024),
    headerBytes: value('header_bytes', 64 * 1024),
    probe: value('probe', 16),
    depth: value('depth', 64, DEEPEST_VALUE),
    elements: value('elements', 65536),
    line: value('line', 64 * 1024),
    inFlight: entries.has('in_flight') ? value('in_flight', 1) : null,
  };
}

function refuseUnbuilt(item: ProtocolItem, report: Report): void {
  switch (item.kind) {
    case 'connection':
      report.error('PF199', item.span, 'connection phases are not built yet');
      return;
    case 'match':
      report.error(
        'PF199',
        item.span,
        'an explicit match is not built yet; it is derived from constants, ranges and closed enums',
      );
      return;
    case 'semantics':
      if (item.frame !== null)
        report.error('PF199', item.frame.span, 'semantics for one frame of several are not built yet');
      return;
    default:
      return;
  }
}
