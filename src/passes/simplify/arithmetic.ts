// Arithmetic that need not be done. Every rule here gives the same bits for all inputs (NaN counting as one), which is why
// some that algebra would allow are missing: x + 0 is not x for x = -0, x * 0 is not 0 for an infinity, x - x is not 0 for
// NaN, and log(exp(x)) is not x once exp overflows.
import { P } from "ts-pattern";
import type { CompareFn } from "../../ir/scalar/compare.ts";
import { binary, filled, make, type RuleSet, rules, unary } from "../rules.ts";

const x = P.select("x");
const y = P.select("y");
const constant = { op: "constant" } as const;
const variable = { op: P.not("constant") } as const;
const float = { dtype: P.union("f32", "f64") } as const;
const integer = { dtype: P.union("i32", "u8") } as const;
const filledWith = <const V extends number>(value: V) => ({ op: "constant", attrs: { value } }) as const;
const negation = <const A>(arg: A) => ({ op: "unary", attrs: { fn: "neg" }, args: [arg] }) as const;

const mirrored: { readonly [F in CompareFn]: CompareFn } = {
  eq: "eq",
  ne: "ne",
  lt: "gt",
  gt: "lt",
  le: "ge",
  ge: "le",
};

/** Constants on the right, so that all other rules look for them there only. */
export const canonical: RuleSet = rules("canonical", {
  // c + x => x + c, and so for mul, max and min
  constantsRight: (node) =>
    node.with(
      {
        op: "binary",
        attrs: { fn: P.select("fn", P.union("add", "mul", "max", "min")) },
        args: [P.select("c", constant), P.select("x", variable)],
      },
      ({ fn, c, x }) => binary(fn, x, c),
    ),
  // c < x => x > c
  comparedConstantsRight: (node) =>
    node.with(
      { op: "compare", attrs: { fn: P.select("fn") }, args: [P.select("c", constant), P.select("x", variable)] },
      ({ fn, c, x }) => make("compare", { fn: mirrored[fn] }, x, c),
    ),
});

/** Operations with a neutral or absorbing number. */
export const identities: RuleSet = rules("identities", {
  // x * 1 => x
  multiplyByOne: (node) => node.with({ op: "binary", attrs: { fn: "mul" }, args: [x, filledWith(1)] }, ({ x }) => x),
  // x / 1 => x
  divideByOne: (node) => node.with({ op: "binary", attrs: { fn: "div" }, args: [x, filledWith(1)] }, ({ x }) => x),
  // x - 0 => x
  subtractZero: (node) => node.with({ op: "binary", attrs: { fn: "sub" }, args: [x, filledWith(0)] }, ({ x }) => x),
  // x + -0 => x
  addNegativeZero: (node) =>
    node.with({ op: "binary", type: float, attrs: { fn: "add" }, args: [x, filledWith(-0)] }, ({ x }) => x),
  // n + 0 => n
  addZeroToInteger: (node) =>
    node.with({ op: "binary", type: integer, attrs: { fn: "add" }, args: [x, filledWith(0)] }, ({ x }) => x),
  // n * 0 => 0
  multiplyIntegerByZero: (node) =>
    node.with(
      { op: "binary", type: integer, attrs: { fn: "mul" }, args: [P._, P.select("zero", filledWith(0))] },
      ({ zero }) => zero,
    ),
  // max(x, -Infinity) => x
  maxWithLowest: (node) =>
    node.with({ op: "binary", attrs: { fn: "max" }, args: [x, filledWith(-Infinity)] }, ({ x }) => x),
  // min(x, Infinity) => x
  minWithHighest: (node) =>
    node.with({ op: "binary", attrs: { fn: "min" }, args: [x, filledWith(Infinity)] }, ({ x }) => x),
  // max(x, x) => x, and so for min
  extremeOfSame: (node) =>
    node.with({ op: "binary", attrs: { fn: P.union("max", "min") }, args: [x, y] }, ({ x, y }) =>
      x.id === y.id ? x : undefined,
    ),
  // x < x => false
  lessThanItself: (node) =>
    node.with({ op: "compare", attrs: { fn: P.union("lt", "gt") }, args: [x, y] }, ({ x, y }, { type }) =>
      x.id === y.id ? filled(0, type) : undefined,
    ),
});

