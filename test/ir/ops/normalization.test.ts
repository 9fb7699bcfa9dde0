import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
import { layerNorm, logSoftmax, softmax } from "../../../src/ir/ops/normalization.ts";
import { type Shape, tensorType } from "../../../src/ir/types/tensor-type.ts";
import { graphOf } from "../../passes/support.ts";
import { golden } from "../../support/golden.ts";
import {
  array,
  expectClose,
  expectGradientsMatch,
  gradients,
  meaning,
  randomArray,
  randomNumbers,
  typeOf,
} from "../../support/op-meaning.ts";

/** The sum of arrays of one shape. */
const total = (...arrays: readonly (ReturnType<typeof array> | null | undefined)[]): ReturnType<typeof array> => {
  const [first] = arrays;
  if (!first) throw new Error("no gradient to sum");
  return {
    ...first,
    data: first.data.map((_, at) => arrays.reduce((sum, other) => sum + (other?.data[at] ?? Number.NaN), 0)),
  };
};

describe("softmax and logSoftmax", () => {
  it("divide exponentials by their sum", () => {
    const x = array([2, 2], [0, Math.log(3), 5, 5]);
    expectClose(meaning("softmax", [x], { axis: 1 }), array([2, 2], [0.25, 0.75, 0.5, 0.5]), 1, 1e-15);
    expectClose(
      meaning("logSoftmax", [x], { axis: 1 }),
      array([2, 2], [-Math.log(4), Math.log(0.75), -Math.LN2, -Math.LN2]),
      1,
      1e-15,
    );
  });

  it("give 1 and 0 for an axis of one element", () => {
    const x = array([2, 1], [-1e300, 1e300]);
    expect(meaning("softmax", [x], { axis: 1 })).toEqual(array([2, 1], [1, 1]));
    expect(meaning("logSoftmax", [x], { axis: 1 })).toEqual(array([2, 1], [0, 0]));
  });

  it("agree with PyTorch on every axis, gradients included", () => {
    const { array: given, cotangent, output, gradient, scale } = golden("op_softmax_axes");
    const x = given("x");
    const parts = [0, 1, 2].map((axis) => {
      expectClose(meaning("softmax", [x], { axis }), output(`softmax${axis}`), scale.forward, 1e-10);
      return gradients("softmax", [x], { axis }, cotangent(`softmax${axis}`))[0];
    });
    expectClose(meaning("logSoftmax", [x], { axis: 1 }), output("logsoftmax1"), scale.forward, 1e-10);
    const [last] = gradients("logSoftmax", [x], { axis: 1 }, cotangent("logsoftmax1"));
    expectClose(total(...parts, last), gradient("x"), scale.grads);
  });

  it("stay finite for numbers of several hundred", () => {
    const { array: given, cotangent, output, gradient, scale } = golden("stable_softmax_large");
    const x = given("x");
    const axis = 1;
    expectClose(meaning("softmax", [x], { axis }), output("softmax"), scale.forward, 1e-10);
    expectClose(meaning("logSoftmax", [x], { axis }), output("log_softmax"), scale.forward, 1e-10);
    const [ofSoftmax] = gradients("softmax", [x], { axis }, cotangent("softmax"));
    const [ofLogSoftmax] = gradients("logSoftmax", [x], { axis }, cotangent("log_softmax"));
    expectClose(total(ofSoftmax, ofLogSoftmax), gradient("x"), scale.grads);
  });

  it("of what is masked everywhere is 0 and lets no gradient through, and NaN stays NaN", () => {
    const x = array([3, 2], [-Infinity, -Infinity, -Infinity, 1, Number.NaN, -Infinity]);
    expect([...meaning("softmax", [x], { axis: 1 }).data]).toEqual([0, 0, 0, 1, Number.NaN, Number.NaN]);
    const [gradient] = gradients("softmax", [x], { axis: 1 }, array([3, 2], [1, 2, 3, 4, 5, 6]));
    expect([...(gradient?.data ?? [])].map((value) => value + 0)).toEqual([0, 0, 0, 0, Number.NaN, Number.NaN]);
    const graph = graphOf((trace) => ({
      y: trace.emit(softmax, [trace.input("x", { dtype: "f32", shape: [3, 2] })], { axis: 1 })[0],
    }));
    for (const backend of ["closure", "wasm"] as const)
      expect([
        ...(compileGraph(graph, { backend }).executable.run("main", { x: Float32Array.from(x.data) })["y"]?.data ?? []),
      ]).toEqual([0, 0, 0, 1, Number.NaN, Number.NaN]);
  });

  it.each([
    ["W205", "f32", [2, 3], 2],
    ["W205", "f32", [2, 3], -1],
    ["W212", "f32", [2, 0], 1],
    ["W204", "i32", [2, 3], 1],
  ] as const)("refuse with %s: %s%j along %d", (code, dtype, shape, axis) => {
    expect(() => softmax.infer([tensorType(dtype, shape)], { axis })).toThrow(code);
    expect(() => logSoftmax.infer([tensorType(dtype, shape)], { axis })).toThrow(code);
  });

  it("have the gradients that differences give", () => {
    fc.assert(
      fc.property(softmax.arbitrary(fc), fc.integer(), ({ operands: [type], attrs }, seed) => {
        const random = randomNumbers(seed);
        expectGradientsMatch("softmax", [randomArray(type, random)], attrs, random);
        expectGradientsMatch("logSoftmax", [randomArray(type, random)], attrs, random);
      }),
      { numRuns: 100 },
    );
  });
});

