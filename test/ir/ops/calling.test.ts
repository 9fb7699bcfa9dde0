// Functions by name: what their derivative rules give, and what they refuse.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeBody } from "../../../src/ir/graph/body.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { emitMany, traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import { call } from "../../../src/ir/ops/calling.ts";
import { opOf } from "../../../src/ir/ops/index.ts";
import type { TensorType } from "../../../src/ir/types/tensor-type.ts";
import { toolsOf } from "../../../src/passes/differentiate.ts";
import { array, expectGradientsMatch, gradients, randomArray, randomNumbers } from "../../support/op-meaning.ts";

const pair: TensorType = { dtype: "f64", shape: [2] };
const product = describeBody([pair, pair], ([x, y]) => (x && y ? [x.mul(y)] : []));
const both = describeBody([pair, pair], ([x, y]) => (x && y ? [x.mul(y), x.sub(y)] : []));

describe.each(["apply", "call"] as const)("the derivative of %s", (kind) => {
  it("is that of its body, which says one of its own just so", () => {
    const single = opOf(kind)
      .arbitrary(fc, describeBody)
      .filter(({ operands }) => operands.length === 1);
    fc.assert(
      fc.property(single, fc.integer(), ({ operands, attrs }, seed) => {
        const random = randomNumbers(seed);
        const arrays = operands.map((type) => randomArray(type, random));
        expectGradientsMatch(kind, arrays, attrs, random);
      }),
      { numRuns: 30 },
    );
  });
});

/** What the derivative rule of `apply` gives for both operands, where cotangents reach some results. */
const appliedGradients = (flows: readonly boolean[]): readonly boolean[] => {
  const trace = traceOver(graphBuilder());
  const operands = ["x", "y"].map((name) => trace.input(name, pair));
  const results = emitMany(trace, "apply", operands, { name: "both", body: both });
  const cotangents = results.map((_, at) => trace.input(`c${at}`, pair));
  const attrs = { name: "both", body: both };
  const { vjp } = opOf("apply");
  return vjp({ attrs, operands, results, cotangents, flows, ...toolsOf(trace) }).map((found) => found !== null);
};

describe("apply", () => {
  it("gives both operands a gradient", () => {
    const [x, y, c] = [array([2], [1, 2]), array([2], [3, 5]), array([2], [7, 11])];
    expect(gradients("apply", [x, y], { name: "product", body: product }, c)).toEqual([
      array([2], [21, 55]),
      array([2], [7, 22]),
    ]);
  });

  it("gives none where nothing flows", () => {
    expect(appliedGradients([false, false])).toEqual([false, false]);
    expect(appliedGradients([true, false])).toEqual([true, true]);
    expect(appliedGradients([false, true])).toEqual([true, true]);
  });
});

describe("call", () => {
  const [x, y, c] = [array([2], [1, 2]), array([2], [3, 5]), array([2], [7, 11])];
  /** The cotangent, doubled and tripled, whatever the operands. */
  const doubled = describeBody([pair, pair, pair, pair], ([, , , flow]) => (flow ? [flow.mul(2), flow.mul(3)] : []));
  const nothing = describeBody([pair, pair, pair, pair], () => []);

  it("gives what its gradient says, to the operands that it says", () => {
    const attrs = { name: "own", body: product, gradient: doubled };
    const [two, three] = [array([2], [14, 22]), array([2], [21, 33])];
    expect(gradients("call", [x, y], { ...attrs, wanted: [0, 1] }, c)).toEqual([two, three]);
    expect(gradients("call", [x, y], { ...attrs, wanted: [1, 0] }, c)).toEqual([three, two]);
    expect(gradients("call", [x, y], { ...attrs, gradient: nothing, wanted: [] }, c)).toEqual([null, null]);
  });

  it.each([
    [[pair], [0, 1], doubled, "W290: call: the operands of own are f64[2], not f64[2], f64[2]"],
    [[], [0, 1], doubled, "nothing"],
    [[pair, pair], [0], doubled, "the gradients of own are f64[2], f64[2], not f64[2]"],
    [[pair, pair], [], doubled, "the gradients of own are f64[2], f64[2], not nothing"],
    [[pair, pair], [0, 1], nothing, "the gradients of own are nothing, not f64[2], f64[2]"],
    [
      [pair, pair],
      [0, 1],
      product,
      "the inputs of the gradient of own are f64[2], f64[2], not f64[2], f64[2], f64[2], f64[2]",
    ],
    [[pair, pair], [0, 1, 2], doubled, "W291"],
  ] as const)("refuses %j with gradients of %j", (operands, wanted, gradient, says) => {
    expect(() => call.infer(operands, { name: "own", body: product, gradient, wanted })).toThrow(says);
  });
});
