/** How near the process is to the end of its means, and what follows; written by the overload manager. */
export class OverloadStats {
  /** The share of V8's heap in use, 0 to 1. */
  heapShare = 0;
  /** The share of the bytes that may be queued for peers, 0 and up. */
  queuedShare = 0;
  /** What the caches hold has been let go. */
  shrinking = false;
  /** New requests are answered OVERLOADED. */
  refusesRequests = false;
  /** New connections are closed. */
  refusesConnections = false;
  /** How often each of the three began. */
  shrinks = 0;
  requestStops = 0;
  connectionStops = 0;
}
