// Functions element by element, against JavaScript's own numbers.
import { describe, expect, test } from "vitest";
import { compileSync, defineModel, differentiate, spec } from "../../../src/index.ts";
import * as functions from "../../../src/ir/functions/index.ts";
import { unary } from "../../../src/ir/scalar/unary.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { elements, evaluated, fed, refusal } from "./evaluate-call.ts";

const table: ReadonlyMap<string, unknown> = new Map(Object.entries(functions));

/** The function of that name; a test calls it with what it takes. */
const named = (name: string): ((...operands: readonly unknown[]) => Tensor) =>
  table.get(name) as (...operands: readonly unknown[]) => Tensor;

describe("functions of one number", () => {
  test.each(Object.entries(unary))("%s", (fn, { evaluate, dtypes, domain: [low, high] }) => {
    const numbers = Array.from({ length: 9 }, (_, at) => low + ((high - low) * at) / 8);
    const values = dtypes.includes("f64") ? numbers : [0, 1, 1, 0];
    const dtype = dtypes.includes("f64") ? "f64" : "bool";
    const { data } = evaluated([fed([values.length], values, dtype)], named(fn === "not" ? "logicalNot" : fn));
    expect([...data]).toEqual(values.map(evaluate));
  });

  test("of JavaScript's own formulas", () => {
    const x = fed([4], [-1.5, -0.25, 0.75, 2]);
    const of = (name: string): number[] => [...evaluated([x], named(name)).data];
    const expected = (formula: (value: number) => number): number[] => [...x.data].map(formula);
    expect(of("relu")).toEqual([0, 0, 0.75, 2]);
    expect(of("exp")).toEqual(expected(Math.exp));
    expect(of("tanh")).toEqual(expected(Math.tanh));
    expect(of("expm1")).toEqual(expected(Math.expm1));
    expect(of("square")).toEqual(expected((value) => value * value));
    expect(of("floor")).toEqual([-2, -1, 0, 2]);
  });
});

describe("gradients in f32", () => {
  /** The derivatives at points, by a backend: f32 on the closures, f64 on the reference. */
  const slopes = (name: string, points: readonly number[], backend: "closure" | "reference"): number[] => {
    const dtype = backend === "closure" ? "f32" : "f64";
    const model = defineModel({
      name: "slopes",
      params: {},
      inputs: { x: spec(dtype, [points.length]) },
      forward: (_, { x }) => {
        const [slope] = differentiate(named(name)(x).sum(), [x]);
        return { slope };
      },
    });
    const data = dtype === "f32" ? Float32Array.from(points) : Float64Array.from(points);
    return [...compileSync(model, { backend })({ x: data }).slope.data];
  };

  // What a sigmoid leaves to 1 must not be 1 - s: far right, x times the rounding of s would be all that is seen.
  test.each(["silu", "geluTanh", "mish"])("of %s lose no more than two roundings", (name) => {
    const points = Array.from({ length: 1001 }, (_, at) => Math.fround(-20 + at / 25));
    const exact = slopes(name, points, "reference");
    const errors = slopes(name, points, "closure").map((slope, at) => Math.abs(slope - (exact[at] ?? Number.NaN)));
    expect(Math.max(...errors)).toBeLessThan(2 ** -22);
  });
});

