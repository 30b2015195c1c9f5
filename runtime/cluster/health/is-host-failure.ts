import { Status } from '@proto-frame/api';

/** Whether a reply of this status speaks against its host, not against the request. */
export function isHostFailure(status: Status): boolean {
  switch (status) {
    case Status.INTERNAL:
    case Status.NO_HEALTHY_UPSTREAM:
    case Status.OVERLOADED:
    case Status.TIMEOUT:
      return true;
    default:
      return false;
  }
}
