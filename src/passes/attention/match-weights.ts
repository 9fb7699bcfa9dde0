// From the second product back to the softmax: the weights may be moved, multiplied and masked by what is independent of
// them (dropout), which are factors of attention.
import type { View } from "../../ir/graph/view.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import { type Atom, before, type Found, isSplit, type Placed } from "./axes.ts";
import { isMovement } from "./match-product.ts";

/** What weights are multiplied by, or divided by, or where they are kept and else 0. */
export interface Factor {
  readonly by: "times" | "over" | "where" | "unless";
  readonly given: Placed;
  /** The value that the weights are with it. */
  readonly at: View["id"];
}

/** softmax(scores) over the keys, and its factors, the innermost first. */
export interface Weights {
  readonly scores: Placed;
  readonly factors: readonly Factor[];
}

const isZero = (view: View | undefined): boolean => view?.op === "constant" && view.attrs.value === 0;

/** Whether a value is a softmax, moved and multiplied. */
type LeadsToSoftmax = (view: View) => boolean;

/** The value that weights were before one step on their way, and the factor that the step is. */
const stepBack = (
  view: View,
  leads: LeadsToSoftmax,
): { readonly weights: View; readonly by?: Factor["by"]; readonly given?: View } | undefined => {
  const [first, second, third] = view.args;
  if (first === undefined) return undefined;
  if (view.op === "cast") return isFloat(view.type.dtype) && isFloat(first.type.dtype) ? { weights: first } : undefined;
  if (second === undefined) return undefined;
  if (view.op === "binary" && view.attrs.fn === "mul")
    return leads(first)
      ? { weights: first, by: "times", given: second }
      : { weights: second, by: "times", given: first };
  if (view.op === "binary" && view.attrs.fn === "div") return { weights: first, by: "over", given: second };
  if (view.op === "select" && third !== undefined) {
    if (isZero(third)) return { weights: second, by: "where", given: first };
    if (isZero(second)) return { weights: third, by: "unless", given: first };
  }
  return undefined;
};

const leadingToSoftmax = (): LeadsToSoftmax => {
  const known = new Map<View["id"], boolean>();
  const found = (view: View): boolean => {
    if (view.op === "softmax") return true;
    const [operand] = view.args;
    if (isMovement(view) && operand !== undefined) return leads(operand);
    const back = stepBack(view, leads);
    return back !== undefined && leads(back.weights);
  };
  const leads: LeadsToSoftmax = (view) => {
    const answer = known.get(view.id) ?? found(view);
    known.set(view.id, answer);
    return answer;
  };
  return leads;
};

const follow = (placed: Placed, keys: Atom, leads: LeadsToSoftmax): Found<Weights> => {
  const { view, axes } = placed;
  if (view.op === "softmax") {
    const [scores] = view.args;
    const along = axes[view.attrs.axis] ?? [];
    const overKeys = along.length === 1 && along[0]?.name === keys.name;
    return scores !== undefined && overKeys ? { scores: { view: scores, axes }, factors: [] } : undefined;
  }
  if (isMovement(view)) {
    const from = before(placed);
    return from === undefined || isSplit(from) ? from : follow(from, keys, leads);
  }
  const back = stepBack(view, leads);
  const found = back === undefined ? undefined : follow({ view: back.weights, axes }, keys, leads);
  if (back?.by === undefined || found === undefined || isSplit(found)) return found;
  const factor: Factor = { by: back.by, given: { view: back.given ?? back.weights, axes }, at: view.id };
  return { ...found, factors: [...found.factors, factor] };
};

/** The weights of attention over an axis of keys, if that is what a value holds. */
export const weightsOf = (placed: Placed, keys: Atom): Found<Weights> => {
  const leads = leadingToSoftmax();
  return leads(placed.view) ? follow(placed, keys, leads) : undefined;
};
