// The values of a chunk that vary: when they are computed, and how long they keep their registers. A value is computed
// where it is first read, so that an index that is only ever walked costs nothing, and its register is handed back after
// its last reader. Both would go wrong across a loop that runs any number of times: its outer values are computed before.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { visitOwnExprs, visitStmts } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import type { ChunkScope, Definition } from "./chunk.ts";
import { compileExpression, emitCopy } from "./compile-expression.ts";
import { count } from "./rows/int32.ts";
import { isDense, type Value } from "./value.ts";

/** How often each name is read in a body. */
export const countMentions = (body: readonly Stmt[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  visitStmts(body, (stmt) => {
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "var") counts.set(each.name, (counts.get(each.name) ?? 0) + 1);
    });
  });
  return counts;
};

/** Makes a fresh value belong to all who are going to read it. */
const share = (definition: Definition, value: Value): Value => {
  if (value.register !== undefined) value.register.owners += definition.mentions - 1;
  definition.value = value;
  return value;
};

/** The values of the loop's index. */
const compileIndices = (scope: ChunkScope): Value => {
  const { loop, extent, first } = scope.chunk;
  const out = scope.allocate("i32");
  // A register of i32.
  const array = out.array as Int32Array<ArrayBuffer>;
  scope.code.push(() => count(extent.count, array, 0, first.array[first.delta] ?? 0, loop.step));
  return out;
};

/** The value of a name that the scope declares. */
export const readDefinition = (scope: ChunkScope, name: string, dense: boolean): Value => {
  const definition = scope.varying.get(name);
  invariant(definition !== undefined, `loop variable ${name} is used before it is declared`);
  const isIndex = name === scope.chunk.loop.index;
  let value =
    definition.value ?? share(definition, isIndex ? compileIndices(scope) : compileExpression(definition.expr, scope));
  if (dense && !isDense(value)) {
    const copy = scope.allocate(value.type);
    emitCopy(scope, copy, value);
    for (let reader = 0; reader < definition.mentions; reader++) scope.kernel.registers.release(value);
    value = share(definition, copy);
  }
  definition.mentions--;
  return value;
};

/** Declares a variable, or a value that varies. */
export const define = ({ name, value: expr, mutable }: StmtOf<"let">, scope: ChunkScope): void => {
  const { plan, mentions } = scope.chunk;
  if (mutable) {
    // A variable keeps its register: nobody hands it back.
    const value: Value = { ...scope.allocate(expr.type), register: undefined };
    compileExpression(expr, scope, value);
    scope.varying.set(name, { expr, value, mentions: 0 });
    return;
  }
  const definition: Definition = { expr, value: undefined, mentions: mentions.get(name) ?? 0 };
  scope.varying.set(name, definition);
  // What it reads may change before its first reader comes, so its value must be taken now.
  if (definition.mentions > 0 && plan.isUnstable(expr))
    share(definition, compileExpression(expr, scope, scope.allocate(expr.type)));
};

/** Has the values computed that a loop reads from around it, and keeps their registers. Gives what lets them go. */
export const keep = (body: readonly Stmt[], { chunk, kernel }: ChunkScope): (() => void) => {
  const kept: Value[] = [];
  for (const name of countMentions(body).keys()) {
    const scope = chunk.scopes.find(({ varying }) => varying.has(name));
    const definition = scope?.varying.get(name);
    if (scope === undefined || definition === undefined) continue;
    // One reader more: the loop as a whole.
    definition.mentions++;
    if (definition.value?.register !== undefined) definition.value.register.owners++;
    kept.push(readDefinition(scope, name, true));
  }
  return () => {
    for (const value of kept) kernel.registers.release(value);
  };
};
