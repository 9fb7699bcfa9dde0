// Innermost loops over chunks of iterations: each statement is computed for a whole chunk before the next one, by leaf
// loops over registers that stay in cache.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { type ChunkScope, newChunk } from "./chunk-scope.ts";
import { planChunks, usesVectors } from "./chunkable.ts";
import { type BlockScope, indexClosure, sequence } from "./block-scope.ts";
import { compileDense, compileExpression, emitCopy } from "./compile-expression.ts";
import { compileFold } from "./compile-fold.ts";
import { scatter } from "./rows/move.ts";
import { lanesOf, maskOf, type Step, storageOfArray, storageOf } from "./value.ts";

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
  const value = compileExpression(stmt.value, scope);
  emitCopy(scope, place, value);
  scope.kernel.registers.release(value);
};

const compileStmt = (stmt: Stmt, scope: ChunkScope): void => {
  switch (stmt.kind) {
    case "let":
      return scope.define(stmt.name, stmt.value);
    case "store":
      return compileStore(stmt, scope);
    case "assign": {
      const fold = scope.plan.folds.get(stmt.name);
      invariant(fold !== undefined, `${stmt.name} is a reduction`);
      return compileFold(fold, scope.entry.read(stmt.name, true), scope);
    }
    case "for":
    case "if":
      invariant(false, "a chunk is straight-line");
  }
};

/** The loop as one step, if its iterations may run in chunks. */
export const compileChunkedLoop = (loop: StmtOf<"for">, outer: BlockScope): Step | undefined => {
  const plan = planChunks(loop, outer.kernel.bindings);
  if (plan === undefined) return undefined;
  const { registers } = outer.kernel;
  registers.reset();
  const from = indexClosure(loop.from, outer);
  const to = indexClosure(loop.to, outer);
  const index = registers.fixed("i32");
  const scope = newChunk(loop, plan, outer, index);
  for (const stmt of loop.body) compileStmt(stmt, scope);

  const largest = usesVectors(loop.body) ? registers.chunkValues / 4 : registers.chunkValues;
  const { extent, first } = scope;
  const enter = sequence(scope.entry.code);
  const run = sequence(scope.code);
  const cursors = [...scope.cursors.values()];
  return () => {
    const begin = from();
    let left = Math.ceil((to() - begin) / loop.step);
    if (left <= 0) return;
    first.index = begin;
    index.array[index.delta] = begin;
    enter();
    for (const { cursor, base } of cursors) cursor.offset = base();
    for (;;) {
      const iterations = Math.min(left, largest);
      extent.count = iterations;
      run();
      left -= iterations;
      if (left === 0) return;
      first.index += iterations * loop.step;
      for (const { cursor, advance } of cursors) cursor.offset += iterations * advance;
    }
  };
};
