export { CONTRACT_VERSION } from './contract-version.js';
export { Match } from './match.js';
export { ScanFault, ScanState } from './scan.js';
export { FrameKind } from './frame-kind.js';
export { Status, statusName } from './status.js';
export { DecodeError, type DecodeErrorCode, EncodeError } from './errors.js';
export { type HeaderCase, HeaderMap } from './header-map.js';
export {
  contractMismatch,
  type Correlation,
  defineProtocol,
  type PoolMode,
  type ProtocolSpec,
  type RequestFacts,
  type RequestId,
  type RequestMemo,
  type Traits,
  type XProtocol,
} from './x-protocol.js';
export { XFrame } from './x-frame.js';
export {
  type FilterCall,
  type FilterFactory,
  type FilterPhase,
  type StreamFilter,
  Verdict,
} from './filter.js';
export * from './codec.js';
