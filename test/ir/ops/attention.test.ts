// The op of attention and the op of its gradients by themselves: bodies made by hand, what their lowerings give, what the way back
// is given, and what fits what.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import { describeBody } from "../../../src/ir/graph/body.ts";
import { emitMany } from "../../../src/ir/graph/traced-tensor.ts";
import { attention } from "../../../src/ir/ops/attention.ts";
import type { Body } from "../../../src/ir/ops/body.ts";
import { opOf } from "../../../src/ir/ops/index.ts";
import { generate, type NdArray } from "../../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { type Shape, type TensorType, tensorType } from "../../../src/ir/types/tensor-type.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { graphOf } from "../../passes/support.ts";
import { runLowered } from "../../support/lower-op.ts";
import { array, randomArray, randomNumbers } from "../../support/op-meaning.ts";

/** The scores as they come, scaled by a number. */
const scaled = (scores: TensorType, by = 1): Body =>
  describeBody([scores], ([x]) => (x === undefined ? [] : [x.mul(by)]));

/** All results of an op on arrays, by its graph. */
const resultsOf = (kind: "attention" | "attentionGradients", operands: readonly NdArray[], attrs: object) => {
  const graph = graphOf((trace) => {
    const inputs = operands.map((operand, at) => trace.input(`x${at}`, operand));
    const results = emitMany(trace, kind, inputs, { ...attrs });
    return Object.fromEntries(results.map((result, at) => [`y${at}`, result]));
  });
  const feeds = Object.fromEntries(operands.map((operand, at) => [`x${at}`, operand]));
  return Object.values(evaluateGraph(graph, "main", feeds));
};

describe.each(["attention", "attentionGradients"] as const)("the lowering of %s", (kind) => {
  it("gives what the op means, whatever the body and the extents", () => {
    fc.assert(
      fc.property(opOf(kind).arbitrary(fc, describeBody), fc.integer(), ({ operands: types, attrs }, seed) => {
        const random = randomNumbers(seed);
        const operands = types.map((type) =>
          randomArray(type, () => (type.dtype === "bool" ? (random() < 0.3 ? 1 : 0) : Math.fround(random()))),
        );
        const given = runLowered(kind, operands, attrs);
        for (const [at, { data }] of resultsOf(kind, operands, attrs).entries())
          for (const [position, wanted] of data.entries()) {
            const found = given[at]?.data[position] ?? Number.NaN;
            const error = found === wanted ? 0 : Math.abs(found - wanted);
            expect(error).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(wanted)));
          }
      }),
      { numRuns: 150 },
    );
  });
});

describe("the meaning of attention", () => {
  it("commutes with permutations of the positions where nothing is masked", () => {
    const shuffled = fc
      .integer({ min: 1, max: 6 })
      .chain((length) => fc.shuffledSubarray([...Array(length).keys()], { minLength: length }));
    fc.assert(
      fc.property(shuffled, fc.integer(), (order, seed) => {
        const { length } = order;
        const x = randomArray({ dtype: "f64", shape: [length, 3] }, randomNumbers(seed));
        const permuted = (rows: NdArray): NdArray =>
          generate("f64", [length, 3], ([row = 0, column = 0]) => rows.data[(order[row] ?? 0) * 3 + column] ?? 0);
        const body = scaled({ dtype: "f64", shape: [length, length] });
        const attended = (rows: NdArray): NdArray | undefined =>
          resultsOf("attention", [rows, rows, rows], { body })[0];
        const [one, other] = [attended(permuted(x)), permuted(attended(x) ?? x)];
        for (const [at, element] of other.data.entries())
          expect(Math.abs(element - (one?.data[at] ?? Number.NaN))).toBeLessThanOrEqual(1e-13);
      }),
    );
  });

  it("stays exact for scores of any size", () => {
    const [q, k, v] = [array([1, 1], [1e4]), array([3, 1], [1e4, -1e4, 9.9e3]), array([3, 1], [1, 2, 3])];
    const [output, sums] = resultsOf("attention", [q, k, v], { body: scaled({ dtype: "f64", shape: [1, 3] }) });
    expect([output, sums]).toEqual([array([1, 1], [1]), array([1], [1e8])]);
  });
});

