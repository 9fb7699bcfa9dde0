// The options that methods of tensors have.
import { optionNames } from "../diagnostics/known-options.ts";
import type { MatmulOptions, ReduceOptions } from "../types/tensor.ts";

export const knownOfReductions: readonly string[] = optionNames<ReduceOptions>({ axes: true, keepDims: true });

export const knownOfMatmul: readonly string[] = optionNames<MatmulOptions>({ transposeA: true, transposeB: true });
