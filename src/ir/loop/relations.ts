// Relations between whole numbers: what intervals cannot tell because a bound is itself computed, as in
//
//   for j0 in 0..end step 256 { let width = min(256, end - j0)   for j in 0..width { x[j0 + j] } }
//
// That j0 + j stays below end is shown by putting for each name, the innermost first, what bounds it (Fourier 1826,
// Motzkin 1936): j0 + j <= j0 + width - 1 <= j0 + (end - j0) - 1 = end - 1. A minimum is at most either of its sides, and
// at least only what both are. Sound under wraparound: a bound counts only where its exact sum is known to fit 32 bits.
import { type Bounds, everything, fitsInteger, type Interval, indexInterval, intervalOf, isFixed } from "./bounds.ts";
import type { Expr, ExprOf } from "./expr.ts";
import { type Linear, linearInterval, linearOf, type Term } from "./linear.ts";
import { blocksOf, freeVariables } from "./rewrite.ts";
import type { Stmt, StmtOf } from "./stmt.ts";

/** What a name is: the value of a `let` that never changes, or a loop's index. Inner names have higher ranks. */
interface Relation {
  readonly rank: number;
  readonly definition: StmtOf<"let" | "for">;
}

/** What names are that are not just constants or lie between constants. */
export type Relations = Map<string, Relation>;

/** What is known at one point of a kernel. */
export interface Facts {
  readonly bounds: Bounds;
  readonly relations: ReadonlyMap<string, Relation>;
}

/** Bounds tried for one question; those of real kernels take fewer than ten. */
const mostSteps = 48;

/** Beyond this, coefficients are not followed: sums of them must be exact as JavaScript numbers. */
const largestCoefficient = 2 ** 31;

/** Writes down what a `let` or a loop says of its name; names are unique, so one table serves a whole kernel. */
export const relate = (relations: Relations, definition: StmtOf<"let" | "for">): void => {
  if (definition.kind === "let") {
    const { mutable, value, name } = definition;
    if (!mutable && value.type === "i32" && value.kind !== "const" && value.kind !== "load")
      relations.set(name, { rank: relations.size, definition });
  } else if (definition.from.kind !== "const" || definition.to.kind !== "const")
    relations.set(definition.index, { rank: relations.size, definition });
};

const constantForm = (constant: number): Linear => ({ constant, terms: new Map() });

/** a + b * factor without wrapping; undefined where that leaves the numbers that are followed. */
const plus = (a: Linear, b: Linear, factor: number): Linear | undefined => {
  const terms = new Map(a.terms);
  for (const [key, { atom, coefficient }] of b.terms) {
    const sum = (terms.get(key)?.coefficient ?? 0) + coefficient * factor;
    if (Math.abs(sum) > largestCoefficient) return undefined;
    if (sum === 0) terms.delete(key);
    else terms.set(key, { atom, coefficient: sum });
  }
  const constant = a.constant + b.constant * factor;
  return Number.isSafeInteger(constant) ? { constant, terms } : undefined;
};

/** a - b as it is without wraparound. */
export const exactDifference = (a: Linear, b: Linear): Linear | undefined => plus(a, b, -1);

/** The expression as a sum that has its value exactly, wherever its names are in scope. */
const exactly = (expr: Expr, { bounds }: Facts): Linear | undefined => {
  if (!isFixed(expr, bounds)) return undefined;
  const form = linearOf(expr);
  return fitsInteger(linearInterval(form, bounds)) ? form : undefined;
};

/** The sum with names for sums looked through. */
const expanded = (form: Linear, facts: Facts): Linear => {
  for (const [key, { atom, coefficient }] of form.terms) {
    const definition = atom.kind === "var" ? facts.relations.get(atom.name)?.definition : undefined;
    const value = definition?.kind === "let" ? exactly(definition.value, facts) : undefined;
    const rest = new Map([...form.terms].filter(([other]) => other !== key));
    const through = value === undefined ? undefined : plus({ ...form, terms: rest }, value, coefficient);
    if (through !== undefined) return expanded(through, facts);
  }
  return form;
};

