// The scope of code that runs for a chunk of iterations: values that vary live in chunk registers, memory is walked by
// cursors that move from chunk to chunk, and everything else is computed once, on entry of the loop.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Expr, LoopType } from "../../ir/loop/expr.ts";
import { exprsOf, visitExpr } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { type ChunkPlan, variablePartOf } from "./chunkable.ts";
import { type BlockScope, newBlock, placeOf } from "./block-scope.ts";
import { compileExpression, emitCopy } from "./compile-expression.ts";
import { indexSum } from "./index-sum.ts";
import { count } from "./rows/int32.ts";
import type { Scope } from "./scope.ts";
import { type Cursor, type Extent, isDense, type Step, type Value } from "./value.ts";

/** A cursor that a loop moves: to its base on entry, then on by `advance` elements per iteration. */
interface MovingCursor {
  readonly cursor: Cursor;
  readonly base: () => number;
  readonly advance: number;
}

/** A value of the body that varies. */
interface Definition {
  readonly expr: Expr;
  /** Absent until it is first read. */
  value: Value | undefined;
  /** How often it is still to be read. */
  mentions: number;
}

/** A chunk under construction. */
export interface ChunkScope extends Scope {
  readonly plan: ChunkPlan;
  /** Runs on entry, while the loop's index is at its first value. */
  readonly entry: BlockScope;
  /** Names a value of the body. */
  readonly define: (name: string, expr: Expr) => void;
  readonly cursors: ReadonlyMap<string, MovingCursor>;
  /** Where a chunk begins. */
  readonly first: { index: number };
}

const countMentions = (body: readonly Stmt[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const stmt of body)
    for (const expr of exprsOf(stmt))
      visitExpr(expr, (each) => {
        if (each.kind === "var") counts.set(each.name, (counts.get(each.name) ?? 0) + 1);
      });
  return counts;
};

/** Makes a fresh value belong to all who are going to read it. */
const share = (definition: Definition, value: Value): Value => {
  if (value.register !== undefined) value.register.owners += definition.mentions - 1;
  definition.value = value;
  return value;
};

const newAddress =
  (loop: StmtOf<"for">, plan: ChunkPlan, entry: BlockScope, cursors: Map<string, MovingCursor>) =>
  (buffer: string, index: Expr, type: LoopType): Value | undefined => {
    const form = plan.linear(index);
    for (const [name, { atom }] of form.terms) if (name !== loop.index && plan.isVarying(atom)) return undefined;
    const key = variablePartOf(form);
    const known = cursors.get(key);
    const moving = known ?? {
      cursor: { offset: 0 },
      base: indexSum({ ...form, constant: 0 }, (atom) => placeOf(atom, entry)),
      advance: (form.terms.get(loop.index)?.coefficient ?? 0) * loop.step,
    };
    cursors.set(key, moving);
    const { cursor, advance } = moving;
    const array = entry.kernel.bindings.get(buffer)?.array;
    invariant(array !== undefined, `no buffer ${buffer}`);
    return { type, array, cursor, delta: form.constant, step: advance, laneStep: 1 };
  };

/** An empty chunk of a loop of which `index` is the fixed register of the loop's index. */
export const newChunk = (loop: StmtOf<"for">, plan: ChunkPlan, outer: BlockScope, index: Value): ChunkScope => {
  const { kernel } = outer;
  const { registers } = kernel;
  const mentions = countMentions(loop.body);
  const entry = newBlock(kernel, new Map(outer.variables).set(loop.index, index));
  const definitions = new Map<string, Definition>();
  const cursors = new Map<string, MovingCursor>();
  const code: Step[] = [];
  const extent: Extent = { count: 0 };
  const first = { index: 0 };

  const indices = (): Value => {
    const out = registers.chunk("i32");
    const row = count;
    code.push(() => row(extent.count, out.array as Int32Array<ArrayBuffer>, 0, first.index, loop.step));
    return out;
  };

  const read = (name: string, dense: boolean): Value => {
    const definition = definitions.get(name);
    invariant(definition !== undefined, `loop variable ${name} is used before it is declared`);
    let value =
      definition.value ?? share(definition, name === loop.index ? indices() : compileExpression(definition.expr, scope));
    if (dense && !isDense(value)) {
      const copy = registers.chunk(value.type);
      emitCopy(scope, copy, value);
      for (let reader = 0; reader < definition.mentions; reader++) registers.release(value);
      value = share(definition, copy);
    }
    definition.mentions--;
    return value;
  };

  const define = (name: string, expr: Expr): void => {
    if (!plan.isVarying(expr)) {
      entry.variables.set(name, compileExpression(expr, entry, registers.fixed(expr.type)));
      return;
    }
    const definition: Definition = { expr, value: undefined, mentions: mentions.get(name) ?? 0 };
    definitions.set(name, definition);
    if (definition.mentions === 0 || !plan.readsStored(expr)) return;
    // The memory may be stored to before the first reader comes, so the value must be taken from it now.
    const target = registers.chunk(expr.type);
    share(definition, compileExpression(expr, scope, target));
  };

  const scope: ChunkScope = {
    kernel,
    extent,
    code,
    plan,
    entry,
    define,
    cursors,
    first,
    hoist: (expr) => (plan.isVarying(expr) ? undefined : compileExpression(expr, entry)),
    read,
    address: newAddress(loop, plan, entry, cursors),
    allocate: registers.chunk,
  };
  const index0: Expr = { kind: "var", type: "i32", name: loop.index };
  definitions.set(loop.index, { expr: index0, value: undefined, mentions: mentions.get(loop.index) ?? 0 });
  return scope;
};
