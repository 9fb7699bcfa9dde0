// The way back through a recurrence takes in what flows, and nothing else.
import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import { describeBody } from "../../../src/ir/graph/body.ts";
import { emitMany } from "../../../src/ir/graph/traced-tensor.ts";
import { scan } from "../../../src/ir/ops/recurrence.ts";
import { type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import type { TensorType } from "../../../src/ir/types/tensor-type.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { graphOf } from "../../passes/support.ts";

const element: TensorType = { dtype: "f32", shape: [3] };
const steps: TensorType = { dtype: "f32", shape: [4, 3] };

/** h' = tanh(h + x), with h x and h' x beside it at each step. */
const body = describeBody([element, element], ([h, x]) => {
  if (h === undefined || x === undefined) return [];
  const next = h.add(x).tanh();
  return [next, h.mul(x), next.mul(x)];
});

const attrs = { carried: 1, sequences: 1, length: 4, reverse: false, body };

/** How many sequences the way back goes over, where some of the results are differentiated. */
const sequencesBack = (flowing: readonly number[]): number | undefined => {
  const graph = graphOf((trace) => {
    const [h, x] = [trace.input("h", element), trace.input("x", steps)];
    const results = emitMany(trace, "scan", [h, x], attrs);
    const sums = flowing.flatMap((at) => results[at]?.sum() ?? []);
    const [first, ...rest] = sums;
    if (first === undefined) return {};
    const [gradient] = differentiate(
      rest.reduce((total, sum) => total.add(sum), first),
      [x],
    );
    return gradient === undefined ? {} : { gradient };
  });
  const back = [...graph.nodes.values()].filter(({ op }) => op === "scan").at(-1);
  return back?.op === "scan" && back.attrs.reverse ? back.attrs.sequences : undefined;
};

describe("the way back through a recurrence", () => {
  test("goes over the cotangents of those results that have some", () => {
    // Each result adds its cotangent, and what its gradient is made of: x and the state before or after the step.
    expect([[0], [0, 1], [0, 2], [0, 1, 2]].map(sequencesBack)).toEqual([1, 4, 3, 5]);
  });
});

describe("what a step captures and only compares with", () => {
  test("gets zeros, and the others their gradients", () => {
    const chosen = describeBody([element, element, element], ([h, x, w]) =>
      h && x && w ? [w.less(x).select(h, x)] : [],
    );
    const graph = graphOf((trace) => {
      const [h, x, w] = [trace.input("h", element), trace.input("x", steps), trace.input("w", element)];
      const [last] = emitMany(trace, "scan", [h, x, w], { ...attrs, body: chosen });
      if (last === undefined) return {};
      const [ofX, ofW] = differentiate(last.sum(), [x, w]);
      return ofX === undefined || ofW === undefined ? {} : { ofX, ofW };
    });
    const data = (shape: readonly number[], of: (at: number) => number): NdArray => ({
      dtype: "f32",
      shape,
      data: Float64Array.from({ length: sizeOf(shape) }, (_, at) => of(at)),
    });
    // w is below x but in the second step, whose x is the last state.
    const feeds = {
      h: data([3], () => 0),
      x: data([4, 3], (at) => (Math.floor(at / 3) === 1 ? -1 : 1)),
      w: data([3], () => 0),
    };
    const { ofX, ofW } = evaluateGraph(graph, "main", feeds);
    expect([...(ofX?.data ?? [])]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    expect([...(ofW?.data ?? [])]).toEqual([0, 0, 0]);
  });
});

describe("a recurrence", () => {
  test.each([
    ["no state", [], "W271: scan: 0 operands for a body of 2 inputs, 1 of them states, and 3 outputs"],
    ["a state of another type", [{ dtype: "f32", shape: [2] }, steps], "state 1"],
    ["elements for sequences", [element, element], "sequence 1"],
  ] as const)("refuses %s", (_, operands, says) => {
    expect(() => scan.infer(operands, attrs)).toThrow(says);
  });

  test("refuses a step that does not give its state back", () => {
    const other = describeBody([element, element], ([h, x]) => (h && x ? [h.mul(x).sum()] : []));
    expect(() => scan.infer([element, steps], { ...attrs, body: other })).toThrow("state 1 after a step");
    const none = describeBody([element, element], () => []);
    expect(() => scan.infer([element, steps], { ...attrs, body: none })).toThrow("W271");
  });
});
