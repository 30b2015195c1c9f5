import type { Report } from '../../diagnostics/diagnostic.js';
import type { Protocol } from '../../model/model.js';
import type { ProtocolItem } from '../../syntax/ast.js';
import { parts } from '../../model/expressions-of.js';

/** PF141: a protocol with requests says how the proxy answers them with an error, or that it can't. */
export function hijackDecided(protocol: Protocol, items: readonly ProtocolItem[], report: Report): void {
  const asks = [...parts(protocol.roles.kind)].some((e) => e.op === 'frameKind' && e.value === 'request');
  const decided = items.some((item) => item.kind === 'synth' && item.name.text === 'hijack');
  if (asks && !decided) {
    report.error(
      'PF141',
      protocol.span,
      `\`${protocol.name}\` has requests but does not say how the proxy answers one with an error`,
      {
        hint: `add synth hijack(req: ${protocol.frame.name}, code: Code) = …; or, if the protocol has no error replies, synth hijack none;`,
      },
    );
  }
  const writes = protocol.synths.find((s) =>
    s.fields.some((f) => [...parts(f.value)].some((e) => e.op === 'wire')),
  );
  if (writes !== undefined && protocol.status === null) {
    report.error('PF142', writes.span, '`wire(code)` needs a status map', {
      hint: 'add status { … <=> OK; … }',
    });
  }
}
