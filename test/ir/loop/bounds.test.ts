// Interval analysis: rows by hand, and the promise that no value ever lies outside its interval.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  assume,
  type Bounds,
  everything,
  fitsInteger,
  type Interval,
  indexInterval,
  intervalOf,
  surelyRuns,
} from "../../../src/ir/loop/bounds.ts";
import {
  add,
  binary,
  bool,
  cast,
  compare,
  i32,
  load,
  multiply,
  select,
  subtract,
  unary,
  variable,
} from "../../../src/ir/loop/build.ts";
import type { Expr, LoopBinary, LoopCompare } from "../../../src/ir/loop/expr.ts";
import { foldBinary, foldCompare, foldUnary } from "../../../src/ir/loop/fold.ts";
import { linearInterval, linearOf } from "../../../src/ir/loop/linear.ts";

const i = variable("i32", "i");
const n = variable("i32", "n");
const bounds: Bounds = new Map([["i", { low: 0, high: 7 }]]);
const between = (low: number, high: number): Interval => ({ low, high });

test.each<[string, Expr, Interval]>([
  ["constants", i32(5), between(5, 5)],
  ["names", i, between(0, 7)],
  ["unknown names", n, everything],
  ["loads", load("i32", "x", i), everything],
  ["sums", add(multiply(i, 12), 3), between(3, 87)],
  ["differences", subtract(i, multiply(i, 2)), between(-14, 7)],
  ["sums that may wrap", add(n, 1), everything],
  ["quotients", binary("div", subtract(i, 4), i32(2)), between(-2, 1)],
  ["quotients by what may be 0", binary("div", i32(12), subtract(i, 3)), between(-12, 12)],
  ["remainders", binary("rem", n, i32(5)), between(-4, 4)],
  ["remainders of what is not negative", binary("rem", multiply(i, 9), i32(5)), between(0, 4)],
  ["remainders that do nothing", binary("rem", i, i32(8)), between(0, 7)],
  ["minima", binary("min", n, i32(9)), between(everything.low, 9)],
  ["clamps", binary("max", binary("min", n, i32(9)), i32(0)), between(0, 9)],
  ["masks", binary("and", n, i32(12)), between(0, 12)],
  ["rounding down", binary("and", add(i, 1), i32(-4)), between(0, 8)],
  ["rounding down what may be negative", binary("and", subtract(i, 5), i32(-4)), between(-8, 0)],
  ["unions of bits", binary("or", i, i32(8)), between(8, 15)],
  ["left shifts", binary("shl", i, i32(2)), between(0, 28)],
  ["right shifts", binary("shr", subtract(i, 4), i32(1)), between(-2, 1)],
  ["unsigned shifts", binary("shrUnsigned", n, i32(28)), between(0, 15)],
  ["negation", unary("neg", i), between(-7, 0)],
  ["absolute values", unary("abs", subtract(i, 4)), between(0, 4)],
  ["absolute values of anything", unary("abs", n), everything],
  ["comparisons", compare("lt", i, i32(8)), between(1, 1)],
  ["open comparisons", compare("lt", i, i32(7)), between(0, 1)],
  ["casts of bools", cast("i32", compare("ge", i, i32(8))), between(0, 0)],
  ["casts of floats", cast("i32", variable("f32", "a")), everything],
  ["selects", select(compare("ge", subtract(i, 3), i32(0)), subtract(i, 3), i32(0)), between(0, 4)],
  ["selects of a decided side", select(compare("lt", i, i32(9)), i, n), between(0, 7)],
])("%s", (_, expr, expected) => expect(intervalOf(expr, bounds)).toEqual(expected));

describe("conditions", () => {
  test("narrow both sides", () => {
    const known = assume(compare("lt", i, i32(4)), true, bounds);
    expect(known?.get("i")).toEqual(between(0, 3));
    expect(assume(compare("lt", i, i32(4)), false, bounds)?.get("i")).toEqual(between(4, 7));
    expect(assume(compare("lt", i, i32(8)), false, bounds)).toBeUndefined();
    expect(assume(compare("ne", i, i32(0)), true, bounds)?.get("i")).toEqual(between(1, 7));
  });

  test("say something about the operand of a sum", () => {
    expect(assume(compare("ge", subtract(i, 3), i32(0)), true, bounds)?.get("i")).toEqual(between(3, 7));
  });

  test("say nothing about the operand of a sum that may have wrapped", () => {
    const large: Bounds = new Map([["i", between(0, everything.high)]]);
    expect(assume(compare("lt", add(i, 5), i32(0)), true, large)?.get("i")).toEqual(between(0, everything.high));
  });

  test("join and exclude one another", () => {
    const both = binary("and", compare("ge", i, i32(2)), compare("le", i, i32(5)));
    expect(assume(both, true, bounds)?.get("i")).toEqual(between(2, 5));
    const neither = binary("or", compare("lt", i, i32(2)), compare("gt", i, i32(5)));
    expect(assume(neither, false, bounds)?.get("i")).toEqual(between(2, 5));
    expect(assume(unary("not", both), false, bounds)?.get("i")).toEqual(between(2, 5));
    expect(assume(bool(false), true, bounds)).toBeUndefined();
  });

  test("teach nothing about memory or about names that may change", () => {
    expect(assume(compare("lt", load("i32", "x", 0), i32(4)), true, bounds)).toEqual(bounds);
    expect(assume(compare("lt", n, i32(4)), true, bounds)).toEqual(bounds);
  });
});

