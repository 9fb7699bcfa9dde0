// The passes over kernels, in their order: short loops are written out; indices are made simple; loops are split where choices
// by position change, which decides these choices, so that the vectoriser sees contiguous indices; it leaves loops that are now
// short, and limits and offsets that are simplified again; what is then invariant moves out, and what is read once moves to where
// it is read.
import type { Kernel } from "../../ir/loop/kernel.ts";
import { hoist } from "./hoist.ts";
import { inline } from "./inline.ts";
import type { KernelPass } from "./kernel-pass.ts";
import { simplifyIndex } from "./simplify-index.ts";
import { splitRanges } from "./split-ranges.ts";
import { tile } from "./tile.ts";
import { unroll, unrollTiles } from "./unroll.ts";
import { vectorize } from "./vectorize.ts";

/** The loop passes, first to last. */
export const loopPasses: readonly KernelPass[] = [
  unroll,
  simplifyIndex,
  splitRanges,
  simplifyIndex,
  tile,
  vectorize,
  unrollTiles,
  simplifyIndex,
  hoist,
  inline,
];

/** A kernel after all loop passes. */
export const optimizeKernel = (kernel: Kernel): Kernel => loopPasses.reduce((result, pass) => pass.run(result), kernel);