/** Signs that cancel or move to where they cost nothing. */
export const signs: RuleSet = rules("signs", {
  // -(-x) => x
  doubleNegation: (node) => node.with(negation(negation(x)), ({ x }) => x),
  // x * -1 => -x
  multiplyByMinusOne: (node) =>
    node.with({ op: "binary", type: float, attrs: { fn: "mul" }, args: [x, filledWith(-1)] }, ({ x }) =>
      unary("neg", x),
    ),
  // x + (-y) => x - y
  addNegated: (node) =>
    node.with({ op: "binary", attrs: { fn: "add" }, args: [x, negation(y)] }, ({ x, y }) => binary("sub", x, y)),
  // (-x) + y => y - x
  negatedPlus: (node) =>
    node.with({ op: "binary", attrs: { fn: "add" }, args: [negation(x), y] }, ({ x, y }) => binary("sub", y, x)),
  // x - (-y) => x + y
  subtractNegated: (node) =>
    node.with({ op: "binary", attrs: { fn: "sub" }, args: [x, negation(y)] }, ({ x, y }) => binary("add", x, y)),
  // (-x) * (-y) => x * y
  multiplyNegated: (node) =>
    node.with({ op: "binary", attrs: { fn: "mul" }, args: [negation(x), negation(y)] }, ({ x, y }) =>
      binary("mul", x, y),
    ),
  // (-x) / (-y) => x / y
  divideNegated: (node) =>
    node.with({ op: "binary", type: float, attrs: { fn: "div" }, args: [negation(x), negation(y)] }, ({ x, y }) =>
      binary("div", x, y),
    ),
  // (-x) * c => x * -c
  negatedTimesConstant: (node) =>
    node.with(
      {
        op: "binary",
        type: float,
        attrs: { fn: "mul" },
        args: [negation(x), { op: "constant", attrs: { value: P.select("c") } }],
      },
      ({ x, c }) => binary("mul", x, filled(-c, x.type)),
    ),
  // -(x * c) => x * -c
  negatedMultiple: (node) =>
    node.with(
      negation({
        op: "binary",
        type: float,
        attrs: { fn: "mul" },
        args: [x, { op: "constant", attrs: { value: P.select("c") } }],
      }),
      ({ x, c }) => binary("mul", x, filled(-c, x.type)),
    ),
  // |-x| => |x|, except for u8, where -x wraps
  absoluteOfNegated: (node) =>
    node.with({ op: "unary", type: { dtype: P.not("u8") }, attrs: { fn: "abs" }, args: [negation(x)] }, ({ x }) =>
      unary("abs", x),
    ),
});

const isPowerOfTwo = (value: number): boolean => 2 ** Math.round(Math.log2(Math.abs(value))) === Math.abs(value);

/** Whether 1 / divisor is a number of the type, so that multiplying by it rounds the very same real number. */
const hasExactReciprocal = (divisor: number, dtype: string): boolean => {
  const reciprocal = 1 / divisor;
  return (
    isPowerOfTwo(divisor) && Number.isFinite(reciprocal) && (dtype === "f64" || Math.fround(reciprocal) === reciprocal)
  );
};

/** Cheaper ways to the same number, and functions applied twice that need it once. */
export const strength: RuleSet = rules("strength", {
  // x / 2^n => x * 2^-n
  divideByPowerOfTwo: (node) =>
    node.with(
      {
        op: "binary",
        type: float,
        attrs: { fn: "div" },
        args: [x, { op: "constant", attrs: { value: P.select("c") } }],
      },
      ({ x, c }) =>
        c !== 1 && hasExactReciprocal(c, x.type.dtype) ? binary("mul", x, filled(1 / c, x.type)) : undefined,
    ),
  // f(f(x)) => f(x)
  repeatedFunction: (node) =>
    node.with(
      {
        op: "unary",
        attrs: { fn: P.select("outer", P.union("abs", "relu", "sign", "floor", "ceil", "round")) },
        args: [P.select("inner", { op: "unary", attrs: { fn: P.select("fn") } })],
      },
      ({ outer, fn, inner }) => (outer === fn ? inner : undefined),
    ),
  // clamp(clamp(x, a, b), c, d) => clamp(x, clamp(a, c, d), clamp(b, c, d))
  repeatedClamp: (node) =>
    node.with(
      { op: "clamp", attrs: P.select("outer"), args: [{ op: "clamp", attrs: P.select("inner"), args: [x] }] },
      ({ outer, inner, x }) => {
        const within = (bound: number): number => Math.min(Math.max(bound, outer.low), outer.high);
        return make("clamp", { low: within(inner.low), high: within(inner.high) }, x);
      },
    ),
  // clamp(x, -Infinity, Infinity) => x
  openClamp: (node) => node.with({ op: "clamp", attrs: { low: -Infinity, high: Infinity }, args: [x] }, ({ x }) => x),
});

