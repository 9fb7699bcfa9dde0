import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeOf } from "../../../src/ir/types/ndarray.ts";
import { tensors, tensorTypes } from "../../../src/testing/arbitraries/tensor.ts";
import { randomArray, type ValueProfile, valueProfiles } from "../../../src/testing/arbitraries/values.ts";

const numbers = (profile: ValueProfile, dtype: "f32" | "f64" | "i32" = "f32", seed = 1): readonly number[] => [
  ...randomArray({ dtype, shape: [4000] }, seed, profile).data,
];

const shareOf = (list: readonly number[], holds: (value: number) => boolean): number =>
  list.filter(holds).length / list.length;

describe("profiles", () => {
  test("f32 elements are f32 numbers, i32 elements whole ones that fit, in every profile", () => {
    for (const profile of valueProfiles) {
      expect(numbers(profile).every((value) => Object.is(Math.fround(value), value))).toBe(true);
      expect(numbers(profile, "i32").every((value) => (value | 0) === value)).toBe(true);
    }
  });

  test("wide: every magnitude there is, small ones as often as large ones", () => {
    for (const [dtype, least, most] of [
      ["f32", -149, 127],
      ["f64", -1074, 1023],
    ] as const) {
      const exponents = numbers("wide", dtype).map((value) => Math.log2(Math.abs(value)));
      expect(Math.min(...exponents)).toBeLessThan(least + 8);
      expect(Math.max(...exponents)).toBeGreaterThan(most - 8);
      const middle = (least + most) / 2;
      expect(shareOf(exponents, (exponent) => exponent < middle)).toBeCloseTo(0.5, 1);
      expect(numbers("wide", dtype).every(Number.isFinite)).toBe(true);
    }
  });

  test("bits: any pattern, NaN and subnormals among them", () => {
    const all = numbers("bits");
    expect(all.some(Number.isNaN)).toBe(true);
    expect(all.some((value) => value !== 0 && Math.abs(value) < 2 ** -126)).toBe(true);
    expect(shareOf(all, (value) => value < 0)).toBeCloseTo(0.5, 1);
  });

  test("special: NaN, infinities, both zeros, subnormals", () => {
    const all = numbers("special");
    for (const value of [Number.NaN, Infinity, -Infinity, 0, -0, 2 ** -149])
      expect(shareOf(all, (each) => Object.is(each, value))).toBeGreaterThan(0.02);
  });

  test("ties: few numbers, zeros of both signs among them", () => {
    expect(new Set(numbers("ties").map((value) => (Object.is(value, -0) ? "-0" : String(value)))).size).toBe(5);
  });

  test("conditioned: no two alike, none near 0, a whole number or a half", () => {
    const all = numbers("conditioned", "f64");
    expect(new Set(all).size).toBe(all.length);
    expect(Math.min(...all.map((value) => Math.abs(value * 2 - Math.round(value * 2))))).toBeGreaterThan(0.25);
  });

  test("normal and whole are moderate", () => {
    expect(Math.max(...numbers("normal").map(Math.abs))).toBeLessThan(4);
    expect(numbers("whole").every((value) => Number.isInteger(value) && Math.abs(value) <= 4)).toBe(true);
  });
});

test("types: all element types, every rank up to 4, one extent of 0 in 8 of 100, many of 1", () => {
  const types = fc.sample(tensorTypes(), { numRuns: 4000, seed: 5 });
  const share = (holds: (shape: readonly number[]) => boolean) =>
    types.filter(({ shape }) => holds(shape)).length / types.length;
  expect(new Set(types.map(({ dtype }) => dtype)).size).toBe(5);
  for (const rank of [0, 1, 2, 3, 4]) expect(share((shape) => shape.length === rank)).toBeGreaterThan(0.1);
  expect(share((shape) => shape.includes(0))).toBeGreaterThan(0.04);
  expect(share((shape) => shape.includes(0))).toBeLessThan(0.13);
  expect(share((shape) => shape.includes(1))).toBeGreaterThan(0.25);
  const floats = fc.sample(tensorTypes({ dtypes: ["f32"], minRank: 2, maxRank: 2, empty: false }), 50);
  expect(floats.every(({ dtype, shape }) => dtype === "f32" && shape.length === 2 && !shape.includes(0))).toBe(true);
});

test("tensors have as many elements as their type says", () => {
  fc.assert(fc.property(tensors(), ({ shape, data }) => data.length === sizeOf(shape)));
});