const isMultiple = ({ atom, coefficient }: Term, divisor: number): boolean => {
  if (coefficient % divisor === 0) return true;
  if (atom.kind !== "binary" || atom.fn !== "and" || atom.right.kind !== "const") return false;
  // Powers of two only: what the mask cuts off is below the divisor.
  return (divisor & (divisor - 1)) === 0 && (atom.right.value & (divisor - 1)) === 0;
};

/** How far below a loop's end its last index lies, at least: more than 1 where the step divides what is between. */
const lastBelowEnd = (from: Linear, to: Linear, step: number, facts: Facts): number => {
  if (step === 1) return 1;
  const distance = plus(expanded(to, facts), expanded(from, facts), -1);
  if (distance === undefined || ![...distance.terms.values()].every((term) => isMultiple(term, step))) return 1;
  return ((((distance.constant - 1) % step) + step) % step) + 1;
};

/** Sums of which each (or, in a list of several, the largest) is not below the term. */
type Ways = readonly (readonly Linear[])[];

const none: Ways = [];

const scaled = (form: Linear | undefined, factor: number): Linear | undefined =>
  form === undefined ? undefined : plus(constantForm(0), form, factor);

const either = (forms: readonly (Linear | undefined)[]): Ways =>
  forms.flatMap((form) => (form === undefined ? [] : [[form]]));

const both = (forms: readonly (Linear | undefined)[]): Ways => {
  const known = forms.filter((form) => form !== undefined);
  return known.length === forms.length ? [known] : none;
};

const aboveIndex = ({ from, to, step }: StmtOf<"for">, coefficient: number, facts: Facts): Ways => {
  const first = exactly(from, facts);
  if (coefficient < 0) return either([scaled(first, coefficient)]);
  const end = exactly(to, facts);
  if (end === undefined) return none;
  const below = first === undefined ? 1 : lastBelowEnd(first, end, step, facts);
  return either([scaled(plus(end, constantForm(-below), 1), coefficient)]);
};

/** x / d for x of at least 0: between (x - d + 1) / d and x / d. */
const aboveQuotient = (left: Expr, divisor: number, coefficient: number, facts: Facts): Ways => {
  if (divisor <= 0 || coefficient % divisor !== 0 || intervalOf(left, facts.bounds).low < 0) return none;
  const dividend = exactly(left, facts);
  const slack = coefficient < 0 ? 1 - divisor : 0;
  if (dividend === undefined) return none;
  return either([scaled(plus(dividend, constantForm(slack), 1), coefficient / divisor)]);
};

/** x & -2^k: between x - (2^k - 1) and x. */
const aboveMultiple = (left: Expr, mask: number, coefficient: number, facts: Facts): Ways => {
  const dropped = -mask - 1;
  const operand = exactly(left, facts);
  if (mask >= 0 || (dropped & (dropped + 1)) !== 0 || operand === undefined) return none;
  return either([scaled(plus(operand, constantForm(coefficient < 0 ? -dropped : 0), 1), coefficient)]);
};

const aboveBinary = ({ fn, left, right }: ExprOf<"binary">, coefficient: number, facts: Facts): Ways => {
  if (fn === "min" || fn === "max") {
    const sides = [left, right].map((side) => scaled(exactly(side, facts), coefficient));
    return (fn === "min") === coefficient > 0 ? either(sides) : both(sides);
  }
  if (right.kind !== "const") return none;
  if (fn === "div") return aboveQuotient(left, right.value, coefficient, facts);
  return fn === "and" ? aboveMultiple(left, right.value, coefficient, facts) : none;
};

/** Sums that are not below coefficient * atom. */
const above = ({ atom, coefficient }: Term, facts: Facts): Ways => {
  if (atom.kind === "binary") return aboveBinary(atom, coefficient, facts);
  if (atom.kind === "select")
    return both([atom.then, atom.otherwise].map((branch) => scaled(exactly(branch, facts), coefficient)));
  const definition = atom.kind === "var" ? facts.relations.get(atom.name)?.definition : undefined;
  if (definition === undefined) return none;
  return definition.kind === "for"
    ? aboveIndex(definition, coefficient, facts)
    : either([scaled(exactly(definition.value, facts), coefficient)]);
};

/** How far inside an atom is made, an expression just behind the names in it; -1 for what only has an interval. */
const rankOf = (atom: Expr, relations: Facts["relations"]): number => {
  if (atom.kind === "var") return relations.get(atom.name)?.rank ?? -1;
  if (atom.kind !== "binary" && atom.kind !== "select") return -1;
  return Math.max(0, ...[...freeVariables(atom)].map((name) => relations.get(name)?.rank ?? -1)) + 0.5;
};

