// The passes over kernels, in their order: short loops are written out; indices are made simple, so that the vectoriser
// sees which are contiguous; it leaves limits and offsets that are simplified again; and what is left invariant moves out.
import type { Kernel } from "../../ir/loop/kernel.ts";
import { hoist } from "./hoist.ts";
import type { KernelPass } from "./kernel-pass.ts";
import { simplifyIndex } from "./simplify-index.ts";
import { unroll } from "./unroll.ts";
import { vectorize } from "./vectorize.ts";

/** The loop passes, first to last. */
export const loopPasses: readonly KernelPass[] = [unroll, simplifyIndex, vectorize, simplifyIndex, hoist];

/** A kernel after all loop passes. */
export const optimizeKernel = (kernel: Kernel): Kernel => loopPasses.reduce((result, pass) => pass.run(result), kernel);
