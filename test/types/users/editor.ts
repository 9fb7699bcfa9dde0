// What an editor shows of a project: errors, what stands under the cursor, and how a text can go on.

/** One error; lines and columns count from 1. */
export interface EditorError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A project opened in an editor. Files are named by their path in the project, places by their offset. */
export interface Editor {
  readonly errors: (file: string) => Promise<readonly EditorError[]>;
  /** The declaration or signature that is shown. */
  readonly hover: (file: string, offset: number) => Promise<string>;
  readonly completions: (file: string, offset: number) => Promise<readonly string[]>;
  readonly close: () => void;
}
