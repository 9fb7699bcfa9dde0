// Passes over kernels keep every bit of what the kernels of random graphs write; and those that do not are found out, sums in lanes, which
// are compared on whole numbers, included.
import { describe, expect, test } from "vitest";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { mapExpr, mapOwnExprs } from "../../../src/ir/loop/rewrite.ts";
import type { Stmt } from "../../../src/ir/loop/stmt.ts";
import type { KernelPass } from "../../../src/passes/loop/kernel-pass.ts";
import { loopPasses } from "../../../src/passes/loop/pipeline.ts";
import { removeDead } from "../../../src/passes/loop/remove-dead.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { type GraphProperty, loopPassPreservesSemantics } from "../../../src/testing/index.ts";
import { expectCaught, expectHolds } from "./holding.ts";

const cases = graphs({ maxSteps: 6, maxElements: 1024 });

const passes: readonly KernelPass[] = [...new Set([...loopPasses, removeDead])];

test("passes over kernels keep every bit", async () => {
  const all: GraphProperty = {
    name: "all passes over kernels",
    check: async (drawn) => {
      for (const pass of passes) {
        const violation = await loopPassPreservesSemantics(pass).check(drawn);
        if (violation !== undefined) return violation;
      }
      return undefined;
    },
  };
  await expectHolds(all, cases, 40);
  await expectHolds(loopPassPreservesSemantics(vectorize), cases, 40);
});

/** A kernel with each of its statements changed, the innermost first. */
const changed = (stmts: readonly Stmt[], change: (stmt: Stmt) => Stmt): readonly Stmt[] =>
  stmts.map((stmt) => {
    if (stmt.kind === "for") return change({ ...stmt, body: changed(stmt.body, change) });
    if (stmt.kind === "if")
      return change({ ...stmt, then: changed(stmt.then, change), otherwise: changed(stmt.otherwise, change) });
    return change(stmt);
  });

const broken = (change: (stmt: Stmt) => Stmt): KernelPass => ({
  name: "broken",
  summary: "",
  run: (kernel: Kernel) => {
    const vectorised = vectorize.run(kernel);
    return { ...vectorised, body: changed(vectorised.body, change) };
  },
});

const inExprs = (change: (expr: Expr) => Expr): KernelPass =>
  broken((stmt) => mapOwnExprs(stmt, (expr) => mapExpr(expr, change)));

const mistakes: readonly (readonly [name: string, pass: KernelPass])[] = [
  [
    "a loop of vectors that ends an iteration early",
    broken((stmt) =>
      stmt.kind === "for" && stmt.step === 4 && stmt.to.kind === "const" && stmt.to.value > 4
        ? { ...stmt, to: { ...stmt.to, value: stmt.to.value - 4 } }
        : stmt,
    ),
  ],
  [
    "a rest that begins an element late",
    broken((stmt) =>
      stmt.kind === "for" && stmt.step === 1 && stmt.from.kind === "const" && stmt.from.value > 0
        ? { ...stmt, from: { ...stmt.from, value: stmt.from.value + 1 } }
        : stmt,
    ),
  ],
  [
    "lanes that lie apart, taken as neighbours",
    inExprs((expr) => {
      if (expr.kind !== "load" || expr.stride === undefined) return expr;
      const { stride: _, ...load } = expr;
      return load;
    }),
  ],
  [
    "a ramp that starts one lane late",
    inExprs((expr) =>
      expr.kind === "ramp"
        ? {
            ...expr,
            operand: {
              kind: "binary",
              type: "i32",
              fn: "add",
              left: expr.operand,
              right: { kind: "const", type: "i32", value: 1 },
            },
          }
        : expr,
    ),
  ],
  [
    "lanes that are folded by a maximum instead of a sum",
    inExprs((expr) => (expr.kind === "reduceLanes" && expr.fn === "add" ? { ...expr, fn: "max" } : expr)),
  ],
  [
    "choices of vectors the other way round",
    inExprs((expr) =>
      expr.kind === "select" && expr.type === "f32x4" ? { ...expr, then: expr.otherwise, otherwise: expr.then } : expr,
    ),
  ],
];

/** What kernels of these have in lanes: neighbours, elements apart, positions, choices, sums. */
const short = graphs({
  ops: ["unary", "binary", "slice", "pad", "iota", "reduce", "matmul", "averagePool2d", "select", "flip"],
  maxSteps: 4,
});

describe("what is broken is caught", () => {
  test.each(mistakes)("%s", async (_, pass) => {
    const before = loopPasses.slice(0, loopPasses.indexOf(vectorize));
    const { what } = await expectCaught(loopPassPreservesSemantics(pass, before), short, 400);
    expect(what).toContain("after broken");
  });
});
