import { describe, expect, test } from "vitest";
import { randomBits } from "../../../scripts/accuracy/pairs.ts";
import { floatOfBits } from "../../../src/ir/loop/fold.ts";
import { type BinaryFn, binary } from "../../../src/ir/scalar/binary.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import golden from "./scalar-functions.json" with { type: "json" };
import { between, distance, double, offenders, single, specialValues } from "./support/accuracy.ts";
import { compileScalar, scalarAndLane } from "./support/compile-scalar.ts";
import { numberTensor, valueOf } from "./support/number-tensor.ts";

const names = Object.keys(binary) as BinaryFn[];
const on = (dtype: DType): readonly BinaryFn[] => names.filter((fn) => binary[fn].dtypes.includes(dtype));

const brokenPromises = (fn: BinaryFn, pairs: Iterable<readonly [number, number]>): readonly unknown[] => {
  const { lower, evaluate, ulp } = binary[fn];
  const program = compileScalar(lower, "f32", 2);
  const allowed = ulp === 0 ? 0.5 : ulp;
  return offenders(pairs, ([x, y]) => distance(program(x, y), evaluate(x, y, "f32"), single) <= allowed);
};

function* anyPairs(count: number): Generator<readonly [number, number]> {
  const next = randomBits();
  for (let k = 0; k < count; k += 1) yield [floatOfBits(next()), floatOfBits(next())];
  for (let k = 0; k < count; k += 1) yield [Math.fround(next() / 2 ** 29), Math.fround(next() / 2 ** 29)];
}

/** Bases of every magnitude, and near 1, with exponents that bring the power anywhere between the extremes of f32. */
function* powers(count: number): Generator<readonly [number, number]> {
  const next = randomBits();
  for (let k = 0; k < count; k += 1) {
    const x = k % 2 === 0 ? floatOfBits(next() >>> 1) : Math.fround(1 + next() / 2 ** (32 + (k % 20)));
    if (x > 0 && x < Infinity && x !== 1) yield [x, Math.fround((next() / 2 ** 31) * (152 / Math.log2(x)))];
  }
}

describe("f32 programs", () => {
  test.each(on("f32"))("%s keeps the accuracy that it promises", (fn) => {
    expect(brokenPromises(fn, anyPairs(200_000))).toStrictEqual([]);
  });

  test("pow keeps its accuracy where the result is neither 0 nor infinite", () => {
    expect(brokenPromises("pow", powers(600_000))).toStrictEqual([]);
  });

  test.each(on("f32"))("%s keeps it at the corners too", (fn) => {
    const corners = [
      ...specialValues,
      2,
      -2,
      3,
      -3,
      0.5,
      -0.5,
      2.5,
      -2.5,
      16777215,
      -16777215,
      1 - 2 ** -24,
      127.5,
      -149,
    ];
    const pairs = corners.flatMap((x) => corners.map((y) => [x, y] as const));
    expect(brokenPromises(fn, pairs)).toStrictEqual([]);
  });

  test.each(on("f32"))("%s does in each lane of f32x4 what it does in f32", (fn) => {
    const [scalar, lane] = scalarAndLane(binary[fn].lower, 2);
    expect(lane).toStrictEqual(scalar);
  });

  test("pow has the values of IEEE 754 where Math.pow gives NaN", () => {
    for (const type of ["f32", "f64"] as const) {
      const pow = compileScalar(binary.pow.lower, type, 2);
      for (const [x, y] of [
        [1, Number.NaN],
        [1, Infinity],
        [-1, Infinity],
        [-1, -Infinity],
        [Number.NaN, 0],
      ] as const) {
        expect(pow(x, y)).toBe(1);
        expect(binary.pow.evaluate(x, y, type)).toBe(1);
      }
    }
  });

  test("atan2 knows all four quadrants and both zeros", () => {
    const atan2 = compileScalar(binary.atan2.lower, "f32", 2);
    const pi = Math.fround(Math.PI);
    expect([atan2(0, -0), atan2(-0, -0), atan2(-0, 1), atan2(1, -0), atan2(-1, -1)]).toStrictEqual([
      pi,
      -pi,
      -0,
      pi / 2,
      Math.fround(-0.75 * Math.PI),
    ]);
  });
});

