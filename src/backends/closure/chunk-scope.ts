// Makes the scopes of a chunked loop: finds memory for indices, and computes what does not vary as far out as its names
// allow.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Expr, LoopType } from "../../ir/loop/expr.ts";
import { freeVariables } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { type BlockScope, newBlock, placeOf } from "./block-scope.ts";
import type { Chunk, ChunkScope } from "./chunk.ts";
import type { ChunkPlan } from "./chunk-plan.ts";
import { countMentions, define, keep, readDefinition } from "./chunk-values.ts";
import { compileExpression } from "./compile-expression.ts";
import { indexSum } from "./index-sum.ts";
import type { Scope } from "./scope.ts";
import type { Step, Value } from "./value.ts";

/** The scope nearest to the loop's own body in which expressions that do not vary can be computed. */
const shallowest = ({ depths, scopes }: Chunk, exprs: readonly Expr[]): ChunkScope => {
  const names = exprs.flatMap((expr) => [...freeVariables(expr)]);
  const scope = scopes[Math.max(0, ...names.map((name) => depths.get(name) ?? 0))];
  invariant(scope !== undefined, "names are used where they are declared");
  return scope;
};

/** The elements at an index that is a multiple of the loop's index plus what does not vary. */
const addressIn = (chunk: Chunk, buffer: string, index: Expr, type: LoopType): Value | undefined => {
  const { loop, plan } = chunk;
  const form = plan.linear(index);
  const atoms = [...form.terms].flatMap(([key, { atom }]) => (key === loop.index ? [] : [atom]));
  if (atoms.some(plan.isVarying)) return undefined;
  const owner = shallowest(chunk, atoms);
  const array = owner.kernel.bindings.get(buffer)?.array;
  invariant(array !== undefined, `no buffer ${buffer}`);
  // Indices that differ by a constant share a cursor.
  const key = [...form.terms].map(([term, { coefficient }]) => `${coefficient} ${term}`).join("\n");
  const known = owner.cursors.get(key);
  const cursor = known ?? { offset: 0 };
  if (known === undefined) {
    owner.cursors.set(key, cursor);
    const at = indexSum({ ...form, constant: 0 }, (atom) => placeOf(atom, owner.uniform));
    owner.code.push(() => {
      cursor.offset = at();
    });
  }
  const step = (form.terms.get(loop.index)?.coefficient ?? 0) * loop.step;
  return { type, array, cursor, delta: form.constant, step, laneStep: 1 };
};

/** A value that is the same in every iteration, computed where it is declared. */
const readShared = (scope: ChunkScope, name: string): Value | undefined => {
  const expr = scope.shared.get(name);
  if (expr === undefined) return undefined;
  const value = compileExpression(expr, scope.uniform, scope.kernel.registers.fixed(expr.type));
  scope.uniform.variables.set(name, value);
  return value;
};

interface Parts {
  readonly code: Step[];
  /** The index of the loop that the scope is the body of, and at the top all variables around. */
  readonly variables: ReadonlyMap<string, Value>;
  readonly parent: ChunkScope | undefined;
  /** Where what does not vary is computed. */
  readonly uniformCode: Step[];
}

const newScope = (chunk: Chunk, outer: Scope, { code, variables, parent, uniformCode }: Parts): ChunkScope => {
  const { kernel } = outer;
  const late = (name: string): Value | undefined => readShared(scope, name) ?? parent?.uniform.read(name);
  const scope: ChunkScope = {
    kernel,
    chunk,
    extent: chunk.extent,
    code,
    uniform: newBlock({ kernel, variables, code: uniformCode, late }),
    varying: new Map(),
    shared: new Map(),
    cursors: new Map(),
    hoist: (expr) =>
      chunk.plan.isVarying(expr) ? undefined : compileExpression(expr, shallowest(chunk, [expr]).uniform),
    read: (name, dense) => {
      const declaring = chunk.scopes.find(({ varying }) => varying.has(name));
      invariant(declaring !== undefined, `loop variable ${name} is used before it is declared`);
      return readDefinition(declaring, name, dense);
    },
    address: (buffer, index, type) => addressIn(chunk, buffer, index, type),
    allocate: kernel.registers.chunk,
  };
  return scope;
};

/** The scope of a loop's own body; `first` is a fixed register for the loop's index in a chunk's first iteration. */
export const newChunk = (loop: StmtOf<"for">, plan: ChunkPlan, outer: BlockScope, first: Value): ChunkScope => {
  const mentions = countMentions(loop.body);
  const chunk: Chunk = { loop, plan, extent: { count: 0 }, first, mentions, depths: new Map(), scopes: [] };
  const variables = new Map(outer.variables).set(loop.index, first);
  const scope = newScope(chunk, outer, { code: [], variables, parent: undefined, uniformCode: [] });
  chunk.scopes.push(scope);
  scope.varying.set(loop.index, {
    expr: { kind: "var", type: "i32", name: loop.index },
    value: undefined,
    mentions: mentions.get(loop.index) ?? 0,
  });
  return scope;
};

/** Adds a named value to the body. */
export const declare = (stmt: StmtOf<"let">, scope: ChunkScope): void => {
  const { chunk, shared } = scope;
  if (stmt.mutable || chunk.plan.isVarying(stmt.value)) return define(stmt, scope);
  shared.set(stmt.name, stmt.value);
  chunk.depths.set(stmt.name, chunk.scopes.length - 1);
};

/** The code of a loop inside, whose index is in a fixed register: `fill` compiles its body. */
export const compileInside = (
  loop: StmtOf<"for">,
  index: Value,
  scope: ChunkScope,
  fill: (body: readonly Stmt[], inner: ChunkScope) => void,
): readonly Step[] => {
  const { chunk } = scope;
  const letGo = keep(loop.body, scope);
  const code: Step[] = [];
  const inner = newScope(chunk, scope, {
    code,
    variables: new Map([[loop.index, index]]),
    parent: scope,
    uniformCode: code,
  });
  chunk.depths.set(loop.index, chunk.scopes.length);
  chunk.scopes.push(inner);
  fill(loop.body, inner);
  chunk.scopes.pop();
  letGo();
  return code;
};
