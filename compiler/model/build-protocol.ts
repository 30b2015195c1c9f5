import { constantOf, constantValue } from './constants.js';
import { openProtocol, type OpenedProtocol, type ResolveUse } from './open-scope.js';
import type { Scope } from './scope.js';
import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type {
  FrameDecl,
  ProtocolDecl,
  ProtocolItem,
  SchemaFile,
  Semantics,
  Setting,
  StructDecl,
} from '../syntax/ast.js';
import { buildBlock, declaredNames, buildStruct } from './build-members.js';
import { buildMatch } from './build-match.js';
import { explicitMatch } from './explicit-match.js';
import { buildRoles } from './build-roles.js';
import { buildStatus } from './build-status.js';
import { buildSynth, type Side } from './build-synth.js';
import type { Context } from './build-expression.js';
import { Declarations } from './declarations.js';
import { derive } from './derive.js';
import { hashText } from './hash-text.js';
import type { Frame, LimitValues, Protocol, SynthModel } from './model.js';
import { codedAround } from './inner-fields.js';
import { boundCodedHeaders, mapsAsLists } from './maps-as-lists.js';
import { Names } from './names.js';
import { isSpliced, Remembered, rememberedFields } from './remembered.js';
import { structsInOrder } from './structs-in-order.js';

const LIMITS = ['frame', 'headers', 'header_bytes', 'probe', 'in_flight', 'depth', 'elements', 'line'];
/** Structs in each other that every stack has room for. */
const DEEPEST_VALUE = 256;

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
 * @returns null if errors leave nothing to look at, or a file that it uses could not be read, which has been reported
 */
export function buildProtocol(
  decl: ProtocolDecl,
  file: SchemaFile,
  resolve: ResolveUse,
  report: Report,
): BuiltProtocol | null {
  const opened = openProtocol(decl, file, resolve, report);
  const reported = report.diagnostics.length;
  const built = buildOpened(opened, decl, file, report);
  if (!opened.scope.shared.incomplete) return built;
  // Nobody can tell what is wrong from what only seems so without the file that is missing.
  report.withdraw(reported);
  return null;
}

