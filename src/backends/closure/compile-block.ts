// Blocks: statements that run for one iteration at a time. Variables live in fixed registers. Loops are handed to
// chunked-loop.ts, which takes those whose iterations may run side by side; the rest stay here, slower but right.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type Expr, isVector } from "../../ir/loop/expr.ts";
import { someExpr } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { type BlockScope, indexClosure, newBlock, sequence } from "./block-scope.ts";
import { compileChunkedLoop } from "./chunked-loop.ts";
import { compileExpression, emitCopy } from "./compile-expression.ts";
import type { KernelContext } from "./scope.ts";
import { type Step, storageOf, storageOfArray, type Value } from "./value.ts";

/** Whether lanes of a vector go elsewhere than to the same lane of the result. */
const mixesLanes = (expr: Expr): boolean => someExpr(expr, ({ kind }) => kind === "lane" || kind === "reduceLanes");

const compileAssign = ({ name, value }: StmtOf<"assign">, scope: BlockScope): void => {
  const target = scope.read(name);
  // A leaf loop writes lane after lane, so it may write to the variable only where it reads none of its other lanes.
  if (!isVector(value.type) || !mixesLanes(value)) compileExpression(value, scope, target);
  else emitCopy(scope, target, compileExpression(value, scope, scope.allocate(value.type)));
};

const compileStore = ({ buffer, index, value }: StmtOf<"store">, scope: BlockScope): void => {
  const region = scope.kernel.bindings.get(buffer)?.region;
  const readsRegion = someExpr(
    value,
    (each) => each.kind === "load" && scope.kernel.bindings.get(each.buffer)?.region === region,
  );
  const detour = isVector(value.type) && readsRegion ? scope.allocate(value.type) : undefined;
  const computed = detour === undefined ? undefined : compileExpression(value, scope, detour);
  const place = scope.address(buffer, index, value.type);
  invariant(place !== undefined, "a block addresses all elements");
  if (computed !== undefined) emitCopy(scope, place, computed);
  else if (storageOfArray(place.array) === storageOf(value.type)) compileExpression(value, scope, place);
  else emitCopy(scope, place, compileExpression(value, scope));
};

const compileSerialLoop = (loop: StmtOf<"for">, scope: BlockScope): Step => {
  const { step } = loop;
  const from = indexClosure(loop.from, scope);
  const to = indexClosure(loop.to, scope);
  const index = scope.kernel.registers.fixed("i32");
  const { array, delta } = index;
  const body = compileBlock(loop.body, scope.kernel, new Map(scope.variables).set(loop.index, index));
  return () => {
    const end = to();
    for (let at = from(); at < end; at += step) {
      array[delta] = at;
      body();
    }
  };
};

const compileIf = (stmt: StmtOf<"if">, scope: BlockScope): Step => {
  const { array, cursor, delta } = compileExpression(stmt.condition, scope);
  const then = compileBlock(stmt.then, scope.kernel, scope.variables);
  const otherwise = compileBlock(stmt.otherwise, scope.kernel, scope.variables);
  return () => {
    if (array[cursor.offset + delta] === 0) otherwise();
    else then();
  };
};

const compileStmt = (stmt: Stmt, scope: BlockScope): void => {
  switch (stmt.kind) {
    case "let": {
      const target = scope.allocate(stmt.value.type);
      compileExpression(stmt.value, scope, target);
      scope.variables.set(stmt.name, target);
      return;
    }
    case "assign":
      return compileAssign(stmt, scope);
    case "store":
      return compileStore(stmt, scope);
    case "for":
      scope.code.push(compileChunkedLoop(stmt, scope) ?? compileSerialLoop(stmt, scope));
      return;
    case "if":
      scope.code.push(compileIf(stmt, scope));
  }
};

/** Compiles a block whose code sees the given variables. */
export const compileBlock = (
  body: readonly Stmt[],
  kernel: KernelContext,
  variables: ReadonlyMap<string, Value>,
): Step => {
  const scope = newBlock({ kernel, variables });
  for (const stmt of body) compileStmt(stmt, scope);
  return sequence(scope.code);
};