/** Booleans, and choices that are no choices. */
export const choices: RuleSet = rules("choices", {
  // not(not(x)) => x
  doubleNot: (node) =>
    node.with(
      { op: "unary", attrs: { fn: "not" }, args: [{ op: "unary", attrs: { fn: "not" }, args: [x] }] },
      ({ x }) => x,
    ),
  // not(x = y) => x != y, and the reverse; < has no opposite among floats, because of NaN
  notEqual: (node) =>
    node.with(
      {
        op: "unary",
        attrs: { fn: "not" },
        args: [{ op: "compare", attrs: { fn: P.select("fn", P.union("eq", "ne")) }, args: [x, y] }],
      },
      ({ fn, x, y }) => make("compare", { fn: fn === "eq" ? "ne" : "eq" }, x, y),
    ),
  // x and x => x, and so for or
  sameBoth: (node) =>
    node.with({ op: "binary", attrs: { fn: P.union("and", "or") }, args: [x, y] }, ({ x, y }) =>
      x.id === y.id ? x : undefined,
    ),
  // select(true, x, y) => x; select(false, x, y) => y
  knownChoice: (node) =>
    node.with(
      { op: "select", args: [{ op: "constant", attrs: { value: P.select("condition") } }, x, y] },
      ({ condition, x, y }) => (condition === 0 ? y : x),
    ),
  // select(c, x, x) => x
  sameChoice: (node) => node.with({ op: "select", args: [P._, x, y] }, ({ x, y }) => (x.id === y.id ? x : undefined)),
  // select(not c, x, y) => select(c, y, x)
  negatedChoice: (node) =>
    node.with(
      { op: "select", args: [{ op: "unary", attrs: { fn: "not" }, args: [P.select("c")] }, x, y] },
      ({ c, x, y }) => make("select", {}, c, y, x),
    ),
  // select(c, select(c, x, _), y) => select(c, x, y)
  repeatedChoice: (node) =>
    node.with(
      { op: "select", args: [P.select("c"), { op: "select", args: [P.select("inner"), x, P._] }, y] },
      ({ c, inner, x, y }) => (c.id === inner.id ? make("select", {}, c, x, y) : undefined),
    ),
});

/** Every number of the first type is a number of the others. */
const widenings: Readonly<Record<string, readonly string[]>> = {
  bool: ["u8", "i32", "f32", "f64"],
  u8: ["i32", "f32", "f64"],
  i32: ["f64"],
  f32: ["f64"],
};

/** Conversions that change nothing. */
export const conversions: RuleSet = rules("conversions", {
  // cast(x: T, T) => x
  castToItself: (node) =>
    node.with({ op: "cast", attrs: { dtype: P.select("dtype") }, args: [x] }, ({ dtype, x }) =>
      dtype === x.type.dtype ? x : undefined,
    ),
  // cast(cast(x, wider), T) => cast(x, T)
  castThroughWider: (node) =>
    node.with(
      {
        op: "cast",
        attrs: { dtype: P.select("dtype") },
        args: [{ op: "cast", attrs: { dtype: P.select("through") }, args: [x] }],
      },
      ({ dtype, through, x }) => (widenings[x.type.dtype]?.includes(through) ? make("cast", { dtype }, x) : undefined),
    ),
});

/** Powers that are products: rounded elsewhere than `pow` rounds, and closer to the real number. */
export const powers: RuleSet = rules(
  "powers",
  {
    // x ^ 1 => x
    firstPower: (node) => node.with({ op: "binary", attrs: { fn: "pow" }, args: [x, filledWith(1)] }, ({ x }) => x),
    // x ^ 2 => x * x
    square: (node) =>
      node.with({ op: "binary", attrs: { fn: "pow" }, args: [x, filledWith(2)] }, ({ x }) => binary("mul", x, x)),
    // x ^ -1 => 1 / x
    reciprocal: (node) =>
      node.with({ op: "binary", type: float, attrs: { fn: "pow" }, args: [x, filledWith(-1)] }, ({ x }) =>
        binary("div", filled(1, x.type), x),
      ),
  },
  { numerics: "rounding" },
);

/** All arithmetic rules that change no bit. */
export const arithmetic: readonly RuleSet[] = [canonical, identities, signs, strength, choices, conversions];
