// Index simplification: rows of before and after, and agreement with direct computation on random index expressions.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  type BlockBuilder,
  binary,
  buildBody,
  compare,
  f32,
  i32,
  load,
  multiply,
  select,
  subtract,
} from "../../../src/ir/loop/build.ts";
import type { Expr, LoopCompare } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { simplifyIndex } from "../../../src/passes/loop/simplify-index.ts";
import { nestChoices, randomNest } from "../../../src/testing/arbitraries/loop-nest.ts";
import { bodyText, resultsOf, violationsOf } from "../../support/loop-runs.ts";

const kernelOf = (fill: (body: BlockBuilder) => void, length = 96): Kernel => ({
  name: "k",
  parameters: [
    { name: "x", dtype: "f32", length, access: "read" },
    { name: "n", dtype: "i32", length, access: "read" },
    { name: "y", dtype: "f32", length, access: "write" },
    { name: "out", dtype: "i32", length, access: "write" },
  ],
  inPlace: [],
  body: buildBody(fill),
});

const div = (x: Expr, by: number): Expr => binary("div", x, i32(by));
const rem = (x: Expr, by: number): Expr => binary("rem", x, i32(by));
const min = (x: Expr, y: number): Expr => binary("min", x, i32(y));
const max = (x: Expr, y: number): Expr => binary("max", x, i32(y));

/** What the value stored at i * 12 + j becomes, i below 8 and j below 12; n is any number. */
const simplified = (value: (i: Expr, j: Expr, n: Expr, body: BlockBuilder) => Expr): string => {
  const kernel = kernelOf((body) =>
    body.loop(8, (i, outer) =>
      outer.loop(
        12,
        (j, inner) => {
          const n = inner.name(load("i32", "n", 0), "n");
          inner.store("out", add(multiply(i, 12), j), value(i, j, n, inner));
        },
        { hint: "j" },
      ),
    ),
  );
  const result = simplifyIndex.run(kernel);
  expect(violationsOf(result)).toEqual([]);
  expect(resultsOf(result, 3)).toEqual(resultsOf(kernel, 3));
  return bodyText(result).split(" = ").at(-1)?.split("\n")[0] ?? "";
};

