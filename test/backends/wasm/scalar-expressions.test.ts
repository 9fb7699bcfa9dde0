// The meaning of every scalar operator, against plain JavaScript, on the values where meanings part.
import { describe, expect, test } from "vitest";
import { binary, cast, compare, f32, i32, load, reinterpret, select, unary } from "../../../src/ir/loop/build.ts";
import type { Expr, LoopBinary, LoopCompare, LoopUnary, ScalarType } from "../../../src/ir/loop/expr.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import { place, room, run } from "./run-kernel.ts";
import { pairs, special } from "./special-values.ts";

type Two = (x: number, y: number) => number;

const round: { readonly [T in "f32" | "f64"]: (x: number) => number } = { f32: Math.fround, f64: (x) => x };

const roundHalfEven = (x: number): number => {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const floor = Math.floor(x);
  const upper = x - floor > 0.5 || (x - floor === 0.5 && floor % 2 !== 0);
  const size = Math.abs(upper ? floor + 1 : floor);
  return x < 0 || Object.is(x, -0) ? -size : size;
};

const floatUnary: { readonly [F in Exclude<LoopUnary, "not">]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  nearest: roundHalfEven,
};

const floatBinary: { readonly [F in "add" | "sub" | "mul" | "div" | "min" | "max"]: Two } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  min: Math.min,
  max: Math.max,
};

const integerBinary: { readonly [F in LoopBinary]: Two } = {
  add: (x, y) => (x + y) | 0,
  sub: (x, y) => (x - y) | 0,
  mul: Math.imul,
  div: (x, y) => (y === 0 ? 0 : (x / y) | 0),
  rem: (x, y) => (y === 0 ? 0 : (x % y) | 0),
  min: Math.min,
  max: Math.max,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shl: (x, y) => x << y,
  shr: (x, y) => x >> y,
  shrUnsigned: (x, y) => (x >>> y) | 0,
};

const comparison: { readonly [F in LoopCompare]: (x: number, y: number) => boolean } = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
};

/** Stores op(x, y) for all pairs of special values of a type. */
const onPairs = (type: ScalarType, result: DType, op: (x: Expr, y: Expr) => Expr): readonly number[] | undefined => {
  const [xs, ys] = pairs(type);
  return run([place("x", type, xs), place("y", type, ys), room("z", result, xs.length)], (body) =>
    body.loop(xs.length, (i, inner) => inner.store("z", i, op(load(type, "x", i), load(type, "y", i)))),
  )["z"];
};

const expectedOnPairs = (type: ScalarType, op: Two): readonly number[] => {
  const [xs, ys] = pairs(type);
  return xs.map((x, at) => op(x, ys[at] ?? 0));
};

/** Stores op(x) for all special values of a type. */
const onEach = (type: ScalarType, result: DType, op: (x: Expr) => Expr): readonly number[] | undefined => {
  const xs = special[type];
  return run([place("x", type, xs), room("z", result, xs.length)], (body) =>
    body.loop(xs.length, (i, inner) => inner.store("z", i, op(load(type, "x", i)))),
  )["z"];
};

describe.each(["f32", "f64"] as const)("%s", (type) => {
  test.each(Object.entries(floatUnary))("%s", (fn, meaning) => {
    const got = onEach(type, type, (x) => unary(fn as LoopUnary, x));
    expect(got).toEqual(special[type].map((x) => round[type](meaning(x))));
  });
  test.each(Object.entries(floatBinary))("%s", (fn, meaning) => {
    const got = onPairs(type, type, (x, y) => binary(fn as LoopBinary, x, y));
    expect(got).toEqual(expectedOnPairs(type, (x, y) => round[type](meaning(x, y))));
  });
});

