// Bodies that work on each element by itself: what is one, how it is cut in two, and what becomes part of a body around it.
import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import { softmax, stopGradient } from "../../../src/ir/functions/index.ts";
import { describeBody } from "../../../src/ir/graph/body.ts";
import { graphOf as graphOfBody } from "../../../src/ir/graph/body-graph.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { captureBody } from "../../../src/ir/graph/captured-body.ts";
import { notPointwise, pointwiseParts } from "../../../src/ir/graph/pointwise-body.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import type { Body } from "../../../src/ir/ops/body.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import type { TensorType } from "../../../src/ir/types/tensor-type.ts";
import { opsOf } from "../../passes/support.ts";
import { randomArray, randomNumbers } from "../../support/op-meaning.ts";

const of = (dtype: "f64" | "i32" | "bool", ...shape: readonly number[]) => ({ dtype, shape });

/** A body of x f64[2, 3], and captured values. */
const bodyOf = (captured: readonly TensorType[], describe: (...tensors: readonly Tensor[]) => Tensor): Body =>
  describeBody([of("f64", 2, 3), ...captured], (tensors) => [describe(...tensors)]);

const needed = (tensor: Tensor | undefined): Tensor => {
  if (tensor === undefined) throw new Error("as many tensors as types");
  return tensor;
};

describe("notPointwise", () => {
  const culpritOf = (captured: readonly TensorType[], describe: (x: Tensor, c: Tensor) => Tensor) =>
    notPointwise(graphOfBody(bodyOf(captured, (x, c) => describe(needed(x), c ?? needed(x)))))?.op;

  it.each<[string, readonly TensorType[], (x: Tensor, c: Tensor) => Tensor]>([
    ["arithmetic", [], (x) => x.mul(2).tanh().add(x)],
    ["a choice", [of("bool", 1, 3)], (x, c) => c.select(x, -Infinity)],
    ["a broadcast of what is captured", [of("f64", 3)], (x, c) => x.add(c.exp())],
    ["movement of what is captured", [of("f64", 3, 2)], (x, c) => x.add(c.transpose([1, 0]))],
    ["a gathered row", [of("i32", 3)], (x, c) => x.add(c.gather(c).cast("f64"))],
    ["a composite of elementwise ops", [], (x) => stopGradient(x).add(x)],
    ["no use of the element", [of("f64", 2, 3)], (_, c) => c],
  ])("lets pass: %s", (_, captured, describe) => {
    expect(culpritOf(captured, describe)).toBeUndefined();
  });

  it.each<[string, readonly TensorType[], (x: Tensor, c: Tensor) => Tensor]>([
    ["reduce", [of("f64", 3)], (x, c) => x.add(c.sum())],
    ["reduce", [], (x) => x.sub(x.max({ axes: [1], keepDims: true }))],
    ["softmax", [], (x) => softmax(x)],
    ["transpose", [], (x) => x.transpose([1, 0]).reshape([2, 3])],
    ["reshape", [], (x) => x.reshape([3, 2]).exp().reshape([2, 3])],
    ["flip", [], (x) => x.flip([0])],
    [
      "slice",
      [of("f64", 2, 3)],
      (x, c) =>
        c.add(
          x.slice([
            { start: 0, end: 1, step: 1 },
            { start: 0, end: 3, step: 1 },
          ]),
        ),
    ],
    ["matmul", [of("f64", 3, 3)], (x, c) => x.matmul(c)],
    ["matmul", [of("f64", 3, 3)], (x, c) => x.add(c.matmul(c).sum())],
    ["gather", [of("f64", 9)], (x, c) => x.add(c.gather(x.cast("i32")))],
  ])("names %s", (op, captured, describe) => {
    expect(culpritOf(captured, describe)).toBe(op);
  });
});

const evaluated = (body: Body, inputs: readonly NdArray[]): readonly NdArray[] => {
  const graph = graphOfBody(body);
  const names = graph.inputs.map((value) => {
    const node = [...graph.nodes.values()].find(({ results }) => results.some(({ id }) => id === value));
    return node?.op === "input" ? node.attrs.name : "";
  });
  const results = evaluateGraph(
    graph,
    "step",
    Object.fromEntries(names.flatMap((name, at) => (inputs[at] === undefined ? [] : [[name, inputs[at]]]))),
  );
  return Object.values(results);
};

const broadcast = ({ dtype, shape, data }: NdArray): NdArray => ({
  dtype,
  shape: [2, 3],
  data: Float64Array.from({ length: 6 }, (_, at) => {
    const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
    return data[(rows === 1 ? 0 : Math.floor(at / 3)) * columns + (columns === 1 ? 0 : at % 3)] ?? Number.NaN;
  }),
});

