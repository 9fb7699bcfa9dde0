// Kernels over three buffers for the tests of the vectoriser, and what it makes of them as text.
import { expect } from "vitest";
import { type BlockBuilder, buildBody, load } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel, KernelParameter } from "../../../src/ir/loop/kernel.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { bodyText, violationsOf } from "../../support/loop-runs.ts";

export const vector = { mode: "vector" } as const;

export const x = (index: Expr): Expr => load("f32", "x", index);

/** A kernel that writes y and reads x and n, but for the changes. */
export const kernelOf = (
  fill: (body: BlockBuilder) => void,
  changes: Readonly<Record<string, Partial<KernelParameter>>> = {},
  inPlace: Kernel["inPlace"] = [],
): Kernel => {
  const parameters: readonly KernelParameter[] = [
    { name: "y", dtype: "f32", length: 64, access: "write" },
    { name: "x", dtype: "f32", length: 64, access: "read" },
    { name: "n", dtype: "i32", length: 64, access: "read" },
  ];
  return {
    name: "k",
    parameters: parameters.map((parameter) => ({ ...parameter, ...changes[parameter.name] })),
    inPlace,
    body: buildBody(fill),
  };
};

/** The body after the pass, which leaves nothing to object to. */
export const vectorized = (kernel: Kernel): string => {
  const result = vectorize.run(kernel);
  expect(violationsOf(result)).toEqual([]);
  return bodyText(result);
};

/** y[i] = value(i) for i below the extent. */
export const mapping = (
  extent: number,
  value: (i: Expr, body: BlockBuilder) => Expr,
  at = (i: Expr): Expr => i,
): Kernel => kernelOf((body) => body.loop(extent, (i, inner) => inner.store("y", at(i), value(i, inner)), vector));