const innermostTerm = (form: Linear, { relations }: Facts): readonly [string, Term] | undefined => {
  let best: readonly [string, Term] | undefined;
  let highest = -1;
  for (const entry of form.terms) {
    const rank = rankOf(entry[1].atom, relations);
    if (rank <= highest) continue;
    highest = rank;
    best = entry;
  }
  return best;
};

/** What the term's interval alone says, which is more than what bounds it does where those are further away. */
const farthest = ({ atom, coefficient }: Term, { bounds, relations }: Facts): Ways => {
  if (atom.kind === "var" && relations.get(atom.name)?.definition.kind === "let") return none;
  const { low, high } = intervalOf(atom, bounds);
  const end = coefficient > 0 ? high : low;
  return end === everything.high || end === everything.low ? none : [[constantForm(coefficient * end)]];
};

/** Whether a sum, taken exactly, is at most 0: tried bound by bound. */
const isNeverPositive = (form: Linear, facts: Facts, search: { steps: number }): boolean => {
  if (linearInterval(form, facts.bounds).high <= 0) return true;
  const innermost = innermostTerm(form, facts);
  if (innermost === undefined) return false;
  const [key, term] = innermost;
  const rest: Linear = { ...form, terms: new Map([...form.terms].filter(([other]) => other !== key)) };
  return [...above(term, facts), ...farthest(term, facts)].some((bounds) =>
    bounds.every((bound) => {
      const next = plus(rest, bound, 1);
      search.steps -= 1;
      return next !== undefined && search.steps >= 0 && isNeverPositive(next, facts, search);
    }),
  );
};

/** Whether a sum, taken exactly, is shown to be at most `limit`. */
export const isAtMost = (form: Linear, limit: number, facts: Facts): boolean => {
  const shifted = plus(form, constantForm(limit), -1);
  return shifted !== undefined && isNeverPositive(shifted, facts, { steps: mostSteps });
};

/** Whether a sum, taken exactly, is shown to be at least `limit`. */
export const isAtLeast = (form: Linear, limit: number, facts: Facts): boolean => {
  const negated = plus(constantForm(limit), form, -1);
  return negated !== undefined && isNeverPositive(negated, facts, { steps: mostSteps });
};

/** Where a value lies: as intervals tell, and whether above 0 where relations do, as for the extent of a block. */
export const intervalOfValue = (value: Expr, facts: Facts): Interval => {
  const interval = intervalOf(value, facts.bounds);
  if (value.kind !== "binary" || value.type !== "i32" || interval.low > 0 || interval.high <= 0) return interval;
  const form = exactly(value, facts);
  const low = form === undefined ? undefined : [1, 0].find((limit) => isAtLeast(form, limit, facts));
  return low === undefined ? interval : { low, high: interval.high };
};

const boundsIn = (stmts: readonly Stmt[]): ReadonlyMap<string, Interval> => {
  const bounds = new Map<string, Interval>();
  const relations: Relations = new Map();
  const visit = (block: readonly Stmt[]): void => {
    for (const stmt of block) {
      if (stmt.kind === "let" && !stmt.mutable)
        bounds.set(stmt.name, intervalOfValue(stmt.value, { bounds, relations }));
      if (stmt.kind === "for") bounds.set(stmt.index, indexInterval(stmt, bounds) ?? everything);
      if (stmt.kind === "let" || stmt.kind === "for") relate(relations, stmt);
      for (const nested of blocksOf(stmt)) visit(nested);
    }
  };
  visit(stmts);
  return bounds;
};

/** Worked out once for each block: several passes ask about a kernel that none of them changes. */
const knownBounds = new WeakMap<readonly Stmt[], ReadonlyMap<string, Interval>>();

/** Where each immutable name of a block lies, wherever it is declared: names are unique, so one table holds them all. */
export const boundsOfNames = (stmts: readonly Stmt[]): ReadonlyMap<string, Interval> => {
  const bounds = knownBounds.get(stmts) ?? boundsIn(stmts);
  knownBounds.set(stmts, bounds);
  return bounds;
};
