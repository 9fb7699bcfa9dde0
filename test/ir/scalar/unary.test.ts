import { describe, expect, test } from "vitest";
import { variable } from "../../../src/ir/loop/build.ts";
import { sizeOfExpr } from "../../../src/ir/loop/rewrite.ts";
import { pairedPolynomial, polynomial } from "../../../src/ir/scalar/programs/arithmetic.ts";
import { type UnaryFn, unary } from "../../../src/ir/scalar/unary.ts";
import golden from "./scalar-functions.json" with { type: "json" };
import { between, distance, double, offenders, single, specialValues } from "./support/accuracy.ts";
import { compileScalar, scalarAndLane } from "./support/compile-scalar.ts";
import { numberTensor, valueOf } from "./support/number-tensor.ts";

const names = Object.keys(unary) as UnaryFn[];
const onFloats = names.filter((fn) => unary[fn].dtypes.includes("f32"));

describe("f32 programs", () => {
  test.each(onFloats)("%s keeps the accuracy that it promises, densely in its domain", (fn) => {
    const { lower, evaluate, ulp, domain } = unary[fn];
    const program = compileScalar(lower, "f32");
    const allowed = ulp === 0 ? 0.5 : ulp;
    const keeps = (x: number): boolean => distance(program(x), evaluate(x), single) <= allowed;
    expect(offenders(between(domain[0] * 1.5, domain[1] * 1.5, 2 ** 16), keeps)).toStrictEqual([]);
  });

  test.each(onFloats)("%s is exact at NaN, the infinities and the zeros", (fn) => {
    const { lower, evaluate } = unary[fn];
    const program = compileScalar(lower, "f32");
    for (const x of [Number.NaN, Infinity, -Infinity, 0, -0]) expect(program(x)).toBe(Math.fround(evaluate(x)));
  });

  test.each(onFloats)("%s does in each lane of f32x4 what it does in f32", (fn) => {
    const [scalar, lane] = scalarAndLane(unary[fn].lower);
    expect(lane).toStrictEqual(scalar);
  });

  test.each(["sin", "cos", "tan"] as const)("%s keeps its accuracy at angles of any size", (fn) => {
    const { lower, evaluate, ulp } = unary[fn];
    const program = compileScalar(lower, "f32");
    // A power of two, and one with all bits, a little further each time.
    const angles = Array.from({ length: 117 }, (_, k) => [
      2 ** (k + 10),
      -(2 ** (k + 10)) * (1 + (k + 1) / 2 ** 7 + 2 ** -23),
    ]);
    expect(offenders(angles.flat(), (x) => distance(program(x), evaluate(x), single) <= ulp)).toStrictEqual([]);
  });

  test("subnormal results are not flushed", () => {
    expect(compileScalar(unary.exp.lower, "f32")(-100)).toBe(Math.fround(Math.exp(-100)));
    expect(compileScalar(unary.sigmoid.lower, "f32")(-100)).toBe(Math.fround(Math.exp(-100)));
    expect(compileScalar(unary.gelu.lower, "f32")(-13.5)).toBeLessThan(0);
  });

  test.each(["sin", "cos", "tan"] as const)(
    "%s of f64 is its value at 0 where its reduction has run out of bits",
    (fn) => {
      const program = compileScalar(unary[fn].lower, "f64");
      for (const x of [2 ** 20 * 1.01, -1e30, 2 ** 1000]) expect(program(x)).toBe(unary[fn].evaluate(0));
    },
  );
});

test.each([1, 2, 3, 4, 5, 6])(
  "a polynomial of %i coefficients by pairs is as much work as by Horner's rule",
  (count) => {
    const coefficients = Array.from({ length: count }, (_, at) => at + 2);
    const x = variable("f32", "x");
    const byPairs = pairedPolynomial(x, variable("f32", "square"), coefficients);
    expect(sizeOfExpr(byPairs)).toBe(sizeOfExpr(polynomial(x, coefficients)));
  },
);

