// What becomes of single losses, for every loss function alike.
import type { Dims, Tensor } from "../types/tensor.ts";
import { checkedChoice } from "./argument.ts";

/** What becomes of the single losses: their mean, their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

/** The shape of a loss: a number, unless nothing is reduced. */
export type ReducedShape<R extends Reduction, S extends Dims> = R extends "none" ? S : [];

/** The losses, reduced over all axes; their mean unless said otherwise. */
export const reduced = (losses: Tensor, reduction: Reduction = "mean"): Tensor => {
  const chosen = checkedChoice("a loss: reduction", reduction, ["mean", "sum", "none"], 'reduction: "sum"');
  return chosen === "none" ? losses : losses[chosen]();
};
