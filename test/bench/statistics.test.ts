// What the bench makes of its measurements: medians, ratios by round, when a run counts as warm, and what it takes for a wrong
// result. Nothing here is timed.
import { describe, expect, test } from "vitest";
import { growth, median, medianRatio, mismatch } from "../../bench/statistics.ts";
import { isSettled } from "../../src/backends/profile/samples.ts";

describe("median", () => {
  test("is the middle one, the mean of two in the middle, and nothing of nothing", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([10, 9])).toBe(9.5);
    expect(median([])).toBeNaN();
  });

  test("of ratios compares what was measured in the same round", () => {
    // The machine was ten times slower in the second round, for both.
    expect(medianRatio([2, 20, 2], [1, 10, 1])).toBe(2);
    expect(medianRatio([2, 3, 20], [1, 1, 4])).toBe(3);
  });

  test("of ratios counts the rounds in which both took part", () => {
    expect(medianRatio([6, 6, 6], [2, 3, 6, 9, 9])).toBe(2);
    expect(medianRatio([6, 6, 6, 1, 1], [2, 3, 6])).toBe(2);
  });
});

describe("growth", () => {
  test("is the power of x", () => {
    expect(growth([1, 3, 10, 30].map((x) => [x, 7 * x ** 1.3] as const))).toBeCloseTo(1.3, 12);
    expect(
      growth([
        [1, 5],
        [2, 5],
      ]),
    ).toBe(0);
  });

  test("goes through the middle of what is scattered, and is nothing of one point", () => {
    // In logarithms: 0, 1 + d, 2 - d, 3 over 0, 1, 2, 3.
    const scattered = [
      [1, 1],
      [10, 20],
      [100, 50],
      [1000, 1000],
    ] as const;
    expect(growth(scattered)).toBeCloseTo(1 - (2 * Math.log10(2) * 0.5) / 5, 12);
    expect(growth([[10, 5]])).toBeNaN();
  });
});

describe("a run is warm", () => {
  test("when its last samples bring nothing new", () => {
    expect(isSettled([9, 5, 5, 5, 5, 5, 5, 5])).toBe(true);
    expect(isSettled([9, 5, 5.2, 5.1, 4.95, 5, 5.3, 5])).toBe(true);
  });

  test("and not before, nor while it still gets faster", () => {
    expect(isSettled([])).toBe(false);
    expect(isSettled([5, 5, 5, 5, 5, 5])).toBe(false);
    expect(isSettled([9, 9, 9, 9, 9, 9, 9, 5])).toBe(false);
  });
});

describe("mismatch", () => {
  const meaning = { y: Float64Array.of(100, -1, 0) };
  const of = (...values: number[]): string | undefined => mismatch({ y: Float32Array.from(values) }, meaning, 1e-5);

  test("allows a share of the largest magnitude", () => {
    expect(mismatch({ y: Float32Array.of(100.05, -1, 0) }, meaning, 1e-3)).toBeUndefined();
    expect(of(100.0005, -1.0005, 0.0005)).toBeUndefined();
    expect(of(100, -1.002, 0)).toMatch(/^y\[1\] is -1\.00\d*, not -1$/);
  });

  test("takes NaN, a missing output and another length for wrong", () => {
    expect(of(Number.NaN, -1, 0)).toBe("y[0] is NaN, not 100");
    expect(of(100, -1)).toBe("y has 2 elements, not 3");
    expect(mismatch({}, meaning, 1e-5)).toBe("y has no elements, not 3");
  });
});
