import type { Report } from '../../diagnostics/diagnostic.js';
import type { MatchByte, Protocol } from '../../model/model.js';

/** PF130: no first bytes are taken for two protocols of one run. */
export function matchDisjoint(protocols: readonly Protocol[], report: Report): void {
  protocols.forEach((a, i) => {
    if (a.match.length === 0) {
      report.warning(
        'PF130',
        a.span,
        `\`${a.name}\` can't be told by its first bytes and is never chosen by \`auto\``,
        {
          hint: 'a constant, range or closed enum at a fixed place near the start would tell it',
        },
      );
      return;
    }
    for (const b of protocols.slice(0, i)) {
      if (b.match.length === 0 || distinguishing(a.match, b.match)) continue;
      report.error('PF130', a.span, `the first bytes of \`${a.name}\` and \`${b.name}\` can be the same`, {
        labels: [
          { span: a.span, text: `${a.name}: ${show(a.match)}` },
          { span: b.span, text: `${b.name}: ${show(b.match)}` },
        ],
        hint: 'a constant that differs at one place tells them apart; or check them in different runs and give each a port',
      });
    }
  });
}

function distinguishing(a: readonly MatchByte[], b: readonly MatchByte[]): boolean {
  return a.some((x) => {
    const y = b.find((m) => m.offset === x.offset);
    return (
      y !== undefined && !x.allowed.some((r) => y.allowed.some((s) => r.low <= s.high && s.low <= r.high))
    );
  });
}

/** `byte 0 is 1, byte 1 is 0-2`, for messages and explain. */
export function show(match: readonly MatchByte[]): string {
  const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;
  return match
    .map(
      (m) =>
        `byte ${m.offset} is ${m.allowed.map((r) => (r.low === r.high ? hex(r.low) : `${hex(r.low)}..${hex(r.high)}`)).join(' or ')}`,
    )
    .join(', ');
}
