import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matmul } from "../../../src/ir/ops/contraction.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
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

const plain = { transposeA: false, transposeB: false };

describe("matmul", () => {
  it("multiplies matrices", () => {
    const a = array([2, 3], [1, 2, 3, 4, 5, 6]);
    const b = array([3, 2], [7, 8, 9, 10, 11, 12]);
    expect(meaning("matmul", [a, b], plain)).toEqual(array([2, 2], [58, 64, 139, 154]));
  });

  it("takes either operand transposed", () => {
    const a = array([3, 2], [1, 4, 2, 5, 3, 6]);
    const b = array([2, 3], [7, 9, 11, 8, 10, 12]);
    expect(meaning("matmul", [a, b], { transposeA: true, transposeB: true })).toEqual(
      array([2, 2], [58, 64, 139, 154]),
    );
  });

  it("broadcasts batch axes", () => {
    const a = array([2, 1, 1, 1], [2, 3]);
    const b = array([3, 1, 1], [10, 20, 30]);
    expect(meaning("matmul", [a, b], plain)).toEqual(array([2, 3, 1, 1], [20, 40, 60, 30, 60, 90]));
  });

  it("sums nothing to 0", () => {
    expect(meaning("matmul", [array([2, 0], []), array([0, 1], [])], plain)).toEqual(array([2, 1], [0, 0]));
  });

  it("wraps i32", () => {
    const a = array([1, 2], [0x40000001, 3], "i32");
    const b = array([2, 1], [4, 5], "i32");
    expect(meaning("matmul", [a, b], plain)).toEqual(array([1, 1], [19], "i32"));
  });

  it("types symbolic extents", () => {
    const a = tensorType("f32", ["B", 1, "T", 64]);
    const b = tensorType("f32", ["H", 10, 64]);
    expect(typeOf("matmul", [a, b], { transposeA: false, transposeB: true })).toEqual(
      tensorType("f32", ["B", "H", "T", 10]),
    );
  });

  it.each([
    ["W203", ["f32", [2, 3]], ["f32", [4, 5]]],
    ["W202", ["f32", [2, 3]], ["f64", [3, 5]]],
    ["W204", ["bool", [2, 3]], ["bool", [3, 5]]],
    ["W207", ["f32", [2, 4, 3]], ["f32", [3, 3, 5]]],
    ["W240", ["f32", [3]], ["f32", [3, 5]]],
    ["W240", ["f32", [2, 3]], ["f32", [3]]],
  ] as const)("refuses with %s: %j x %j", (code, [leftType, left], [rightType, right]) => {
    expect(() => matmul.infer([tensorType(leftType, left), tensorType(rightType, right)], plain)).toThrow(code);
  });

  it("agrees with PyTorch, gradients included", () => {
    const { array: given, cotangent, output, gradient, scale } = golden("op_matmul_batched");
    const operands = [given("a"), given("b")];
    expectClose(meaning("matmul", operands, plain), output("y"), scale.forward);
    const [left, right] = gradients("matmul", operands, plain, cotangent("y"));
    expectClose(left, gradient("a"), scale.grads);
    expectClose(right, gradient("b"), scale.grads);
  });

  it("has the gradients that differences give", () => {
    const floats = matmul.arbitrary(fc).filter(({ operands: [{ dtype }] }) => dtype !== "i32");
    fc.assert(
      fc.property(floats, fc.integer(), ({ operands, attrs }, seed) => {
        const random = randomNumbers(seed);
        expectGradientsMatch(
          "matmul",
          operands.map((type) => randomArray(type, random)),
          attrs,
          random,
        );
      }),
      { numRuns: 300 },
    );
  });

  it("gives the gradient of a matrix shared by a batch from one product", () => {
    const random = randomNumbers(1);
    const a = randomArray({ dtype: "f64", shape: [2, 3, 4, 5] }, random);
    for (const transposeB of [false, true]) {
      const b = randomArray({ dtype: "f64", shape: transposeB ? [2, 5] : [5, 2] }, random);
      expectGradientsMatch("matmul", [a, b], { transposeA: false, transposeB }, random);
    }
  });

  it.each([
    [[2, 3, 4, 5], [5, 2], false, [5, 2]],
    [[4, 5], [5, 2], false, [5, 2]],
    [[2, 3, 5, 4], [5, 2], true, [2, 3, 5, 2]],
    [[2, 3, 4, 5], [3, 5, 2], false, [2, 3, 5, 2]],
  ] as const)(
    "takes the gradient of the right operand of %j x %j (transposed: %s) from products %j",
    (a, b, transposeA, wanted) => {
      const graph = graphOf((trace) => {
        const [x, y] = [trace.input("x", tensorType("f32", a)), trace.input("y", tensorType("f32", b))];
        const [gradient] = differentiate(x.matmul(y, { transposeA }).sum(), [y]);
        if (gradient === undefined) throw new Error("there is a gradient");
        return { gradient };
      });
      const last = [...graph.nodes.values()].findLast(({ op }) => op === "matmul");
      expect(last?.results[0]?.type.shape).toEqual(wanted);
    },
  );
});
