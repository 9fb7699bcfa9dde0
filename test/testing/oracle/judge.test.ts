// The verdict: what is within its bound passes and nothing else does, NaN and infinities by class, and bounds that say little are
// counted and have a limit.
import { describe, expect, test } from "vitest";
import { conditioning } from "../../../src/testing/oracle/conditioning.ts";
import type { Bounded } from "../../../src/testing/oracle/evaluate-bounded.ts";
import { eitherWay, leavesNumbers } from "../../../src/testing/oracle/fused-attention.ts";
import { judge } from "../../../src/testing/oracle/judge.ts";

const bounded = (data: readonly number[], error: readonly number[]): Bounded => ({
  dtype: "f32",
  shape: [data.length],
  data: Float64Array.from(data),
  error: Float64Array.from(error),
});

const violationOf = (got: number, wanted: number, error: number) =>
  judge(Float64Array.of(got), bounded([wanted], [error])).violation;

describe("judge", () => {
  test.each([
    [1.5, 1, 0.5],
    [-0, 0, 0],
    [Number.NaN, Number.NaN, 0],
    [Infinity, Infinity, 0],
    [Number.NaN, 1, Infinity],
    [1, Infinity, Infinity],
  ])("%d passes for %d within %d", (got, wanted, error) => expect(violationOf(got, wanted, error)).toBeUndefined());

  test.each([
    [1.51, 1, 0.5],
    [Number.NaN, 1, 1e30],
    [Infinity, 1, 1e30],
    [1, Number.NaN, 0],
    [-Infinity, Infinity, 0],
    [Infinity, Number.NaN, 0],
  ])("%d does not for %d within %d", (got, wanted, error) =>
    expect(violationOf(got, wanted, error)).toStrictEqual({ element: 0, got, wanted, bound: error }),
  );

  test("names the first element out of bound, and says how far results are off and what the bounds say", () => {
    const wanted = bounded([8, 8, 8, 1, 8], [1, 1, Infinity, 0.6, 1]);
    expect(judge(Float32Array.of(8, 10, 9, 1, 4), wanted)).toStrictEqual({
      elements: 5,
      uninformative: 1,
      illConditioned: 1,
      largestError: 4,
      largestShare: 4,
      violation: { element: 1, got: 10, wanted: 8, bound: 1 },
    });
  });
});

test("a run in which too many bounds say little is complained of", () => {
  const counted = conditioning();
  counted.add({ elements: 100, uninformative: 4, illConditioned: 5 });
  expect(counted.complaint()).toBeUndefined();
  counted.add({ elements: 10, uninformative: 5, illConditioned: 0 });
  expect(counted.complaint()).toMatch(/^12\.7 % of 110 elements .*\(9 none at all, 5 more than half/);
});

test("another way to compute excuses an error only where it means the same number", () => {
  const written = bounded([1, 1, Number.NaN], [1e-7, 1e-7, 0]);
  const { error } = eitherWay(written, bounded([1, 1.1, 0], [1e-3, 1e-3, 0]));
  expect([...error]).toStrictEqual([1e-3, 1e-7, Infinity]);
});

test("where a softmax by hand leaves the numbers, one op may mean another number", () => {
  const [written, fused] = [bounded([0, 0], [1e-7, 1e-7]), bounded([1, Number.NaN], [1e-7, 0])];
  expect([...eitherWay(written, fused, true).error]).toStrictEqual([Infinity, 1e-7]);
  expect([...eitherWay(written, fused).error]).toStrictEqual([1e-7, 1e-7]);
});

test("a node leaves the numbers where an exponential overflows, and where it gives none", () => {
  const [numbers, infinite, none] = [
    bounded([0, 1], [0, 0]),
    bounded([0, Infinity], [0, 0]),
    bounded([Number.NaN], [0]),
  ];
  const exponential = { op: "unary", attrs: { fn: "exp" } } as const;
  const difference = { op: "binary", attrs: { fn: "sub" } } as const;
  expect(leavesNumbers(exponential, [infinite])).toBe(true);
  expect(leavesNumbers(exponential, [numbers])).toBe(false);
  expect(leavesNumbers(difference, [infinite])).toBe(false);
  expect(leavesNumbers(difference, [numbers, none])).toBe(true);
});
