// Loops with branches that only save work are widened like others: the branch is taken where one of four iterations needs it.
import { expect, test } from "vitest";
import { assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { maskOf } from "../../../src/ir/loop/masked.ts";
import { visitStmts } from "../../../src/ir/loop/rewrite.ts";
import type { Stmt } from "../../../src/ir/loop/stmt.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";

const { program } = planGraph(
  parseGraph(`graph @waves(%x: f32[64]) {
  %0 = unary %x {fn = sin} : f32[64]
  entry @main(y = %0)
}
`),
);

const statements = (): readonly Stmt[] => {
  const found: Stmt[] = [];
  for (const { body } of program.kernels.values()) visitStmts(body, (stmt) => found.push(stmt));
  return found;
};

test("sines are four lanes wide, and large angles a branch of the loop", () => {
  const branches = statements().flatMap((stmt) => (stmt.kind === "if" ? [maskOf(stmt.condition).type] : []));
  expect(branches).toStrictEqual(["boolx4"]);
  expect(statements().flatMap((stmt) => (stmt.kind === "store" ? [stmt.value.type] : []))).toStrictEqual(["f32x4"]);
});

test("WebAssembly asks whether some lane needs the branch by one instruction", () => {
  const { wat } = assembleModule(program);
  expect(wat()).toContain("v128.any_true");
});
