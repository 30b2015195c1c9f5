import { gzip, zlib, type WindowCodec } from '@proto-frame/api';
import type { ExternHead, ExternMap, ExternRecord, ExternType } from '@proto-frame/api';
import type { CodecModel, Extern, ExternFnModel, ExternTypeModel } from '../model/model.js';

/** A value that an extern type reads. */
export type ExternValue = number | bigint | string | boolean | null | Uint8Array;

/** What is written in TypeScript beside a schema, loaded: the export that each declaration names. */
export class ExternCode {
  /** Of a protocol without externs, or one whose externs nobody looks into. */
  static readonly none = new ExternCode(new Map());

  constructor(private readonly exports: ReadonlyMap<Extern, unknown>) {}

  type(extern: ExternTypeModel): ExternType<ExternValue> {
    return this.of(extern) as ExternType<ExternValue>;
  }

  map(extern: ExternTypeModel): ExternMap {
    return this.of(extern) as ExternMap;
  }

  head(extern: ExternTypeModel): ExternHead {
    return this.of(extern) as ExternHead;
  }

  record(extern: ExternTypeModel): ExternRecord {
    return this.of(extern) as ExternRecord;
  }

  codec(codec: CodecModel): WindowCodec {
    if (codec.kind === 'codec') return this.of(codec) as WindowCodec;
    return codec.name === 'zlib' ? zlib : gzip;
  }

  fn(extern: ExternFnModel): (...args: unknown[]) => number | bigint | string | boolean | Uint8Array {
    return this.of(extern) as (...args: unknown[]) => number | bigint | string | boolean | Uint8Array;
  }

  private of(extern: Extern): unknown {
    const found = this.exports.get(extern);
    if (found === undefined) throw new Error(`${extern.path} has not been loaded`);
    return found;
  }
}

/** Whether a value can't be written. By name: an extern may have been loaded with another copy of the API. */
export function isEncodeError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'EncodeError';
}