describe("functions of two numbers", () => {
  const a = fed([2, 3], [1, -2, 3, -4, 5, -6]);
  const row = fed([3], [2, 2, -1]);
  const cases: readonly (readonly [string, (x: number, y: number) => number])[] = [
    ["add", (x, y) => x + y],
    ["sub", (x, y) => x - y],
    ["mul", (x, y) => x * y],
    ["div", (x, y) => x / y],
    ["pow", (x, y) => x ** y],
    ["maximum", Math.max],
    ["minimum", Math.min],
    ["atan2", Math.atan2],
    ["equal", (x, y) => Number(x === y)],
    ["notEqual", (x, y) => Number(x !== y)],
    ["less", (x, y) => Number(x < y)],
    ["lessEqual", (x, y) => Number(x <= y)],
    ["greater", (x, y) => Number(x > y)],
    ["greaterEqual", (x, y) => Number(x >= y)],
  ];

  test.each(cases)("%s broadcasts a row", (name, formula) => {
    const expected = [...a.data].map((x, at) => formula(x, row.data[at % 3] ?? 0));
    expect(elements([a, row], named(name))).toEqual({ shape: [2, 3], data: expected });
  });

  test.each(cases)("%s takes a number", (name, formula) => {
    expect(elements([a], (x) => named(name)(x, 2))).toEqual({
      shape: [2, 3],
      data: [...a.data].map((x) => formula(x, 2)),
    });
  });

  test.each([
    ["logicalAnd", [0, 0, 0, 1]],
    ["logicalOr", [0, 1, 1, 1]],
    ["logicalXor", [0, 1, 1, 0]],
  ])("%s", (name, data) => {
    const operands = [fed([4], [0, 0, 1, 1], "bool"), fed([4], [0, 1, 0, 1], "bool")];
    expect(elements(operands, named(name))).toEqual({ shape: [4], data });
  });

  test("of whole numbers", () => {
    const operands = [fed([4], [7, -7, 7, 5], "i32"), fed([4], [2, 2, -2, 0], "i32")];
    expect(elements(operands, functions.div)).toEqual({ shape: [4], data: [3, -3, -3, 0] });
    expect(elements(operands, functions.remainder)).toEqual({ shape: [4], data: [1, -1, 1, 0] });
    expect(elements([fed([2], [1, -8], "i32")], (x) => functions.shiftLeft(x, 3))).toEqual({
      shape: [2],
      data: [8, -64],
    });
    expect(elements([fed([2], [9, -8], "i32")], (x) => functions.shiftRight(x, 1))).toEqual({
      shape: [2],
      data: [4, -4],
    });
  });
});

test("select broadcasts its condition and takes numbers", () => {
  const condition = fed([3], [1, 0, 1], "bool");
  const x = fed([2, 3], [1, 2, 3, 4, 5, 6]);
  expect(elements([condition, x], (c, t) => functions.select(c, t, 0))).toEqual({
    shape: [2, 3],
    data: [1, 0, 3, 4, 0, 6],
  });
  expect(elements([condition], (c) => functions.select(c, -1, 1))).toEqual({ shape: [3], data: [-1, 1, -1] });
  expect(evaluated([condition], (c) => functions.select(c, -1, 1)).dtype).toBe("f32");
});

test("clamp and cast", () => {
  const x = fed([5], [-3, -0.5, 0.5, 2.75, Number.NaN]);
  expect(elements([x], (t) => functions.clamp(t, -1, 2))).toEqual({ shape: [5], data: [-1, -0.5, 0.5, 2, Number.NaN] });
  expect(elements([x], (t) => functions.cast(t, "i32"))).toEqual({ shape: [5], data: [-3, 0, 0, 2, 0] });
  expect(elements([x], (t) => functions.cast(t, "bool"))).toEqual({ shape: [5], data: [1, 1, 1, 1, 1] });
});

test("expectShape holds the author to it", () => {
  expect(elements([fed([2], [1, 2])], (x) => functions.expectShape(x, [2]))).toEqual({ shape: [2], data: [1, 2] });
  expect(refusal([["f32", ["B", 12]]], (x) => functions.expectShape(x, ["B", 10]))).toEqual({
    message: "W231: expectShape: f32[B, 12] is not of shape [B, 10]",
    file: "elementwise.test.ts",
  });
});

describe("refusals name the function that was called, and the caller's file", () => {
  test.each([
    ["maximum", "W207: maximum: extents 3 and 4 do not broadcast ([2, 3] vs [4])"],
    ["equal", "W207: equal: extents 3 and 4 do not broadcast ([2, 3] vs [4])"],
    ["logicalAnd", "W207: logicalAnd: extents 3 and 4 do not broadcast ([2, 3] vs [4])"],
  ])("%s", (name, message) => {
    const types = [
      ["f32", [2, 3]],
      ["f32", [4]],
    ] as const;
    expect(refusal(types, (a, b) => named(name)(a, b))).toEqual({ message, file: "elementwise.test.ts" });
  });

  test("of operands that are no tensors", () => {
    expect(refusal([["f32", [2]]], (x) => named("add")(x, [1, 2])).message).toMatch(
      /^W230: add: a tensor is expected, not /,
    );
    expect(refusal([], () => named("relu")(3)).message).toMatch(/^W230: relu: a tensor is expected, not /);
  });

  test("of element types", () => {
    expect(refusal([["i32", [2]]], named("exp")).message).toBe(
      "W204: exp: not defined for i32: takes f32, f64 (i32[2])",
    );
    expect(refusal([["i32", [2]]], (x) => named("mul")(x, 0.5)).message).toBe(
      "W210: constant: 0.5 is not a number of type i32",
    );
  });
});
