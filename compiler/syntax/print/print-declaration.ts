import type {
  Assignment,
  ConnectionItem,
  EnumDecl,
  EnumMember,
  PhaseRule,
  ProtocolDecl,
  ProtocolItem,
  Role,
  StatusEntry,
  Synth,
  TopItem,
} from '../ast.js';
import { fill, flat, hard, indent, join, WIDTH, type Doc } from './doc.js';
import { aligned, block, entries, plain, rows, type Statement } from './print-block.js';
import { expression, literals } from './print-expression.js';
import { member } from './print-member.js';
import { params, type } from './print-type.js';
import type { Trivia } from './trivia.js';

/** @param depth 0 in a file, 1 in a protocol */
export function declaration(trivia: Trivia, of: TopItem | ProtocolItem, depth: number): Statement {
  const expr = (one: Parameters<typeof expression>[1]) => expression(trivia, one);
  switch (of.kind) {
    case 'use':
      return plain(`use ${of.path.text}${of.alias === null ? '' : ` as ${of.alias.text}`};`);
    case 'protocol':
      return plain(protocol(trivia, of, depth));
    case 'setting':
      return aligned('setting', depth, of.name.text, [join(', ', of.values.map(expr)), ';']);
    case 'limits': {
      const body = block(trivia, of.span.start, 'limits', of.entries, depth, (one, inner) =>
        assignment(trivia, one, inner),
      );
      return plain(['limits ', body]);
    }
    case 'const': {
      const typed = of.type === null ? '' : [' : ', type(trivia, of.type)];
      return plain([`const ${of.name.text}`, typed, ' = ', expr(of.value), ';']);
    }
    case 'enum':
      return plain(enumeration(trivia, of, depth));
    case 'struct':
    case 'frame': {
      const head: Doc[] = [];
      if (of.kind === 'struct') {
        if (of.recursive) head.push('recursive ');
        head.push(`struct ${of.name.text}`, of.params.length === 0 ? '' : params(trivia, of.params));
      } else {
        head.push(`frame ${of.name.text}`);
        if (of.from !== null) head.push(` from ${of.from.text}`);
        if (of.when !== null) head.push(' when ', expr(of.when));
      }
      const last = of.kind === 'struct' ? (of.params.at(-1) ?? of.name) : (of.when ?? of.from ?? of.name);
      const body = block(trivia, last.span.end, head, of.members, depth, (one, inner) =>
        member(trivia, one, inner),
      );
      return plain([head, ' ', body]);
    }
    case 'extern': {
      const given = of.params.length === 0 ? '' : params(trivia, of.params);
      const result = of.result === null ? '' : [' => ', type(trivia, of.result)];
      return plain([`extern ${of.sort} ${of.name.text}`, given, result, ` from ${of.path.text};`]);
    }
    case 'match': {
      const head = of.from === null ? 'match' : `match from ${of.from.text}`;
      const from = of.from?.span.end ?? of.span.start;
      const conditions = of.conditions.map((value) => ({ span: value.span, value }));
      const body = block(trivia, from, head, conditions, depth, ({ value }) => plain([expr(value), ';']));
      return plain([head, ' ', body]);
    }
    case 'semantics': {
      const head = of.frame === null ? 'semantics' : `semantics ${of.frame.text}`;
      const from = of.frame?.span.end ?? of.span.start;
      const body = block(trivia, from, head, of.roles, depth, (one, inner) => role(trivia, one, inner));
      return plain([head, ' ', body]);
    }
    case 'status': {
      const body = block(trivia, of.span.start, 'status', of.entries, depth, (one, inner) =>
        status(trivia, one, inner),
      );
      return plain(['status ', body]);
    }
    case 'synth':
      return synth(trivia, of, depth);
    case 'connection': {
      const body = block(trivia, of.span.start, 'connection', of.items, depth, (one, inner) =>
        connectionItem(trivia, one, inner),
      );
      return plain(['connection ', body]);
    }
  }
}

function protocol(trivia: Trivia, of: ProtocolDecl, depth: number): Doc {
  const head = `protocol ${of.name.text}${of.base === null ? '' : ` extends ${of.base.text}`}`;
  const from = (of.base ?? of.name).span.end;
  const body = block(trivia, from, head, of.items, depth, (one, inner) => declaration(trivia, one, inner));
  return [head, ' ', body];
}

