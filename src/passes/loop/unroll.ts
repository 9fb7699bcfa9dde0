// Writes out loops whose iterations are better said one by one: short ones, such as those over the taps of a window, whose
// indices then are constants; and, of longer ones, as many iterations at a time as the index is divided by, so that the
// divisions and remainders disappear. Only innermost loops are: around others it would gain little for much code. Loops
// that the vectoriser can take are left to it.
//
//   for x in 0..28 { y[x] = x[x / 2 * 4 + x % 2] }
//   for x in 0..14 { y[x * 2] = x[x * 2 / 2 * 4 + x * 2 % 2]  y[x * 2 + 1] = x[(x * 2 + 1) / 2 * 4 + (x * 2 + 1) % 2] }

import { add, i32, multiply, variable } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import { coefficientOf, type Linear, linearOf } from "../../ir/loop/linear.ts";
import {
  blocksOf,
  flatMapStmts,
  freshNames,
  mapBlocks,
  renameDeclared,
  someExpr,
  substituteStmts,
  visitOwnExprs,
  visitStmts,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import type { KernelPass } from "./kernel-pass.ts";
import { linearNames, varyingNames } from "./widen.ts";

type Loop = StmtOf<"for">;

/** Loops of more iterations are not written out: 3 by 3 taps are. */
const mostTrips = 9;
/** No loop becomes more statements than this. */
const mostStatements = 48;
/** Once loops count in vectors, they are written out up to these limits: the end of a tile, but no long computation. */
const mostVectorTrips = 4;
const mostVectorStatements = 16;
/** A vector has four lanes, so shorter loops gain nothing from the vectoriser. */
const lanes = 4;

/** The divisor of a form that steps by one with the loop and otherwise by multiples of the divisor. */
const stepsThrough = (form: Linear, divisor: number, loop: Loop, varying: ReadonlySet<string>): boolean => {
  const mentions = (atom: Expr): boolean => someExpr(atom, (each) => each.kind === "var" && varying.has(each.name));
  if (coefficientOf(form, loop.index, mentions) !== 1) return false;
  return [...form.terms.values()].every(
    ({ atom, coefficient }) => coefficient % divisor === 0 || (atom.kind === "var" && atom.name === loop.index),
  );
};

/** The largest small number that the index, or a sum of it, is divided by. */
const divisorOf = (loop: Loop): number => {
  const varying = varyingNames(loop);
  const forms = linearNames(loop, varying);
  let divisor = 1;
  const look = (expr: Expr): void => {
    if (expr.kind !== "binary" || (expr.fn !== "div" && expr.fn !== "rem") || expr.right.kind !== "const") return;
    const { value } = expr.right;
    if (value <= divisor || value > mostTrips) return;
    const form = linearOf(expr.left, (name) => forms.get(name));
    if (stepsThrough(form, value, loop, varying)) divisor = value;
  };
  visitStmts(loop.body, (stmt) => {
    visitOwnExprs(stmt, look);
  });
  return divisor;
};

/** The body for one value of the index, with names of its own. */
const iteration = (loop: Loop, index: Expr, fresh: (hint: string) => string): readonly Stmt[] =>
  substituteStmts(renameDeclared(loop.body, fresh), new Map([[loop.index, index]]));

/** How often a loop that is written out may run, and how many statements it may become. */
interface Limits {
  readonly trips: number;
  readonly statements: number;
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

const unrollLoop = (loop: Loop, limits: Limits, fresh: (hint: string) => string): readonly Stmt[] => {
  const { from, to, step, mode, body } = loop;
  const isInnermost = body.every((stmt) => blocksOf(stmt).length === 0);
  if (!isInnermost || from.kind !== "const" || to.kind !== "const") return [loop];
  const trips = Math.max(0, Math.ceil((to.value - from.value) / step));
  const room = limits.statements / body.length;
  const forVectors = mode === "vector" && trips >= lanes && step === 1;
  if (trips <= Math.min(limits.trips, room) && !(forVectors && divisorOf(loop) === 1))
    return range(trips).flatMap((at) => iteration(loop, i32(from.value + at * step), fresh));
  const divisor = step === 1 && from.value === 0 ? divisorOf(loop) : 1;
  if (divisor === 1 || divisor > Math.min(trips, room)) return [loop];
  const blocks = Math.floor(trips / divisor);
  const index = fresh(loop.index);
  const block = multiply(variable("i32", index), divisor);
  const written = range(divisor).flatMap((at) => iteration(loop, add(block, at), fresh));
  const rest = range(trips - blocks * divisor).flatMap((at) => iteration(loop, i32(blocks * divisor + at), fresh));
  return [{ ...loop, index, to: i32(blocks), body: written }, ...rest];
};

const unrollBlock = (block: readonly Stmt[], limits: Limits, fresh: (hint: string) => string): readonly Stmt[] =>
  flatMapStmts(block, (stmt) => (stmt.kind === "for" ? unrollLoop(stmt, limits, fresh) : [stmt]));

/** Unrolling of short loops, and of loops whose index is divided. */
export const unroll: KernelPass = {
  name: "unroll",
  summary: "writes out short loops, and iterations that a division of the index tells apart",
  run: (kernel) => {
    const limits = { trips: mostTrips, statements: mostStatements };
    return withBody(kernel, unrollBlock(kernel.body, limits, freshNames(kernel)));
  },
};

/**
 * Unrolling of what is short when four iterations are one: what follows a tile of a product, row by row. What runs once for each
 * call of the kernel stays as it is.
 */
export const unrollTiles: KernelPass = {
  name: "unroll-tiles",
  summary: "writes out loops that are short once vectors have made four iterations one: the end of a tile",
  run: (kernel) => {
    const [limits, fresh] = [{ trips: mostVectorTrips, statements: mostVectorStatements }, freshNames(kernel)];
    return withBody(
      kernel,
      kernel.body.map((stmt) => mapBlocks(stmt, (block) => unrollBlock(block, limits, fresh))),
    );
  },
};