describe("f64 programs", () => {
  test.each(onFloats)("%s is within 4 units in the last place of double precision", (fn) => {
    const program = compileScalar(unary[fn].lower, "f64");
    const table: { readonly [name: string]: number[][] } = golden.unary;
    const isNear = ([x = Number.NaN, want = Number.NaN]: number[]): boolean => distance(program(x), want, double) <= 4;
    expect(offenders(table[fn] ?? [], isNear)).toStrictEqual([]);
  });

  test.each(onFloats)(
    "%s is exact at NaN, the infinities and the zeros, and agrees with its meaning elsewhere",
    (fn) => {
      const { lower, evaluate, domain } = unary[fn];
      const program = compileScalar(lower, "f64");
      for (const x of [Number.NaN, Infinity, -Infinity, 0, -0]) expect(program(x)).toBe(evaluate(x));
      for (let k = 0; k <= 2000; k += 1) {
        const x = domain[0] + ((domain[1] - domain[0]) * k) / 2000;
        expect(Math.abs(program(x) - evaluate(x))).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(evaluate(x))));
      }
    },
  );
});

describe("meanings", () => {
  test.each(Object.entries(golden.unary))("%s agrees with values computed to 80 digits", (fn, rows) => {
    const { evaluate } = unary[fn as UnaryFn];
    const normal = rows.filter(([, want = 0]) => Math.abs(want) > 2 ** -1000);
    expect(offenders(normal, ([x = 0, want = 0]) => Math.abs(evaluate(x) / want - 1) < 1e-13)).toStrictEqual([]);
  });

  test.each(["f32", "f64"] as const)("correctly rounded functions are so at the corners of %s", (type) => {
    for (const fn of onFloats.filter((name) => unary[name].ulp === 0)) {
      const program = compileScalar(unary[fn].lower, type);
      const meaning = (x: number): number => (type === "f32" ? Math.fround : Number)(unary[fn].evaluate(x));
      expect(offenders(specialValues, (x) => Object.is(program(x), meaning(x))).map((x) => [fn, x])).toStrictEqual([]);
    }
  });

  test("integer programs wrap as their meaning does when stored", () => {
    for (const fn of names.filter((name) => unary[name].dtypes.includes("i32"))) {
      const program = compileScalar(unary[fn].lower, "i32");
      for (const x of [0, 1, -1, 7, -7, 2 ** 31 - 1, -(2 ** 31)]) {
        expect([fn, x, program(x) | 0]).toStrictEqual([fn, x, unary[fn].evaluate(x) | 0]);
      }
    }
  });

  test("erf and erfc of small numbers make 1 but for one rounding", () => {
    const sumOf = (x: number): number => unary.erf.evaluate(x) + unary.erfc.evaluate(x);
    expect(offenders(between(-0.499, 0.499, 1000), (x) => Math.abs(sumOf(x) - 1) <= 2 ** -53)).toStrictEqual([]);
  });

  test("not turns a truth value round", () => {
    const program = compileScalar(unary.not.lower, "bool");
    expect([program(0), program(1)]).toStrictEqual([1, 0]);
    expect([unary.not.evaluate(0), unary.not.evaluate(1)]).toStrictEqual([1, 0]);
  });
});

const derivativeAt = (fn: UnaryFn, x: number): number => {
  const { derivative, evaluate } = unary[fn];
  return derivative === "zero" ? 0 : valueOf(derivative(numberTensor(x), numberTensor(evaluate(x))));
};

describe("derivatives", () => {
  test.each(onFloats)("%s agrees with central differences in its domain", (fn) => {
    const { evaluate, domain } = unary[fn];
    const step = 1e-5;
    const isSlope = (x: number): boolean => {
      const slope = (evaluate(x + step) - evaluate(x - step)) / (2 * step);
      return Math.abs(derivativeAt(fn, x) - slope) < 1e-7 * Math.max(1, slope ** 2);
    };
    expect(offenders(between(domain[0], domain[1], 100), isSlope)).toStrictEqual([]);
  });

  test.each([
    ["relu", 0, 0],
    ["relu6", 0, 0],
    ["relu6", 6, 0],
    ["abs", 0, 0],
    ["leakyRelu", 0, 0.01],
    ["elu", 0, 1],
    ["selu", 0, 1.0507009873554805 * 1.6732632423543772],
    ["hardsigmoid", -3, 0],
    ["hardsigmoid", 3, 0],
    ["hardswish", -3, 0],
    ["hardswish", 3, 1],
    ["gelu", 0, 0.5],
    ["mish", 0, 0.6],
    ["relu", -1, 0],
    ["relu", 2, 1],
    ["abs", -2, -1],
    ["leakyRelu", 2, 1],
    ["elu", 2, 1],
    ["selu", 2, 1.0507009873554805],
  ] as const)("of %s at %d is %d, as in PyTorch", (fn, x, want) => {
    expect(derivativeAt(fn, x)).toBeCloseTo(want, 14);
  });
});
