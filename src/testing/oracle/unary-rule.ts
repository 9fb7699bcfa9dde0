// How far a function of one number may be off, from how far its operand may be: a row for each function says where it turns round,
// so that the extremes over an interval are known and not estimated.
import type { UnaryAttrs } from "../../ir/ops/elementwise.ts";
import { type UnaryFn, unary } from "../../ir/scalar/unary.ts";
import { type DType, isFloat } from "../../ir/types/dtype.ts";
import { accuracyOf, isDefinitelyNaN, precisionOf, roundingOf } from "./bounded.ts";
import type { BoundRule } from "./rule.ts";

/** Where a function of one number is not monotone. */
interface Row {
  /** Between two neighbours of these the function is monotone; only those in the interval need be given. */
  readonly turns: (low: number, high: number) => readonly number[];
  /** Where the function jumps from one infinity to the other; those in the interval. */
  readonly poles: (low: number, high: number) => readonly number[];
  /** Whether it has all its values within any interval of pi, however large its argument. */
  readonly periodic: boolean;
  /** What the program adds: `nothing` where it computes no new number, otherwise what the row of the function promises. */
  readonly rounds: boolean;
}

const nowhere = (): readonly number[] => [];
const inside =
  (...points: readonly number[]): Row["turns"] =>
  (low, high) =>
    points.filter((point) => low <= point && point <= high);

/** Two neighbours of `first` + k pi in the interval; more have the same values. */
const everyPi =
  (first: number): Row["turns"] =>
  (low, high) => {
    const from = Math.ceil((low - first) / Math.PI);
    return [from, from + 1].map((k) => first + k * Math.PI).filter((point) => point <= high);
  };

/** The trigonometric programs of f64 give the value at 0 for arguments beyond this; those of f32 are right for every number. */
const reducible = 2 ** 20;

/** How far the sum of a large angle and its error, and multiples of pi near it, are off in double precision, as a share of the angle. */
const angleRounding = 2 ** -50;

const monotone: Row = { turns: nowhere, poles: nowhere, periodic: false, rounds: true };
const exactly: Row = { ...monotone, rounds: false };
const turning = (point: number): Row => ({ ...monotone, turns: inside(point) });

/** Minima of the smooth rectifiers that go below 0. */
const minima = {
  silu: -1.278464542761074,
  gelu: -0.7517915246935645,
  geluTanh: -0.7524614220710163,
  mish: -1.1924312145154954,
} as const;

const rows: { readonly [F in UnaryFn]: Row } = {
  neg: exactly,
  abs: { ...exactly, turns: inside(0) },
  sign: exactly,
  square: turning(0),
  reciprocal: { ...monotone, poles: inside(0) },
  sqrt: monotone,
  rsqrt: { ...monotone, poles: inside(0) },
  floor: exactly,
  ceil: exactly,
  round: exactly,
  trunc: exactly,
  not: exactly,
  exp: monotone,
  expm1: monotone,
  decay: monotone,
  log: monotone,
  log2: monotone,
  log1p: monotone,
  sin: { ...monotone, turns: everyPi(Math.PI / 2), periodic: true },
  cos: { ...monotone, turns: everyPi(0), periodic: true },
  tan: { ...monotone, poles: everyPi(Math.PI / 2), periodic: true },
  asin: monotone,
  acos: monotone,
  atan: monotone,
  sinh: monotone,
  cosh: turning(0),
  tanh: monotone,
  asinh: monotone,
  acosh: monotone,
  atanh: monotone,
  erf: monotone,
  erfc: monotone,
  relu: exactly,
  relu6: exactly,
  leakyRelu: monotone,
  elu: monotone,
  selu: monotone,
  sigmoid: monotone,
  hardsigmoid: monotone,
  silu: turning(minima.silu),
  hardswish: turning(-1.5),
  gelu: turning(minima.gelu),
  geluTanh: turning(minima.geluTanh),
  mish: turning(minima.mish),
  softplus: monotone,
};

/** How far the exact function goes from its result over an interval; Infinity where there is no telling. */
const spreadOf = (fn: UnaryFn, x: number, error: number, result: number): number => {
  if (error === 0) return 0;
  const { turns, poles, periodic } = rows[fn];
  const reach = periodic ? error + Math.abs(x) * angleRounding : error;
  const [low, high] = [x - reach, x + reach];
  // Half a turn of a sine has all its values, and that of a tangent its pole.
  if (periodic && reach >= Math.PI / 2) return fn === "tan" ? Infinity : 1 + Math.abs(result);
  if (poles(low, high).length > 0) return Infinity;
  const { evaluate } = unary[fn];
  return [low, high, ...turns(low, high)]
    .map((point) => Math.abs(evaluate(point) - result))
    .reduce((most, each) => (Number.isNaN(each) ? Infinity : Math.max(most, each)), 0);
};

/** What the program of a function adds to the exact result. */
const ownRounding = (fn: UnaryFn, dtype: DType, result: number, spread: number): number => {
  if (!rows[fn].rounds || !isFloat(dtype)) return 0;
  const { ulp } = unary[fn];
  const magnitude = Math.abs(result) + spread;
  if (ulp > 0) return accuracyOf(ulp, dtype, magnitude);
  const { unit, least } = precisionOf(dtype);
  return unit * magnitude + least;
};

/** How far y = fn(x) may be off, given how far x may be. */
const unaryError = (fn: UnaryFn, dtype: DType, x: number, error: number, result: number): number => {
  if (isDefinitelyNaN(x, error)) return 0;
  if (error === Infinity) return Infinity;
  if (!Number.isFinite(result)) return error === 0 ? 0 : Infinity;
  if (rows[fn].periodic && dtype === "f64" && Math.abs(x) + error > reducible) return Infinity;
  const spread = spreadOf(fn, x, error, result);
  if (error === 0 && rows[fn].rounds && unary[fn].ulp === 0) return roundingOf(result, dtype);
  return spread + ownRounding(fn, dtype, result, spread);
};

/** The rule of `unary`. */
export const unaryRule: BoundRule<UnaryAttrs> = ({ operands: [x], attrs: { fn }, results: [result] }) =>
  x === undefined || result === undefined
    ? []
    : [result.data.map((y, at) => unaryError(fn, result.dtype, x.data[at] ?? 0, x.error[at] ?? Infinity, y))];
