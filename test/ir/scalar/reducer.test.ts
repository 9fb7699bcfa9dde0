import { expect, test } from "vitest";
import { binary, constant } from "../../../src/ir/loop/build.ts";
import { type CompareFn, compares } from "../../../src/ir/scalar/compare.ts";
import { type ReduceFn, reducers } from "../../../src/ir/scalar/reducer.ts";

const names = Object.keys(reducers) as ReduceFn[];
const samples = { f32: [0, 1.5, -2.5, Infinity, -Infinity], i32: [0, 1, -7, 2 ** 31 - 1, -(2 ** 31)], u8: [0, 1, 255] };

test.each(names)("%s leaves a number alone when combined with its identity", (fn) => {
  const { identity, evaluate } = reducers[fn];
  for (const dtype of ["f32", "i32", "u8"] as const) {
    for (const x of samples[dtype]) {
      expect(evaluate(identity(dtype), x, dtype)).toBe(x);
      expect(evaluate(x, identity(dtype), dtype)).toBe(x);
    }
  }
});

test.each(names)("the identity of %s is a number of its type", (fn) => {
  const { identity } = reducers[fn];
  for (const [dtype, type] of [
    ["i32", Int32Array],
    ["u8", Uint8Array],
  ] as const)
    expect([...type.of(identity(dtype))]).toEqual([identity(dtype)]);
});

test.each(names)("the operator of %s in a loop program is its meaning", (fn) => {
  const { fn: operator, evaluate } = reducers[fn];
  for (const x of samples.i32) {
    for (const y of samples.i32) {
      expect(binary(operator, constant("i32", x), constant("i32", y))).toStrictEqual(
        constant("i32", evaluate(x, y, "i32")),
      );
    }
  }
});

test("max and min pass NaN on, and sums of integers wrap", () => {
  expect(reducers.max.evaluate(1, Number.NaN, "f32")).toBeNaN();
  expect(reducers.min.evaluate(Number.NaN, 1, "f64")).toBeNaN();
  expect(reducers.sum.evaluate(2 ** 31 - 1, 1, "i32")).toBe(-(2 ** 31));
});

test.each([
  ["eq", [false, true, false]],
  ["ne", [true, false, true]],
  ["lt", [true, false, false]],
  ["le", [true, true, false]],
  ["gt", [false, false, true]],
  ["ge", [false, true, true]],
] as const)("%s of smaller, equal and greater; with NaN only ne holds", (fn: CompareFn, want) => {
  const { evaluate } = compares[fn];
  expect([evaluate(1, 2), evaluate(2, 2), evaluate(3, 2)]).toStrictEqual(want);
  expect(evaluate(Number.NaN, Number.NaN)).toBe(fn === "ne");
});
