import { expect, test } from "vitest";
import type { Trace } from "../../../src/ir/graph/trace.ts";
import { applyUnary, emitOne } from "../../../src/ir/graph/traced-tensor.ts";
import { binary as binaryFunctions } from "../../../src/ir/scalar/binary.ts";
import { unary as unaryFunctions } from "../../../src/ir/scalar/unary.ts";
import { isFloat } from "../../../src/ir/types/dtype.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { rewrite } from "../../../src/passes/rewrite.ts";
import {
  arithmetic,
  canonical,
  choices,
  conversions,
  identities,
  powers,
  signs,
  strength,
} from "../../../src/passes/simplify/arithmetic.ts";
import { graphOf, opsOf } from "../support.ts";
import { type Instance, testRules, testStillness } from "./soundness.ts";

const floats = ["f32", "f64"] as const;
// Whatever the tables of scalar functions are defined for.
const numbers = binaryFunctions.add.dtypes;
const integers = numbers.filter((dtype) => !isFloat(dtype));
const signed = unaryFunctions.neg.dtypes;
const withAbs = unaryFunctions.abs.dtypes.filter((dtype) => signed.includes(dtype) && dtype !== "u8");

type Build = Instance["build"];
const on = (dtypes: Instance["dtypes"], ...builds: readonly Build[]): readonly Instance[] =>
  builds.map((build) => ({ dtypes, build }));
const clamped = (t: Trace, x: Tensor, low: number, high: number): Tensor => emitOne(t, "clamp", [x], { low, high });

testRules(canonical, {
  constantsRight: on(
    numbers,
    (t, { x }) => t.constant(3, x.dtype, x.shape).add(x),
    (t, { x }) => t.constant(5, x.dtype, x.shape).mul(x),
    (t, { x }) => t.constant(0, x.dtype, x.shape).maximum(x),
    (t, { x }) => t.constant(0, x.dtype, x.shape).minimum(x),
  ),
  comparedConstantsRight: on(
    numbers,
    (t, { x }) => t.constant(0, x.dtype, x.shape).less(x),
    (t, { x }) => t.constant(0, x.dtype, x.shape).lessEqual(x),
    (t, { x }) => t.constant(1, x.dtype, x.shape).greater(x),
    (t, { x }) => t.constant(1, x.dtype, x.shape).greaterEqual(x),
    (t, { x }) => t.constant(1, x.dtype, x.shape).equal(x),
  ),
});

testRules(identities, {
  multiplyByOne: on(numbers, (_, { x }) => x.mul(1)),
  divideByOne: on(numbers, (_, { x }) => x.div(1)),
  subtractZero: on(numbers, (_, { x }) => x.sub(0)),
  addNegativeZero: on(floats, (_, { x }) => x.add(-0)),
  addZeroToInteger: on(integers, (_, { x }) => x.add(0)),
  multiplyIntegerByZero: on(integers, (_, { x }) => x.mul(0)),
  maxWithLowest: on(floats, (_, { x }) => x.maximum(-Infinity)),
  minWithHighest: on(floats, (_, { x }) => x.minimum(Infinity)),
  extremeOfSame: on(
    numbers,
    (_, { x }) => x.maximum(x),
    (_, { x }) => x.minimum(x),
  ),
  lessThanItself: on(
    numbers,
    (_, { x }) => x.less(x),
    (_, { x }) => x.greater(x),
  ),
});

testRules(signs, {
  doubleNegation: on(signed, (_, { x }) => x.neg().neg()),
  multiplyByMinusOne: on(floats, (_, { x }) => x.mul(-1)),
  addNegated: on(signed, (_, { x, y }) => x.add(y.neg())),
  negatedPlus: on(signed, (_, { x, y }) => x.neg().add(y)),
  subtractNegated: on(signed, (_, { x, y }) => x.sub(y.neg())),
  multiplyNegated: on(signed, (_, { x, y }) => x.neg().mul(y.neg())),
  divideNegated: on(floats, (_, { x, y }) => x.neg().div(y.neg())),
  negatedTimesConstant: on(
    floats,
    (_, { x }) => x.neg().mul(3.5),
    (_, { x }) => x.neg().mul(0),
  ),
  negatedMultiple: on(
    floats,
    (_, { x }) => x.mul(0.1).neg(),
    (_, { x }) => x.mul(-0).neg(),
  ),
  absoluteOfNegated: on(withAbs, (_, { x }) => x.neg().abs()),
});