describe("f64 programs", () => {
  test.each(Object.entries(golden.binary))("%s is within 4 units in the last place of double precision", (fn, rows) => {
    const { lower, evaluate } = binary[fn as BinaryFn];
    const program = compileScalar(lower, "f64", 2);
    const isNear = ([x = Number.NaN, y = Number.NaN, want = Number.NaN]: number[]): boolean =>
      distance(program(x, y), want, double) <= 4 && distance(evaluate(x, y, "f64"), want, double) <= 4;
    expect(offenders(rows, isNear)).toStrictEqual([]);
  });

  test.each(on("f64"))("%s gives its meaning at the corners", (fn) => {
    const program = compileScalar(binary[fn].lower, "f64", 2);
    const pairs = specialValues.flatMap((x) => specialValues.map((y) => [x, y] as const));
    const isNear = ([x, y]: readonly [number, number]): boolean =>
      distance(program(x, y), binary[fn].evaluate(x, y, "f64"), double) <= 2;
    expect(offenders(pairs, isNear)).toStrictEqual([]);
  });
});

test.each(on("i32"))("%s of integers wraps, and divides by 0 without trapping", (fn) => {
  const program = compileScalar(binary[fn].lower, "i32", 2);
  const values = [0, 1, -1, 2, 7, -7, 31, 32, 33, 65537, 2 ** 31 - 1, -(2 ** 31)];
  for (const x of values) for (const y of values) expect(program(x, y) | 0).toBe(binary[fn].evaluate(x, y, "i32") | 0);
});

test("integers wrap and divide as they should", () => {
  const { add, mul, div, rem, shiftRight } = binary;
  expect(add.evaluate(2 ** 31 - 1, 1, "i32")).toBe(-(2 ** 31));
  expect(mul.evaluate(65537, 65537, "i32")).toBe(131073);
  expect([div.evaluate(7, 0, "i32"), div.evaluate(-7, 2, "i32"), rem.evaluate(-7, 2, "i32")]).toStrictEqual([
    0, -3, -1,
  ]);
  expect(shiftRight.evaluate(-8, 33, "i32")).toBe(-4);
});

const partials = (fn: BinaryFn, x: number, y: number): readonly [number, number] => {
  const { derivative, evaluate } = binary[fn];
  if (derivative === "zero") return [0, 0];
  const operands = [numberTensor(x), numberTensor(y), numberTensor(evaluate(x, y, "f64"))] as const;
  return [valueOf(derivative[0](...operands)), valueOf(derivative[1](...operands))];
};

describe("derivatives", () => {
  test.each(on("f64"))("%s agrees with central differences in its domain", (fn) => {
    const { evaluate, domain } = binary[fn];
    const step = 1e-5;
    const pairs = [...between(domain[0][0], domain[0][1], 17)].flatMap((x) =>
      [...between(domain[1][0], domain[1][1], 17)].map((y) => [x, y] as const),
    );
    const isNear = (got: number, slope: number): boolean => Math.abs(got - slope) < 1e-7 * Math.max(1, Math.abs(slope));
    const areSlopes = ([x, y]: readonly [number, number]): boolean => {
      const [byX, byY] = partials(fn, x, y);
      const slopeX = (evaluate(x + step, y, "f64") - evaluate(x - step, y, "f64")) / (2 * step);
      const slopeY = (evaluate(x, y + step, "f64") - evaluate(x, y - step, "f64")) / (2 * step);
      return isNear(byX, slopeX) && isNear(byY, slopeY);
    };
    expect(offenders(pairs, areSlopes)).toStrictEqual([]);
  });

  test("equal operands of max and min share the gradient", () => {
    expect(partials("max", 2, 2)).toStrictEqual([0.5, 0.5]);
    expect(partials("min", 2, 2)).toStrictEqual([0.5, 0.5]);
    expect(partials("max", 3, 2)).toStrictEqual([1, 0]);
    expect(partials("min", 3, 2)).toStrictEqual([0, 1]);
  });

  test("x^0 does not grow, not even at 0, and 0^y does not depend on y", () => {
    expect(partials("pow", 0, 0)).toStrictEqual([0, 0]);
    expect(partials("pow", 0, 2)).toStrictEqual([0, 0]);
  });
});
