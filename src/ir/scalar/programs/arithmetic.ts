// Arithmetic of loop expressions as the numerical programs write it: a plain number stands for a constant of the other
// operand's type, so that one program serves f32, f64 and the four lanes of f32x4. Every step rounds, and choices are
// selects, because the lanes of a vector cannot branch.
import { invariant } from "../../diagnostics/invariant.ts";
import { type BlockBuilder, binary, compare, literal, reinterpret, select, unary } from "../../loop/build.ts";
import type { Expr, LoopBinary, LoopCompare, LoopType } from "../../loop/expr.ts";
import { anyLane } from "../../loop/masked.ts";

/** What arithmetic takes: an expression, or a number of the other operand's type. */
export type Term = Expr | number;

const typeOf = (left: Term, right: Term): LoopType => {
  if (typeof left !== "number") return left.type;
  invariant(typeof right !== "number", "arithmetic on two plain numbers");
  return right.type;
};

const lift = (type: LoopType, term: Term): Expr => (typeof term === "number" ? literal(type, term) : term);

const operation =
  (fn: LoopBinary) =>
  (left: Term, right: Term): Expr => {
    const type = typeOf(left, right);
    return binary(fn, lift(type, left), lift(type, right));
  };

const comparison =
  (fn: LoopCompare) =>
  (left: Term, right: Term): Expr => {
    const type = typeOf(left, right);
    return compare(fn, lift(type, left), lift(type, right));
  };

/** The sum, rounded. */
export const plus: (left: Term, right: Term) => Expr = operation("add");
/** The difference, rounded. */
export const minus: (left: Term, right: Term) => Expr = operation("sub");
/** The product, rounded. */
export const times: (left: Term, right: Term) => Expr = operation("mul");
/** The quotient, rounded. */
export const over: (left: Term, right: Term) => Expr = operation("div");
/** Bitwise and; of conditions, whether both hold. */
export const bitAnd: (left: Term, right: Term) => Expr = operation("and");
/** Bitwise or; of conditions, whether either holds. */
export const bitOr: (left: Term, right: Term) => Expr = operation("or");
/** The integer shifted to the left. */
export const shiftLeft: (left: Term, right: Term) => Expr = operation("shl");
/** The integer shifted to the right, copying the sign. */
export const shiftRight: (left: Term, right: Term) => Expr = operation("shr");
/** The smaller of two. */
export const smaller: (left: Term, right: Term) => Expr = operation("min");

/** Whether two numbers are equal, as -0 and 0 are. */
export const equals: (left: Term, right: Term) => Expr = comparison("eq");
/** Whether two numbers differ, as NaN does from everything. */
export const differs: (left: Term, right: Term) => Expr = comparison("ne");
/** Whether left < right. */
export const isBelow: (left: Term, right: Term) => Expr = comparison("lt");
/** Whether left <= right. */
export const isAtMost: (left: Term, right: Term) => Expr = comparison("le");
/** Whether left > right. */
export const isAbove: (left: Term, right: Term) => Expr = comparison("gt");
/** Whether left >= right. */
export const isAtLeast: (left: Term, right: Term) => Expr = comparison("ge");

/** -x. */
export const negative = (x: Expr): Expr => unary("neg", x);
/** |x|. */
export const absolute = (x: Expr): Expr => unary("abs", x);

/** `condition ? then : otherwise`, both evaluated. */
export const where = (condition: Expr, then: Term, otherwise: Term): Expr => {
  const type = typeOf(then, otherwise);
  return select(condition, lift(type, then), lift(type, otherwise));
};

/** The smaller of x and a bound, NaN passing through: cheaper than the loop IR's `min`, which must also order zeros. */
export const atMost = (x: Expr, bound: number): Expr => where(isAbove(x, bound), bound, x);

/** The greater of x and a bound, NaN passing through. */
export const atLeast = (x: Expr, bound: number): Expr => where(isBelow(x, bound), bound, x);

/**
 * Other values where the condition holds, which is seldom: they are made only if some lane needs them. In a loop, a branch
 * that is hardly ever taken costs nothing.
 */
