import type { RequestFacts, XProtocol } from '@proto-frame/api';

/** A codec of replies for those to one request: what it is asked comes with what is known of that. */
export function givenFacts<Init>(replies: XProtocol<Init>, facts: RequestFacts): XProtocol<Init> {
  return {
    ...replies,
    check: (b, at, end) => replies.check(b, at, end, facts),
    isHeartbeat: (b, at, end) => replies.isHeartbeat(b, at, end, facts),
    isGoaway: (b, at, end) => replies.isGoaway(b, at, end, facts),
    setId: (b, at, end, id) => replies.setId(b, at, end, id, facts),
    withId: (b, at, end, id) => replies.withId(b, at, end, id, facts),
    timeoutOf: (b, at, end) => replies.timeoutOf(b, at, end, facts),
    setTimeout: (b, at, end, ms) => replies.setTimeout(b, at, end, ms, facts),
    serviceOf: (b, at, end) => replies.serviceOf(b, at, end, facts),
    methodOf: (b, at, end) => replies.methodOf(b, at, end, facts),
    groupOf: (b, at, end) => replies.groupOf(b, at, end, facts),
    versionOf: (b, at, end) => replies.versionOf(b, at, end, facts),
    wireStatusOf: (b, at, end) => replies.wireStatusOf(b, at, end, facts),
    headerOf: (b, at, end, key) => replies.headerOf(b, at, end, key, facts),
    readHeaders: (b, at, end, into) => replies.readHeaders(b, at, end, into, facts),
    bodyStart: (b, at, end) => replies.bodyStart(b, at, end, facts),
    bodyEnd: (b, at, end) => replies.bodyEnd(b, at, end, facts),
    reencode: (b, at, end, headers, body) => replies.reencode(b, at, end, headers, body, facts),
    encode: (init) => replies.encode(init, facts),
  };
}
