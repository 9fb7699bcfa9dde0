// Options of windows as users write them, brought to the form of ops: one number for each spatial axis, and two, before and
// after, in padding. What is no such option comes out as it is, and is refused by the rules of ops.
import { expect } from "../diagnostics/expect.ts";
import { dilatedExtent, type SpatialRank } from "../ops/window-geometry.ts";
import type { NamedPadding } from "../types/static/windows.ts";

/** One number for all axes, or one for each. */
export const perAxis = (option: number | readonly number[], rank: SpatialRank): readonly number[] =>
  isList(option) ? option : Array.from({ length: rank }, () => option);

const isList = (option: unknown): option is readonly number[] => {
  expect(typeof option !== "object" || Array.isArray(option), "a window", "a number, or a list", option, "one number");
  return typeof option === "object";
};

/** One number for all sides, one for both sides of each axis, or one for each side. */
export const perSide = (option: number | readonly number[], rank: SpatialRank): readonly number[] => {
  const given = perAxis(option, rank);
  return given.length === rank ? given.flatMap((side) => [side, side]) : given;
};

/** Padding of a convolution, where a name stands for d(k-1) along each axis; an odd one more after than before. */
export const paddingOf = (
  option: number | readonly number[] | NamedPadding<SpatialRank>,
  window: { readonly kernel: readonly number[]; readonly dilation: readonly number[] },
  rank: SpatialRank,
): readonly number[] => {
  // A name that is none, or not for so many axes, is refused as no number.
  if (option !== "same" && !(option === "causal" && rank === 1))
    return perSide(option as number | readonly number[], rank);
  return window.kernel.flatMap((kernel, axis) => {
    const all = dilatedExtent({ kernel, dilation: window.dilation[axis] ?? 1 }) - 1;
    const low = option === "causal" ? all : Math.floor(all / 2);
    return [low, all - low];
  });
};