function buildOpened(
  { scope, items, limits: limitEntries }: ReturnType<typeof openProtocol>,
  decl: ProtocolDecl,
  file: SchemaFile,
  report: Report,
): BuiltProtocol | null {
  const before = report.attempts;
  /** Whether what is missing may be there, in a file or statement that could not be read. */
  const damaged = scope.shared.incomplete || [...scope.shared.sources].some((s) => report.isDamaged(s));
  const settings = new Map<string, Setting>();
  for (const item of items) if (item.kind === 'setting') settings.set(item.name.text, item);
  const choose = <T extends string>(name: string, values: readonly T[], fallback: T): T =>
    choice(settings, name, values, fallback, report);
  for (const setting of settings.values()) {
    const known = ['endian', 'pool', 'correlate', 'reserve', 'header_case'];
    if (!known.includes(setting.name.text)) {
      report.error('PF100', setting.name.span, `there is no setting \`${setting.name.text}\``, {
        hint:
          suggestHint(setting.name.text, known).hint ??
          'the settings are `endian`, `pool`, `correlate`, `reserve` and `header_case`',
      });
    }
  }
  const endian = choose('endian', ['big', 'little'], 'big');
  const pool = choose('pool', ['multiplex', 'pingpong', 'pipeline', 'binding'], 'multiplex');
  const correlate = choose('correlate', ['id', 'fifo', 'none'], 'id');
  const headerCase = choose('header_case', ['sensitive', 'insensitive'], 'sensitive');
  const reservedIds = buildReserved(settings.get('reserve'), scope, report);
  const limits = buildLimits(limitEntries, scope, report);
  for (const item of items) refuseUnbuilt(item, report);

  const frames = items.filter((item): item is FrameDecl => item.kind === 'frame');
  const sides = sidesOf(frames, decl, damaged, report);
  if (sides === null) return null;
  const structs = items.filter((item): item is StructDecl => item.kind === 'struct');
  const ordered = structsInOrder(frames, structs, scope);
  const declarations = new Declarations(scope, report, endian === 'little', limits.elements, ordered);
  const empty: Context = { scope, report, names: null, guards: [], declarations };
  // Enums and structs nobody names are checked as well, and generated: a user may want them.
  for (const item of items) {
    if (item.kind === 'enum') declarations.enumOf(item);
    if (item.kind === 'struct' && item.params.length === 0) buildStruct(item, [], declarations, empty);
    if (item.kind === 'const') constantValue(item, scope, report);
    if (item.kind === 'extern') declarations.externOf(item);
  }
  const build = (
    frameDecl: FrameDecl,
    remembered: Remembered | null,
  ): Side & { readonly cx: Context & { readonly names: Names } } => {
    const names = new Names(report, declaredNames(frameDecl.members));
    const cx = {
      scope,
      report,
      names,
      guards: [],
      declarations,
      ...(remembered === null ? {} : { remembered }),
    };
    const frame: Frame = {
      name: frameDecl.name.text,
      doc: frameDecl.doc,
      span: frameDecl.name.span,
      body: buildBlock(frameDecl.members, frameDecl.name.text, cx, declarations),
    };
    derive(frame.body, report);
    return { frame, names, cx };
  };
  const [asked, answered] = sides;
  const first = build(asked!, null);
  const fields = rememberedFields(
    settings.get('correlate'),
    answered === undefined ? null : first.names,
    report,
  );
  const remembered = new Remembered(first.names, fields);
  const second = answered === undefined ? undefined : build(answered, remembered);
  const framed = second === undefined ? [first] : [first, second];
  for (const struct of declarations.structs) {
    mapsAsLists(struct.body, []);
    derive(struct.body, report);
  }
  if (report.attempts === before)
    for (const item of items)
      if (item.kind === 'struct' && !declarations.isUsed(item))
        report.warning('PF180', item.name.span, `nothing uses \`${item.name.text}\``, {
          hint: 'its members are checked for the arguments it is used with; remove it',
        });

  const statusMap = items.find((item) => item.kind === 'status');
  const synthItems = items.filter((item) => item.kind === 'synth');
  const part = (own: typeof first, side: Protocol['side'], reply: Protocol | null): Protocol | null => {
    const semantics = items.find(
      (item): item is Semantics =>
        item.kind === 'semantics' && (side === 'both' || item.frame?.text === own.frame.name),
    );
    const built = buildRoles(semantics, decl, own.cx, damaged);
    if (built === null) return null;
    const { roles, idInOtherArms, idForm } = built;
    mapsAsLists(own.frame.body, roles.headers);
    boundCodedHeaders(roles.headers, limits.headers);
    const other = roles.headers.find(({ type }) => type.kind !== 'map');
    if (headerCase === 'insensitive' && other !== undefined)
      report.error(
        'PF109',
        settings.get('header_case')!.span,
        'how the keys of these headers are compared is the affair of their format',
        {
          labels: [
            {
              span: other.span,
              text:
                codedAround(other) === null
                  ? 'a module of TypeScript reads them'
                  : 'they are in a window with a codec, where keys are compared as they stand',
            },
          ],
          hint: 'remove it',
        },
      );
    const status = side === 'client' ? null : buildStatus(statusMap, semantics, roles.status, scope, report);
    const synths: SynthModel[] = [];
    for (const item of synthItems) {
      const made = item.value?.kind === 'struct' ? item.value.name.text : null;
      // What makes the other side's frame belongs to that side; what makes none is reported once.
      if (second !== undefined && (made === second.frame.name) !== (side === 'server')) continue;
      const ids = roles.id === null || idForm === null ? [] : [roles.id, ...idInOtherArms];
      const synth = buildSynth(item, own, first, own.cx, report, ids);
      if (synth !== null) synths.push(synth);
    }
    const matches = side === 'server' ? [] : items.filter((item) => item.kind === 'match');
    const explicit = matches.flatMap((item) => explicitMatch(item, own.frame, limits.probe, own.cx));
    const portOnly = matches.length > 0 && matches.every((item) => item.conditions.length === 0);
    return {
      name: decl.name.text,
      doc: side === 'server' ? own.frame.doc : decl.doc,
      fileName: `${side === 'server' ? 'replies/' : ''}${decl.name.text.replaceAll('_', '-')}.ts`,
      schemaPath: file.source.path,
      schemaHash: hashText(
        [...scope.shared.sources].flatMap((s) => [s.text, ...[...s.beside.values()].map((b) => b.text)]),
      ),
      span: decl.name.span,
      side,
      pool,
      correlation: correlate === 'fifo' ? 'order' : correlate,
      reservedIds,
      spliced: isSpliced(settings.get('correlate')),
      limits,
      enums: [...declarations.enums.values()],
      structs: [...declarations.structs],
      frame: own.frame,
      reply,
      facts: remembered.facts,
      externs: declarations.externModels(),
      idInOtherArms,
      idForm,
      roles,
      headerCase,
      status,
      synths,
      match: portOnly ? [] : buildMatch(own.frame, limits.probe, explicit),
      portOnly,
    };
  };
  if (second === undefined) {
    for (const item of items)
      if (item.kind === 'semantics' && item.frame !== null && item.frame.text !== first.frame.name)
        report.error('PF100', item.frame.span, `there is no frame \`${item.frame.text}\``);
    const protocol = part(first, 'both', null);
    return protocol && { protocol, items };
  }
  for (const item of items) {
    if (item.kind !== 'semantics') continue;
    const known = framed.map(({ frame }) => frame.name);
    if (item.frame === null)
      report.error('PF124', item.span, 'each side has semantics of its own', {
        hint: `write \`semantics ${known[0]!} { … }\` and \`semantics ${known[1]!} { … }\``,
      });
    else if (!known.includes(item.frame.text))
      report.error(
        'PF100',
        item.frame.span,
        `there is no frame \`${item.frame.text}\``,
        suggestHint(item.frame.text, known),
      );
  }
  const reply = part(second, 'server', null);
  const protocol = reply && part(first, 'client', reply);
  for (const [field, span] of remembered.unused)
    report.warning('PF180', span, `no reply asks for \`req.${field}\``, { hint: 'remove it here' });
  return protocol && { protocol, items };
}