describe("pointwiseParts", () => {
  it.each<[string, readonly TensorType[], readonly (readonly number[])[], (...t: readonly Tensor[]) => Tensor]>([
    ["a captured row is read as it is", [of("f64", 3)], [[3]], (x, c) => needed(x).add(needed(c))],
    ["elementwise work on it is done for each pair", [of("f64", 3)], [[3]], (x, c) => needed(x).mul(needed(c).exp())],
    [
      "a broadcast before that work sinks",
      [of("f64", 3)],
      [[3]],
      (x, c) => needed(x).mul(needed(c).broadcastTo([2, 3]).exp()),
    ],
    [
      "movement is part of the reads, and what it moves not read",
      [of("f64", 3, 1)],
      [[1, 3]],
      (x, c) => needed(x).mul(needed(c).exp().transpose([1, 0]).tanh()),
    ],
    [
      "a chosen row by numbers that are not floats",
      [of("f64", 4, 3), of("i32")],
      [[3]],
      (x, c, i) => needed(x).sub(needed(c).gather(needed(i))),
    ],
    [
      "one value read twice, and two values",
      [of("f64", 2, 1), of("f64")],
      [[2, 1], []],
      (x, c, d) => needed(x).add(needed(c)).mul(needed(c)).div(needed(d).add(3)),
    ],
    ["what is no float is no read", [of("bool", 2, 1)], [], (x, c) => needed(c).select(needed(x), 0)],
    [
      "a condition made of floats is computed for each pair",
      [of("f64", 3), of("f64", 3)],
      [[3], [3]],
      (x, c, d) => needed(c).less(needed(d)).select(needed(x), needed(d)),
    ],
    ["the element alone", [], [], (x) => needed(x)],
    ["a captured value alone", [of("f64", 2, 3)], [[2, 3]], (_, c) => needed(c)],
  ])("%s", (_, captured, shapes, describe) => {
    const body = bodyOf(captured, describe);
    const { reads, score } = pointwiseParts(body);
    expect(reads.outputs.map(({ shape }) => shape)).toEqual(shapes);
    expect(score.outputs).toEqual(body.outputs);
    expect(notPointwise(graphOfBody(score))).toBeUndefined();
    const random = randomNumbers(5);
    const inputs = body.inputs.map(({ dtype, shape }) =>
      randomArray({ dtype, shape: shape.map(Number) }, () => (dtype === "f64" ? random() : random() < 0 ? 1 : 0)),
    );
    const read = evaluated(reads, inputs.slice(1));
    const put = evaluated(score, [...inputs, ...read.map(broadcast)]);
    expect(put).toEqual(evaluated(body, inputs));
  });

  it("leaves elementwise work at one shape: nothing that has a gradient is moved", () => {
    const body = bodyOf([of("f64", 3), of("f64", 2, 1)], (x, c, d) =>
      needed(x)
        .mul(needed(c).exp())
        .add(needed(d).broadcastTo([2, 3]).mul(needed(c))),
    );
    expect(opsOf(graphOfBody(pointwiseParts(body).score)).filter((op) => !op.startsWith("input"))).toEqual([
      "unary exp",
      "binary mul",
      "binary mul",
      "binary add",
    ]);
  });
});

describe("captureBody", () => {
  const capture = (describe: (outer: ReturnType<typeof traceOver>, x: Tensor) => Tensor, inside: readonly string[]) => {
    const outer = traceOver(graphBuilder());
    const { body, captured } = captureBody(
      outer,
      [["x", of("f64", 2, 3)]],
      ([x]) => [describe(outer, needed(x))],
      ({ op }) => inside.includes(op),
    );
    return { ops: opsOf(graphOfBody(body)), captured: captured.map(({ type }) => type) };
  };

  it("takes what is around as inputs, each once", () => {
    const { ops, captured } = capture((outer, x) => {
      const c = outer.input("c", of("f64", 3)).exp();
      return x.add(c).mul(c);
    }, []);
    // A tensor is broadcast in its own graph.
    expect(captured).toEqual([of("f64", 2, 3)]);
    expect(ops).not.toContain("unary exp");
  });

  it("computes within what belongs there, and takes what that is made of", () => {
    const { ops, captured } = capture(
      (outer, x) => {
        const c = outer.input("c", of("f64", 3)).tanh();
        return x.add(c.exp().mul(2)).sub(c);
      },
      ["unary", "constant", "binary", "broadcast"],
    );
    expect(captured).toEqual([of("f64", 3)]);
    expect(ops.filter((op) => op === "unary tanh").length).toBe(1);
    expect(ops).toContain("unary exp");
    // The captured value is the input c itself: everything after it is within.
    expect(ops.filter((op) => op.startsWith("input")).length).toBe(2);
  });

  it("stops at what does not belong there, however it is used behind that", () => {
    const { ops, captured } = capture(
      (outer, x) => {
        const c = outer.input("c", of("f64", 3, 3)).exp();
        return x.add(
          c
            .matmul(c)
            .sum({ axes: [0] })
            .tanh(),
        );
      },
      ["unary", "broadcast"],
    );
    expect(captured).toEqual([of("f64", 3)]);
    expect(ops).toContain("unary tanh");
    expect(ops).not.toContain("unary exp");
  });
});
