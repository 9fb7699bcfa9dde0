// How expressions are printed: what lanes share has a name for as long as it means the same, whole numbers stay within 32 bits, and what
// needs no rounding or conversion has none.
import { describe, expect, test } from "vitest";
import {
  add,
  type BlockBuilder,
  binary,
  cast,
  compare,
  constant,
  i32,
  literal,
  load,
  multiply,
  ramp,
  reduceLanes,
  reinterpret,
  select,
  splat,
  subtract,
  unary,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import type { DataArray } from "../../../src/ir/types/dtype.ts";
import { type Contents, kernelOf } from "../../support/kernel-program.ts";
import { expectSameBits, printedLines } from "../../support/printed-kernel.ts";

const kernelFrom = (fill: (body: BlockBuilder) => void): Kernel =>
  kernelOf(
    [
      ["x", "i32", 8, "update"],
      ["y", "i32", 8, "update"],
      ["f", "f32", 8, "update"],
      ["d", "f64", 8, "update"],
      ["b", "bool", 8, "update"],
    ],
    fill,
  );

const [least, most] = [-(2 ** 31), 2 ** 31 - 1] as const;

const contents: Contents = new Map<string, DataArray>([
  ["x buffer", Int32Array.of(least, most, -1, 1, 0, 2, 3, -7)],
  ["y buffer", Int32Array.of(most, least, 5, -1, 7, 0, 1, 2)],
  ["f buffer", Float32Array.of(0.5, 1.5, -0.5, -2.5, 0.1, 3, -7, 1e9)],
  ["d buffer", Float64Array.of(0.5, 1.5, -0.5, -2.5, 0.1, 3, -7, 1e300)],
  ["b buffer", Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 1)],
]);

const x = (at: Expr | number): Expr => load("i32", "x", at);
const y = (at: Expr | number): Expr => load("i32", "y", at);
const f = (at: Expr | number): Expr => load("f32", "f", at);
const below = (value: Expr): Expr => binary("min", value, i32(0));
const above = (value: Expr): Expr => binary("max", value, i32(0));
/** 1 where a number is below 0, 2 where it is not: a store would wrap the number itself. */
const sign = (value: Expr): Expr => select(compare("lt", value, i32(0)), i32(1), i32(2));
const signs = (value: Expr): Expr =>
  select(compare("lt", value, literal("i32x4", 0)), literal("i32x4", 1), literal("i32x4", 2));
const halves = (at: number): Expr => load("f32x4", "f", at);
const whole = (at: number): Expr => load("i32x4", "x", at);

describe("an expression gives the bits that it means", () => {
  test.each<[string, (body: BlockBuilder) => void]>([
    ["a sum below 32 bits", (body) => body.store("y", 0, sign(add(below(x(0)), below(y(1)))))],
    ["a sum above 32 bits", (body) => body.store("y", 0, sign(add(above(x(1)), above(y(0)))))],
    ["a difference below 32 bits", (body) => body.store("y", 0, sign(subtract(below(x(0)), above(y(0)))))],
    ["a difference above 32 bits", (body) => body.store("y", 0, sign(subtract(above(x(1)), below(y(3)))))],
    [
      "a product of a number below 0 and 0",
      (body) => body.store("d", 0, cast("f64", multiply(above(x(4)), below(x(2))))),
    ],
    ["numbers that count out of 32 bits", (body) => body.store("y", 0, signs(ramp(x(1))))],
    ["numbers that count from what is out of 32 bits", (body) => body.store("y", 0, signs(ramp(add(x(1), 1))))],
    ["numbers that count into 32 bits again", (body) => body.store("y", 0, signs(ramp(add(x(0), least))))],
    [
      "a place that is out of 32 bits before it is in them again",
      (body) => body.store("y", add(x(0), least), whole(0)),
    ],
    [
      "the opposite of a vector of one negative number",
      (body) => body.store("f", 0, unary("neg", body.name(literal("f32x4", -5)))),
    ],
    ["the bits of what is a whole number already", (body) => body.store("y", 0, reinterpret("i32", x(1)))],
    ["the bits of what is a float already", (body) => body.store("f", 0, reinterpret("f32", f(1)))],
    [
      "a bool as a number that is compared",
      (body) => {
        const one = constant("f64", 1);
        const isOne = (value: Expr): Expr => compare("eq", cast("f64", value), one);
        for (const at of [0, 1]) body.store("d", at, select(isOne(load("bool", "b", at)), one, constant("f64", 2)));
      },
    ],
    [
      "a bool as a bool",
      (body) => {
        for (const at of [0, 1])
          body.store("b", at + 4, { kind: "cast", type: "bool", operand: load("bool", "b", at) });
      },
    ],
    [
      "all lanes of whole numbers at a place",
      (body) => body.store("y", reduceLanes("min", binary("and", whole(4), literal("i32x4", 3))), whole(0)),
    ],
    [
      "the sum of all lanes of whole numbers at a place",
      (body) => body.store("y", reduceLanes("add", binary("and", whole(4), literal("i32x4", 1))), whole(0)),
    ],
    ...(["add", "mul", "min", "max"] as const).flatMap((fn): [string, (body: BlockBuilder) => void][] => [
      [`${fn} of all lanes of whole numbers`, (body) => body.store("y", 0, reduceLanes(fn, whole(0)))],
      [`${fn} of all lanes of floats`, (body) => body.store("f", 0, reduceLanes(fn, halves(3)))],
    ]),
    ["floats to the nearest whole number", (body) => body.store("f", 0, unary("nearest", halves(0)))],
  ])("%s", async (_, fill) => {
    await expectSameBits(kernelFrom(fill), contents);
  });
});