test.each<[string, string, (i: Expr, j: Expr, n: Expr, body: BlockBuilder) => Expr]>([
  ["sums are collected", "i0 * 3 + j0 + 5", (i, j) => add(add(multiply(add(i, 1), 3), j), 2)],
  ["terms cancel", "j0", (i, j) => subtract(add(multiply(i, 12), j), multiply(i, 12))],
  [
    "outer terms come first, the constant last",
    "i0 * 2 + j0 * 7 + 1",
    (i, j) => add(add(i32(1), multiply(j, 7)), multiply(i, 2)),
  ],
  ["a quotient of a multiple", "i0", (i, j) => div(add(multiply(i, 12), j), 12)],
  ["a remainder of a multiple", "j0", (i, j) => rem(add(multiply(i, 12), j), 12)],
  ["a quotient of part of it", "i0 * 3 + j0 / 4", (i, j) => div(add(multiply(i, 12), j), 4)],
  ["a remainder of part of it", "j0 % 4", (i, j) => rem(add(multiply(i, 12), j), 4)],
  ["a divisor that holds a common factor", "i0 / 2", (i, j) => div(add(multiply(i, 12), j), 24)],
  ["a remainder with a common factor", "i0 % 2 * 12 + j0", (i, j) => rem(add(multiply(i, 12), j), 24)],
  ["no quotient of what may be below 0", "(i0 * 12 + -1) / 12", (i) => div(subtract(multiply(i, 12), 1), 12)],
  ["a dividend below the divisor", "j0", (_, j) => rem(j, 12)],
  ["an exact quotient of anything small", "i0 - j0", (i, j) => div(multiply(subtract(i, j), 6), 6)],
  ["a quotient that may be negative stays", "(i0 - j0) / 6", (i, j) => div(subtract(i, j), 6)],
  ["a quotient that may wrap stays", "n0 * 12 / 12", (_, __, n) => div(multiply(n, 12), 12)],
  [
    "a quotient of what may be negative stays",
    "(i0 * 12 + j0 + -48) / 12",
    (i, j) => div(add(multiply(subtract(i, 4), 12), j), 12),
  ],
  [
    "a remainder below 0 is not split off",
    "(i0 * 12 - j0 + 12) / 12",
    (i, j) => div(subtract(multiply(add(i, 1), 12), j), 12),
  ],
  [
    "chains of quotients whose product is too large stay",
    "n0 / 32768 / 65536",
    (_, __, n) => div(div(n, 32768), 65536),
  ],
  [
    "a comparison that may wrap stays",
    "select(n0 + 1 < n0, i0, j0)",
    (i, j, n) => select(compare("lt", add(n, 1), n), i, j),
  ],
  ["chains of quotients", "n0 / 35", (_, __, n) => div(div(n, 5), 7)],
  ["a quotient of a remainder", "n0 / 5 % 7", (_, __, n) => div(rem(n, 35), 5)],
  ["a remainder of a remainder", "n0 % 5", (_, __, n) => rem(rem(n, 35), 5)],
  ["quotient and remainder put together", "n0", (_, __, n) => add(multiply(div(n, 5), 5), rem(n, 5))],
  ["three of them", "n0", (_, __, n) => add(add(multiply(div(n, 35), 35), multiply(rem(div(n, 5), 7), 5)), rem(n, 5))],
  ["a minimum that is decided", "j0", (_, j) => min(j, 11)],
  ["a maximum that is decided", "7", (i) => max(i, 7)],
  ["a minimum that is open", "min(j0, 10)", (_, j) => min(j, 10)],
  ["a select that is decided", "i0", (i, j) => select(compare("lt", j, i32(12)), i, j)],
  ["a comparison of sums", "i0", (i, j) => select(compare("lt", add(i, j), add(i, 12)), i, j)],
  ["what is loaded comes behind names", "i0 + n[0]", (i) => add(load("i32", "n", 0), i)],
  ["chains with a negative divisor stay", "n0 / -2 / 3", (_, __, n) => div(div(n, -2), 3)],
  ["chains of remainders of a negative divisor stay", "n0 % -4 / 2", (_, __, n) => div(rem(n, -4), 2)],
  ["names stay where that is as cheap", "v0 + 1", (i, j, _, body) => add(body.name(add(multiply(i, 12), j)), 1)],
  ["names are looked through where that helps", "j0", (i, j, _, body) => rem(body.name(add(multiply(i, 12), j)), 12)],
  [
    "names are looked through in what is simple without that",
    "n0",
    (i, _, n, body) => {
      const difference = body.name(subtract(i, n));
      return subtract(i, binary("min", difference, difference));
    },
  ],
  [
    "names of sums of names are looked through to the end",
    "j0",
    (i, j, _, body) => rem(body.name(add(body.name(add(multiply(i, 12), j)), 24)), 12),
  ],
])("%s: %s", (_, expected, value) => expect(simplified(value)).toBe(expected));

test("names of long sums are not looked through", () => {
  // Each quotient counts as five, and 32 are looked through.
  const sumOf = (terms: number, n: Expr): Expr =>
    Array.from({ length: terms }, (_, at) => div(n, at + 2)).reduce((sum, each) => add(sum, each));
  const difference = (terms: number): string =>
    simplified((_, __, n, body) => subtract(body.name(sumOf(terms, n)), sumOf(terms, n)));
  expect(difference(6)).toBe("0");
  expect(difference(7)).not.toBe("0");
});

