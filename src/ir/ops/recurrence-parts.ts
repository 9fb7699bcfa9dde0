// The signature of `scan`: which operands are state, which are sequences, and which the body captures.
import type { Dim } from "../types/dim.ts";
import type { Body } from "./body.ts";

/** The operands are the first state, then sequences, then what the body captures: in this order the body takes them. */
export interface ScanAttrs {
  /** How many operands are state; the body gives as many outputs back first, then one element of each result sequence. */
  readonly carried: number;
  /** How many operands are sequences: their first axis is time. */
  readonly sequences: number;
  /** How many steps are taken. */
  readonly length: Dim;
  /** Whether the last element comes first; result sequences are in the order of time all the same. */
  readonly reverse: boolean;
  readonly body: Body;
}

/** The operands of a scan by what they are. */
export const partsOf = <T>(
  operands: readonly T[],
  { carried, sequences }: Pick<ScanAttrs, "carried" | "sequences">,
): { readonly state: readonly T[]; readonly over: readonly T[]; readonly captured: readonly T[] } => ({
  state: operands.slice(0, carried),
  over: operands.slice(carried, carried + sequences),
  captured: operands.slice(carried + sequences),
});
