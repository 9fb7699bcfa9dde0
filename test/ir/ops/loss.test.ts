import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crossEntropy } from "../../../src/ir/ops/loss.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
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

const sum = (rows: NdArray): number => rows.data.reduce((total, row) => total + row, 0);

describe("crossEntropy", () => {
  it("is the negative logarithm of the label's probability", () => {
    const logits = array([2, 2], [0, Math.log(3), 0, Math.log(3)]);
    expectClose(
      meaning("crossEntropy", [logits, array([2], [0, 1], "i32")], {}),
      array([2], [Math.log(4), Math.log(4 / 3)]),
      1,
      1e-15,
    );
  });

  it("is exact where a probability would round to 0 or overflow", () => {
    const logits = array([2, 2], [1000, 0, 0, -1000]);
    expect(meaning("crossEntropy", [logits, array([2], [1, 0], "i32")], {})).toEqual(array([2], [1000, 0]));
  });

  it("ignores classes at minus infinity", () => {
    const logits = array([1, 3], [0, Number.NEGATIVE_INFINITY, 0]);
    expectClose(meaning("crossEntropy", [logits, array([1], [2], "i32")], {}), array([1], [Math.LN2]), 1, 1e-15);
  });

  it("types symbolic rows", () => {
    expect(typeOf("crossEntropy", [tensorType("f32", ["B*T", 10]), tensorType("i32", ["B*T"])], {})).toEqual(
      tensorType("f32", ["B*T"]),
    );
  });

  it("says which labels there are", () => {
    const operands = [tensorType("f32", ["B", 10]), tensorType("i32", ["B"])] as const;
    expect([0, 1].map((operand) => crossEntropy.operandRange?.(operand, operands, {}))).toEqual([undefined, 10]);
  });

  it.each([
    ["W249", "f32", [2, 3, 4], "i32", [2]],
    ["W204", "i32", [2, 3], "i32", [2]],
    ["W248", "f32", [2, 3], "f32", [2]],
    ["W248", "f32", [2, 3], "i32", [2, 1]],
    ["W212", "f32", [2, 0], "i32", [2]],
  ] as const)("refuses with %s: logits %s%j, labels %s%j", (code, logitsType, logits, labelsType, labels) => {
    expect(() => crossEntropy.infer([tensorType(logitsType, logits), tensorType(labelsType, labels)], {})).toThrow(
      code,
    );
  });

  it.each([
    ["loss_cross_entropy_index_sum", 1],
    ["loss_cross_entropy_index_mean", 6],
    ["stable_cross_entropy_large", 5],
  ])("agrees with PyTorch, gradients included: %s", (name, divisor) => {
    const { array: given, gradient, loss, scale } = golden(name);
    const operands = [given("logits"), given("target")];
    const rows = meaning("crossEntropy", operands, {});
    expectClose(array([], [sum(rows) / divisor]), array([], [loss]), loss, 1e-10);
    const [logits, labels] = gradients(
      "crossEntropy",
      operands,
      {},
      { ...rows, data: rows.data.map(() => 1 / divisor) },
    );
    expectClose(logits, gradient("logits"), scale.grads);
    expect(labels).toBeNull();
  });

  it("has the gradients that differences give", () => {
    fc.assert(
      fc.property(crossEntropy.arbitrary(fc), fc.integer(), ({ operands: [logits, labels] }, seed) => {
        const random = randomNumbers(seed);
        const classes = logits.shape[1] ?? 1;
        const chosen = randomArray(labels, () => Math.floor(((random() + 1) / 2) * classes));
        expectGradientsMatch("crossEntropy", [randomArray(logits, random), chosen], {}, random);
      }),
      { numRuns: 100 },
    );
  });
});
