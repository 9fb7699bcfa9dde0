// Writes out several iterations of a vector loop side by side, where that is faster than one after the other:
//   - an iteration that is a long chain of arithmetic: a processor looks only so far ahead, and finds more to do at once where
//     neighbouring instructions need nothing of each other (`take-turns` puts them so); of a short one, half would be counting;
//   - an iteration that goes over rows, such as a sum over the first axis: several sums then read each row's cache line whole.
// Values are computed first and stored last. Only here: closures run such loops by chunks anyway, and in JavaScript it would
// be mere length.
//
//   for i in 0..1000 step 4 { y[i; 4] = f(x[i; 4]) }
//   for i in 0..992 step 16 { let v0 = f(x[i; 4])  let v1 = f(x[i + 4; 4]) ...  y[i; 4] = v0  y[i + 4; 4] = v1 ... }
//   for i in 992..1000 step 4 { y[i; 4] = f(x[i; 4]) }
import { add, i32, variable } from "../../ir/loop/build.ts";
import { type Expr, isVector, spanOf } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { addScaled, type Linear, linearOf } from "../../ir/loop/linear.ts";
import { isMasked, withoutSeldom } from "../../ir/loop/masked.ts";
import {
  blocksOf,
  declaredNames,
  flatMapStmts,
  freshNames,
  renameDeclared,
  someExpr,
  substituteStmts,
  visitOwnExprs,
  visitStmts,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";

type Loop = StmtOf<"for">;

const lanes = 4;
/** How many iterations stand side by side: chains in an iteration without loops, sums in one with loops. */
const chains = 4;
const sums = 8;
/** Operations of all iterations together: with more the code gets too long. */
const mostOperations = 480;

const countOperations = (loop: Loop): number => {
  let count = 0;
  visitStmts(withoutSeldom(loop.body), (stmt) => {
    visitOwnExprs(stmt, ({ kind, type }) => {
      if (isVector(type) && kind !== "load" && kind !== "var" && kind !== "splat") count += 1;
    });
  });
  return count;
};

/** The vectors that an iteration changes as it goes. */
const countAccumulators = (loop: Loop): number => {
  let count = 0;
  visitStmts(loop.body, (stmt) => {
    if (stmt.kind === "let" && stmt.mutable) count += 1;
  });
  return count;
};

/** How many iterations are to stand side by side. */
const copiesOf = (loop: Loop, iterations: number): number => {
  const operations = countOperations(loop);
  const accumulators = countAccumulators(loop);
  const hasLoops = loop.body.some(({ kind }) => kind === "for");
  let copies = hasLoops ? sums : chains;
  while (
    copies > 1 &&
    (copies * operations > mostOperations ||
      copies * accumulators > sums ||
      (2 * copies > iterations && copies !== iterations))
  )
    copies /= 2;
  return copies;
};

/** Whether statements only compute, fold into variables of their own, and store vectors; ends of loops are the same for all iterations. */
const isPlain = (stmts: readonly Stmt[], own: ReadonlySet<string>): boolean =>
  stmts.every((stmt) => {
    switch (stmt.kind) {
      case "let":
        return true;
      case "assign":
        return own.has(stmt.name);
      case "store":
        return isVector(stmt.value.type);
      case "for":
        return ![stmt.from, stmt.to].some((end) => mentions(end, own)) && isPlain(stmt.body, own);
      case "if":
        return isMasked(stmt);
    }
  });

const mentions = (expr: Expr, names: ReadonlySet<string>): boolean =>
  someExpr(expr, (each) => each.kind === "load" || (each.kind === "var" && names.has(each.name)));

/** Whether two buffers of the kernel may be one. */
export const mayBeOne = ({ parameters, inPlace }: Kernel, a: string, b: string): boolean =>
  a === b ||
  inPlace.some((pair) => {
    const names = pair.map((position) => parameters[position]?.name);
    return names.includes(a) && names.includes(b);
  });

/** How far apart two indices always are. */
const distance = (a: Linear, b: Linear): number => {
  const { constant, terms } = addScaled(a, b, -1);
  return terms.size === 0 ? Math.abs(constant) : Number.POSITIVE_INFINITY;
};

/**
 * By how much more the index moves what an iteration stores than the loops within the iteration reach: so far around it, that
 * buffer is the iteration's own.
 */
const roomAround = ({ terms }: Linear, loop: Loop, own: ReadonlySet<string>): number => {
  const within = new Map<string, number>();
  visitStmts(loop.body, (stmt) => {
    if (stmt.kind === "for" && stmt.from.kind === "const" && stmt.to.kind === "const")
      within.set(stmt.index, stmt.to.value - stmt.from.value - stmt.step);
  });
  let room = -lanes;
  for (const { atom, coefficient } of terms.values()) {
    const inner = atom.kind === "var" ? within.get(atom.name) : undefined;
    if (atom.kind === "var" && atom.name === loop.index) room += coefficient * loop.step;
    else if (inner !== undefined) room -= Math.abs(coefficient) * inner;
    else if (mentions(atom, own)) return Number.NEGATIVE_INFINITY;
  }
  return room;
};

/** Whether no iteration touches what another one stores: that is touched in one place only, which moves with the index. */
const isIndependent = (kernel: Kernel, loop: Loop, own: ReadonlySet<string>): boolean => {
  const forms = new Map<string, Linear>();
  const formOf = (index: Expr): Linear => linearOf(index, (name) => forms.get(name));
  // `beyond`: how much further than four neighbours the lanes reach.
  const stores: { readonly buffer: string; readonly form: Linear; readonly beyond: number }[] = [];
  const loads: typeof stores = [];
  visitStmts(loop.body, (stmt) => {
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load") {
        const beyond = spanOf(each.type, each.stride) - spanOf(each.type);
        loads.push({ buffer: each.buffer, form: formOf(each.index), beyond });
      }
    });
    if (stmt.kind === "let" && !stmt.mutable && stmt.value.type === "i32") forms.set(stmt.name, formOf(stmt.value));
    if (stmt.kind === "store") stores.push({ buffer: stmt.buffer, form: formOf(stmt.index), beyond: 0 });
  });
  return stores.every((store) => {
    const room = roomAround(store.form, loop, own);
    return [...stores, ...loads].every(
      (other) =>
        !mayBeOne(kernel, store.buffer, other.buffer) || distance(store.form, other.form) + other.beyond <= room,
    );
  });
};

