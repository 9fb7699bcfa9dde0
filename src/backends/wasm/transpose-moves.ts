// Moves that transpose go four by four: what is read side by side along a loop and stored side by side within its iteration is loaded
// as vectors, turned in registers, and stored as vectors. That is how the right operand of a product is packed. Said with vectors of
// elements that lie apart, four of which, neighbours of one another, are emitted as four loads and eight shuffles (memory-access.ts).
//
//   for k in 0..100 { for j in 0..4 { y[k * 4 + j] = x[j * 100 + k] } }
//   for k in 0..100 step 4 {
//     let t0 = x[k; 4 by 100]  let t1 = x[k + 1; 4 by 100]  ...
//     y[k * 4; 4] = t0  y[(k + 1) * 4; 4] = t1  ...
//   }
import { add, variable } from "../../ir/loop/build.ts";
import type { Expr, ExprOf } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { addScaled, coefficientOf, constantOf, type Definitions, type Linear, linearOf } from "../../ir/loop/linear.ts";
import {
  flatMapStmts,
  freshNames,
  renameDeclared,
  someExpr,
  substitute,
  visitStmts,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { mayBeOne } from "./unroll-vectors.ts";

type Loop = StmtOf<"for">;

const lanes = 4;
/** What an iteration may move at most: more would be long code. */
const mostMoves = 16;

/** An element that is stored as it was loaded. */
interface Move {
  readonly to: StmtOf<"store">;
  readonly from: ExprOf<"load">;
}

const differenceOf = (a: Expr, b: Expr): number | undefined => constantOf(addScaled(linearOf(a), linearOf(b), -1));

const isWhole = ({ value, mutable }: StmtOf<"let">): boolean =>
  !mutable && value.type === "i32" && !someExpr(value, ({ kind }) => kind === "load");

/** The moves that statements consist of, with indices in which no name of theirs is left; undefined where they do anything else. */
const movesOf = (stmts: readonly Stmt[], outer: ReadonlyMap<string, Expr> = new Map()): readonly Move[] | undefined => {
  const names = new Map(outer);
  const moves: Move[] = [];
  const here = (expr: Expr): Expr => substitute(expr, names);
  for (const stmt of stmts) {
    if (stmt.kind === "let" && isWhole(stmt)) names.set(stmt.name, here(stmt.value));
    else if (stmt.kind === "store" && stmt.value.kind === "load" && stmt.value.stride === undefined) {
      const from = { ...stmt.value, index: here(stmt.value.index) };
      moves.push({ to: { ...stmt, index: here(stmt.index) }, from });
    } else if (stmt.kind === "for" && stmt.from.kind === "const" && stmt.to.kind === "const" && stmt.step === 1) {
      const count = stmt.to.value - stmt.from.value;
      if (moves.length + count > mostMoves) return undefined;
      for (let at = 0; at < count; at++) {
        const inner = movesOf(stmt.body, new Map([...names, [stmt.index, add(stmt.from, at)]]));
        if (inner === undefined) return undefined;
        moves.push(...inner);
      }
    } else return undefined;
  }
  return moves.length > mostMoves ? undefined : moves;
};

/** How far apart the index moves from one iteration to the next; undefined where that changes. */
const strideOf = (form: Linear, { index }: Loop): number | undefined =>
  coefficientOf(form, index, (atom) => someExpr(atom, (each) => each.kind === "var" && each.name === index));

/** Four moves to neighbours, and how far apart they read. */
interface Quad {
  readonly first: Move;
  readonly apart: number;
}

const quadOf = (moves: readonly Move[], loop: Loop): Quad | undefined => {
  const [first, second] = moves;
  if (first === undefined || second === undefined || moves.length < lanes) return undefined;
  const apart = differenceOf(second.from.index, first.from.index) ?? 0;
  const fits = moves.every(
    ({ to, from }, at) =>
      to.buffer === first.to.buffer &&
      from.buffer === first.from.buffer &&
      differenceOf(to.index, first.to.index) === at &&
      differenceOf(from.index, first.from.index) === at * apart,
  );
  return fits && apart >= lanes && strideOf(linearOf(first.from.index), loop) === 1 ? { first, apart } : undefined;
};

/** The moves of an iteration by fours; undefined where they are none, or where iterations store in each other's places. */
const quadsOf = (kernel: Kernel, loop: Loop): readonly Quad[] | undefined => {
  const moves = movesOf(loop.body) ?? [];
  const [first] = moves;
  if (first === undefined || moves.length % lanes !== 0) return undefined;
  const areWide = moves.every(({ to, from }) =>
    [to.buffer, from.buffer].every((buffer) => {
      const dtype = kernel.parameters.find(({ name }) => name === buffer)?.dtype;
      return dtype === from.type && (dtype === "f32" || dtype === "i32");
    }),
  );
  const areApart = moves.every(({ from }) => moves.every(({ to }) => !mayBeOne(kernel, from.buffer, to.buffer)));
  const step = Math.abs(strideOf(linearOf(first.to.index), loop) ?? 0);
  const areOwn = moves.every(({ to }) => {
    const offset = differenceOf(to.index, first.to.index);
    return to.buffer === first.to.buffer && offset !== undefined && offset >= 0 && offset < step;
  });
  if (!areWide || !areApart || !areOwn) return undefined;
  const quads: Quad[] = [];
  for (let at = 0; at < moves.length; at += lanes) {
    const quad = quadOf(moves.slice(at, at + lanes), loop);
    if (quad === undefined) return undefined;
    quads.push(quad);
  }
  return quads;
};

/** Four iterations of four moves. */
const turned = ({ first: { to, from }, apart }: Quad, index: string, fresh: (hint: string) => string) => {
  const type = from.type === "i32" ? "i32x4" : "f32x4";
  const later = (expr: Expr, at: number): Expr => substitute(expr, new Map([[index, add(variable("i32", index), at)]]));
  const names = Array.from({ length: lanes }, () => fresh("turned"));
  const loads = names.map((name, at): Stmt => {
    const value: Expr = { kind: "load", type, buffer: from.buffer, index: later(from.index, at), stride: apart };
    return { kind: "let", name, value, mutable: false };
  });
  const stores = names.map((name, at): Stmt => {
    return { kind: "store", buffer: to.buffer, index: later(to.index, at), value: variable(type, name) };
  });
  return [...loads, ...stores];
};

/** What the whole numbers of a kernel are: ends of loops may be names. */
const definitionsIn = (stmts: readonly Stmt[]): Definitions => {
  const forms = new Map<string, Linear>();
  const of: Definitions = (name) => forms.get(name);
  visitStmts(stmts, (stmt) => {
    if (stmt.kind === "let" && isWhole(stmt)) forms.set(stmt.name, linearOf(stmt.value, of));
  });
  return of;
};

const transposed = (
  kernel: Kernel,
  loop: Loop,
  definitions: Definitions,
  fresh: (hint: string) => string,
): readonly Stmt[] => {
  const [from, to] = [linearOf(loop.from, definitions), linearOf(loop.to, definitions)];
  const trips = constantOf(addScaled(to, from, -1)) ?? 0;
  if (loop.step !== 1 || trips < lanes || someExpr(loop.from, ({ kind }) => kind === "load")) return [loop];
  const quads = quadsOf(kernel, loop);
  if (quads === undefined) return [loop];
  const end = add(loop.from, trips - (trips % lanes));
  const body = quads.flatMap((quad) => turned(quad, loop.index, fresh));
  const main: Loop = { ...loop, to: trips % lanes === 0 ? loop.to : end, step: lanes, body };
  return trips % lanes === 0 ? [main] : [main, ...renameDeclared([{ ...loop, from: end }], fresh)];
};

/** The kernel with moves that transpose by vectors. */
export const transposeMoves = (kernel: Kernel): Kernel => {
  const fresh = freshNames(kernel);
  const definitions = definitionsIn(kernel.body);
  return withBody(
    kernel,
    flatMapStmts(kernel.body, (stmt) => (stmt.kind === "for" ? transposed(kernel, stmt, definitions, fresh) : [stmt])),
  );
};
