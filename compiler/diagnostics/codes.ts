/** What a code stands for: a short title, and why the compiler insists. */
export interface CodeInfo {
  readonly title: string;
  readonly explanation: string;
}

/** Every code a diagnostic can carry. Numbers are never reused. */
export const codes = {
  PF001: {
    title: 'unexpected token',
    explanation: 'The text does not follow the grammar at this place.',
  },
  PF002: {
    title: 'bad character or unclosed text',
    explanation: 'A character has no meaning in the language, or a text misses its closing quote.',
  },
  PF003: {
    title: 'nested too deep',
    explanation: 'Brackets, lists, branches or operators are nested or chained beyond what anyone can read.',
  },
  PF004: {
    title: 'malformed literal',
    explanation: 'A number or an escape in a text is not written as the language wants it.',
  },
  PF005: {
    title: 'schema not found',
    explanation: 'A file named on the command line or by `use` cannot be read.',
  },
  PF100: {
    title: 'unknown name',
    explanation: 'A name is used that nothing declares at this place.',
  },
  PF101: {
    title: 'length not derivable',
    explanation:
      'A length or count is computed when a frame is encoded, so the compiler must be able to solve its use (`size length - 4`) for the field.',
  },
  PF102: {
    title: 'derived field set by hand',
    explanation: 'A derived length or count has no default and does not appear in a synth.',
  },
  PF103: {
    title: 'unbounded extent',
    explanation:
      'Every extent needs a finite maximum not above `limits.frame`, so that no peer can make the proxy hold more.',
  },
  PF104: {
    title: 'frame limit too small',
    explanation: 'The largest frame that the layout allows does not fit `limits.frame`.',
  },
  PF105: {
    title: 'size may be negative',
    explanation:
      'A size must not become negative, no field may pass the end of its window, and nothing is divided by zero.',
  },
  PF106: {
    title: 'window and contents do not fit',
    explanation: 'The fixed members of a window must fit every size that the window may have.',
  },
  PF109: {
    title: 'wrong type',
    explanation:
      'A value or attribute is used where it has no meaning: a text as a number, a number as a condition, `max` on a number.',
  },
  PF110: {
    title: 'arms overlap or are incomplete',
    explanation: 'The arms of a variant are disjoint and cover every value, or end with `_`.',
  },
  PF111: {
    title: 'condition out of order',
    explanation:
      'A condition may refer only to what has been read before it, and must be able to be true and false.',
  },
  PF112: {
    title: 'field not in every arm',
    explanation: 'A field that only some arms have cannot be used as if it were always there.',
  },
  PF113: {
    title: 'value does not fit',
    explanation:
      'Groups of bits fill their integer exactly; enum values, ranges and literals fit their type; enum values are distinct.',
  },
  PF114: {
    title: 'declared twice or by itself',
    explanation:
      'Two declarations of one scope share a name, something is given twice, or a constant or protocol is made of itself.',
  },
  PF120: {
    title: 'request id missing or not writable',
    explanation:
      'A multiplexed protocol needs an id in every request and response, of one type, that can be written.',
  },
  PF121: {
    title: 'request id range too small',
    explanation: 'The range of the id, without reserved values, bounds the requests in flight.',
  },
  PF122: {
    title: 'request id not patchable in place',
    explanation:
      'The proxy replaces the id of each frame; an id of varying width costs a move of bytes, an id inside a transformed window cannot be replaced.',
  },
  PF123: {
    title: 'checksum cannot be kept right',
    explanation:
      'A checksum over bytes that the proxy changes must be computable anew, and nothing can depend on it.',
  },
  PF124: {
    title: 'role has the wrong type',
    explanation:
      'A role of the semantics (timeout, status, headers, …) must be given by something of its type.',
  },
  PF130: {
    title: 'protocols cannot be told apart',
    explanation: 'Matching on the first bytes must decide between all protocols of one run.',
  },
  PF131: {
    title: 'frames cannot be told apart',
    explanation: 'The frames that one side may send in a phase must differ in their first bytes.',
  },
  PF140: {
    title: 'incomplete synth',
    explanation:
      'A frame that the proxy builds must set every field without default and obey its own constraints.',
  },
  PF141: {
    title: 'no answer for a failed request',
    explanation:
      'A protocol with requests says how an error reply is built (`synth hijack`), or that it cannot be (`synth hijack none;`).',
  },
  PF142: {
    title: 'incomplete status map',
    explanation:
      'Every canonical status has exactly one wire status to be sent as, every closed wire status a meaning.',
  },
  PF150: {
    title: 'unbounded recursion',
    explanation:
      'A struct may contain itself only if it is `recursive`, with a depth limit and a byte read at each level.',
  },
  PF151: {
    title: 'something of no size',
    explanation:
      'A list whose elements may be empty, or a frame without bytes, lets a peer make the proxy loop without sending any.',
  },
  PF152: {
    title: 'number too large to compute with',
    explanation:
      'JavaScript numbers are exact up to 2^53, its bit operators work on 32 bits: larger fields are narrowed with `in a..b` before arithmetic.',
  },
  PF160: {
    title: 'unsound phases',
    explanation:
      'Every phase can be reached and left, connection variables are assigned before use, and what is remembered is bounded.',
  },
  PF161: {
    title: '`req.` where no request is known',
    explanation:
      'Only a response can refer to what was remembered of its request, and nothing that says where it ends or whose it is.',
  },
  PF170: {
    title: 'name not allowed',
    explanation: 'A name must be usable in the generated code, and an extern path stay inside the project.',
  },
  PF180: {
    title: 'unused or shadowing declaration',
    explanation: 'A declaration that nothing uses, or that hides another one, is probably a mistake.',
  },
  PF190: {
    title: 'incompatible change',
    explanation: 'The new version of a schema does not read what the old one wrote.',
  },
  PF199: {
    title: 'not built yet',
    explanation:
      'The language knows this construct, but this version of the compiler cannot generate code for it.',
  },
} as const satisfies Readonly<Record<string, CodeInfo>>;

/** What a code stands for, or null if it is unknown. */
export function codeInfo(code: string): CodeInfo | null {
  return Object.hasOwn(codes, code) ? codes[code as keyof typeof codes] : null;
}
