// Keys of expressions: equal exactly when the expressions are the same, and what is compared without keys agrees.
import fc from "fast-check";
import { expect, test } from "vitest";
import { add, constant, f32, i32, lane, load, multiply, splat, variable } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import { keyOf, sameExpr } from "../../../src/ir/loop/key.ts";
import { mapExpr } from "../../../src/ir/loop/rewrite.ts";

const leaves: readonly Expr[] = [
  i32(0),
  i32(1),
  constant("f64", 0),
  constant("f64", -0),
  constant("f64", Number.NaN),
  f32(Number.POSITIVE_INFINITY),
  variable("i32", "i"),
  variable("i32", "j"),
  load("f32", "x", variable("i32", "i")),
  load("f32", "y", variable("i32", "i")),
];

const sums: fc.Arbitrary<Expr> = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(i32(1), variable("i32", "i"), variable("i32", "j")),
    fc.tuple(tie("expr"), tie("expr")).map(([a, b]) => add(a, b)),
    fc.tuple(tie("expr"), tie("expr")).map(([a, b]) => multiply(a, b)),
    tie("expr").map((index) => load("i32", "n", index)),
    fc.tuple(tie("expr"), fc.constantFrom(0, 1, 2, 3)).map(([scalar, at]) => lane(splat(scalar), at)),
  ),
})).expr;

/** The same expression made of other objects. */
const copyOf = (expr: Expr): Expr => mapExpr(expr, (each) => ({ ...each }));

test("an expression is the same as its copy and as nothing else", () => {
  for (const [at, left] of leaves.entries())
    for (const [other, right] of leaves.entries()) {
      expect([left, right, sameExpr(left, copyOf(right))]).toEqual([left, right, at === other]);
      expect([left, right, keyOf(left) === keyOf(copyOf(right))]).toEqual([left, right, at === other]);
    }
});

test("comparing expressions is comparing their keys", () => {
  fc.assert(
    fc.property(sums, sums, (left, right) => {
      expect(sameExpr(left, copyOf(left))).toBe(true);
      expect(sameExpr(left, right)).toBe(keyOf(left) === keyOf(right));
    }),
    { numRuns: 500 },
  );
});
