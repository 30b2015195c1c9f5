import type { Report } from '../../diagnostics/diagnostic.js';
import { boundsOf } from '../../model/integers.js';
import type { Protocol } from '../../model/model.js';

/** PF120, PF121, PF122: the request id is in every frame, can be replaced, and has room for what is in flight. */
export function idUsable(protocol: Protocol, report: Report): void {
  if (protocol.correlation !== 'id') return;
  const { id } = protocol.roles;
  if (id === null) {
    report.error(
      'PF120',
      protocol.span,
      `\`${protocol.name}\` correlates by id, but no role says which field that is`,
      { hint: 'add id = …; to semantics' },
    );
    return;
  }
  if (id.guards.length > 0) {
    report.error('PF120', id.span, `\`${id.name}\` is not in every request and response`, {
      labels: id.guards.map((g) => ({ span: g.node.span, text: 'it stands in one arm of this' })),
      hint: 'move it out of the arms',
    });
  }
  if (id.constant !== null || id.derivation !== null || id.checksum !== null) {
    report.error(
      'PF120',
      id.span,
      `\`${id.name}\` can't be replaced: it is ${id.constant !== null ? 'constant' : 'computed'}`,
    );
  }
  const { low, high } = boundsOf(id);
  const room = high - low + 1n;
  const needed = BigInt(protocol.limits.inFlight ?? 2);
  if (room < needed) {
    report.error(
      'PF121',
      id.span,
      `\`${id.name}\` has ${room} values, ${needed} requests shall be in flight`,
      {
        hint: 'widen the id or lower `limits { in_flight = …; }`',
      },
    );
  }
  if (low < 0n && id.range !== null && high <= 0n) {
    report.error('PF121', id.span, `\`${id.name}\` has no positive values; the proxy counts upwards from 0`);
  }
}