describe("i32", () => {
  test.each(Object.entries(integerBinary))("%s", (fn, meaning) => {
    const got = onPairs("i32", "i32", (x, y) => binary(fn as LoopBinary, x, y));
    expect(got).toEqual(expectedOnPairs("i32", meaning));
  });
  test.each([-2147483648, -7, -1, 0, 1, 3, 8])("division and remainder by the constant %i", (divisor) => {
    // Not through the smart constructor, which would simplify some of them.
    const by = (fn: "div" | "rem") =>
      onEach("i32", "i32", (x) => ({ kind: "binary", type: "i32", fn, left: x, right: i32(divisor) }));
    expect(by("div")).toEqual(special.i32.map((x) => integerBinary.div(x, divisor)));
    expect(by("rem")).toEqual(special.i32.map((x) => integerBinary.rem(x, divisor)));
  });
  test("operands that are needed twice are computed once, in the right order", () => {
    const got = onPairs("i32", "i32", (x, y) =>
      binary("min", binary("div", x, y), binary("max", y, binary("rem", y, x))),
    );
    const { div, rem } = integerBinary;
    expect(got).toEqual(expectedOnPairs("i32", (x, y) => Math.min(div(x, y), Math.max(y, rem(y, x)))));
  });
  test("neg and abs wrap", () => {
    expect(onEach("i32", "i32", (x) => unary("neg", x))).toEqual(special.i32.map((x) => -x | 0));
    expect(onEach("i32", "i32", (x) => unary("abs", x))).toEqual(special.i32.map((x) => Math.abs(x) | 0));
    const ofSum = onEach("i32", "i32", (x) => unary("abs", binary("add", x, i32(1))));
    expect(ofSum).toEqual(special.i32.map((x) => Math.abs((x + 1) | 0) | 0));
  });
});

describe("bool", () => {
  test.each(["and", "or", "xor"] as const)("%s", (fn) => {
    const got = onPairs("bool", "bool", (x, y) => binary(fn, x, y));
    expect(got).toEqual(expectedOnPairs("bool", integerBinary[fn]));
  });
  test("not", () => expect(onEach("bool", "bool", (x) => unary("not", x))).toEqual(special.bool.map((x) => 1 - x)));
});

describe.each(["f32", "f64", "i32", "bool"] as const)("%s", (type) => {
  test.each(Object.entries(comparison))("compare %s", (fn, meaning) => {
    const got = onPairs(type, "bool", (x, y) => compare(fn as LoopCompare, x, y));
    expect(got).toEqual(expectedOnPairs(type, (x, y) => Number(meaning(x, y))));
  });
  test("select", () => {
    const got = onPairs(type, type, (x, y) => select(compare("lt", x, y), y, x));
    expect(got).toEqual(expectedOnPairs(type, (x, y) => (x < y ? y : x)));
  });
});

const saturate = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.max(-2147483648, Math.min(2147483647, Math.trunc(x))) + 0;

const castTo: { readonly [T in ScalarType]: (x: number) => number } = {
  f32: Math.fround,
  f64: (x) => x,
  i32: saturate,
  bool: (x) => Number(x !== 0),
};

describe.each(["f32", "f64", "i32", "bool"] as const)("cast of %s", (from) => {
  test.each(Object.entries(castTo))("to %s", (to, meaning) => {
    const type = to as ScalarType;
    expect(onEach(from, type, (x) => cast(type, x))).toEqual(special[from].map(meaning));
  });
});

test("reinterpret keeps the bits", () => {
  const floats = special.f32.filter((x) => !Number.isNaN(x));
  const { length } = floats;
  const { z, back } = run([place("x", "f32", floats), room("z", "i32", length), room("back", "f32", length)], (body) =>
    body.loop(length, (i, inner) => {
      const word = inner.name(reinterpret("i32", load("f32", "x", i)));
      inner.store("z", i, word);
      inner.store("back", i, reinterpret("f32", word));
    }),
  );
  expect(z).toEqual([...new Int32Array(Float32Array.from(floats).buffer)]);
  expect(back).toEqual(floats);
});

test("u8 buffers load as i32 and keep the low eight bits", () => {
  const values = [0, 1, 127, 128, 255];
  const { z } = run([place("x", "u8", values), room("z", "u8", values.length)], (body) =>
    body.loop(values.length, (i, inner) => inner.store("z", i, binary("sub", load("i32", "x", i), i32(130)))),
  );
  expect(z).toEqual([126, 127, 253, 254, 125]);
});

test("float constants keep their bits", () => {
  const values = [0.1, 1e-45, -0, Number.POSITIVE_INFINITY, Number.NaN, 16777216].map(Math.fround);
  const { z, d } = run([room("z", "f32", values.length), room("d", "f64", 2)], (body) => {
    for (const [at, value] of values.entries()) body.store("z", at, f32(value));
    body.store("d", 0, { kind: "const", type: "f64", value: 0.1 });
    body.store("d", 1, { kind: "const", type: "f64", value: Number.MIN_VALUE });
  });
  expect(z).toEqual(values);
  expect(d).toEqual([0.1, Number.MIN_VALUE]);
});