export const whereSeldom = (
  body: BlockBuilder,
  condition: Expr,
  make: (body: BlockBuilder) => readonly Expr[],
  otherwise: readonly Expr[],
): readonly Expr[] => {
  const mask = body.name(condition, "seldom");
  const results = otherwise.map((value) => body.mutable(value, "usual"));
  body.when(anyLane(mask), (inner) => {
    const made = make(inner);
    for (const [at, result] of results.entries()) {
      const value = made[at];
      invariant(value !== undefined, "as many values where the condition holds as elsewhere");
      inner.assign(result, select(mask, value, result));
    }
  });
  return results.map((result) => body.name(result));
};

/** left + right rounded, and what that loses, whichever is larger (Knuth's TwoSum). */
export const exactSum = (body: BlockBuilder, left: Expr, right: Expr): readonly [sum: Expr, lost: Expr] => {
  const sum = body.name(plus(left, right), "sum");
  const other = body.name(minus(sum, left));
  return [sum, body.name(plus(minus(left, minus(sum, other)), minus(right, other)), "lost")];
};

/** Horner's rule; coefficients from the constant term up. */
export const polynomial = (x: Expr, coefficients: readonly number[]): Expr => {
  const highest = coefficients.at(-1) ?? 0;
  return coefficients
    .slice(0, -1)
    .reduceRight<Expr>((sum, coefficient) => plus(times(sum, x), coefficient), literal(x.type, highest));
};

/** The same by pairs (Estrin): (c0 + c1 x) + x^2 ((c2 + c3 x) + ...), which is as much work and half as long a chain. */
export const pairedPolynomial = (x: Expr, square: Expr, coefficients: readonly number[]): Expr => {
  const pairs = Array.from({ length: Math.ceil(coefficients.length / 2) }, (_, at): Expr => {
    const [low = 0, high] = coefficients.slice(2 * at, 2 * at + 2);
    return high === undefined ? literal(x.type, low) : plus(times(x, high), low);
  });
  return pairs.reduceRight((sum, pair) => plus(times(sum, square), pair));
};

/** A value for each of the two float types. */
export interface Precision<T> {
  readonly single: T;
  readonly double: T;
}

/** Whether the type is double precision, of which there are no vectors and whose bits cannot be read. */
export const isDouble = (type: LoopType): boolean => type === "f64";

/** The value for the type of an expression. */
export const choose = <T>(like: Expr, choice: Precision<T>): T => (isDouble(like.type) ? choice.double : choice.single);

/** The bits of f32 or f32x4 as integers. */
export const toBits = (x: Expr): Expr => reinterpret(x.type === "f32x4" ? "i32x4" : "i32", x);

/** The f32 or f32x4 with these bits. */
export const fromBits = (bits: Expr): Expr => reinterpret(bits.type === "i32x4" ? "f32x4" : "f32", bits);

const signBit = -(2 ** 31);

/** A magnitude with the sign of x, for odd functions: where x is 0 the result is x. */
export const withSignOf = (x: Expr, magnitude: Expr): Expr =>
  isDouble(x.type)
    ? where(isBelow(x, 0), negative(magnitude), where(equals(x, 0), x, magnitude))
    : fromBits(bitOr(toBits(magnitude), bitAnd(toBits(x), signBit)));

/** Whether the sign bit is set, which tells -0 from 0. */
export const isSigned = (x: Expr): Expr =>
  isDouble(x.type) ? isBelow(where(equals(x, 0), over(1, x), x), 0) : isBelow(toBits(x), 0);

/** Negates x where the condition holds. */
export const negatedWhere = (condition: Expr, x: Expr): Expr => where(condition, negative(x), x);

/**
 * The leading half of the bits of a number, so that products of two heads are exact and `x - head` is exact too.
 * Double precision, whose bits the loop IR cannot read, is split by multiplying (Dekker and Veltkamp).
 */
export const headOf = (body: BlockBuilder, x: Expr): Expr => {
  if (!isDouble(x.type)) return body.name(fromBits(bitAnd(toBits(x), ~0xfff)));
  const scaled = body.name(times(x, 2 ** 27 + 1));
  return body.name(minus(scaled, minus(scaled, x)));
};