testRules(strength, {
  divideByPowerOfTwo: on(
    floats,
    (_, { x }) => x.div(8),
    (_, { x }) => x.div(-0.25),
    (_, { x }) => x.div(2 ** 127),
    (_, { x }) => x.div(2 ** -126),
  ),
  repeatedFunction: on(
    floats,
    (_, { x }) => x.abs().abs(),
    (_, { x }) => x.sign().sign(),
    (_, { x }) => applyUnary("relu", applyUnary("relu", x)),
    (_, { x }) => applyUnary("floor", applyUnary("floor", x)),
    (_, { x }) => applyUnary("ceil", applyUnary("ceil", x)),
    (_, { x }) => applyUnary("round", applyUnary("round", x)),
  ),
  repeatedClamp: on(
    numbers,
    (t, { x }) => clamped(t, clamped(t, x, 0, 3), 1, 5),
    (t, { x }) => clamped(t, clamped(t, x, 1, 2), 3, 4),
    (t, { x }) => clamped(t, clamped(t, x, 0, 0), 0, 4),
  ),
  openClamp: on(floats, (t, { x }) => clamped(t, x, -Infinity, Infinity)),
});

testRules(choices, {
  doubleNot: on(["bool"], (_, { x }) => x.logicalNot().logicalNot()),
  notEqual: on(
    numbers,
    (_, { x, y }) => x.equal(y).logicalNot(),
    (_, { x }) => x.equal(x).logicalNot(),
  ),
  sameBoth: on(["bool"], (_, { x }) => x.logicalAnd(x)),
  knownChoice: on(
    numbers,
    (t, { x, y }) => t.constant(1, "bool", x.shape).select(x, y),
    (t, { x, y }) => t.constant(0, "bool", x.shape).select(x, y),
  ),
  sameChoice: on(numbers, (_, { x, y }) => x.less(y).select(x, x)),
  negatedChoice: on(numbers, (_, { x, y }) => x.less(y).logicalNot().select(x, y)),
  repeatedChoice: on(numbers, (_, { x, y }) => {
    const condition = x.less(y);
    return condition.select(condition.select(x, y), y.maximum(x));
  }),
});

testRules(conversions, {
  castToItself: on([...numbers, "bool"], (t, { x }) => emitOne(t, "cast", [x], { dtype: x.dtype })),
  castThroughWider: [
    ...on(
      ["f32", "i32", "u8", "bool"],
      (_, { x }) => x.cast("f64").cast("i32"),
      (_, { x }) => x.cast("f64").cast("bool"),
    ),
    ...on(
      ["u8", "bool"],
      (_, { x }) => x.cast("i32").cast("f32"),
      (_, { x }) => x.cast("f32").cast("u8"),
    ),
  ],
});

testRules(powers, {
  firstPower: on(floats, (_, { x }) => x.pow(1)),
  square: on(floats, (_, { x }) => x.pow(2)),
  reciprocal: on(floats, (_, { x }) => x.abs().add(1).pow(-1)),
});

test("powers that are products are those products, once a pipeline asks for rules that round elsewhere", () => {
  const [vector, result] = [
    { dtype: "f32", shape: [2] } as const,
    (build: (x: Tensor) => Tensor) =>
      opsOf(
        rewrite(
          graphOf((t) => ({ y: build(t.input("x", vector)) })),
          [powers],
        ).graph,
      ),
  ];
  expect(powers.numerics).toBe("rounding");
  expect(result((x) => x.pow(1))).toEqual(["input"]);
  expect(result((x) => x.pow(2))).toEqual(["input", "binary mul"]); // x ^ 2
  expect(result((x) => x.pow(-1))).toEqual(["input", "constant", "binary div"]);
  expect(result((x) => x.pow(3))).toEqual(["input", "constant", "binary pow"]);
});

testStillness(arithmetic, {
  "x + 0, which turns -0 into 0,": { dtypes: floats, build: (_, { x }) => x.add(0) },
  "x - -0, which turns -0 into 0,": { dtypes: floats, build: (_, { x }) => x.sub(-0) },
  "x * 0, which keeps NaN,": { dtypes: floats, build: (_, { x }) => x.mul(0) },
  "x - x, which keeps NaN,": { dtypes: floats, build: (_, { x }) => x.sub(x) },
  "x / x": { dtypes: floats, build: (_, { x }) => x.div(x) },
  "x = x, which is false for NaN,": { dtypes: floats, build: (_, { x }) => x.equal(x) },
  "log(exp(x))": { dtypes: floats, build: (_, { x }) => x.exp().log() },
  "exp(log(x))": { dtypes: floats, build: (_, { x }) => x.log().exp() },
  "x / 3": { dtypes: floats, build: (_, { x }) => x.div(3) },
  "x / 2^-149, whose reciprocal no f32 holds,": { dtypes: ["f32"], build: (_, { x }) => x.div(2 ** -149) },
  "not(x < y), which is true for NaN,": { dtypes: floats, build: (_, { x, y }) => x.less(y).logicalNot() },
  "a cast that narrows on the way": { dtypes: ["f32"], build: (_, { x }) => x.cast("i32").cast("f64") },
  "a cast of whole numbers through f32, which rounds large ones,": {
    dtypes: ["i32"],
    build: (_, { x }) => x.cast("f32").cast("f64"),
  },
  "-(x - y), which is -0 where y - x is 0,": { dtypes: floats, build: (_, { x, y }) => x.sub(y).neg() },
});
