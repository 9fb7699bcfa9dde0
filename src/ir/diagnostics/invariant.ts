// Our own mistakes, as opposed to the user's: an invariant of the compiler that did not hold.

/** Thrown when the compiler contradicts itself. Never caused by what a user wrote; always worth a bug report. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Asserts what must be true whatever the user does. */
export function invariant(condition: boolean, what: string): asserts condition {
  if (!condition) throw new InvariantError(`weftgraph contradicts itself (please report this): ${what}`);
}
