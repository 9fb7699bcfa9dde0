/** A change, found by its text wherever it stands in the file, and why it makes no difference. */
export interface Explanation {
  readonly file: string;
  readonly text: string;
  readonly put: string;
  readonly why: string;
}

/** Explanations of changes of one file. */
export const explain =
  (file: string) =>
  (text: string, put: string, why: string): Explanation => ({ file, text, put, why });
