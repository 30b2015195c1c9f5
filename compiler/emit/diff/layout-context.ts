import type { Enum, Struct } from '../../model/model.js';
import type { Changes } from './change.js';
import type { Pairing } from './pairing.js';

/** What the parts of a layout comparison share. */
export interface LayoutContext {
  readonly changes: Changes;
  readonly pairing: Pairing;
  /** Compares two structs, each pair once. */
  readonly structs: (was: Struct, is: Struct) => void;
  /** Compares two enums, each pair once. */
  readonly enums: (was: Enum, is: Enum) => void;
  /** What an enum of the old version has become, if fields have led to it. */
  readonly enumNow: (was: Enum) => Enum | undefined;
}