describe("loops and branches", () => {
  test("of one trip dissolve", () => {
    const kernel = kernelOf((body) =>
      body.loop(1, (i, outer) => outer.loop(4, (j, inner) => inner.store("y", add(multiply(i, 4), j), f32(1)))),
    );
    expect(bodyText(simplifyIndex.run(kernel))).toBe("for i1 in 0..4 {\n  y[i1] = 1.0\n}");
  });

  test("of no trip vanish", () => {
    const kernel = kernelOf((body) => body.loop(0, (i, inner) => inner.store("y", i, f32(1))));
    expect(simplifyIndex.run(kernel).body).toEqual([]);
  });

  test("that are decided leave one side, and conditions hold inside their branch", () => {
    const kernel = kernelOf((body) =>
      body.loop(8, (i, inner) =>
        inner.when(
          compare("lt", i, i32(4)),
          (then) => then.when(compare("lt", i, i32(6)), (yes) => yes.store("y", rem(i, 4), f32(1))),
          (otherwise) => otherwise.when(compare("lt", i, i32(4)), (no) => no.store("y", i, f32(2))),
        ),
      ),
    );
    expect(bodyText(simplifyIndex.run(kernel))).toBe("for i0 in 0..8 {\n  if i0 < 4 {\n    y[i0] = 1.0\n  }\n}");
  });

  test("over a variable are not decided by what it was", () => {
    const kernel = kernelOf((body) => {
      const at = body.mutable(load("i32", "n", 0));
      body.when(compare("lt", at, i32(5)), (then) => {
        then.assign(at, i32(90));
        then.store("out", 0, min(at, 6));
      });
    });
    expect(bodyText(simplifyIndex.run(kernel))).toContain("out[0] = min(acc0, 6)");
  });
});

test("flattening and splitting into the same extents is nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (extents, named) => {
        const size = extents.reduce((product, extent) => product * extent, 1);
        const kernel = kernelOf(
          (body) =>
            body.loop(size, (p, inner) => {
              const bind = (value: Expr): Expr => (named ? inner.name(value) : value);
              let position: Expr = i32(0);
              let stride = size;
              for (const extent of extents) {
                stride /= extent;
                position = add(multiply(position, extent), bind(rem(bind(div(p, stride)), extent)));
              }
              inner.store("y", p, load("f32", "x", position));
            }),
          size,
        );
        const text = bodyText(simplifyIndex.run(kernel));
        expect(text).toBe(size === 1 ? "y[0] = x[0]" : `for i0 in 0..${size} {\n  y[i0] = x[i0]\n}`);
      },
    ),
    { numRuns: 200 },
  );
});

describe("random whole numbers", () => {
  const leaves = fc.constantFrom("i", "j", "n");
  const exprs = fc.letrec<{ expr: (i: Expr, j: Expr, n: Expr) => Expr }>((tie) => ({
    expr: fc.oneof(
      { maxDepth: 4 },
      leaves.map((leaf) => (i: Expr, j: Expr, n: Expr) => (leaf === "i" ? i : leaf === "j" ? j : n)),
      fc.integer({ min: -40, max: 40 }).map((value) => () => i32(value)),
      fc.tuple(fc.constantFrom("add", "sub", "mul", "min", "max", "div", "rem"), tie("expr"), tie("expr")).map(
        ([fn, a, b]) =>
          (i: Expr, j: Expr, n: Expr) =>
            binary(fn, a(i, j, n), b(i, j, n)),
      ),
      fc.tuple(fc.constantFrom("div", "rem", "mul"), tie("expr"), fc.integer({ min: 1, max: 24 })).map(
        ([fn, a, by]) =>
          (i: Expr, j: Expr, n: Expr) =>
            binary(fn, a(i, j, n), i32(by)),
      ),
      fc.tuple(fc.constantFrom("lt", "le", "eq"), tie("expr"), tie("expr")).map(
        ([fn, a, b]) =>
          (i: Expr, j: Expr, n: Expr) =>
            select(compare(fn, a(i, j, n), b(i, j, n)), i, n),
      ),
    ),
  }));
  test("keep their value", () => {
    fc.assert(
      fc.property(exprs.expr, (value) => {
        simplified(value);
      }),
      { numRuns: 1500 },
    );
  });
});

