// A semantic mutant: the compiler with one mistake that somebody might make, as the text to find in a file and what stands there
// instead. Unlike the mistakes that tools make up, each of these compiles, passes the verifier on most programs, and is wrong.

/** One mistake. */
export interface Mutant {
  /** What it is called on the command line. */
  readonly name: string;
  /** What is wrong, in a few words. */
  readonly says: string;
  /** The file, from the folder of the repository. */
  readonly file: string;
  /** A text that stands in the file exactly once. */
  readonly find: string;
  readonly put: string;
  /** The tests that must fail, where no graph can show the mistake, or random ones hardly ever do. */
  readonly tests?: readonly string[];
}
