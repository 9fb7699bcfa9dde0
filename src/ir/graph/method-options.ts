// What methods of tensors take, for callers without a type checker: the names of options, and lists.
import { expect, isRecord } from "../diagnostics/expect.ts";
import { optionNames } from "../diagnostics/known-options.ts";
import type { MatmulOptions, ReduceOptions } from "../types/tensor.ts";

export const knownOfReductions: readonly string[] = optionNames<ReduceOptions>({ axes: true, keepDims: true });

export const knownOfMatmul: readonly string[] = optionNames<MatmulOptions>({ transposeA: true, transposeB: true });

/** What the first argument of a method is a list of. */
const lists: Readonly<Record<string, string>> = {
  transpose: "a list of axes",
  flip: "a list of axes",
  slice: "a list of ranges, one for each axis",
  pad: "a list of { low, high, interior }, one for each axis",
  concat: "a list of tensors",
  sumTo: "a shape",
};

/** Refuses (W140) what is no list where a method takes one, and what is no record where it takes a list of them. */
export const requireArguments = (method: string, [first]: readonly unknown[]): void => {
  if (method === "cast") expect(typeof first === "string", method, "a dtype", first, 'x.cast("f32")');
  const expected = lists[method];
  if (expected === undefined) return;
  const write = `${method}([...])`;
  expect(Array.isArray(first), method, expected, first, write);
  const isOfAxes = method === "transpose" || method === "flip";
  if (isOfAxes && Array.isArray(first))
    for (const each of first)
      expect(typeof each === "number", method, "a list of axes, which are numbers", each, write);
  const isOfRecords = method === "slice" || method === "pad";
  if (isOfRecords && Array.isArray(first))
    for (const each of first) expect(isRecord(each), method, expected, each, write);
};
