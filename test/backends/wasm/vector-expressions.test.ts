// The meaning of every operator on four lanes: lane by lane that of the scalars, which have tests of their own, plus what
// only vectors have. The scalar twin of each kernel runs in the interpreter of the loop IR.
import { describe, expect, test } from "vitest";
import { assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import {
  binary,
  cast,
  compare,
  constant,
  i32,
  lane,
  literal,
  load,
  multiply,
  ramp,
  reduceLanes,
  reinterpret,
  select,
  splat,
  unary,
} from "../../../src/ir/loop/build.ts";
import {
  type Expr,
  isVector,
  type LaneReducer,
  type LoopBinary,
  type LoopCompare,
  type LoopType,
  type LoopUnary,
  laneType,
} from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import { interpreted, kernelOver, place, programOver, room, run, runKernel } from "./run-kernel.ts";
import { pairs, special } from "./special-values.ts";

type Op = (x: Expr, y: Expr) => Expr;

/** Masks and bools are stored as whole numbers. */
const storable = (value: Expr): Expr =>
  value.type === "boolx4" ? cast("i32x4", value) : value.type === "bool" ? cast("i32", value) : value;

/** Expects op on vectors to give what op on scalars gives in the interpreter. */
const expectLanewise = (type: "f32x4" | "i32x4", result: DType, op: Op): void => {
  const scalar = type === "f32x4" ? "f32" : "i32";
  const [xs, ys] = pairs(scalar);
  const places = [place("x", scalar, xs), place("y", scalar, ys), room("z", result, xs.length)];
  const kernel = (loaded: LoopType, step: number): Kernel =>
    kernelOver(places, (body) =>
      body.loop(
        xs.length,
        (i, inner) => inner.store("z", i, storable(op(load(loaded, "x", i), load(loaded, "y", i)))),
        { step },
      ),
    );
  expect(runKernel(kernel(type, 4), places)).toEqual(interpreted(kernel(scalar, 1), places));
};

/** A scalar as an operand of x: in all lanes where x has lanes. */
const like = (x: Expr, scalar: Expr): Expr => (isVector(x.type) ? splat(scalar) : scalar);

describe("f32x4", () => {
  test.each(["neg", "abs", "sqrt", "floor", "ceil", "trunc", "nearest"] satisfies LoopUnary[])("%s", (fn) =>
    expectLanewise("f32x4", "f32", (x) => unary(fn, x)),
  );
  test.each(["add", "sub", "mul", "div", "min", "max"] satisfies LoopBinary[])("%s", (fn) =>
    expectLanewise("f32x4", "f32", (x, y) => binary(fn, x, y)),
  );
  test.each([0, -0, 1.5, -1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "min and max with the constant %d on either side",
    (limit) => {
      for (const fn of ["min", "max"] as const) {
        expectLanewise("f32x4", "f32", (x) => binary(fn, x, literal(x.type, limit)));
        expectLanewise("f32x4", "f32", (x) => binary(fn, literal(x.type, limit), x));
      }
    },
  );
  // Every pair of special values, so that NaN on either side and zeros of either sign tell the forms apart.
  test.each(["lt", "gt", "le", "ge"] satisfies LoopCompare[])("the one of two that %s chooses", (fn) => {
    expectLanewise("f32x4", "f32", (x, y) => select(compare(fn, x, y), x, y));
    expectLanewise("f32x4", "f32", (x, y) => select(compare(fn, x, y), y, x));
  });
  test.each([0, -0, 1.5, Number.NaN, Number.NEGATIVE_INFINITY])(
    "the one of x and %d that a comparison chooses",
    (limit) => {
      for (const fn of ["lt", "gt"] as const) {
        const bounded = (x: Expr, bound: Expr): Expr => select(compare(fn, x, bound), bound, x);
        expectLanewise("f32x4", "f32", (x) => bounded(x, literal(x.type, limit)));
        expectLanewise("f32x4", "f32", (x) => bounded(literal(x.type, limit), x));
      }
    },
  );
  test.each([
    ["pmax", "lt"],
    ["pmin", "gt"],
  ] as const)("is %s where one value is chosen because the other is %s it", (name, fn) => {
    const places = [place("x", "f32", special.f32), room("z", "f32", 4)];
    const kernel = kernelOver(places, (body) => {
      const x = body.name(load("f32x4", "x", 0));
      body.store("z", 0, select(compare(fn, x, literal("f32x4", 3)), literal("f32x4", 3), x));
    });
    const text = assembleModule(programOver(kernel, places)).wat();
    expect(text).toContain(`f32x4.${name}`);
    expect(text).not.toContain("bitselect");
  });
  test("cast to i32x4 saturates", () =>
    expectLanewise("f32x4", "i32", (x) => cast(x.type === "f32" ? "i32" : "i32x4", x)));
});

describe("i32x4", () => {
  test.each(["neg", "abs"] satisfies LoopUnary[])("%s", (fn) => expectLanewise("i32x4", "i32", (x) => unary(fn, x)));
  test.each(["add", "sub", "mul", "min", "max", "and", "or", "xor"] satisfies LoopBinary[])("%s", (fn) =>
    expectLanewise("i32x4", "i32", (x, y) => binary(fn, x, y)),
  );
  test.each(["shl", "shr", "shrUnsigned"] satisfies LoopBinary[])("%s by 0, 5, 31, 33 and a loaded distance", (fn) => {
    const distances = [i32(0), i32(5), i32(31), i32(33), load("i32", "y", 7)];
    for (const distance of distances) expectLanewise("i32x4", "i32", (x) => binary(fn, x, like(x, distance)));
  });
  test("cast to f32x4 rounds", () =>
    expectLanewise("i32x4", "f32", (x) => cast(x.type === "i32" ? "f32" : "f32x4", x)));
});

describe("four bytes", () => {
  const bytes = place("b", "u8", [0, 1, 127, 128, 255, 7, 200, 254, 3]);
  const flags = place("m", "bool", [0, 1, 1, 0, 1, 0, 0, 1, 1]);

  test("load as whole numbers, or as a mask, from any place", () => {
    for (const at of [0, 1, 2, 5]) {
      const { n, k } = run([bytes, flags, room("n", "i32", 4), room("k", "i32", 4)], (body) => {
        body.store("n", 0, load("i32x4", "b", at));
        body.store("k", 0, select(load("boolx4", "m", at), literal("i32x4", -5), literal("i32x4", 6)));
      });
      expect(n).toEqual(bytes.data.slice(at, at + 4));
      expect(k).toEqual(flags.data.slice(at, at + 4).map((flag) => (flag === 1 ? -5 : 6)));
    }
  });

  test("store the low eight bits of whole numbers, and masks as 0 and 1", () => {
    const numbers = place("n", "i32", special.i32);
    const places = [numbers, flags, room("b", "u8", 20), room("f", "bool", 20)];
    const kernel = kernelOver(places, (body) => {
      for (const at of [0, 4, 8, 12]) {
        const four = load("i32x4", "n", at);
        body.store("b", at + 1, four);
        body.store("f", at + 3, compare("lt", four, literal("i32x4", 7)));
      }
      body.store("f", 0, unary("not", load("boolx4", "m", 3)));
    });
    expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
  });
});

describe.each(["f32x4", "i32x4"] as const)("masks of %s", (type) => {
  const scalar = laneType(type);
  const result = type === "f32x4" ? "f32" : "i32";
  const below = (x: Expr, y: Expr): Expr => compare("lt", x, y);
  const isNonzero = (x: Expr): Expr => compare("ne", x, literal(x.type, 0));

  test.each(["eq", "ne", "lt", "le", "gt", "ge"] satisfies LoopCompare[])("compare %s", (fn) =>
    expectLanewise(type, "i32", (x, y) => compare(fn, x, y)),
  );
  test("select", () => expectLanewise(type, result, (x, y) => select(below(x, y), x, y)));
  test.each(type === "f32x4" ? [0, -0, 1] : [0, 1])("select of a value or %d", (other) => {
    expectLanewise(type, result, (x, y) => select(below(x, y), x, literal(x.type, other)));
    expectLanewise(type, result, (x, y) => select(below(x, y), literal(x.type, other), y));
  });
  test("not", () => expectLanewise(type, "i32", (x, y) => unary("not", below(x, y))));
  test.each(["and", "or", "xor"] satisfies LoopBinary[])("%s of masks", (fn) =>
    expectLanewise(type, "i32", (x, y) => binary(fn, below(x, y), isNonzero(y))),
  );
  test.each(["eq", "ne"] satisfies LoopCompare[])("%s of masks", (fn) =>
    expectLanewise(type, "i32", (x, y) => compare(fn, below(x, y), isNonzero(y))),
  );
  test("cast from and to boolx4", () => {
    expectLanewise(type, "i32", (x) => cast(isVector(x.type) ? "boolx4" : "bool", x));
    expectLanewise(type, "f32", (x, y) => cast(isVector(x.type) ? "f32x4" : "f32", compare("ge", x, y)));
  });
  test("splat of a bool", () => {
    const flag = below(load(scalar, "x", 5), load(scalar, "y", 6));
    expectLanewise(type, result, (x, y) => select(like(x, flag), x, y));
    expectLanewise(type, result, (x, y) => select(like(x, unary("not", flag)), x, y));
  });
});

test("splat, lane and ramp", () => {
  const places = [place("x", "f32", special.f32), place("k", "i32", special.i32)];
  const { f, n, r } = run([...places, room("f", "f32", 8), room("n", "i32", 8), room("r", "i32", 8)], (body) => {
    body.store("f", 0, splat(load("f32", "x", 9)));
    body.store("f", 4, splat(binary("add", load("f32", "x", 9), load("f32", "x", 2))));
    body.store("n", 0, splat(load("i32", "k", 3)));
    const vector = body.name(load("i32x4", "k", 5));
    for (const at of [0, 1, 2, 3] as const) body.store("n", 4 + at, lane(vector, at));
    body.store("r", 0, ramp(load("i32", "k", 14)));
    body.store("r", 4, ramp(i32(-1)));
  });
  const four = (value: number): readonly number[] => [value, value, value, value].map(Math.fround);
  expect(f).toEqual([...four(3.7), ...four(1 + Math.fround(3.7))]);
  expect(n).toEqual([2, 2, 2, 2, ...special.i32.slice(5, 9)]);
  expect(r).toEqual([2147483647, -2147483648, -2147483647, -2147483646, -1, 0, 1, 2]);
});

test("a lane of a mask is a bool", () => {
  const { z } = run([place("x", "f32", special.f32), room("z", "bool", 4)], (body) => {
    const mask = body.name(compare("lt", load("f32x4", "x", 1), literal("f32x4", 0)));
    for (const at of [0, 1, 2, 3] as const) body.store("z", at, lane(mask, at));
  });
  expect(z).toEqual(special.f32.slice(1, 5).map((x) => Number(x < 0)));
});

test("reinterpret of vectors keeps the bits", () => {
  const { z } = run([place("x", "f32", [1, -0, 0.1, 3]), room("z", "i32", 4)], (body) =>
    body.store("z", 0, reinterpret("i32x4", load("f32x4", "x", 0))),
  );
  expect(z).toEqual([...new Int32Array(Float32Array.of(1, -0, 0.1, 3).buffer)]);
});

describe("reduceLanes is (l0 . l1) . (l2 . l3)", () => {
  const meaning: { readonly [F in LaneReducer]: (a: number, b: number) => number } = {
    add: (a, b) => a + b,
    mul: (a, b) => a * b,
    min: Math.min,
    max: Math.max,
  };
  // Any other order rounds the first groups to something else.
  const floats = [
    [16777216, 1, 1, -16777216],
    [0.1, 0.2, 0.3, 0.4],
    [1e38, 3, 0.1, 1e-38],
    [-0, 0, -0, -0],
    [Number.NaN, 1, 2, 3],
  ].map((group) => group.map(Math.fround));
  const integers = [
    [1, 2, 3, 4],
    [-5, 6, -7, 8],
    [2147483647, 1, -1, 65537],
  ];

  test.each(Object.entries(meaning))("%s", (fn, of) => {
    const reducer = fn as LaneReducer;
    const places = [place("x", "f32", floats.flat()), place("n", "i32", integers.flat())];
    const { z, k } = run([...places, room("z", "f32", floats.length), room("k", "i32", integers.length)], (body) => {
      body.loop(floats.length, (i, inner) =>
        inner.store("z", i, reduceLanes(reducer, load("f32x4", "x", multiply(i, 4)))),
      );
      body.loop(integers.length, (i, inner) =>
        inner.store("k", i, reduceLanes(reducer, load("i32x4", "n", multiply(i, 4)))),
      );
    });
    const fold =
      (round: typeof of) =>
      ([a = 0, b = 0, c = 0, d = 0]: readonly number[]) =>
        round(round(a, b), round(c, d));
    expect(z).toEqual(floats.map(fold((a, b) => Math.fround(of(a, b)))));
    expect(k).toEqual(integers.map(fold(reducer === "mul" ? Math.imul : (a, b) => of(a, b) | 0)));
  });
});

test("constants in and outside loops, of both signs of zero", () => {
  const { z } = run([place("x", "f32", special.f32), room("z", "f32", special.f32.length)], (body) => {
    const last = body.mutable(literal("f32x4", -0));
    body.loop(
      special.f32.length,
      (i, inner) => {
        const x = inner.name(load("f32x4", "x", i));
        inner.assign(last, binary("add", binary("mul", x, literal("f32x4", -0)), literal("f32x4", 0.1)));
        inner.store("z", i, binary("sub", last, literal("f32x4", 0)));
      },
      { step: 4 },
    );
    body.store("z", 0, binary("mul", literal("f32x4", -0), splat(constant("f32", 1))));
  });
  const inLoop = special.f32.map((x) => Math.fround(Math.fround(x * -0) + Math.fround(0.1)));
  expect(z).toEqual([-0, -0, -0, -0, ...inLoop.slice(4)]);
});
