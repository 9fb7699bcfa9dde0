// Simplifies whole-number arithmetic: indices, bounds, conditions. Sums are brought to linear normal form, divisions and
// remainders by constants are taken apart and put together again, comparisons, minima and selects are decided where
// intervals or relations between names decide them; loops of no or one trip and decided branches dissolve. Floats are never touched.
//
//   for i in 0..8 { for j in 0..12 { y[i * 12 + j] = x[(i * 12 + j) / 3 * 3 + (i * 12 + j) % 3] } }
//   for i in 0..8 { for j in 0..12 { y[i * 12 + j] = x[i * 12 + j] } }
//
// Names are looked through where that makes an expression smaller, and kept where it does not.

import {
  assume,
  type Bounds,
  compareIntervals,
  exactly,
  fitsInteger,
  type Interval,
  indexInterval,
  intervalOf,
} from "../../ir/loop/bounds.ts";
import { bool, constant, i32, variable } from "../../ir/loop/build.ts";
import type { Expr, ExprOf, LoopCompare } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { sameExpr } from "../../ir/loop/key.ts";
import { type Linear, linearExpr, linearInterval, linearOf } from "../../ir/loop/linear.ts";
import {
  exactDifference,
  type Facts,
  intervalOfValue,
  isAtLeast,
  isAtMost,
  type Relations,
  relate,
} from "../../ir/loop/relations.ts";
import {
  freeVariables,
  mapChildren,
  mapOwnExprs,
  sizeOfExpr,
  someExpr,
  substitute,
  visitExpr,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { type Arithmetic, divideLinear, recombine } from "./divide-linear.ts";
import type { KernelPass } from "./kernel-pass.ts";
import { withoutDead } from "./remove-dead.ts";

/** What is known at one point of the kernel. */
interface Scope {
  readonly bounds: Map<string, Interval>;
  /** What names are to each other; one table for the whole kernel. */
  readonly relations: Relations;
  /** Names that stand for sums, looked through where that helps. */
  readonly definitions: Map<string, Linear>;
  /** Names that stand for a constant or another name, replaced at once. */
  readonly aliases: Map<string, Expr>;
  /** Declaration order of immutable names: what is declared outside comes first. */
  readonly order: Map<string, number>;
}

const inner = (scope: Scope, bounds: Bounds): Scope => ({
  bounds: new Map(bounds),
  relations: scope.relations,
  definitions: new Map(scope.definitions),
  aliases: new Map(scope.aliases),
  order: new Map(scope.order),
});

/** A definition with more nodes than this is not looked through, lest expressions grow with the length of name chains. */
const largestDefinition = 32;

const isWhole = (expr: Expr): boolean => expr.type === "i32" || expr.type === "bool";

/** The name whose value is this sum, if there is one in scope: what was looked through may end where it began. */
const nameOf = (form: Linear, { definitions }: Scope): Expr | undefined => {
  for (const [name, definition] of definitions) {
    const same =
      definition.constant === form.constant &&
      definition.terms.size === form.terms.size &&
      [...form.terms].every(([key, { coefficient }]) => definition.terms.get(key)?.coefficient === coefficient);
    if (same) return variable("i32", name);
  }
  return undefined;
};

const arithmeticOf = (scope: Scope, lookThrough: boolean): Arithmetic => {
  const rank = (atom: Expr): number => {
    if (atom.kind === "var") return scope.order.get(atom.name) ?? Number.POSITIVE_INFINITY;
    if (someExpr(atom, (each) => each.kind === "load")) return Number.POSITIVE_INFINITY;
    const orders = [...freeVariables(atom)].map((name) => scope.order.get(name) ?? Number.POSITIVE_INFINITY);
    return Math.max(-1, ...orders);
  };
  return {
    bounds: scope.bounds,
    relations: scope.relations,
    definitions: (name) => (lookThrough ? scope.definitions.get(name) : undefined),
    expr: (form) => (lookThrough ? nameOf(form, scope) : undefined) ?? linearExpr(form, rank),
  };
};

const simplifySum = (expr: Expr, arithmetic: Arithmetic): Expr =>
  arithmetic.expr(recombine(linearOf(expr, arithmetic.definitions), arithmetic));

const simplifyBinary = (expr: ExprOf<"binary">, arithmetic: Arithmetic): Expr => {
  const { fn, left, right } = expr;
  if (fn === "add" || fn === "sub" || fn === "mul") return simplifySum(expr, arithmetic);
  if (fn === "div" || fn === "rem") {
    if (right.kind !== "const" || right.value <= 0) return expr;
    const { quotient, remainder } = divideLinear(linearOf(left, arithmetic.definitions), right.value, arithmetic);
    return arithmetic.expr(fn === "div" ? quotient : remainder);
  }
  if (fn !== "min" && fn !== "max") return expr;
  // Where the two may be equal and otherwise one is always the larger, only one of the comparisons decides.
  if (compareWhole("le", left, right, arithmetic).low === 1) return fn === "min" ? left : right;
  if (compareWhole("ge", left, right, arithmetic).low === 1) return fn === "min" ? right : left;
  return expr;
};

/** How a difference compares with 0, as far as relations between names tell. */
const compareRelated = (fn: LoopCompare, difference: Linear, facts: Facts): Interval => {
  const decided = (holds: boolean, fails: () => boolean): Interval =>
    holds ? exactly(1) : fails() ? exactly(0) : { low: 0, high: 1 };
  const below = (limit: number): boolean => isAtMost(difference, limit, facts);
  const above = (limit: number): boolean => isAtLeast(difference, limit, facts);
  switch (fn) {
    case "lt":
      return decided(below(-1), () => above(0));
    case "le":
      return decided(below(0), () => above(1));
    case "gt":
      return decided(above(1), () => below(0));
    case "ge":
      return decided(above(0), () => below(-1));
    case "eq":
      return decided(false, () => below(-1) || above(1));
    case "ne":
      return decided(below(-1) || above(1), () => false);
  }
};

const compareWhole = (fn: LoopCompare, left: Expr, right: Expr, arithmetic: Arithmetic): Interval => {
  const { bounds, definitions } = arithmetic;
  const direct = compareIntervals(fn, intervalOf(left, bounds), intervalOf(right, bounds));
  if (direct.low === direct.high || left.type !== "i32") return direct;
  const a = linearOf(left, definitions);
  const b = linearOf(right, definitions);
  // Without wraparound, comparing is looking at the sign of the difference.
  if (!fitsInteger(linearInterval(a, bounds)) || !fitsInteger(linearInterval(b, bounds))) return direct;
  const difference = exactDifference(a, b);
  if (difference === undefined) return direct;
  const { low, high } = compareIntervals(fn, linearInterval(difference, bounds), exactly(0));
  return low === high ? exactly(low) : compareRelated(fn, difference, arithmetic);
};

/** `and`, `or` of bools with one side known. */
const simplifyLogic = (expr: ExprOf<"binary">): Expr => {
  const { fn, left, right } = expr;
  const sides: readonly (readonly [Expr, Expr])[] = [
    [left, right],
    [right, left],
  ];
  for (const [known, other] of sides) {
    if (known.kind !== "const" || (fn !== "and" && fn !== "or")) continue;
    return (fn === "and") === (known.value !== 0) ? other : known;
  }
  return expr;
};

const simplifyNode = (expr: Expr, arithmetic: Arithmetic): Expr => {
  switch (expr.kind) {
    case "unary":
      return expr.fn === "neg" ? simplifySum(expr, arithmetic) : expr;
    case "binary":
      return expr.type === "bool" ? simplifyLogic(expr) : simplifyBinary(expr, arithmetic);
    case "compare": {
      if (!isWhole(expr.left)) return expr;
      const { low, high } = compareWhole(expr.fn, expr.left, expr.right, arithmetic);
      return low === high ? bool(low === 1) : expr;
    }
    default:
      return expr;
  }
};

/** Whether a sum looks through its operands: these are taken apart with it, so that they need not be simple by themselves. */
const looksThrough = (expr: Expr): boolean =>
  expr.type === "i32" &&
  ((expr.kind === "unary" && expr.fn === "neg") ||
    (expr.kind === "binary" &&
      (expr.fn === "add" ||
        expr.fn === "sub" ||
        (expr.fn === "mul" && (expr.left.kind === "const" || expr.right.kind === "const")))));

/** Makes the operands of a part of a sum simple. */
const simplifyWithin = (expr: Expr, arithmetic: Arithmetic): Expr =>
  mapChildren(expr, (child) =>
    looksThrough(expr) && looksThrough(child) ? simplifyWithin(child, arithmetic) : simplifyOnce(child, arithmetic),
  );

const simplifyOnce = (expr: Expr, arithmetic: Arithmetic): Expr => {
  const rebuilt = simplifyWithin(expr, arithmetic);
  if (rebuilt.kind === "select" && rebuilt.condition.kind === "const")
    return rebuilt.condition.value === 0 ? rebuilt.otherwise : rebuilt.then;
  if (!isWhole(rebuilt) || rebuilt.kind === "const") return rebuilt;
  const { low, high } = intervalOf(rebuilt, arithmetic.bounds);
  if (low === high) return rebuilt.type === "bool" ? bool(low === 1) : i32(low);
  return simplifyNode(rebuilt, arithmetic);
};

/** What a division costs more than a sum. */
const divisionCost = 8;

/**
 * Size, where a division costs more than a sum, and so does a name that stands for something that is no sum: done
 * without, it may become dead.
 */
const costOf = (expr: Expr, { definitions }: Scope): number => {
  const isSum = (name: string): boolean =>
    [...(definitions.get(name)?.terms.values() ?? [])].every(({ atom }) => atom.kind === "var");
  const names = new Set<string>();
  let cost = 0;
  visitExpr(expr, (each) => {
    cost += each.kind === "binary" && (each.fn === "div" || each.fn === "rem") ? 1 + divisionCost : 1;
    if (each.kind === "var" && !names.has(each.name) && !isSum(each.name)) {
      names.add(each.name);
      cost += 2;
    }
  });
  return cost;
};

/** The cheapest of three readings: with names kept, looked through, or looked through after all else is simple. */
const simplifyExpr = (written: Expr, scope: Scope): Expr => {
  const expr = substitute(written, scope.aliases);
  const kept = simplifyOnce(expr, arithmeticOf(scope, false));
  if (!someExpr(kept, (each) => each.kind === "var" && scope.definitions.has(each.name))) return kept;
  const through = arithmeticOf(scope, true);
  const readings = [kept, simplifyOnce(expr, through)];
  if (!sameExpr(kept, expr)) readings.push(simplifyOnce(kept, through));
  return readings.reduce((best, each) => (costOf(each, scope) < costOf(best, scope) ? each : best));
};

const declare = ({ order }: Scope, name: string): void => {
  order.set(name, order.size);
};

const simplifyLet = (stmt: StmtOf<"let">, scope: Scope): readonly Stmt[] => {
  const { name, value } = stmt;
  if (stmt.mutable) return [stmt];
  declare(scope, name);
  if (!isWhole(value)) return [stmt];
  const stable = !someExpr(
    value,
    (each) => each.kind === "load" || (each.kind === "var" && !scope.order.has(each.name)),
  );
  if (stable && (value.kind === "const" || value.kind === "var")) {
    scope.aliases.set(name, value);
    return [];
  }
  scope.bounds.set(name, intervalOfValue(value, scope));
  relate(scope.relations, stmt);
  if (!stable || value.type !== "i32") return [stmt];
  const form = linearOf(value, (each) => scope.definitions.get(each));
  const size = [...form.terms.values()].reduce((sum, { atom }) => sum + sizeOfExpr(atom) + 2, 0);
  if (size <= largestDefinition) scope.definitions.set(name, form);
  return [stmt];
};

/** How often a loop of constant bounds runs. */
const tripsOf = ({ from, to, step }: StmtOf<"for">): number | undefined =>
  from.kind === "const" && to.kind === "const" ? Math.max(Math.ceil((to.value - from.value) / step), 0) : undefined;

const simplifyFor = (stmt: StmtOf<"for">, scope: Scope): readonly Stmt[] => {
  const interval = indexInterval(stmt, scope.bounds);
  if (interval === undefined) return [];
  const body = inner(scope, scope.bounds);
  if (tripsOf(stmt) === 1) {
    body.aliases.set(stmt.index, constant("i32", interval.low));
    return simplifyBlock(stmt.body, body);
  }
  declare(body, stmt.index);
  body.bounds.set(stmt.index, interval);
  relate(scope.relations, stmt);
  return [{ ...stmt, body: simplifyBlock(stmt.body, body) }];
};

const simplifyIf = (stmt: StmtOf<"if">, scope: Scope): readonly Stmt[] => {
  const ifTrue = assume(stmt.condition, true, scope.bounds);
  const ifFalse = assume(stmt.condition, false, scope.bounds);
  const then = ifTrue === undefined ? [] : simplifyBlock(stmt.then, inner(scope, ifTrue));
  const otherwise = ifFalse === undefined ? [] : simplifyBlock(stmt.otherwise, inner(scope, ifFalse));
  if (ifFalse === undefined) return then;
  return ifTrue === undefined ? otherwise : [{ ...stmt, then, otherwise }];
};

const simplifyBlock = (stmts: readonly Stmt[], scope: Scope): readonly Stmt[] =>
  stmts.flatMap((written): readonly Stmt[] => {
    const stmt = mapOwnExprs(written, (expr) => simplifyExpr(expr, scope));
    switch (stmt.kind) {
      case "let":
        return simplifyLet(stmt, scope);
      case "assign":
      case "store":
        return [stmt];
      case "for":
        return simplifyFor(stmt, scope);
      case "if":
        return simplifyIf(stmt, scope);
    }
  });

/** Kernels as this pass left them. It runs several times, mostly with nothing to do, which would take it as long as the first time. */
const settled = new WeakSet<Kernel>();

/** Index simplification, with the dead code it leaves removed. */
export const simplifyIndex: KernelPass = {
  name: "simplify-index",
  summary: "simplifies index arithmetic, decided conditions and loops of at most one trip",
  run: (kernel: Kernel): Kernel => {
    if (settled.has(kernel)) return kernel;
    const scope: Scope = {
      bounds: new Map(),
      relations: new Map(),
      definitions: new Map(),
      aliases: new Map(),
      order: new Map(),
    };
    const simplified = withBody(kernel, withoutDead(simplifyBlock(kernel.body, scope)));
    settled.add(simplified);
    return simplified;
  },
};
