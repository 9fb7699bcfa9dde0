import { describe, expect, it } from "vitest";
import { buildBody, constant, i32 } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import {
  castElement,
  castNumber,
  literalElement,
  literalNumber,
  wrapElement,
  wrapNumber,
} from "../../../src/ir/ops/elements.ts";
import { binary } from "../../../src/ir/ops/elementwise.ts";
import type { ElementReader } from "../../../src/ir/ops/op.ts";
import { reduce } from "../../../src/ir/ops/reduction.ts";
import { type DType, dtypeNames } from "../../../src/ir/types/dtype.ts";

const valueOf = (expr: Expr): number => {
  if (expr.kind !== "const") throw new Error(`a constant expected, not ${expr.kind}`);
  return expr.value;
};

describe("elements", () => {
  it("wrap in the meaning as in loop programs", () => {
    for (const value of [-1, 0, 1, 255, 256, 300, -300]) {
      expect(valueOf(wrapElement("u8", i32(value)))).toBe(wrapNumber("u8", value));
      expect(valueOf(wrapElement("i32", i32(value)))).toBe(wrapNumber("i32", value));
    }
    expect(wrapNumber("u8", 300)).toBe(44);
    expect(wrapNumber("i32", 2147483648)).toBe(-2147483648);
    expect(wrapNumber("bool", 2)).toBe(1);
    expect(wrapNumber("f32", 0.1)).toBe(0.1);
  });

  it.each(dtypeNames)("convert to %s in the meaning as in loop programs", (to) => {
    for (const value of [0, 1, 0.5, -0.5, -7, 255, 256, 3e9, -3e9, Number.NaN, Number.POSITIVE_INFINITY])
      expect(valueOf(castElement(to, constant("f64", value)))).toBe(castNumber(to, value));
  });

  it("stand for the same literal in the meaning as in loop programs", () => {
    const literals: readonly (readonly [DType, number])[] = [
      ["f32", 0.1],
      ["f64", 0.1],
      ["i32", -3],
      ["u8", 7],
      ["bool", 1],
    ];
    for (const [dtype, value] of literals)
      expect(valueOf(literalElement(dtype, value))).toBe(literalNumber(dtype, value));
  });

  it.each(["i32", "u8", "bool"] as const)("have one zero in %s", (dtype) => {
    expect(literalNumber(dtype, -0)).toBe(0);
    expect(valueOf(literalElement(dtype, -0))).toBe(0);
  });
});

// A u8 is an i32 within a kernel: whoever reads a fused element must not see more than eight bits.
describe("fused u8 elements", () => {
  const twoHundred: ElementReader = () => i32(200);
  const type = { dtype: "u8", shape: [] } as const;

  it("are wrapped by arithmetic", () => {
    const { lower } = binary;
    if (lower.by !== "element") throw new Error("binary lowers by element");
    const context = {
      attrs: { fn: "add" },
      operandTypes: [type, type],
      resultTypes: [type],
      operands: [twoHundred, twoHundred],
      joints: () => [],
    } as const;
    buildBody((body) => expect(valueOf(lower.element(context, body, []))).toBe(144));
  });

  it("are wrapped after a reduction", () => {
    const { lower } = reduce;
    if (lower.by !== "element") throw new Error("reduce lowers by element");
    const attrs = { fn: "sum", axes: [0], keepDims: false } as const;
    const context = {
      attrs,
      operandTypes: [{ dtype: "u8", shape: [3] }],
      resultTypes: [type],
      operands: [twoHundred],
      joints: () => [false],
    } as const;
    buildBody((body) =>
      expect(lower.element(context, body, [])).toMatchObject({ kind: "binary", fn: "and", right: i32(255) }),
    );
  });
});
