// Cases computed by PyTorch in double precision, for tests of single ops and functions. All of test/golden as networks is run by
// test/golden-suite, whose reader this is.
import { fileURLToPath } from "node:url";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import { type Config, given, type ModuleCase, readCase } from "../golden-suite/golden-case.ts";

/** A case of one run: arrays by name, gradients of inputs and parameters alike by the name of what they belong to. */
export interface GoldenCase extends Pick<ModuleCase, "scale" | "float32Error"> {
  readonly config: Config;
  /** An input, parameter or buffer. */
  readonly array: (name: string) => NdArray;
  readonly cotangent: (name: string) => NdArray;
  readonly output: (name: string) => NdArray;
  readonly gradient: (name: string) => NdArray;
  readonly loss: number;
}

/** Reads a case of test/golden by name. */
export const golden = (name: string): GoldenCase => {
  const stored = readCase(fileURLToPath(new URL(`../golden/${name}.json`, import.meta.url)));
  if (stored.kind !== "module") throw new Error(`golden case ${name} is a training`);
  const { config, scale, float32Error, cotangents, expected } = stored;
  const from =
    (arrays: Readonly<Record<string, NdArray>>) =>
    (key: string): NdArray => {
      const array = arrays[key];
      if (array === undefined) throw new Error(`golden case ${name} has no ${key}`);
      return array;
    };
  return {
    config,
    scale,
    float32Error,
    array: (key) => given(stored, key),
    cotangent: from(cotangents),
    output: from(expected.outputs),
    gradient: from(expected.gradients),
    loss: expected.loss,
  };
};