describe("what lanes share", () => {
  const one = literal("i32x4", 1);

  test.each<[string, (body: BlockBuilder) => void]>([
    [
      "of memory is read anew after a store",
      (body) => {
        const place = multiply(x(3), 2);
        body.store("y", place, one);
        body.store("x", 3, i32(2));
        body.store("y", place, splat(i32(2)));
      },
    ],
    [
      "and is stored, is what it was before",
      (body) => {
        const first = body.name(splat(y(0)));
        body.store("y", 0, i32(9));
        body.store("y", 4, first);
      },
    ],
    [
      "has no name where another branch gave it one",
      (body) => {
        body.loop(2, (i, inner) =>
          inner.when(
            compare("eq", x(i), i32(most)),
            (then) => then.store("y", multiply(i, 4), one),
            (otherwise) => otherwise.store("y", multiply(i, 4), splat(i32(2))),
          ),
        );
      },
    ],
    [
      "has no name behind the loop that gave it one",
      (body) => {
        const count = body.name(x(5), "count");
        body.loop(x(3), (_, inner) => inner.store("y", multiply(count, 2), one));
        body.store("f", multiply(count, 2), halves(0));
      },
    ],
  ])("%s", async (_, fill) => {
    await expectSameBits(kernelFrom(fill), contents);
  });

  test("has no name where it has one already", () => {
    const lines = printedLines(
      kernelFrom((body) => {
        const value = body.name(y(0), "value");
        const place = body.name(binary("and", x(3), i32(3)), "place");
        body.store("y", place, splat(value));
      }),
    );
    expect(lines).toEqual([
      "  const value0 = inout1[0];",
      "  const place0 = inout0[3] & 3;",
      ...["place0", "place0 + 1", "place0 + 2", "place0 + 3"].map((at) => `  inout1[${at}] = value0;`),
    ]);
  });
});

test.each<[string, (body: BlockBuilder) => void, string]>([
  [
    "the smaller of two f32 is not rounded",
    (body) => body.store("f", 0, binary("min", f(1), f(2))),
    "inout2[0] = Math.min(inout2[1], inout2[2]);",
  ],
  [
    "an f32 needs no tie of f64",
    (body) => body.store("f", 0, unary("nearest", f(1))),
    "inout2[0] = nearest(inout2[1]);",
  ],
  [
    "a bool is stored as a number",
    (body) => body.store("b", 0, compare("lt", x(0), y(0))),
    "inout4[0] = inout0[0] < inout1[0] ? 1 : 0;",
  ],
  [
    "a product by what may be negative is wrapped",
    (body) => body.store("y", 0, multiply(binary("and", x(0), i32(7)), binary("rem", y(0), i32(8)))),
    "inout1[0] = Math.imul(inout0[0] & 7, (inout1[0] % 8) | 0);",
  ],
  [
    "a product of what is not is not",
    (body) => body.store("y", 0, multiply(binary("and", x(0), i32(7)), binary("and", y(0), i32(8)))),
    "inout1[0] = (inout0[0] & 7) * (inout1[0] & 8);",
  ],
])("%s", (_, fill, line) => {
  expect(printedLines(kernelFrom(fill))).toEqual([`  ${line}`]);
});
