import type { Report } from '../../diagnostics/diagnostic.js';
import { parts, valueParts } from '../../model/expressions-of.js';
import type { Protocol } from '../../model/model.js';
import type { ProtocolItem } from '../../syntax/ast.js';

/** PF141: a protocol with requests says how the proxy answers them with an error, or that it can't. */
export function hijackDecided(protocol: Protocol, items: readonly ProtocolItem[], report: Report): void {
  const asks = [...parts(protocol.roles.kind)].some((e) => e.op === 'frameKind' && e.value === 'request');
  const decided = items.some((item) => item.kind === 'synth' && item.name.text === 'hijack');
  const { file } = protocol.span;
  if (asks && !decided && !report.isDamaged(file)) {
    report.error(
      'PF141',
      protocol.span,
      `\`${protocol.name}\` has requests but does not say how the proxy answers one with an error`,
      {
        hint: `add \`synth hijack(req: ${protocol.frame.name}, code: Code) = …;\` or, if the protocol has no error replies, \`synth hijack none;\``,
      },
    );
  }
  if (items.some((item) => item.kind === 'status') || report.isDamaged(file)) return;
  for (const synth of [...protocol.synths, ...(protocol.reply?.synths ?? [])]) {
    for (const field of synth.fields) {
      const wire = [...valueParts(field.value)].find((e) => e.op === 'wire');
      if (wire !== undefined)
        report.error('PF142', wire.span, 'nothing says how a status is written: there is no status map', {
          hint: 'add `status { … <=> OK; … }`',
        });
    }
  }
}
