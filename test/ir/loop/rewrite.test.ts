// Rewriting: identity where nothing changes, substitution, new names.
import { expect, test } from "vitest";
import {
  add,
  binary,
  buildBody,
  compare,
  f32,
  i32,
  load,
  multiply,
  select,
  variable,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { keyOf } from "../../../src/ir/loop/key.ts";
import { printExpr, printStmt } from "../../../src/ir/loop/print.ts";
import {
  assignedNames,
  declaredNames,
  flatMapStmts,
  freeVariables,
  freshNames,
  mapExpr,
  renameDeclared,
  substitute,
  substituteStmts,
} from "../../../src/ir/loop/rewrite.ts";

const i = variable("i32", "i");
const expr = select(compare("lt", i, i32(4)), load("f32", "x", add(multiply(i, 2), 1)), f32(0));

const body = buildBody((block) => {
  const sum = block.mutable(f32(0));
  block.loop(4, (k, inner) => inner.assign(sum, binary("add", sum, load("f32", "x", k))));
  block.store("y", 0, sum);
});

test("a change of nothing gives the very same object", () => {
  expect(mapExpr(expr, (each) => each)).toBe(expr);
  expect(flatMapStmts(body, (stmt) => [stmt])).toBe(body);
  expect(substituteStmts(body, new Map([["z", i32(1)]]))).toBe(body);
});

test("changes are made innermost first", () => {
  const visited: string[] = [];
  mapExpr(add(multiply(i, 2), 1), (each) => {
    visited.push(printExpr(each));
    return each;
  });
  expect(visited).toEqual(["i", "2", "i * 2", "1", "i * 2 + 1"]);
});

test("substitution reaches every place", () => {
  const result = substitute(expr, new Map([["i", add(variable("i32", "j"), 1)]]));
  expect(printExpr(result)).toBe("select(j + 1 < 4, x[(j + 1) * 2 + 1], 0.0)");
  expect([...freeVariables(result)]).toEqual(["j"]);
});

test("names are collected and made anew", () => {
  expect([...declaredNames(body)]).toEqual(["acc0", "i0"]);
  expect([...assignedNames(body)]).toEqual(["acc0"]);
  const kernel: Kernel = {
    name: "k",
    parameters: [{ name: "i1", dtype: "f32", length: 1, access: "read" }],
    body,
    inPlace: [],
  };
  const fresh = freshNames(kernel);
  expect([fresh("i0"), fresh("i"), fresh("acc"), fresh("v")]).toEqual(["i2", "i3", "acc1", "v0"]);
  const copy = renameDeclared(body, fresh)
    .map((stmt) => printStmt(stmt))
    .join("");
  expect(copy).toBe(
    ["var acc2: f32 = 0.0", "for i4 in 0..4 {", "  acc2 = acc2 + x[i4]", "}", "y[0] = acc2", ""].join("\n"),
  );
});

test("keys tell apart what differs, and only that", () => {
  const different: readonly Expr[] = [
    f32(0),
    f32(-0),
    i32(0),
    f32(Number.NaN),
    f32(Number.POSITIVE_INFINITY),
    f32(Number.NEGATIVE_INFINITY),
    i,
    load("f32", "x", i),
    load("f32x4", "x", i),
    load("f32", "y", i),
    add(i, 1),
    multiply(i, 2),
    binary("min", i, i32(1)),
  ];
  expect(new Set(different.map(keyOf)).size).toBe(different.length);
  expect(keyOf(add(i, 1))).toBe(keyOf(add(variable("i32", "i"), 1)));
});
