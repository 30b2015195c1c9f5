/** Where a command reads its names and writes its words; a test hands in its own. */
export interface Terminal {
  /** File names are relative to it, in arguments and messages. */
  readonly cwd: string;
  /** Results. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  /** Colours are wanted on `err`. */
  readonly colour: boolean;
  /** A person looks at `err`: progress may be shown and overwritten. */
  readonly interactive: boolean;
  /** Ends `--watch`. */
  readonly signal: AbortSignal;
}

/** What the process exits with. */
export const enum ExitCode {
  Ok = 0,
  /** A schema has errors, or `--check` found something not current. */
  SchemaErrors = 1,
  /** The command was not understood, or a file it names cannot be read. */
  Usage = 2,
  /** A fault of the compiler itself. */
  Internal = 70,
}

/** The command cannot be carried out as it was given; `message` says why in one line. */
export class UsageError extends Error {}
