// Our own mistakes, as opposed to the user's: an invariant of the compiler that did not hold.

/** Thrown when the compiler contradicts itself. Never caused by what a user wrote; always worth a bug report. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Asserts what must be true whatever the user does. Where that is asked all the time, the sentence is made only when it is needed. */
export function invariant(condition: boolean, what: string | (() => string)): asserts condition {
  if (condition) return;
  throw new InvariantError(
    `weftgraph contradicts itself (please report this): ${typeof what === "string" ? what : what()}`,
  );
}
