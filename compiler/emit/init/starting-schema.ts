/** How many bytes the first constant has. */
const MAGIC = 4;

/** The first bytes of each frame: what tells the protocol from others. */
export function startingMagic(name: string): string {
  return name.replaceAll('_', '').padEnd(MAGIC, '1').slice(0, MAGIC);
}

/**
 * A schema to begin with: it checks, does all that a proxy wants, and says at each place what else could stand there.
 *
 * @param name lower-case letters, digits and _
 */
export function startingSchema(name: string): string {
  return `/// ${name}: say in a line what the protocol is, and where it is described.
///
/// Comments with three slashes reach the generated code and the pages of \`proto-frame doc\`.
protocol ${name} {
  endian    big;        // of all numbers; u16le and u16be say otherwise for one
  pool      multiplex;  // many requests share a connection
  correlate id;         // a reply finds its request by the id

  // What a peer may make the proxy hold. A larger frame closes its connection.
  limits { frame = 16MiB; headers = 256; header_bytes = 64KiB; }

  /// What a frame is. The enum is closed: a frame with another value is refused.
  enum Kind : u8 { request = 1, response = 2, oneway = 3, ping = 4, pong = 5, goaway = 6 }

  /// How a request ended. The enum is open: other values are let through as they are.
  open enum Status : u8 {
    ok = 0,
    failed = 1,
    bad_request = 2,
    no_route = 3,
    unavailable = 4,
    overloaded = 5,
    timeout = 6,
    denied = 7
  }

  /// One header: two texts, each with its length before it.
  struct Header {
    key   : pstr(u16);
    value : pstr(u16);
  }

  // The frame as it lies on the wire, from the first byte to the last.
  frame Message {
    magic : bytes size ${MAGIC} = "${startingMagic(name)}";  // constant: written, checked, and what tells the protocol
    kind  : Kind;
    id    : u32;
    variant (kind) {
      /// How long the caller waits, in milliseconds; 0 leaves it to the proxy.
      request | oneway     => Request { timeout : u32 default 0; }
      response             => Response { status : Status; }
      ping | pong | goaway => Control {}
    }
    // Lengths are never set: the encoder computes them from what they are used for below.
    head_len : u16;
    body_len : u32;
    within (head_len) as head {
      headers : map of Header rest max 256;
    }
    body : bytes size body_len;
  }

  // What a proxy must know, and where it stands. Leave out what the protocol does not have.
  semantics {
    kind = match (kind) { request | ping => request, response | pong => response, oneway | goaway => oneway };
    id        = id;
    heartbeat when kind == ping or kind == pong;
    goaway    when kind == goaway;
    timeout   = timeout;
    status    = status;
    headers   = headers;
    body      = body;
    service   = headers["service"];  // what routes match
    method    = headers["method"];
  }

  // wire <=> canonical; => is for reading only, <= for writing only, _ is all that is not listed
  status {
    ok          <=> OK;
    bad_request <=> CODEC_ERROR;
    bad_request <=  DESERIALIZE_ERROR;
    no_route    <=> NO_ROUTE;
    unavailable <=> NO_HEALTHY_UPSTREAM;
    overloaded  <=> OVERLOADED;
    overloaded  <=  LIMIT_EXCEEDED;
    timeout     <=> TIMEOUT;
    denied      <=> PERMISSION_DENIED;
    failed      <=> INTERNAL;
    failed      <=  _;
  }

  // The frames that the proxy makes itself.
  synth heartbeat(id: u32)          = Message { kind: ping, id: id };
  synth heartbeat_ack(req: Message) = Message { kind: pong, id: req.id };
  synth goaway(id: u32)             = Message { kind: goaway, id: id };

  /// The reply when the proxy answers: no route, no healthy host, a timeout.
  synth hijack(req: Message, code: Code, reason: text) = Message {
    kind: response,
    id: req.id,
    status: wire(code),
    body: reason
  };
}
`;
}
