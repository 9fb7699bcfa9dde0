// Loops over chunks of iterations: each statement is computed for a whole chunk before the next one, by leaf loops over
// registers that stay in cache. A loop inside takes its turns one by one, each for the whole chunk.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { isVector } from "../../ir/loop/expr.ts";
import { withoutMaskedBranches } from "../../ir/loop/masked.ts";
import { someExpr } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { type BlockScope, indexClosure, sequence } from "./block-scope.ts";
import type { ChunkScope } from "./chunk.ts";
import { bestPlan, usesVectors } from "./chunk-plan.ts";
import { compileInside, declare, newChunk } from "./chunk-scope.ts";
import { compileDense, compileExpression, emitCopy } from "./compile-expression.ts";
import { compileFold } from "./compile-fold.ts";
import { scatter } from "./rows/move.ts";
import { lanesOf, maskOf, type Step, storageOf, storageOfArray } from "./value.ts";

/** Stores each value where its index says, which moves unevenly. */
const compileScatter = ({ buffer, index, value }: StmtOf<"store">, scope: ChunkScope): void => {
  const { kernel, code, extent } = scope;
  const at = compileDense(index, scope);
  const values = compileDense(value, scope);
  const array = kernel.bindings.get(buffer)?.array;
  invariant(array !== undefined, `no buffer ${buffer}`);
  const lanes = lanesOf(value.type);
  const p = maskOf(values);
  const q = maskOf(at);
  code.push(() =>
    scatter(
      extent.count,
      lanes,
      array,
      values.array,
      values.cursor.offset + values.delta,
      p,
      at.array,
      at.cursor.offset + at.delta,
      q,
    ),
  );
  kernel.registers.release(at);
  kernel.registers.release(values);
};

/** Whether lanes of the value may lie where the store goes, when it begins: what is loaded stays where it is until it is copied. */
const loadsFromTarget = ({ buffer, value }: StmtOf<"store">, { kernel: { bindings } }: ChunkScope): boolean => {
  const region = bindings.get(buffer)?.region;
  return (
    isVector(value.type) &&
    someExpr(value, (each) => each.kind === "load" && bindings.get(each.buffer)?.region === region)
  );
};

const compileStore = (stmt: StmtOf<"store">, scope: ChunkScope): void => {
  const { type } = stmt.value;
  const place = scope.address(stmt.buffer, stmt.index, type);
  if (place === undefined) return compileScatter(stmt, scope);
  if (place.step === lanesOf(type) && storageOfArray(place.array) === storageOf(type)) {
    // The last operation of the value writes straight to memory. What it reads there is of its own iteration, and at
    // this stride of its own lane, so nothing is overwritten that is still to be read.
    compileExpression(stmt.value, scope, place);
    return;
  }
  const value = loadsFromTarget(stmt, scope) ? compileDense(stmt.value, scope) : compileExpression(stmt.value, scope);
  emitCopy(scope, place, value);
  scope.kernel.registers.release(value);
};

const compileAssign = ({ name, value }: StmtOf<"assign">, scope: ChunkScope): void => {
  const fold = scope.chunk.plan.folds.get(name);
  if (fold !== undefined) return compileFold(fold, scope.uniform.read(name), scope);
  // A variable is read lane by lane where it is written, or else copied first, so it can be written in place.
  compileExpression(value, scope, scope.read(name, true));
};

const compileInnerLoop = (loop: StmtOf<"for">, scope: ChunkScope): void => {
  const { step } = loop;
  const from = indexClosure(loop.from, scope.uniform);
  const to = indexClosure(loop.to, scope.uniform);
  const index = scope.kernel.registers.fixed("i32");
  const { array, delta } = index;
  const body = sequence(compileInside(loop, index, scope, compileBody));
  scope.code.push(() => {
    const end = to();
    for (let at = from(); at < end; at += step) {
      array[delta] = at;
      body();
    }
  });
};

const compileStmt = (stmt: Stmt, scope: ChunkScope): void => {
  switch (stmt.kind) {
    case "let":
      return declare(stmt, scope);
    case "assign":
      return compileAssign(stmt, scope);
    case "store":
      return compileStore(stmt, scope);
    case "for":
      return compileInnerLoop(stmt, scope);
    case "if":
      invariant(false, "no iteration of a chunk branches off");
  }
};

const compileBody = (body: readonly Stmt[], scope: ChunkScope): void => {
  for (const stmt of body) compileStmt(stmt, scope);
};

/** The loop as one step, if it is best run in chunks. */
export const compileChunkedLoop = (written: StmtOf<"for">, outer: BlockScope): Step | undefined => {
  const loop = { ...written, body: withoutMaskedBranches(written.body) };
  const plan = bestPlan(loop, outer.kernel.bindings);
  if (plan === undefined) return undefined;
  const { registers } = outer.kernel;
  registers.reset();
  const from = indexClosure(loop.from, outer);
  const to = indexClosure(loop.to, outer);
  const first = registers.fixed("i32");
  const scope = newChunk(loop, plan, outer, first);
  compileBody(loop.body, scope);

  const largest = usesVectors(loop.body) ? registers.chunkValues / 4 : registers.chunkValues;
  const { extent } = scope;
  const { array, delta } = first;
  const enter = sequence(scope.uniform.code);
  const run = sequence(scope.code);
  return () => {
    let begin = from();
    let left = Math.ceil((to() - begin) / loop.step);
    if (left <= 0) return;
    enter();
    while (left > 0) {
      extent.count = Math.min(left, largest);
      array[delta] = begin;
      run();
      begin += extent.count * loop.step;
      left -= extent.count;
    }
  };
};
