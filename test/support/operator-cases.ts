// Every operator of the loop IR on every type it is for, one kernel each, to be run on the values that are hard to get right;
// and constants that are hard to write down.
import { binary, bool, cast, compare, constant, load, select, unary } from "../../src/ir/loop/build.ts";
import type { Expr, LoopBinary, LoopCompare, LoopUnary, ScalarType } from "../../src/ir/loop/expr.ts";
import { type KernelCase, kernelCase as of, type ParameterRow } from "./kernel-program.ts";

/** Elements of each buffer. */
const n = 1300;

const floatUnary: readonly LoopUnary[] = ["neg", "abs", "sqrt", "floor", "ceil", "trunc", "nearest"];
const floatBinary: readonly LoopBinary[] = ["add", "sub", "mul", "div", "min", "max"];
const integerBinary: readonly LoopBinary[] = [
  "add",
  "sub",
  "mul",
  "div",
  "rem",
  "min",
  "max",
  "and",
  "or",
  "xor",
  "shl",
  "shr",
  "shrUnsigned",
];
const comparisons: readonly LoopCompare[] = ["eq", "ne", "lt", "le", "gt", "ge"];

const operatorsOf: { readonly [T in ScalarType]: readonly [readonly LoopUnary[], readonly LoopBinary[]] } = {
  f32: [floatUnary, floatBinary],
  f64: [floatUnary, floatBinary],
  i32: [["neg", "abs"], integerBinary],
  bool: [["not"], ["and", "or", "xor"]],
};

/** Every operator of a type, applied to every pair of elements. */
const operators = (type: ScalarType): readonly KernelCase[] => {
  const operands: readonly ParameterRow[] = [
    ["a", type, n, "read"],
    ["b", type, n, "read"],
  ];
  const [unaries, binaries] = operatorsOf[type];
  const mapped = (title: string, result: ScalarType, value: (a: Expr, b: Expr) => Expr): KernelCase =>
    of(`${type} ${title}`, [...operands, ["result", result, n, "write"]], (body) =>
      body.loop(n, (i, inner) => inner.store("result", i, value(load(type, "a", i), load(type, "b", i)))),
    );
  const casts = (["f32", "f64", "i32", "bool"] as const).filter((to) => to !== type);
  return [
    ...unaries.map((fn) => mapped(fn, type, (a) => unary(fn, a))),
    ...binaries.map((fn) => mapped(fn, type, (a, b) => binary(fn, a, b))),
    ...comparisons.map((fn) => mapped(fn, "bool", (a, b) => compare(fn, a, b))),
    ...casts.map((to) => mapped(`to ${to}`, to, (a) => cast(to, a))),
    mapped("select", type, (a, b) => select(compare("lt", a, b), a, b)),
  ];
};

const constants: readonly KernelCase[] = [
  of(
    "constants that are hard to write",
    [
      ["result", "f64", 16, "write"],
      ["flags", "bool", 2, "write"],
    ],
    (body) => {
      const values: readonly (readonly [ScalarType, number])[] = [
        ["f32", -0],
        ["f32", Number.NaN],
        ["f32", -Infinity],
        ["f32", Math.fround(0.1)],
        ["f32", 2 ** -149],
        ["f64", 0.1],
        ["f64", 5e-324],
        ["i32", -(2 ** 31)],
      ];
      for (const [place, [type, value]] of values.entries()) {
        const name = body.mutable(constant(type, value));
        body.store("result", place, cast("f64", unary("neg", name)));
      }
      body.store("flags", 0, bool(true));
      body.store("flags", 1, bool(false));
    },
  ),
];

/** All of them. */
export const operatorCases: readonly KernelCase[] = [
  ...operators("f32"),
  ...operators("f64"),
  ...operators("i32"),
  ...operators("bool"),
  ...constants,
];
