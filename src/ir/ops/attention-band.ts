// Which keys a block of queries can see at all, read off the body: where scores are `condition ? ... : -infinity` and the
// condition bounds the key by a sum of the query, numbers and values known when running (causality, windows, prefixes,
// lengths), whole blocks of keys need not be looked at. What is not understood restricts nothing.
import { type Bounds, fitsInteger } from "../loop/bounds.ts";
import { add, binary, buildBody, i32, multiply, subtract, variable } from "../loop/build.ts";
import type { Expr, LoopCompare } from "../loop/expr.ts";
import { addScaled, type Linear, linearAtom, linearInterval, linearOf, scale } from "../loop/linear.ts";
import { mapExpr, someExpr, substitute } from "../loop/rewrite.ts";
import type { ElementReader } from "./op.ts";

/** Keys from `from` on and before `to`; undefined where nothing restricts them. */
export interface KeyRange {
  readonly from: Expr | undefined;
  readonly to: Expr | undefined;
}

/** The first and the last of the queries that look at once. */
export interface QuerySpan {
  readonly first: Expr;
  readonly last: Expr;
}

const everywhere: KeyRange = { from: undefined, to: undefined };

// Names that no builder makes: those end in a number.
const queryName = "query";
const keyName = "key";
const batchName = (axis: number): string => `batch of axis ${axis} `;

/** Numbers known when running are cut to this, so that sums with positions cannot wrap; positions are far below. */
const farthest = 2 ** 29;

const opposite: { readonly [F in LoopCompare]: LoopCompare } = {
  lt: "ge",
  ge: "lt",
  le: "gt",
  gt: "le",
  eq: "ne",
  ne: "eq",
};

const mirrored: { readonly [F in LoopCompare]: LoopCompare } = {
  lt: "gt",
  gt: "lt",
  le: "ge",
  ge: "le",
  eq: "eq",
  ne: "ne",
};

const joined = (a: Expr | undefined, b: Expr | undefined, fn: "min" | "max"): Expr | undefined =>
  a === undefined ? b : b === undefined ? a : binary(fn, a, b);

/** Where both restrict. */
const both = (a: KeyRange, b: KeyRange): KeyRange => ({
  from: joined(a.from, b.from, "max"),
  to: joined(a.to, b.to, "min"),
});

/** Where either does. */
const either = (a: KeyRange, b: KeyRange): KeyRange => ({
  from: a.from === undefined || b.from === undefined ? undefined : binary("min", a.from, b.from),
  to: a.to === undefined || b.to === undefined ? undefined : binary("max", a.to, b.to),
});

const named = (expr: Expr, name: string): boolean => expr.kind === "var" && expr.name === name;

/** Whether the atom is neither the query nor the key, nor depends on them. */
const isSettled = (atom: Expr): boolean => !someExpr(atom, (part) => named(part, queryName) || named(part, keyName));

/** The least or the most that a sum of queries of a span and settled atoms can be; undefined where it has other atoms. */
const limitOf = (form: Linear, span: QuerySpan, end: "least" | "most"): Expr | undefined => {
  // With so few terms, none above 2^29, the sum stays within 32 bits.
  if (Math.abs(form.constant) > farthest || form.terms.size > 2) return undefined;
  let sum: Expr = i32(form.constant);
  for (const { atom, coefficient } of form.terms.values()) {
    if (Math.abs(coefficient) > 1) return undefined;
    if (named(atom, queryName)) {
      sum = add(sum, multiply(coefficient > 0 === (end === "most") ? span.last : span.first, coefficient));
      continue;
    }
    if (!isSettled(atom)) return undefined;
    const near = binary("min", binary("max", atom, i32(-farthest)), i32(farthest));
    sum = add(sum, multiply(near, coefficient));
  }
  return sum;
};

