// Attention with every option against loops over queries and keys in double precision, and its gradients against differences.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import { constant } from "../../../src/ir/functions/index.ts";
import { verifyGraph } from "../../../src/ir/graph/verify.ts";
import { isFloat } from "../../../src/ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { graphOf } from "../../passes/support.ts";
import { arbitraryUse } from "../../support/attention-arbitrary.ts";
import {
  type AttentionResults,
  type AttentionSetup,
  arraysFor,
  attend,
  type Named,
  naiveAttention,
} from "../../support/attention-cases.ts";
import { expectFunctionGradients } from "../../support/function-gradients.ts";
import { randomArray, randomNumbers } from "../../support/op-meaning.ts";

const meant = (setup: AttentionSetup, arrays: Named<NdArray>): AttentionResults<NdArray> => {
  const graph = graphOf((trace) => {
    const tensors = Object.entries(arrays).map(([name, array]) => [name, trace.input(name, array)] as const);
    return { ...attend(setup, Object.fromEntries(tensors)) };
  });
  expect(verifyGraph(graph)).toEqual([]);
  const { output, logSumExp, weights } = evaluateGraph(graph, "main", arrays);
  if (output === undefined || logSumExp === undefined) throw new Error("two results");
  return { output, logSumExp, ...(weights === undefined ? {} : { weights }) };
};

const differenceOf = (actual: NdArray | undefined, wanted: NdArray | undefined): string => {
  if (`${actual?.shape}` !== `${wanted?.shape}`) return `[${actual?.shape}], not [${wanted?.shape}]`;
  for (const [at, element] of wanted?.data.entries() ?? []) {
    const found = actual?.data[at] ?? Number.NaN;
    const isNear = Math.abs(found - element) <= 1e-11 * Math.max(1, Math.abs(element));
    if (!isNear && !Object.is(found, element)) return `at ${at}: ${found}, not ${element}`;
  }
  return "";
};

const listed = (arrays: Named<NdArray>) => ({ names: Object.keys(arrays), arrays: Object.values(arrays) });

const byName = (names: readonly string[], tensors: readonly Tensor[]): Named<Tensor> =>
  Object.fromEntries(names.flatMap((name, at) => (tensors[at] === undefined ? [] : [[name, tensors[at]]])));

/** Output and logarithms of sums as one vector; rows without a key count 0. */
const everything = (setup: AttentionSetup, tensors: Named<Tensor>): Tensor => {
  const { output, logSumExp } = attend(setup, tensors);
  const sums = logSumExp.greater(-1e300).select(logSumExp, 0);
  const flat = (x: Tensor): Tensor => x.reshape([sizeOf(x.shape.map(Number))]);
  return flat(output).concat([flat(sums)], 0);
};

/** The sum of the elements, each times a random number. */
const weighed = (x: Tensor, random: () => number): Tensor => {
  const shape = x.shape.map(Number);
  return x.mul(constant(Float64Array.from(randomArray({ dtype: "f64", shape }, random).data), shape)).sum();
};

describe("attention", () => {
  it("is what loops over queries and keys give, whatever the options: output, weights, logarithms of sums", () => {
    fc.assert(
      fc.property(arbitraryUse(), fc.integer(), (setup, seed) => {
        const arrays = arraysFor(setup, randomNumbers(seed));
        const [actual, wanted] = [meant(setup, arrays), naiveAttention(setup, arrays)];
        expect(differenceOf(actual.output, wanted.output)).toBe("");
        expect(differenceOf(actual.logSumExp, wanted.logSumExp)).toBe("");
        expect(differenceOf(actual.weights, setup.keys > 0 ? wanted.weights : undefined)).toBe("");
      }),
      { numRuns: 250 },
    );
  });
  it("has the gradients that differences give, for every array that has one, through both results", () => {
    fc.assert(
      fc.property(arbitraryUse({ lengths: fc.nat(5) }), fc.integer(), (setup, seed) => {
        const random = randomNumbers(seed);
        const { names, arrays } = listed(arraysFor(setup, random));
        expectFunctionGradients(arrays, (...tensors) => everything(setup, byName(names, tensors)), random);
      }),
      { numRuns: 120 },
    );
  });

  it("has second derivatives, of any gradient by any array", () => {
    fc.assert(
      fc.property(arbitraryUse({ lengths: fc.nat(4) }), fc.integer(), (setup, seed) => {
        const random = randomNumbers(seed);
        const { names, arrays } = listed(arraysFor(setup, random));
        const call = (...tensors: Tensor[]): Tensor => {
          const result = everything(setup, byName(names, tensors));
          const loss = weighed(result, randomNumbers(seed + 1));
          const sources = tensors.filter(({ dtype }) => isFloat(dtype));
          const gradients = differentiate(loss, sources);
          return gradients.map((gradient) => weighed(gradient, randomNumbers(seed + 2))).reduce((a, b) => a.add(b));
        };
        expectFunctionGradients(arrays, call, random);
      }),
      { numRuns: 60 },
    );
  });
});
