// The text of loop programs.
import { describe, expect, test } from "vitest";
import {
  add,
  binary,
  bool,
  buildBody,
  cast,
  compare,
  constant,
  f32,
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
  subtract,
  unary,
  variable,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import { printExpr, printKernel, printProgram } from "../../../src/ir/loop/print.ts";

const i = variable("i32", "i");
const j = variable("i32", "j");
const a = variable("f32", "a");
const v = variable("f32x4", "v");
const p = variable("bool", "p");

test.each<[string, Expr]>([
  ["i * 12 + j", add(multiply(i, 12), j)],
  ["(i + j) * 12", multiply(add(i, j), 12)],
  ["i - j - 1", subtract(subtract(i, j), 1)],
  ["i - (j - 1)", subtract(i, subtract(j, 1))],
  ["i + (j + 1)", add(i, add(j, 1))],
  ["i / 3 % 4", binary("rem", binary("div", i, i32(3)), i32(4))],
  ["i & j & 1", binary("and", binary("and", i, j), i32(1))],
  ["(i & j) | 1", binary("or", binary("and", i, j), i32(1))],
  ["(i << 3) | (i >>> 29)", binary("or", binary("shl", i, i32(3)), binary("shrUnsigned", i, i32(29)))],
  ["i + 1 < j", compare("lt", add(i, 1), j)],
  ["(i < j) & !p", binary("and", compare("lt", i, j), unary("not", p))],
  ["-(i + j)", unary("neg", add(i, j))],
  ["-a * 2.0", binary("mul", unary("neg", a), f32(2))],
  ["min(i, max(j, 0))", binary("min", i, binary("max", j, i32(0)))],
  ["sqrt(abs(a))", unary("sqrt", unary("abs", a))],
  ["select(p, a, 0.5)", select(p, a, f32(0.5))],
  ["f32(i)", cast("f32", i)],
  ["bits.i32(a)", reinterpret("i32", a)],
  ["x[i + 1]", load("f32", "x", add(i, 1))],
  ["x[i + 1; 4] * splat(a)", binary("mul", load("f32x4", "x", add(i, 1)), splat(a))],
  ["ramp(i + 1)", ramp(add(i, 1))],
  ["v.lane2", lane(v, 2)],
  ["(v + v).lane0", lane(binary("add", v, v), 0)],
  ["addLanes(v)", reduceLanes("add", v)],
  ["splat(0.1)", literal("f32x4", 0.1)],
])("%s", (text, expr) => expect(printExpr(expr)).toBe(text));

test.each<[string, Expr]>([
  ["1.0", f32(1)],
  ["0.1", f32(0.1)],
  ["1e-45", f32(1e-45)],
  ["3.4028235e+38", f32(3.4028234663852886e38)],
  ["-0.0", f32(-0)],
  ["nan", f32(Number.NaN)],
  ["-infinity", f32(Number.NEGATIVE_INFINITY)],
  ["0.1f64", constant("f64", 0.1)],
  ["-7", i32(-7)],
  ["true", bool(true)],
])("constant %s", (text, expr) => expect(printExpr(expr)).toBe(text));

describe("statements", () => {
  const kernel = {
    name: "row_sums",
    parameters: [
      { name: "x", dtype: "f32", length: 96, access: "read" },
      { name: "y", dtype: "f32", length: 96, access: "update" },
    ],
    inPlace: [[1, 0]],
    body: buildBody((body) =>
      body.loop(
        8,
        (k, outer) => {
          const sum = outer.mutable(f32(0), "sum");
          outer.loop(
            12,
            (l, inner) => inner.assign(sum, binary("add", sum, load("f32", "x", add(multiply(k, 12), l)))),
            {
              step: 4,
            },
          );
          outer.when(
            compare("lt", sum, f32(0)),
            (then) => then.store("y", k, f32(0)),
            (otherwise) => otherwise.store("y", k, outer.name(binary("mul", sum, f32(2)))),
          );
        },
        { mode: "vector" },
      ),
    ),
  } as const;

  test("are indented lines", () => {
    expect(printKernel(kernel)).toBe(
      [
        "kernel row_sums(x: read f32[96], y: update f32[96]) where y may be x {",
        "  for i0 in 0..8 vector {",
        "    var sum0: f32 = 0.0",
        "    for i1 in 0..12 step 4 {",
        "      sum0 = sum0 + x[i0 * 12 + i1]",
        "    }",
        "    let v0: f32 = sum0 * 2.0",
        "    if sum0 < 0.0 {",
        "      y[i0] = 0.0",
        "    } else {",
        "      y[i0] = v0",
        "    }",
        "  }",
        "}",
        "",
      ].join("\n"),
    );
  });

  test("are part of a program", () => {
    const text = printProgram(
      {
        name: "sums",
        buffers: new Map([
          ["in", { name: "in", dtype: "f32", length: 96, role: "input" }],
          ["out", { name: "out", dtype: "f32", length: 96, role: "output" }],
        ]),
        kernels: new Map([["row_sums", { ...kernel, body: [] }]]),
        parameters: [],
        prepare: [],
        entries: [
          {
            name: "forward",
            inputs: [{ name: "image", type: { dtype: "f32", shape: [96] }, buffer: "in" }],
            outputs: [{ name: "out", type: { dtype: "f32", shape: [96] }, buffer: "out" }],
            updates: [],
            calls: [{ kernel: "row_sums", buffers: ["in", "out"] }],
          },
        ],
      },
      new Map([["in", 0]]),
    );
    expect(text).toBe(
      [
        "program sums {",
        "  input in: f32[96] at 0",
        "  output out: f32[96]",
        "}",
        "",
        "entry forward(image in in) -> (out) {",
        "  row_sums(in, out)",
        "}",
        "",
        "kernel row_sums(x: read f32[96], y: update f32[96]) where y may be x {",
        "}",
        "",
      ].join("\n"),
    );
  });
});