/** Whether what the statements store may wait until they are done: nothing is loaded or stored otherwise after the first store. */
const mayStoreLast = (kernel: Kernel, body: readonly Stmt[]): boolean => {
  const stored: string[] = [];
  let may = true;
  const visit = (stmts: readonly Stmt[], isInner: boolean): void => {
    for (const stmt of stmts) {
      visitOwnExprs(stmt, (each) => {
        if (each.kind === "load") may &&= !stored.some((buffer) => mayBeOne(kernel, buffer, each.buffer));
      });
      if (stmt.kind === "store") {
        may &&= !isInner;
        stored.push(stmt.buffer);
      }
      for (const block of blocksOf(stmt)) visit(block, true);
    }
  };
  visit(body, false);
  return may;
};

/** The iteration `offset` further on, what it stores last where that may be. */
const iteration = (kernel: Kernel, loop: Loop, offset: number, fresh: (hint: string) => string): readonly Stmt[] => {
  const at = new Map([[loop.index, add(variable("i32", loop.index), offset)]]);
  const body = substituteStmts(renameDeclared(loop.body, fresh), at);
  if (!mayStoreLast(kernel, loop.body)) return body;
  const stores: Stmt[] = [];
  const values = body.map((stmt): Stmt => {
    if (stmt.kind !== "store") return stmt;
    const name = fresh("value");
    stores.push({ ...stmt, value: variable(stmt.value.type, name) });
    return { kind: "let", name, value: stmt.value, mutable: false };
  });
  return [...values, ...stores];
};

/** Blocks of the same statements side by side; their loops become one. */
const sideBySide = ([first = [], ...others]: readonly (readonly Stmt[])[]): readonly Stmt[] =>
  first.flatMap((stmt, at): readonly Stmt[] => {
    const alike = others.flatMap((block) => block.slice(at, at + 1));
    if (stmt.kind !== "for") return [stmt, ...alike];
    const index = variable("i32", stmt.index);
    const bodies = alike.flatMap((other) =>
      other.kind === "for" ? [substituteStmts(other.body, new Map([[other.index, index]]))] : [],
    );
    return [{ ...stmt, body: sideBySide([stmt.body, ...bodies]) }];
  });

/** Whether the loop is the rows of a tile, whose columns are its inner loop. */
const isShortNest = ({ body }: Loop, iterations: number): boolean =>
  iterations <= sums && body.some((stmt) => stmt.kind === "for" && stmt.step % lanes === 0);

const unrolled = (kernel: Kernel, loop: Loop, fresh: (hint: string) => string): readonly Stmt[] => {
  const { from, to, step } = loop;
  if (from.kind !== "const" || to.kind !== "const") return [loop];
  const iterations = Math.floor((to.value - from.value) / step);
  if (step !== lanes && !isShortNest(loop, iterations)) return [loop];
  const copies = copiesOf(loop, iterations);
  const own = new Set([...declaredNames(loop.body), loop.index]);
  if (copies === 1 || !isPlain(loop.body, own) || !isIndependent(kernel, loop, own)) return [loop];
  const end = from.value + Math.floor(iterations / copies) * copies * step;
  const written = Array.from({ length: copies }, (_, copy) => iteration(kernel, loop, copy * step, fresh));
  const main: Loop = { ...loop, to: i32(end), step: step * copies, body: sideBySide(written) };
  return end === to.value ? [main] : [main, ...renameDeclared([{ ...loop, from: i32(end) }], fresh)];
};

/** The kernel with iterations written out side by side where that is faster. */
export const unrollVectors = (kernel: Kernel): Kernel => {
  const fresh = freshNames(kernel);
  return withBody(
    kernel,
    flatMapStmts(kernel.body, (stmt) => (stmt.kind === "for" ? unrolled(kernel, stmt, fresh) : [stmt])),
  );
};