describe("the derivative of attention", () => {
  const shape = (...extents: readonly number[]): TensorType => ({ dtype: "f64", shape: extents });

  /** The node of the gradients, where the body adds a bias, masks, and has captured something for nothing. */
  const nodeOf = (describe: (x: Tensor, captured: readonly Tensor[]) => Tensor, captured: readonly TensorType[]) => {
    const graph = graphOf((trace) => {
      const [q, k, v] = ["q", "k", "v"].map((name) => trace.input(name, shape(3, 2)));
      const given = captured.map((type, at) => trace.input(`c${at}`, type));
      if (q === undefined || k === undefined || v === undefined) throw new Error("three were asked for");
      const body = describeBody([shape(3, 3), ...captured], ([x, ...rest]) =>
        x === undefined ? [] : [describe(x, rest)],
      );
      const [output] = emitMany(trace, "attention", [q, k, v, ...given], { body });
      if (output === undefined) throw new Error("there is an output");
      const floats = given.filter(({ dtype }) => dtype === "f64");
      const gradients: readonly Tensor[] = differentiate(output.mul(output).sum(), [q, ...floats]);
      return Object.fromEntries(gradients.map((gradient, at) => [`y${at}`, gradient]));
    });
    const node = [...graph.nodes.values()].find(({ op }) => op === "attentionGradients");
    if (node?.op !== "attentionGradients") throw new Error("there are gradients");
    return node;
  };

  it("is given nothing that its body does not read", () => {
    const bias = shape(3, 1);
    const mask: TensorType = { dtype: "bool", shape: [1, 3] };
    const node = nodeOf(
      (x, [one, where]) => (one && where ? where.select(x.add(one.exp()), -Infinity) : x),
      [bias, mask],
    );
    // Queries, keys, values, the cotangents of both results; the mask and the bias, which only the reads know.
    expect(node.operands.length).toBe(7);
    expect(node.attrs.body.inputs.slice(2)).toEqual([mask, bias]);
    expect(node.attrs.wanted).toEqual([1]);
  });

  it("is given captured values once, and those that nothing depends on not at all", () => {
    const node = nodeOf((x) => x.mul(2), [shape(3, 3), shape(1)]);
    expect(node.operands.length).toBe(5);
    expect(node.attrs.wanted).toEqual([]);
  });
});

describe("typing of attention", () => {
  const types = (...shapes: readonly Shape[]) => shapes.map((shape) => tensorType("f32", shape));

  it("keeps symbolic extents", () => {
    const operands = types(["B", 8, "T", 64], ["B", 2, "S", 64], ["B", 2, "S", 32]);
    const body = scaled(tensorType("f32", ["B", 8, "T", "S"]));
    expect(attention.infer(operands, { body }).map(({ shape }) => shape)).toEqual([
      ["B", 8, "T", 32],
      ["B", 8, "T"],
    ]);
  });

  /** Types from a text: `2,4 3,4` are f32[2, 4] and f32[3, 4]. */
  const written = (text: string) =>
    types(...text.split(" ").map((shape) => shape.split(",").map((extent) => (extent === "H" ? "H" : Number(extent)))));

  it.each([
    ["W280", "4 3,4 3,4", "2,3"],
    ["W248", "2,4 3,5 3,4", "2,3"],
    ["W248", "2,2,4 3,4 3,4", "2,2,3"],
    ["W281", "2,2,5,4 3,2,5,4 3,2,5,4", "2,2,5,5"],
    ["W248", "2,4 3,4 2,4", "2,3"],
    ["W281", "3,2,4 2,2,4 2,2,4", "3,2,2"],
    ["W281", "H,2,4 2,2,4 2,2,4", "H,2,2"],
    ["W108", "2,4 3,4", "2,3"],
    ["W108", "2,4 3,4 3,4 3", "2,3"],
    ["W287", "2,4 3,4 3,4", "2,4"],
    ["W287", "2,4 3,4 3,4", "1,2,3"],
  ])("refuses with %s: %s where the body takes %s", (code, text, scores) => {
    const [type] = written(scores);
    if (type === undefined) throw new Error("a type is written");
    expect(() => attention.infer(written(text), { body: scaled(type) })).toThrow(code);
  });

  it("refuses a body that gives too much, or scores of another type", () => {
    const operands = written("2,4 3,4 3,4");
    const [scores] = written("2,3");
    if (scores === undefined) throw new Error("a type is written");
    const giving = (give: (x: Tensor) => readonly Tensor[]) =>
      describeBody([scores], ([x]) => (x === undefined ? [] : give(x)));
    expect(() => attention.infer(operands, { body: giving((x) => [x, x, x]) })).toThrow("W287");
    expect(() => attention.infer(operands, { body: giving((x) => [x.less(0)]) })).toThrow(
      "W287: attention: output 1 of the body is bool[2, 3], not f32[2, 3]",
    );
    expect(() => attention.infer(operands, { body: giving(() => []) })).toThrow(
      "W287: attention: output 1 of the body is nothing, not f32[2, 3]",
    );
  });

  it("says which batch axes keys should have", () => {
    const [scores] = written("2,2,3");
    if (scores === undefined) throw new Error("a type is written");
    expect(() => attention.infer(written("2,2,4 3,4 3,4"), { body: scaled(scores) })).toThrow(
      "f32[2, 3, 4], not f32[3, 4]",
    );
  });
});
