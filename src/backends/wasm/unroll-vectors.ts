// Writes out four iterations of a vector loop side by side where one iteration is a long chain of arithmetic: an engine's
// processor looks only so far ahead, and finds more to do at once where neighbouring instructions need nothing of each
// other (`take-turns` puts them so). The values are computed first and stored last. Only here: closures run such loops by
// chunks anyway, and in JavaScript it would be mere length.
//
//   for i in 0..1000 step 4 { y[i; 4] = f(x[i; 4]) }
//   for i in 0..992 step 16 { let v0 = f(x[i; 4])  let v1 = f(x[i + 4; 4]) ...  y[i; 4] = v0  y[i + 4; 4] = v1 ... }
//   for i in 992..1000 step 4 { y[i; 4] = f(x[i; 4]) }
import { add, i32, variable } from "../../ir/loop/build.ts";
import { type Expr, isVector } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { addScaled, coefficientOf, type Linear, linearOf } from "../../ir/loop/linear.ts";
import {
  declaredNames,
  exprsOf,
  flatMapStmts,
  freshNames,
  renameDeclared,
  someExpr,
  substituteStmts,
  visitExpr,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";

type Loop = StmtOf<"for">;

const lanes = 4;
const copies = 4;
/** Blocks of fewer iterations than this are not worth their code. */
const fewestBlocks = 2;
/** Operations of an iteration: with fewer the processor sees several iterations anyway, with more the code gets too long. */
const fewestOperations = 10;
const mostOperations = 240;

const countOperations = (loop: Loop): number => {
  let count = 0;
  for (const stmt of loop.body)
    for (const expr of exprsOf(stmt))
      visitExpr(expr, ({ kind, type }) => {
        if (isVector(type) && kind !== "load" && kind !== "var" && kind !== "splat") count += 1;
      });
  return count;
};

/** Whether the body only names values and stores vectors. */
const isPlain = ({ body }: Loop): boolean =>
  body.every((stmt) => (stmt.kind === "store" ? isVector(stmt.value.type) : stmt.kind === "let" && !stmt.mutable));

/** Whether two buffers of the kernel may be one. */
const mayBeOne = ({ parameters, inPlace }: Kernel, a: string, b: string): boolean =>
  a === b ||
  inPlace.some((pair) => {
    const names = pair.map((position) => parameters[position]?.name);
    return names.includes(a) && names.includes(b);
  });

interface Access {
  readonly buffer: string;
  readonly form: Linear;
}

const sameForm = (a: Linear, b: Linear): boolean => {
  const { constant, terms } = addScaled(a, b, -1);
  return constant === 0 && terms.size === 0;
};

/** Whether no iteration touches what another one stores: whatever is stored is touched in one place, which moves with the index. */
const isIndependent = (kernel: Kernel, loop: Loop): boolean => {
  const own = declaredNames(loop.body);
  const forms = new Map<string, Linear>();
  const formOf = (index: Expr): Linear => linearOf(index, (name) => forms.get(name));
  const stores: Access[] = [];
  const loads: Access[] = [];
  for (const stmt of loop.body) {
    for (const expr of exprsOf(stmt))
      visitExpr(expr, (each) => {
        if (each.kind === "load") loads.push({ buffer: each.buffer, form: formOf(each.index) });
      });
    if (stmt.kind === "let" && stmt.value.type === "i32") forms.set(stmt.name, formOf(stmt.value));
    if (stmt.kind === "store") stores.push({ buffer: stmt.buffer, form: formOf(stmt.index) });
  }
  const varies = (atom: Expr): boolean =>
    someExpr(atom, (each) => each.kind === "load" || (each.kind === "var" && (own.has(each.name) || each.name === loop.index)));
  return stores.every(
    (store) =>
      coefficientOf(store.form, loop.index, varies) === 1 &&
      [...stores, ...loads].every(
        (other) => !mayBeOne(kernel, store.buffer, other.buffer) || sameForm(store.form, other.form),
      ),
  );
};

/** The iteration `offset` further on: what it computes, and what it stores. */
const iteration = (loop: Loop, offset: number, fresh: (hint: string) => string) => {
  const at = new Map([[loop.index, add(variable("i32", loop.index), offset)]]);
  const values: Stmt[] = [];
  const stores: Stmt[] = [];
  for (const stmt of substituteStmts(renameDeclared(loop.body, fresh), at)) {
    if (stmt.kind !== "store") values.push(stmt);
    else {
      const name = fresh("value");
      values.push({ kind: "let", name, value: stmt.value, mutable: false });
      stores.push({ ...stmt, value: variable(stmt.value.type, name) });
    }
  }
  return { values, stores };
};

const unrolled = (kernel: Kernel, loop: Loop, fresh: (hint: string) => string): readonly Stmt[] => {
  const { from, to, step } = loop;
  if (step !== lanes || from.kind !== "const" || to.kind !== "const" || !isPlain(loop)) return [loop];
  const blocks = Math.floor((to.value - from.value) / (lanes * copies));
  const operations = countOperations(loop);
  const isWorthIt = blocks >= fewestBlocks && operations >= fewestOperations && operations <= mostOperations;
  if (!isWorthIt || !isIndependent(kernel, loop)) return [loop];
  const end = from.value + blocks * lanes * copies;
  const written = Array.from({ length: copies }, (_, copy) => iteration(loop, copy * lanes, fresh));
  const body = [...written.flatMap(({ values }) => values), ...written.flatMap(({ stores }) => stores)];
  const main: Loop = { ...loop, to: i32(end), step: lanes * copies, body };
  return end === to.value ? [main] : [main, ...renameDeclared([{ ...loop, from: i32(end) }], fresh)];
};

/** The kernel with its long vector iterations written out side by side. */
export const unrollVectors = (kernel: Kernel): Kernel => {
  const fresh = freshNames(kernel);
  return withBody(
    kernel,
    flatMapStmts(kernel.body, (stmt) => (stmt.kind === "for" ? unrolled(kernel, stmt, fresh) : [stmt])),
  );
};