/** The frame of both sides, or the client's and the server's; null after a report. */
function sidesOf(
  frames: readonly FrameDecl[],
  decl: ProtocolDecl,
  damaged: boolean,
  report: Report,
): readonly FrameDecl[] | null {
  const [first, second, third] = frames;
  if (first === undefined) {
    if (!damaged)
      report.error('PF120', decl.name.span, `\`${decl.name.text}\` has no frame`, {
        hint: 'add frame Name { … }',
      });
    return null;
  }
  for (const { when } of frames)
    if (when !== null) report.error('PF199', when.span, 'frames of one phase only are not built yet');
  for (const { from } of frames)
    if (from !== null && from.text !== 'client' && from.text !== 'server') {
      report.error('PF100', from.span, `frames come from \`client\` or \`server\``);
      return null;
    }
  const client = frames.filter((f) => f.from?.text === 'client');
  const server = frames.filter((f) => f.from?.text === 'server');
  if (second === undefined && first.from === null) return [first];
  if (client.length === 1 && server.length === 1 && third === undefined) return [client[0]!, server[0]!];
  const extra = second ?? first;
  report.error(
    'PF131',
    extra.name.span,
    second === undefined
      ? 'the frames of the other side are missing'
      : 'a protocol has one frame for both sides, or one from the client and one from the server',
    {
      ...(second === undefined ? {} : { labels: [{ span: first.name.span, text: 'the first' }] }),
      hint:
        second === undefined
          ? `add \`frame … from ${first.from?.text === 'client' ? 'server' : 'client'} { … }\``
          : 'use a variant for frames of one side',
    },
  );
  return null;
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
  if (extra !== undefined && name !== 'correlate')
    report.error('PF109', extra.span, `\`${name}\` takes one value`);
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

/** `reserve 0, 0x7ffffff8..0x7fffffff;` */
function buildReserved(setting: Setting | undefined, scope: Scope, report: Report): Protocol['reservedIds'] {
  return (setting?.values ?? []).flatMap((value) => {
    const isRange = value.kind === 'binary' && value.operator === '..';
    const [low, high] = (isRange ? [value.left, value.right] : [value, value]).map((end) =>
      constantOf(end, scope, report),
    );
    if (low === null || high === null || low === undefined || high === undefined) return [];
    if (low.kind !== 'int' || high.kind !== 'int') {
      report.error('PF109', value.span, 'ids are reserved by their numbers', {
        hint: 'write `reserve 0, 0x7ffffff8..0x7fffffff;`',
      });
      return [];
    }
    if (low.value > high.value) {
      report.error('PF113', value.span, `${low.value}..${high.value} is empty`, {
        hint: `the smaller number comes first: \`${high.value}..${low.value}\``,
      });
      return [];
    }
    return [{ low: low.value, high: high.value, span: value.span }];
  });
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
    default:
      return;
  }
}
