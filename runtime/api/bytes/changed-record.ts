import type { ExternRecord, RecordEntries } from '../extern.js';

/**
 * The record [from, to) with other values in some of its entries, one changed after the other, as they may stand in any
 * order and in each other. A map that knows its places in `bytes` has to be the first.
 *
 * @throws EncodeError if a value can't be written
 */
export function changedRecord(
  format: ExternRecord,
  bytes: Uint8Array,
  from: number,
  to: number,
  changes: RecordEntries,
): Uint8Array {
  let [record, start, end] = [bytes, from, to];
  for (const [path, value] of changes) {
    if (value === undefined) continue;
    const changeFrom = format.changeStart(record, start, end, path);
    const changeTo = format.changeEnd(record, changeFrom, end, path);
    const size = format.changedSize(record, changeFrom, changeTo, path, value);
    const out = new Uint8Array(end - start - (changeTo - changeFrom) + size);
    out.set(record.subarray(start, changeFrom));
    const next = format.writeChanged(out, changeFrom - start, path, value, record, changeFrom, changeTo);
    out.set(record.subarray(changeTo, end), next);
    [record, start, end] = [out, 0, out.length];
  }
  return record.subarray(start, end);
}
