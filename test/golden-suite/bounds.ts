// How far from PyTorch's double precision results a backend may be. The reference computes in double precision; the others
// in f32, where eight times what PyTorch itself loses in f32 is allowed, or 1e-6 of the largest value if that is more.
import type { BackendName } from "../../src/index.ts";
import { sizeOf } from "../../src/ir/types/ndarray.ts";
import type { GoldenCase } from "./golden-case.ts";

/** What kind of result it is: outputs, parameters after a step and the like; the loss; gradients. */
export type ResultKind = "forward" | "loss" | "grads";

/** One comparison: an error, and the bound that it must not exceed. */
export interface Finding {
  readonly what: string;
  readonly error: number;
  readonly bound: number;
}

/** Cases in which the scores are so large that rounding them moves the gradients, by name. */
const gradientAllowance: Readonly<Record<string, number>> = { attention_large_scores: 1e-4 };

/**
 * The bound for a result of a case. The loss has that of the outputs, but where it is itself larger than any of them, or PyTorch
 * loses more of it, its own figures count: a loss of 300 has no f32 within 1e-6.
 */
export const boundOf = (
  { name, scale, float32Error }: GoldenCase,
  backend: BackendName,
  kind: ResultKind,
  loss = 0,
): number => {
  const size = kind === "grads" ? scale.grads : Math.max(scale.forward, kind === "loss" ? Math.abs(loss) : 0);
  if (backend === "reference") return (kind === "grads" ? 1e-9 : 1e-10) * Math.max(1, size);
  const lost = kind === "loss" ? Math.max(float32Error.forward, float32Error.loss) : float32Error[kind];
  const allowance = kind === "grads" ? (gradientAllowance[name] ?? 0) * size : 0;
  return Math.max(8 * lost, 1e-6 * Math.max(1, size), allowance);
};

/** The largest difference; infinite where the shapes differ or NaN stands on one side alone. */
export const largestError = (
  found: { readonly shape: readonly number[]; readonly data: ArrayLike<number> } | undefined,
  wanted: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
): number => {
  if (found === undefined || `${found.shape}` !== `${wanted.shape}`) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let at = 0; at < sizeOf(wanted.shape); at++) {
    const [mine, theirs] = [found.data[at] ?? Number.NaN, wanted.data[at] ?? Number.NaN];
    if (Object.is(mine, theirs)) continue;
    const error = Math.abs(mine - theirs);
    worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  return worst;
};

/** How much of its bound an error takes: above 1 is a failure. */
export const share = ({ error, bound }: Finding): number => {
  if (Number.isNaN(error)) return Number.POSITIVE_INFINITY;
  return error === 0 ? 0 : error / bound;
};
