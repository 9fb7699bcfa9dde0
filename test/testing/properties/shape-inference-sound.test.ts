// Typing rules are sound on every op; and rules that accept too much, or give another type than comes out, are found out.
import { describe, expect, test } from "vitest";
import { describeBody } from "../../../src/ir/graph/body.ts";
import { opOf } from "../../../src/ir/ops/index.ts";
import { type TensorType, tensorType } from "../../../src/ir/types/tensor-type.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { shapeInferenceSound } from "../../../src/testing/index.ts";
import type { Inference } from "../../../src/testing/properties/shape-inference-sound.ts";
import { expectCaught, expectHolds } from "./holding.ts";

const cases = graphs({ maxSteps: 5 });

test("what is inferred is what comes out, with symbols and for mistaken operands as well", async () => {
  await expectHolds(shapeInferenceSound(), cases, 200);
});

test("the gradient of attention wants its two cotangents", () => {
  const type = tensorType("f32", [2, 3]);
  const body = describeBody([type, type], ([score, flow]) => (score && flow ? [score, flow, flow] : []));
  const infer = (): unknown =>
    opOf("attentionGradients").infer([type, type, type], { body, wanted: [], factors: false });
  expect(infer).toThrow("W108: attentionGradients: the number of operands differs: 3 vs 5 expected");
});

const ruleOf: Inference = (op, operands, attrs) => opOf(op).infer(operands, attrs);

const mistakes: readonly (readonly [name: string, infer: Inference])[] = [
  [
    "a sum of any two shapes",
    (op, operands, attrs) => (op === "binary" ? operands.slice(0, 1) : ruleOf(op, operands, attrs)),
  ],
  [
    "a product whose inner extents differ",
    (op, [a, b, ...rest], attrs) => {
      if (op !== "matmul" || a === undefined || b === undefined || a.shape.length !== 2)
        return ruleOf(
          op,
          [a, b, ...rest].filter((type): type is TensorType => type !== undefined),
          attrs,
        );
      const inner = (attrs as { transposeA: boolean }).transposeA ? a.shape[0] : a.shape[1];
      const axis = (attrs as { transposeB: boolean }).transposeB ? b.shape.length - 1 : b.shape.length - 2;
      return ruleOf(op, [a, tensorType(b.dtype, inner === undefined ? b.shape : b.shape.with(axis, inner))], attrs);
    },
  ],
  [
    "an extent that is taken for another one where it is a symbol",
    (op, operands, attrs) => {
      const types = ruleOf(op, operands, attrs);
      const isSymbolic = operands.some(({ shape }) => shape.includes("N"));
      return op === "concat" && isSymbolic ? operands.slice(0, 1) : types;
    },
  ],
  [
    "a result of another dtype",
    (op, operands, attrs) => {
      const types = ruleOf(op, operands, attrs);
      return op === "argmax" ? types.map(({ shape }) => tensorType("f32", shape)) : types;
    },
  ],
  [
    "a crash instead of a refusal",
    (op, operands, attrs) => {
      if (op === "transpose" && operands[0]?.shape.length === 0) throw new TypeError("undefined has no axis");
      return ruleOf(op, operands, attrs);
    },
  ],
];

describe("what is broken is caught", () => {
  test.each(mistakes)("%s", async (_, infer) => {
    const short = graphs({ ops: ["binary", "matmul", "concat", "argmax", "transpose"], maxSteps: 3 });
    expect((await expectCaught(shapeInferenceSound(infer), short, 300)).what).toBeDefined();
  });
});