describe("layerNorm", () => {
  it("brings rows to mean 0 and variance 1, then scales and shifts", () => {
    const x = array([1, 4], [1, 3, 5, 7]);
    const unit = [-3, -1, 1, 3].map((element) => element / Math.sqrt(5));
    expectClose(
      meaning("layerNorm", [x, array([4], [1, 2, 1, 2]), array([4], [0, 0, 10, 10])], { epsilon: 0 }),
      array(
        [1, 4],
        unit.map((element, at) => (at % 2 === 0 ? element : 2 * element) + (at < 2 ? 0 : 10)),
      ),
      1,
      1e-14,
    );
  });

  it("agrees with PyTorch, gradients included", () => {
    const { array: given, cotangent, output, gradient, scale } = golden("layernorm");
    const operands = [given("x"), given("weight"), given("bias")];
    const attrs = { epsilon: 1e-5 };
    expectClose(meaning("layerNorm", operands, attrs), output("y"), scale.forward, 1e-10);
    const [x, weight, bias] = gradients("layerNorm", operands, attrs, cotangent("y"));
    expectClose(x, gradient("x"), scale.grads);
    expectClose(weight, gradient("weight"), scale.grads);
    expectClose(bias, gradient("bias"), scale.grads);
  });

  it("keeps symbolic leading axes", () => {
    const last = tensorType("f32", [64]);
    expect(typeOf("layerNorm", [tensorType("f32", ["B", "T", 64]), last, last], { epsilon: 1e-5 }).shape).toEqual([
      "B",
      "T",
      64,
    ]);
  });

  it.each<[string, Shape, Shape, Shape]>([
    ["W205", [], [1], [1]],
    ["W212", [2, 0], [0], [0]],
    ["W248", [2, 3], [2], [3]],
    ["W248", [2, 3], [3], [2, 3]],
  ])("refuses with %s: %j, scale %j, shift %j", (code, x, scale, shift) => {
    const types = [tensorType("f32", x), tensorType("f32", scale), tensorType("f32", shift)] as const;
    expect(() => layerNorm.infer(types, { epsilon: 1e-5 })).toThrow(code);
  });

  it("has the gradients that differences give", () => {
    fc.assert(
      fc.property(layerNorm.arbitrary(fc), fc.integer(), ({ operands }, seed) => {
        const random = randomNumbers(seed);
        // A large epsilon keeps the function smooth where a row is nearly constant.
        expectGradientsMatch(
          "layerNorm",
          operands.map((type) => randomArray(type, random)),
          { epsilon: 0.1 },
          random,
        );
      }),
      { numRuns: 100 },
    );
  });
});
