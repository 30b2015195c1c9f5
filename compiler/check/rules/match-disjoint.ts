import type { Report } from '../../diagnostics/diagnostic.js';
import type { MatchByte, Protocol } from '../../model/model.js';

/** PF130: no first bytes are taken for two protocols of one run. */
export function matchDisjoint(protocols: readonly Protocol[], report: Report): void {
  protocols.forEach((a, i) => {
    if (a.portOnly) return;
    if (a.match.length === 0) {
      report.warning(
        'PF130',
        a.span,
        `\`${a.name}\` can't be told by its first bytes and is never chosen by \`auto\``,
        {
          hint: 'a constant, range or closed enum at a fixed place near the start would tell it; `match { }` says that nothing does',
        },
      );
      return;
    }
    for (const b of protocols.slice(0, i)) {
      const clash = a.match
        .flatMap((one) => b.match.map((other) => [one.bytes, other.bytes] as const))
        .find(([one, other]) => !distinguishing(one, other));
      if (clash === undefined) continue;
      const [own, others] = clash;
      const message = `\`${a.name}\` and \`${b.name}\` can begin with the same bytes: ${example(own, others)}`;
      report.error('PF130', a.span, message, {
        labels: [{ span: b.span, text: `in ${b.name} ${show(others)}; in ${a.name} ${show(own)}` }],
        hint: 'a constant that differs at one place tells them apart; or check them in different runs and give each a port',
      });
    }
  });
}

/** Bytes that both take, `..` where any byte will do: `0x78 .. 0x01`. */
function example(a: readonly MatchByte[], b: readonly MatchByte[]): string {
  const length = Math.max(...[...a, ...b].map((m) => m.offset)) + 1;
  return Array.from({ length }, (_, offset) => {
    const ranges = [a, b].flatMap((match) => match.find((m) => m.offset === offset)?.allowed ?? []);
    const byte = ranges
      .map((r) => r.low)
      .find((low) =>
        [a, b].every((match) => {
          const at = match.find((m) => m.offset === offset);
          return at === undefined || at.allowed.some((r) => low >= r.low && low <= r.high);
        }),
      );
    return byte === undefined ? '..' : hex(byte);
  }).join(' ');
}

const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;

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
  return match
    .map(
      (m) =>
        `byte ${m.offset} is ${m.allowed.map((r) => (r.low === r.high ? hex(r.low) : `${hex(r.low)}..${hex(r.high)}`)).join(' or ')}`,
    )
    .join(', ');
}
