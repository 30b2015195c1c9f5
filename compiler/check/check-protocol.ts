import type { Report } from '../diagnostics/diagnostic.js';
import type { Protocol } from '../model/model.js';
import type { ProtocolItem } from '../syntax/ast.js';
import { checksumsRecomputable } from './rules/checksums-recomputable.js';
import { conditionsVary } from './rules/conditions-vary.js';
import { elementsAdvance } from './rules/elements-advance.js';
import { extentsBounded } from './rules/extents-bounded.js';
import { factsSound } from './rules/facts-sound.js';
import { frameFits } from './rules/frame-fits.js';
import { generatorLimits } from './rules/generator-limits.js';
import { hijackDecided } from './rules/hijack-decided.js';
import { idUsable } from './rules/id-usable.js';
import { identifiersLegal } from './rules/identifiers-legal.js';
import { numbersExact } from './rules/numbers-exact.js';
import { optionalFields } from './rules/optional-fields.js';
import { paddingSteady } from './rules/padding-steady.js';
import { peeksHold } from './rules/peeks-hold.js';
import { sizesNonnegative } from './rules/sizes-nonnegative.js';
import { innerFieldsRead } from './rules/inner-fields-read.js';
import { skippedUnread } from './rules/skipped-unread.js';
import { spansWhole } from './rules/spans-whole.js';
import { structsPlain } from './rules/structs-plain.js';
import { synthsHold } from './rules/synths-hold.js';
import { variantsCover } from './rules/variants-cover.js';
import { windowsFit } from './rules/windows-fit.js';

/**
 * Runs every rule over one resolved protocol; the code generator relies on all of them.
 *
 * @param asker the client's side, where `protocol` is the server's
 */
export function checkProtocol(
  protocol: Protocol,
  items: readonly ProtocolItem[],
  report: Report,
  asker = protocol,
): void {
  identifiersLegal(protocol, report);
  optionalFields(protocol, report);
  structsPlain(protocol, report);
  generatorLimits(protocol, report);
  innerFieldsRead(protocol, report);
  paddingSteady(protocol, report);
  extentsBounded(protocol, report);
  sizesNonnegative(protocol, report);
  numbersExact(protocol, report);
  windowsFit(protocol, report);
  frameFits(protocol, report);
  elementsAdvance(protocol, items, report);
  variantsCover(protocol, report);
  peeksHold(protocol, report);
  conditionsVary(protocol, report);
  idUsable(protocol, items, report, asker);
  checksumsRecomputable(protocol, report);
  skippedUnread(protocol, report);
  spansWhole(protocol, report);
  synthsHold(protocol, items, report, asker);
  hijackDecided(protocol, items, report);
  factsSound(protocol, report);
}
