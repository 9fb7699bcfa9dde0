// Bounds of ops that move elements without arithmetic on them: the error goes where its element goes, so errors are moved by the
// op's own meaning.
import { type OpKind, opOf } from "../../ir/ops/index.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { Bounded } from "./bounded.ts";
import type { BoundRule, Use } from "./rule.ts";

/** Every element of every result has this error. */
export const everywhere = ({ results }: Pick<Use<object>, "results">, error: number): readonly Float64Array[] =>
  results.map(({ data }) => new Float64Array(data.length).fill(error));

/** Results that are exact whatever the operands, of which there are none or which are exact themselves. */
export const exactRule: BoundRule<object> = (use) => everywhere(use, 0);

/** The errors of an operand as an array that moves. */
export const errorsOf = ({ shape, error }: Bounded): NdArray => ({ dtype: "f64", shape, data: error });

/** The operands at `positions` say where elements go; where one of them is not certain, nothing is. */
export const areCertain = ({ operands }: Pick<Use<object>, "operands">, positions: readonly number[]): boolean =>
  positions.every((position) => operands[position]?.error.every((error) => error === 0) ?? true);

/**
 * The rule of an op that moves. `places` are the operands that say where to. `filled`: attributes under which what the op puts
 * between elements is 0, for that is exact.
 */
export const moving =
  <A extends object>(
    kind: OpKind,
    { places = [], filled }: { readonly places?: readonly number[]; readonly filled?: Partial<A> } = {},
  ): BoundRule<A> =>
  (use) => {
    if (!areCertain(use, places)) return everywhere(use, Infinity);
    const operands = use.operands.map((operand, at) => (places.includes(at) ? operand : errorsOf(operand)));
    return (opOf(kind).evaluate?.(operands, { ...use.attrs, ...filled }) ?? []).map(({ data }) => data);
  };

/** A 1 at a place that is not certain may be anywhere, or nowhere. */
export const oneHotRule: BoundRule<object> = (use) => everywhere(use, areCertain(use, [0]) ? 0 : 1);

/** Random bits of a key that is not certain are any bits. */
export const randomBitsRule: BoundRule<object> = (use) => everywhere(use, areCertain(use, [0]) ? 0 : Infinity);
