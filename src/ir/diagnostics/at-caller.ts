// Where the user wrote what is refused, and where the operands of it come from.
import { goOn } from "./collecting.ts";
import { locate, type Note, WeftError } from "./diagnostic.ts";
import { captureLocation } from "./location.ts";

/** Says of an operand what it is and where it comes from; asked for only when something is refused. */
export type Origin = () => Pick<Note, "text" | "location">;

/** The operands of the public function at work. */
let operands: Origin[] = [];

/** Lets a refusal of the public function at work say where an operand comes from. */
export const noteOperand = (origin: Origin): void => void operands.push(origin);

const refused = (error: unknown, given: readonly Origin[]): unknown => {
  if (!(error instanceof WeftError)) return goOn(error);
  const origins = given.map((origin, position) => ({ label: `operand ${position + 1}`, ...origin() }));
  return goOn(locate(error, captureLocation(), origins));
};

/**
 * Describes; a refusal that has no place yet gets that of the caller of the public function, and the origins of the operands
 * that it had looked at. While all findings are collected, the unknown takes the place of what is refused.
 */
export const atCaller = <R>(describe: () => R): R => {
  const outer = operands;
  const own: Origin[] = [];
  operands = own;
  try {
    return describe();
  } catch (error) {
    // The unknown may stand for anything.
    return refused(error, own) as R;
  } finally {
    operands = outer;
  }
};

type Callable = (this: unknown, ...given: readonly unknown[]) => unknown;

/** A method that refuses like `atCaller`; `note` looks at what it is called on and with. One frame of the stack, not three. */
export const publicMethod = (method: Callable, note: (given: readonly unknown[]) => void): Callable =>
  function (this: unknown, ...given: readonly unknown[]): unknown {
    const outer = operands;
    const own: Origin[] = [];
    operands = own;
    try {
      note([this, ...given]);
      return Reflect.apply(method, this, given);
    } catch (error) {
      return refused(error, own);
    } finally {
      operands = outer;
    }
  };