describe("computed bounds", () => {
  const smaller = (left: Expr, right: Expr): Expr => binary("min", left, right);

  test("decide what depends on them", () => {
    const kernel = kernelOf((body) =>
      body.loop(
        90,
        (i, outer) => {
          const width = outer.name(smaller(i32(16), subtract(i32(90), i)), "width");
          outer.loop(width, (j, inner) => {
            const at = inner.name(smaller(add(i, j), i32(89)));
            const isInside = compare("lt", add(i, j), i32(90));
            inner.store("y", at, select(isInside, load("f32", "x", at), f32(0)));
          });
        },
        { step: 16 },
      ),
    );
    expect(violationsOf(simplifyIndex.run(kernel))).toEqual([]);
    expect(bodyText(simplifyIndex.run(kernel))).not.toContain("select");
    expect(bodyText(simplifyIndex.run(kernel)).match(/min/g)).toHaveLength(1);
    expect(resultsOf(simplifyIndex.run(kernel), 3)).toEqual(resultsOf(kernel, 3));
  });

  /** What is compared is i + j, which is below 90 and at least 0. */
  const decided = (compared: (sum: Expr) => Expr): string => {
    const kernel = kernelOf((body) =>
      body.loop(
        90,
        (i, outer) => {
          const width = outer.name(smaller(i32(16), subtract(i32(90), i)), "width");
          outer.loop(width, (j, inner) => inner.store("y", add(i, j), select(compared(add(i, j)), f32(1), f32(2))));
        },
        { step: 16 },
      ),
    );
    expect(resultsOf(simplifyIndex.run(kernel), 3)).toEqual(resultsOf(kernel, 3));
    const text = bodyText(simplifyIndex.run(kernel));
    return text.includes("select") ? "open" : text.includes("= 1.0") ? "holds" : "fails";
  };

  const turned = { lt: "gt", le: "ge", gt: "lt", ge: "le", eq: "eq", ne: "ne" } as const;

  test.each<readonly [LoopCompare, readonly (readonly [limit: number, result: string])[]]>([
    [
      "lt",
      [
        [90, "holds"],
        [89, "open"],
        [0, "fails"],
      ],
    ],
    [
      "le",
      [
        [89, "holds"],
        [88, "open"],
        [-1, "fails"],
      ],
    ],
    [
      "gt",
      [
        [-1, "holds"],
        [88, "open"],
        [89, "fails"],
      ],
    ],
    [
      "ge",
      [
        [0, "holds"],
        [89, "open"],
        [90, "fails"],
      ],
    ],
    [
      "eq",
      [
        [90, "fails"],
        [89, "open"],
        [-1, "fails"],
      ],
    ],
    [
      "ne",
      [
        [90, "holds"],
        [89, "open"],
        [-1, "holds"],
      ],
    ],
  ])("decide %s up to the last number", (fn, cases) => {
    for (const [limit, result] of cases) {
      expect([limit, decided((sum) => compare(fn, sum, i32(limit)))]).toEqual([limit, result]);
      expect([limit, decided((sum) => compare(turned[fn], i32(limit), sum))]).toEqual([limit, result]);
    }
  });

  test("keep every value", () => {
    fc.assert(
      fc.property(nestChoices, (choices) => {
        const kernel = kernelOf((body) => {
          const sum = body.mutable(i32(0), "sum");
          randomNest(choices, (inner, value) => inner.assign(sum, add(multiply(sum, 31), value)))(body);
          body.store("out", 0, sum);
        });
        expect(resultsOf(simplifyIndex.run(kernel))).toEqual(resultsOf(kernel));
      }),
      { numRuns: 1500 },
    );
  });
});
