/** The sidecar as a library: load a configuration, start a server with it. */
export { checkConfig, type ParsedConfig, parseConfig } from './config/load-config.js';
export type { Vocabulary } from './config/check-references.js';
export { ConfigError, type ConfigProblem } from './config/config-error.js';
export { fileJsonSchema } from './config/file-schema.js';
export type * from './config/snapshot.js';
export { Metrics } from './observe/metrics.js';
export { createProcessLog, type Logger, type ProcessLog } from './observe/logger.js';
export { BUILTIN_FILTERS } from './server/builtin-filters.js';
export { bundledCodecs, CodecError, loadCodecs } from './server/load-codecs.js';
export { type LoadedConfig, loadSnapshot } from './server/load-snapshot.js';
export { type BoundAddress, Server, type ServerOptions } from './server/server.js';
