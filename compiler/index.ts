/** The compiler as a library: pure functions from texts to findings and texts. */
export { SourceFile, type Span } from './source/source-file.js';
export { type Diagnostic, Report } from './diagnostics/diagnostic.js';
export { parse } from './syntax/parse.js';
export { analyse } from './analyse.js';
export type { Protocol } from './model/model.js';
