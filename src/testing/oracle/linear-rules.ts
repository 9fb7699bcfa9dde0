// Bounds of sums, and of sums of products: reductions, matrix products, convolutions, whatever adds into places. For any order of
// summation, with n terms a b of which each factor is off by da and db (Higham 2002, section 3.1),
//
//   |computed - exact| <= (1 + g) sum (da (|b| + db) + |a| db) + g sum (|a| + da) (|b| + db) + n 2^-150,    g = n u / (1 - n u)
//
// and these sums, like the number of terms, are the op's own meaning, applied to magnitudes, errors and ones.
import { type OpKind, opOf } from "../../ir/ops/index.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import { type Bounded, gamma, isDefinitelyNaN, precisionOf } from "./bounded.ts";
import { areCertain, everywhere } from "./movement-rules.ts";
import type { BoundRule } from "./rule.ts";

/** A function of one or two arrays, linear in each: sums of elements, or of products. Elements are those of bounded operands. */
export interface Linear {
  readonly factors: readonly Bounded[];
  /** The function, applied to other elements in the place of the factors'. */
  readonly apply: (...elements: readonly Float64Array[]) => Float64Array;
}

type Marks = (value: number, error: number) => number;

/** Numbers made of each element and its error. */
const marked = ({ data, error }: Bounded, mark: Marks): Float64Array =>
  data.map((value, at) => mark(value, error[at] ?? Infinity));

const isBad = (value: number, error: number): boolean => !Number.isFinite(value) || !Number.isFinite(error);
const truth =
  (holds: (value: number, error: number) => boolean): Marks =>
  (value, error) =>
    holds(value, error) ? 1 : 0;

const magnitude: Marks = (value, error) => (isBad(value, error) ? 0 : Math.abs(value) + error);
const absolute: Marks = (value, error) => (isBad(value, error) ? 0 : Math.abs(value));
const deviation: Marks = (value, error) => (isBad(value, error) ? 0 : error);
const one: Marks = () => 1;

/** What an element is, where it is no finite number with a finite error; and where its sign is open. */
const notANumber: Marks = truth(isDefinitelyNaN);
const infinite: Marks = truth((value, error) => Math.abs(value) === Infinity && error === 0);
const unknown: Marks = truth((_, error) => error === Infinity);
const unsigned: Marks = truth((value, error) => error > 0 && error >= Math.abs(value));

const added = (arrays: readonly Float64Array[]): Float64Array =>
  arrays.reduce((sum, array) => sum.map((value, at) => value + (array[at] ?? 0)));

/** For each result, how many terms have a factor of which this holds. */
const termsWith = ({ factors, apply }: Linear, mark: Marks): Float64Array =>
  added(factors.map((_, own) => apply(...factors.map((other, at) => marked(other, at === own ? mark : one)))));

/** For each result, how many terms are an infinity times a number that may be of either sign. */
const openProducts = ({ factors, apply }: Linear): readonly Float64Array[] =>
  factors.length < 2
    ? []
    : factors.map((_, own) => apply(...factors.map((other, at) => marked(other, at === own ? infinite : unsigned))));

const isWhole = ({ data, error }: Bounded): boolean =>
  data.every((value, at) => Number.isInteger(value) && error[at] === 0);

/** The sums of the formula above that say how far the exact function goes, and of what the rounding is a fraction. */
const sumsOf = ({ factors, apply }: Linear): { readonly spread: Float64Array; readonly total: Float64Array } => {
  const total = apply(...factors.map((factor) => marked(factor, magnitude)));
  // By place, for one value may be both factors.
  const spreads = [...factors.entries()]
    .filter(([, { error }]) => error.some((each) => each !== 0))
    .map(([place]) => {
      const mark = (at: number): Marks => (at === place ? deviation : at < place ? absolute : magnitude);
      return apply(...factors.map((factor, at) => marked(factor, mark(at))));
    });
  return { spread: spreads.length === 0 ? new Float64Array(total.length) : added(spreads), total };
};

/** The errors of a linear function's results. */
export const linearErrors = (linear: Linear): Float64Array => {
  const { factors, apply } = linear;
  const dtype = factors[0]?.dtype ?? "f32";
  const { unit, least, largest, whole } = precisionOf(dtype);
  const { spread, total } = sumsOf(linear);
  const counts = apply(...factors.map((factor) => marked(factor, one)));
  const allWhole = factors.every(isWhole);
  const hasProducts = factors.length > 1;
  const finite = total.map((sum, at) => {
    const count = counts[at] ?? 0;
    if (allWhole && sum <= whole) return 0;
    const rounding = gamma(hasProducts ? count : Math.max(count - 1, 0), unit);
    const error = (spread[at] ?? 0) * (1 + rounding) + rounding * sum + (hasProducts ? count * least : 0);
    // Partial sums that stay below this do not overflow, nor wrap, in any order.
    return sum * (1 + rounding) > largest && (isFloat(dtype) || error > 0) ? Infinity : error;
  });
  const special = factors.some(({ data, error }) => data.some((value, at) => isBad(value, error[at] ?? Infinity)));
  return special ? besideSpecials(linear, finite) : finite;
};

/** The errors where terms may be NaN or infinite: a NaN decides, what is unknown spoils, infinities decide beside finite sums. */
const besideSpecials = (linear: Linear, finite: Float64Array): Float64Array => {
  const undefinedTerms = termsWith(linear, notANumber);
  const infiniteTerms = termsWith(linear, infinite);
  const openTerms = added([termsWith(linear, unknown), ...openProducts(linear)]);
  return finite.map((error, at) => {
    if ((undefinedTerms[at] ?? 0) > 0) return 0;
    if ((openTerms[at] ?? 0) > 0) return Infinity;
    if ((infiniteTerms[at] ?? 0) > 0) return error === Infinity ? Infinity : 0;
    return error;
  });
};

/** The rule of an op that is linear in the operands at `factors`; those at `places` say where to add. */
export const linearRule =
  <A extends object>(
    kind: OpKind,
    { factors, places = [] }: { readonly factors: readonly number[]; readonly places?: readonly number[] },
  ): BoundRule<A> =>
  (use) => {
    const { operands, attrs } = use;
    if (!areCertain(use, places)) return everywhere(use, Infinity);
    const apply = (...elements: readonly Float64Array[]): Float64Array => {
      const arrays = operands.map((operand, at) => {
        const data = elements[factors.indexOf(at)];
        return data === undefined ? operand : { dtype: "f64" as const, shape: operand.shape, data };
      });
      return opOf(kind).evaluate?.(arrays, attrs)[0]?.data ?? new Float64Array(0);
    };
    return [linearErrors({ factors: factors.flatMap((at) => operands[at] ?? []), apply })];
  };

/** What is NaN or infinite in an operand may or may not show. */
export const clouded = (operand: Bounded): Bounded => ({
  ...operand,
  error: operand.error.map((error, at) => (Number.isFinite(operand.data[at]) ? error : Infinity)),
});

/**
 * Convolutions and gradients of weights. Kernels put zeros around images or leave out what is there, whichever is faster, so
 * next to padding an infinity that would be multiplied by such a zero may give NaN or may not.
 */
export const convolutionRule =
  <A extends { readonly padding: readonly number[] }>(kind: OpKind): BoundRule<A> =>
  (use) => {
    const [, weights] = use.operands;
    const isPadded = use.attrs.padding.some((each) => each > 0);
    const isSpecial = weights?.data.some((value, at) => isBad(value, weights.error[at] ?? Infinity)) ?? false;
    return isPadded && isSpecial ? everywhere(use, Infinity) : linearRule<A>(kind, { factors: [0, 1] })(use);
  };
