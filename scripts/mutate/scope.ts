/** Sources, and the tests that must notice what changes in them. */
export interface Scope {
  readonly files: readonly string[];
  readonly tests: readonly string[];
}