test("loops know the last index to the step, and whether they run", () => {
  const loop = (from: Expr, to: Expr, step: number) =>
    ({ kind: "for", index: "k", from, to, step, mode: "serial", body: [] }) as const;
  expect(indexInterval(loop(i32(0), i32(12), 4), bounds)).toEqual(between(0, 8));
  expect(indexInterval(loop(i32(1), i32(12), 4), bounds)).toEqual(between(1, 9));
  expect(indexInterval(loop(i, i32(12), 4), bounds)).toEqual(between(0, 11));
  expect(indexInterval(loop(i32(3), i32(3), 1), bounds)).toBeUndefined();
  expect(surelyRuns(loop(i, i32(8), 1), bounds)).toBe(true);
  expect(surelyRuns(loop(i, i32(7), 1), bounds)).toBe(false);
});

describe("no value lies outside its interval", () => {
  const values = fc.oneof(fc.integer({ min: -12, max: 12 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
  /** An expression together with its value for given values of a and b. */
  interface Valued {
    readonly expr: Expr;
    readonly value: (a: number, b: number) => number;
  }
  const binaries: readonly LoopBinary[] = [
    "add",
    "sub",
    "mul",
    "div",
    "rem",
    "min",
    "max",
    "and",
    "or",
    "xor",
    "shl",
    "shr",
    "shrUnsigned",
  ];
  const compares: readonly LoopCompare[] = ["eq", "ne", "lt", "le", "gt", "ge"];
  const exprs = fc.letrec<{ expr: Valued }>((tie) => ({
    expr: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Valued>(
        { expr: variable("i32", "a"), value: (a) => a },
        { expr: variable("i32", "b"), value: (_, b) => b },
      ),
      values.map((value): Valued => ({ expr: i32(value), value: () => value })),
      fc.tuple(fc.constantFrom(...binaries), tie("expr"), tie("expr")).map(
        ([fn, x, y]): Valued => ({
          expr: { kind: "binary", type: "i32", fn, left: x.expr, right: y.expr },
          value: (a, b) => foldBinary(fn, "i32", x.value(a, b), y.value(a, b)),
        }),
      ),
      fc.tuple(fc.constantFrom("neg" as const, "abs" as const), tie("expr")).map(
        ([fn, x]): Valued => ({
          expr: { kind: "unary", type: "i32", fn, operand: x.expr },
          value: (a, b) => foldUnary(fn, "i32", x.value(a, b)),
        }),
      ),
      fc.tuple(fc.constantFrom(...compares), tie("expr"), tie("expr"), tie("expr"), tie("expr")).map(
        ([fn, x, y, yes, no]): Valued => ({
          expr: {
            kind: "select",
            type: "i32",
            condition: { kind: "compare", type: "bool", fn, left: x.expr, right: y.expr },
            then: yes.expr,
            otherwise: no.expr,
          },
          value: (a, b) => (foldCompare(fn, x.value(a, b), y.value(a, b)) ? yes : no).value(a, b),
        }),
      ),
    ),
  }));
  const range = fc.tuple(values, values).map(([p, q]): Interval => between(Math.min(p, q), Math.max(p, q)));
  const within = ({ low, high }: Interval, part: number): number => low + Math.floor(part * (high - low));

  test("of i32 arithmetic", () => {
    fc.assert(
      fc.property(
        exprs.expr,
        range,
        range,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ expr, value }, a, b, s, t) => {
          const known: Bounds = new Map([
            ["a", a],
            ["b", b],
          ]);
          const actual = value(within(a, s), within(b, t));
          const interval = intervalOf(expr, known);
          expect(actual).toBeGreaterThanOrEqual(interval.low);
          expect(actual).toBeLessThanOrEqual(interval.high);
          const exact = linearInterval(linearOf(expr), known);
          const { low, high } = fitsInteger(exact) ? exact : everything;
          expect(actual).toBeGreaterThanOrEqual(low);
          expect(actual).toBeLessThanOrEqual(high);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
