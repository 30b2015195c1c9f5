/** A TypeScript file that a schema names: `extern … from "./x.ts"`. */
export interface BesideFile {
  /** As messages show it. */
  readonly path: string;
  readonly text: string;
  /** Its name beside the generated code: `extern/hessian2.ts`. */
  readonly fileName: string;
  /** It and the files that it imports, as they are copied beside the generated code. */
  readonly files: readonly CopiedFile[];
}

/** A file as it is copied beside the generated code. */
export interface CopiedFile {
  readonly name: string;
  readonly text: string;
}