/** What left `fn` right says of the key, where it stands in their difference with a factor of 1 or -1. */
const ofCompare = (fn: LoopCompare, left: Expr, right: Expr, span: QuerySpan, bounds: Bounds): KeyRange => {
  if (fn === "ne") return everywhere;
  if (fn === "eq") return both(ofCompare("le", left, right, span, bounds), ofCompare("ge", left, right, span, bounds));
  const exact = [left, right].every((side) => fitsInteger(linearInterval(linearOf(side), bounds)));
  const form = addScaled(linearOf(left), linearOf(right), -1);
  const factor = [...form.terms.values()].find(({ atom }) => named(atom, keyName))?.coefficient;
  if (!exact || (factor !== 1 && factor !== -1)) return everywhere;
  // factor key + rest fn 0, so key fn -rest, or key mirrored(fn) rest.
  const rest = scale(addScaled(form, linearAtom(variable("i32", keyName)), -factor), -factor);
  const relation = factor === 1 ? fn : mirrored[fn];
  const isLower = relation === "ge" || relation === "gt";
  const limit = limitOf(rest, span, isLower ? "least" : "most");
  if (limit === undefined) return everywhere;
  const inclusive = relation === "gt" || relation === "le" ? add(limit, 1) : limit;
  return isLower ? { from: inclusive, to: undefined } : { from: undefined, to: inclusive };
};

/** What a condition (or its opposite) says of the key. */
const ofCondition = (condition: Expr, holds: boolean, span: QuerySpan, bounds: Bounds): KeyRange => {
  if (condition.kind === "unary" && condition.fn === "not") return ofCondition(condition.operand, !holds, span, bounds);
  if (condition.kind === "binary" && (condition.fn === "and" || condition.fn === "or")) {
    const join = (condition.fn === "and") === holds ? both : either;
    const ofSide = (side: Expr): KeyRange => ofCondition(side, holds, span, bounds);
    return join(ofSide(condition.left), ofSide(condition.right));
  }
  if (condition.kind !== "compare") return everywhere;
  const fn = holds ? condition.fn : opposite[condition.fn];
  const { left, right } = condition;
  // |d| < w is d < w and -d < w; |d| >= w is one of the two.
  if (left.kind === "unary" && left.fn === "abs" && fn !== "eq" && fn !== "ne") {
    const sides = [left.operand, subtract(i32(0), left.operand)].map((side) =>
      ofCompare(fn, side, right, span, bounds),
    );
    const [one = everywhere, other = everywhere] = sides;
    return fn === "lt" || fn === "le" ? both(one, other) : either(one, other);
  }
  return ofCompare(fn, left, right, span, bounds);
};

const isForbidden = (expr: Expr): boolean => expr.kind === "const" && expr.value === -Infinity;

/** What a score that may be more than -infinity says of the key. */
const ofScore = (score: Expr, span: QuerySpan, bounds: Bounds): KeyRange => {
  if (score.kind !== "select") return everywhere;
  if (isForbidden(score.otherwise))
    return both(ofCondition(score.condition, true, span, bounds), ofScore(score.then, span, bounds));
  if (isForbidden(score.then))
    return both(ofCondition(score.condition, false, span, bounds), ofScore(score.otherwise, span, bounds));
  return everywhere;
};

/** The keys that a span of queries of one batch may see: of `queries` by `keys` scores in all. */
export const visibleKeys = (
  score: ElementReader,
  batch: readonly Expr[],
  span: QuerySpan,
  extents: { readonly queries: number; readonly keys: number },
): KeyRange => {
  const names = new Map<string, Expr>();
  const index = [...batch.map((_, axis) => batchName(axis)), queryName, keyName].map((name) => variable("i32", name));
  let found: Expr = i32(0);
  const statements = buildBody((body) => {
    found = score(body, index);
  });
  const resolved = (expr: Expr): Expr =>
    mapExpr(expr, (part) => (part.kind === "var" ? (names.get(part.name) ?? part) : part));
  for (const stmt of statements) if (stmt.kind === "let") names.set(stmt.name, resolved(stmt.value));
  const bounds: Bounds = new Map([
    [queryName, { low: 0, high: Math.max(extents.queries - 1, 0) }],
    [keyName, { low: 0, high: Math.max(extents.keys - 1, 0) }],
    ...batch.map((_, axis) => [batchName(axis), { low: 0, high: farthest }] as const),
  ]);
  const { from, to } = ofScore(resolved(found), span, bounds);
  const batches = new Map(batch.map((at, axis) => [batchName(axis), at]));
  const placed = (expr: Expr | undefined): Expr | undefined =>
    expr === undefined ? undefined : substitute(expr, batches);
  return { from: placed(from), to: placed(to) };
};
