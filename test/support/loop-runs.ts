// Kernels in tests, and running them: the same random contents through the interpreter, results as words that tell bits apart.
import { type BlockBuilder, buildBody } from "../../src/ir/loop/build.ts";
import { interpretKernel } from "../../src/ir/loop/interpret.ts";
import type { Kernel } from "../../src/ir/loop/kernel.ts";
import { printKernel } from "../../src/ir/loop/print.ts";
import { printViolation, verifyKernel } from "../../src/ir/loop/verify-kernel.ts";
import type { DataArray } from "../../src/ir/types/dtype.ts";
import { buffersFor } from "../../src/testing/arbitraries/kernel.ts";
import type { ValueProfile } from "../../src/testing/arbitraries/values.ts";

/** A kernel over numbers y, which it may read and write, and numbers x and n, which it may read. */
export const kernelOf = (fill: (body: BlockBuilder) => void, inPlace: Kernel["inPlace"] = []): Kernel => ({
  name: "k",
  parameters: [
    { name: "y", dtype: "f32", length: 96, access: "update" },
    { name: "x", dtype: "f32", length: 96, access: "read" },
    { name: "n", dtype: "i32", length: 96, access: "read" },
  ],
  inPlace,
  body: buildBody(fill),
});

/** One word per element: its bits, all NaNs being alike. */
export const words = (array: DataArray): string =>
  Array.from(array, (value) => (Object.is(value, -0) ? "-0" : String(value))).join(" ");

/** All buffers of a kernel after a run, by name. */
export const resultsOf = (kernel: Kernel, seed = 1, profile: ValueProfile = "special"): Record<string, string> => {
  const buffers = buffersFor(kernel, seed, profile);
  interpretKernel(kernel, buffers);
  return Object.fromEntries(kernel.parameters.map(({ name }, at) => [name, words(buffers[at] ?? new Float32Array(0))]));
};

/** What the verifier holds against a kernel. */
export const violationsOf = (kernel: Kernel): readonly string[] => verifyKernel(kernel).violations.map(printViolation);

/** The statements of a kernel as text, one level less indented. */
export const bodyText = (kernel: Kernel): string =>
  printKernel(kernel)
    .split("\n")
    .slice(1, -2)
    .map((line) => line.slice(2))
    .join("\n");