/** On one line if it was; else one value a line if they stood so or have comments; else filled lines. */
function enumeration(trivia: Trivia, of: EnumDecl, depth: number): Doc {
  const open = of.open ? 'open ' : '';
  const head = [`${open}${of.flags ? 'flags' : 'enum'} ${of.name.text} : `, type(trivia, of.type)];
  const { open: from, close } = trivia.blockFrom(of.type.span.end);
  trivia.hoistBefore(from);
  const opening = trivia.takeTrailing(from + 1);
  const last = of.members.at(-1);
  const list = entries(trivia, of.members, close, (one) => {
    const comma = one === last ? '' : ',';
    return plain([`${one.name.text} = `, expression(trivia, one.value), comma]);
  });
  const commented = opening !== null || list.some((entry) => entry.isComment || entry.trailing !== null);
  const docs = list.map((entry) => entry.statement.tail);

  const short = flat([head, ' { ', join(' ', docs), ' }']);
  const fitting = short !== null && short.length + 2 * depth <= WIDTH;
  if (!commented && fitting && trivia.isOneLine({ start: from, end: close })) return short;
  const body = commented || standApart(trivia, of.members) ? rows(list, depth + 1) : fill('', docs);
  return [head, ' {', opening === null ? '' : `  ${opening}`, indent([hard, body]), hard, '}'];
}

/** True if no two values share a line. */
function standApart(trivia: Trivia, members: readonly EnumMember[]): boolean {
  return members.every((one, i) => {
    const next = members[i + 1];
    return next === undefined || !trivia.isOneLine({ start: one.span.end, end: next.span.start });
  });
}

function assignment(trivia: Trivia, of: Assignment, depth: number): Statement {
  return aligned('assignment', depth, of.name.text, ['= ', expression(trivia, of.value), ';']);
}

function role(trivia: Trivia, of: Role, depth: number): Statement {
  const form = of.form === 'value' ? '= ' : 'when ';
  return aligned('role', depth, of.name.text, [form, expression(trivia, of.value), ';']);
}

function status(trivia: Trivia, of: StatusEntry, depth: number): Statement {
  const wire = literals(trivia, of.wire);
  const canonical = literals(trivia, of.canonical);
  const statement = aligned('status', depth, wire, [of.direction, ' ', canonical, ';']);
  // In a column of arrows the right sides are aligned as well.
  if (statement.sort === null) return statement;
  return { ...statement, tail: [of.direction.padEnd(3), ' ', canonical, ';'], tailAlone: statement.tail };
}

function synth(trivia: Trivia, of: Synth, depth: number): Statement {
  if (of.value === null) return plain(`synth ${of.name.text} none;`);
  const head = [`synth ${of.name.text}`, params(trivia, of.params)];
  return aligned('synth', depth, head, ['= ', expression(trivia, of.value), ';']);
}

function connectionItem(trivia: Trivia, of: ConnectionItem, depth: number): Statement {
  switch (of.kind) {
    case 'variable': {
      const value = of.value === null ? '' : [' = ', expression(trivia, of.value)];
      return aligned('variable', depth, `let ${of.name.text}`, [': ', type(trivia, of.type), value, ';']);
    }
    case 'phase': {
      const head = `phase ${of.name.text}`;
      const body = block(trivia, of.name.span.end, head, of.rules, depth, (one) => phaseRule(trivia, one));
      return plain([head, ' ', body]);
    }
    case 'rule': {
      const head = `when ${of.frame.text}`;
      const body = block(trivia, of.frame.span.end, head, of.assignments, depth, (one, inner) =>
        assignment(trivia, one, inner),
      );
      return plain([head, ' ', body]);
    }
  }
}

function phaseRule(trivia: Trivia, of: PhaseRule): Statement {
  const frames = of.frames.map((one) => one.text);
  return plain([
    `${of.side.text}: `,
    indent(fill(' |', frames)),
    of.when === null ? '' : [' when ', expression(trivia, of.when)],
    of.next === null ? '' : ` => ${of.next.text}`,
    ';',
  ]);
}
