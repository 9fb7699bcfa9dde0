// Runs loops four iterations at a time. A loop marked "vector" is widened whole, inner loops and all; where that cannot
// be, marked loops inside it are tried. What cannot be widened stays as it is, serial.
//
//   for i in 0..n vector { y[i] = x[i] * 2 }
//   for i in 0..n/4*4 step 4 { y[i; 4] = x[i; 4] * splat(2) }     then     for i in n-4..n step 4 { ... }
//
// The last four elements once more are what is left, or, where an iteration may not run twice, single iterations. Elements that lie
// apart are loaded with their stride and stored lane by lane.
//
// A loop whose body folds elements into variables from outside (`acc = fn(acc, e)`), with no loop inside, is widened
// too, and this defines the order of the fold:
//
//   1. a vector accumulator starts from the identity and folds in four elements per iteration; where the trip count is
//      known to be 32 or more, there are four of them for blocks of 16 elements, joined as a0 = (a0 . a1) . (a2 . a3),
//      and a0 goes on with the fours that are left;
//   2. acc = acc . reduceLanes(a0), which is (l0 . l1) . (l2 . l3);
//   3. the one to three elements that are left follow one by one.

import { type Bounds, intervalOf } from "../../ir/loop/bounds.ts";
import { add, binary, i32, reduceLanes, subtract, variable } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { boundsOfNames } from "../../ir/loop/relations.ts";
import {
  exprsOf,
  freshNames,
  mapBlocks,
  renameDeclared,
  someExpr,
  substituteStmts,
  visitStmts,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { iterationsAreIndependent, memoryOf } from "./independence.ts";
import type { KernelPass } from "./kernel-pass.ts";
import { identityOf, type Reduction, reductionsOf } from "./reductions.ts";
import { withoutDead } from "./remove-dead.ts";
import { linearNames, varyingNames, type Widening, widenBlock } from "./widen.ts";

const lanes = 4;
const accumulators = 4;
/** From this trip count on a reduction keeps four accumulators, so that one addition need not wait for the last. */
const unrolledTrips = 32;

interface Context {
  readonly kernel: Kernel;
  readonly bounds: Bounds;
  readonly fresh: (hint: string) => string;
}

type Loop = StmtOf<"for">;

/** Statements before the loops, and where the loops begin and end. */
interface Range {
  readonly prelude: readonly Stmt[];
  readonly from: Expr;
  readonly to: Expr;
  /** Trip count where it is known. */
  readonly trips: number | undefined;
  /** What the trip count does not exceed. */
  readonly mostTrips: number;
}

/** Bounds as constants or names; undefined where the count of iterations might wrap around. */
const rangeOf = ({ from, to }: Loop, { bounds, fresh }: Context): Range | undefined => {
  const mostTrips = Math.max(intervalOf(to, bounds).high - intervalOf(from, bounds).low, 0);
  if (from.kind === "const" && to.kind === "const") return { prelude: [], from, to, trips: mostTrips, mostTrips };
  if (intervalOf(from, bounds).low < 0) return undefined;
  const prelude: Stmt[] = [];
  const bind = (value: Expr, hint: string): Expr => {
    if (value.kind === "const") return value;
    const name = fresh(hint);
    prelude.push({ kind: "let", name, value, mutable: false });
    return variable("i32", name);
  };
  const first = bind(from, "from");
  return { prelude, from: first, to: bind(binary("max", to, first), "to"), trips: undefined, mostTrips };
};

/** The end of the blocks of `size` iterations that fit into a range. */
const limitOf = ({ from, to, trips }: Range, size: number): Expr =>
  trips === undefined ? add(from, binary("and", subtract(to, from), i32(-size))) : add(from, trips - (trips % size));

/** The loop's statements one iteration at a time, inner loops serial as they are in the widened ones. */
const serialized = (stmts: readonly Stmt[]): readonly Stmt[] =>
  stmts.map((stmt) => {
    const inner = mapBlocks(stmt, serialized);
    return inner.kind === "for" ? { ...inner, mode: "serial" } : inner;
  });

/** A serial loop over part of the range. */
const part = (loop: Loop, from: Expr, to: Expr, step: number, body: readonly Stmt[]): readonly Stmt[] =>
  from.kind === "const" && to.kind === "const" && from.value >= to.value
    ? []
    : [{ ...loop, from, to, step, mode: "serial", body }];

/** Whether an iteration that runs once more leaves what it left before: it reads nothing that the loop writes. */
const isRepeatable = ({ body }: Loop, kernel: Kernel): boolean => {
  const memory = memoryOf(kernel);
  const written = new Set<string>();
  visitStmts(body, (stmt) => {
    if (stmt.kind === "store") written.add(memory(stmt.buffer));
  });
  let repeatable = true;
  visitStmts(body, (stmt) => {
    const reads = (each: Expr): boolean => each.kind === "load" && written.has(memory(each.buffer));
    if (exprsOf(stmt).some((expr) => someExpr(expr, reads))) repeatable = false;
  });
  return repeatable;
};

/** Blocks of four iterations, then what is left: the last four once more where that changes nothing, or else one by one. */
const elementwise = (loop: Loop, range: Range, body: readonly Stmt[], { kernel, fresh }: Context): readonly Stmt[] => {
  const { from, to, trips } = range;
  const limit = limitOf(range, lanes);
  const whole = part(loop, from, limit, lanes, body);
  if (trips !== undefined && trips % lanes !== 0 && isRepeatable(loop, kernel)) {
    const last = part(loop, subtract(to, lanes), to, lanes, body);
    return [...range.prelude, ...whole, ...renameDeclared(last, fresh)];
  }
  const rest = part(loop, limit, to, 1, serialized(loop.body));
  return [...range.prelude, ...whole, ...renameDeclared(rest, fresh)];
};

/** The vector accumulators of one reduction. */
interface Lanes {
  readonly reduction: Reduction;
  readonly vectors: readonly (Expr & { readonly kind: "var" })[];
}

const newLanes = (reduction: Reduction, count: number, fresh: (hint: string) => string): Lanes => {
  const type = reduction.type === "f32" ? "f32x4" : "i32x4";
  const vectors = Array.from({ length: count }, () => ({ kind: "var", type, name: fresh("lanes") }) as const);
  return { reduction, vectors };
};

const assign = (name: string, value: Expr): Stmt => ({ kind: "assign", name, value });

/** Joins neighbours until one is left: (a0 . a1) . (a2 . a3). */
const joined = (first: Expr, others: readonly Expr[], fn: Reduction["fn"]): Expr => {
  const [second, third, ...rest] = others;
  if (second === undefined) return first;
  const pair = binary(fn, first, second);
  return third === undefined ? pair : binary(fn, pair, joined(third, rest, fn));
};

/** The widened body that folds into the accumulators of one copy, for the iterations from `offset` on. */
const copyOf = (
  loop: Loop,
  copy: number,
  folds: readonly Lanes[],
  widening: Widening,
  { fresh }: Context,
): readonly Stmt[] | undefined => {
  for (const { reduction, vectors } of folds) {
    const vector = vectors[copy];
    if (vector !== undefined) widening.vectors.set(reduction.name, vector);
  }
  const body = widenBlock(loop.body, widening);
  if (body === undefined || copy === 0) return body;
  const shifted = add(variable("i32", loop.index), copy * lanes);
  return substituteStmts(renameDeclared(body, fresh), new Map([[loop.index, shifted]]));
};

/** Folds in lanes; the header of this file says in which order. */
const reducing = (loop: Loop, range: Range, widening: Widening, context: Context): readonly Stmt[] | undefined => {
  const { fresh } = context;
  const count = (range.trips ?? 0) >= unrolledTrips ? accumulators : 1;
  const folds = [...widening.reductions.values()].map((reduction) => newLanes(reduction, count, fresh));
  const copies = Array.from({ length: count }, (_, copy) => copyOf(loop, copy, folds, widening, context));
  const blocks = copies.filter((copy) => copy !== undefined);
  const fours = blocks[0];
  if (fours === undefined || blocks.length < count) return undefined;
  const blockLimit = limitOf(range, lanes * count);
  const limit = limitOf(range, lanes);
  const main = part(loop, range.from, blockLimit, lanes * count, blocks.flat());
  const more = count === 1 ? [] : renameDeclared(part(loop, blockLimit, limit, lanes, fours), fresh);
  const rest = renameDeclared(part(loop, limit, range.to, 1, serialized(loop.body)), fresh);
  const starts = folds.flatMap(({ reduction, vectors }) =>
    vectors.map(({ name }): Stmt => ({ kind: "let", name, value: identityOf(reduction), mutable: true })),
  );
  const joins = folds.flatMap(({ reduction, vectors: [first, ...others] }) =>
    first === undefined || others.length === 0 ? [] : [assign(first.name, joined(first, others, reduction.fn))],
  );
  const ends = folds.flatMap(({ reduction: { name, type, fn }, vectors: [first] }) =>
    first === undefined ? [] : [assign(name, binary(fn, variable(type, name), reduceLanes(fn, first)))],
  );
  return [...range.prelude, ...starts, ...main, ...joins, ...more, ...ends, ...rest];
};

/** The loop four iterations at a time; undefined where that is not possible or not worth it. */
const vectorizeLoop = (loop: Loop, context: Context): readonly Stmt[] | undefined => {
  if (loop.mode !== "vector" || loop.step !== 1) return undefined;
  const reductions = reductionsOf(loop.body);
  const range = rangeOf(loop, context);
  if (reductions === undefined || range === undefined) return undefined;
  const trips = range.mostTrips;
  if (trips < lanes) return undefined;
  const varying = varyingNames(loop);
  const forms = linearNames(loop, varying);
  const { kernel, bounds, fresh } = context;
  const view = { loop, trips, definitions: (name: string) => forms.get(name), bounds };
  if (!iterationsAreIndependent(kernel, view)) return undefined;
  const widening: Widening = { kernel, index: loop.index, varying, forms, vectors: new Map(), reductions, fresh };
  if (reductions.size > 0) return reducing(loop, range, widening, context);
  const body = widenBlock(loop.body, widening);
  return body === undefined ? undefined : elementwise(loop, range, body, context);
};

const vectorizeBlock = (stmts: readonly Stmt[], context: Context): readonly Stmt[] =>
  stmts.flatMap((stmt): readonly Stmt[] => {
    const wide = stmt.kind === "for" ? vectorizeLoop(stmt, context) : undefined;
    return wide ?? [mapBlocks(stmt, (block) => vectorizeBlock(block, context))];
  });

/** Vectorisation of the loops that ask for it. */
export const vectorize: KernelPass = {
  name: "vectorize",
  summary: "runs loops marked vector four iterations at a time",
  run: (kernel: Kernel): Kernel => {
    const context = { kernel, bounds: boundsOfNames(kernel.body), fresh: freshNames(kernel) };
    return withBody(kernel, withoutDead(vectorizeBlock(kernel.body, context)));
  },
};
