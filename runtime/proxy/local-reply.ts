import { Status } from '@proto-frame/api';
import { HijackReason } from '../observe/hijack-reason.js';

/** The status of the answers that the proxy makes itself, by their reason. */
const STATUS: Readonly<Record<HijackReason, Status>> = {
  [HijackReason.noRoute]: Status.NO_ROUTE,
  [HijackReason.noHealthyHost]: Status.NO_HEALTHY_UPSTREAM,
  [HijackReason.connectFailure]: Status.NO_HEALTHY_UPSTREAM,
  [HijackReason.timeout]: Status.TIMEOUT,
  [HijackReason.upstreamReset]: Status.NO_HEALTHY_UPSTREAM,
  [HijackReason.overload]: Status.OVERLOADED,
  [HijackReason.codecError]: Status.CODEC_ERROR,
  [HijackReason.filter]: Status.INTERNAL,
  [HijackReason.internal]: Status.INTERNAL,
  [HijackReason.directResponse]: Status.OK,
};

export function statusOf(reason: HijackReason): Status {
  return STATUS[reason];
}
