// The interpreter: special values of every operator, rounding at each step, lanes, memory, and the errors of bad accesses.
import { describe, expect, test } from "vitest";
import { InvariantError } from "../../../src/ir/diagnostics/invariant.ts";
import {
  add,
  type BlockBuilder,
  binary,
  buildBody,
  cast,
  compare,
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
  unary,
} from "../../../src/ir/loop/build.ts";
import type { Expr, LoopBinary, LoopType, LoopUnary, ScalarType } from "../../../src/ir/loop/expr.ts";
import { interpretEntry, interpretKernel } from "../../../src/ir/loop/interpret.ts";
import type { Kernel, KernelParameter, PlannedProgram } from "../../../src/ir/loop/kernel.ts";
import { type DataArray, type DType, dtypes } from "../../../src/ir/types/dtype.ts";

const parameter = (name: string, dtype: DType, length: number, access: KernelParameter["access"]): KernelParameter => ({
  name,
  dtype,
  length,
  access,
});

const kernelOf = (parameters: readonly KernelParameter[], fill: (body: BlockBuilder) => void): Kernel => ({
  name: "k",
  parameters,
  inPlace: [],
  body: buildBody(fill),
});

/** The value of an expression of two loaded operands. */
const evaluate = (type: ScalarType, x: number, y: number, make: (x: Expr, y: Expr) => Expr): number => {
  const dtype: DType = type;
  const operands = dtypes[dtype].allocate(2);
  operands.set([x, y]);
  const expr = make(load(type, "x", 0), load(type, "x", 1));
  const out = dtypes[expr.type as DType].allocate(1);
  const kernel = kernelOf(
    [parameter("x", dtype, 2, "read"), parameter("out", expr.type as DType, 1, "write")],
    (body) => body.store("out", 0, expr),
  );
  interpretKernel(kernel, [operands, out]);
  return out[0] ?? Number.NaN;
};

const least = -2147483648;
const most = 2147483647;

test.each<[LoopBinary, ScalarType, number, number, number]>([
  ["add", "f32", 16777216, 1, 16777216],
  ["add", "f64", 16777216, 1, 16777217],
  ["mul", "f32", 3e38, 10, Number.POSITIVE_INFINITY],
  ["mul", "f32", 1e-30, 1e-30, 0],
  ["div", "f32", 1, 3, Math.fround(1 / 3)],
  ["div", "f32", -1, 0, Number.NEGATIVE_INFINITY],
  ["min", "f32", 0, -0, -0],
  ["max", "f32", -0, 0, 0],
  ["min", "f32", Number.NaN, 1, Number.NaN],
  ["max", "f32", 1, Number.NaN, Number.NaN],
  ["add", "i32", most, 1, least],
  ["sub", "i32", least, 1, most],
  ["mul", "i32", 65537, 65537, 131073],
  ["div", "i32", -7, 2, -3],
  ["div", "i32", 7, 0, 0],
  ["div", "i32", least, -1, least],
  ["rem", "i32", -7, 2, -1],
  ["rem", "i32", 7, 0, 0],
  ["rem", "i32", least, -1, 0],
  ["and", "i32", -4, 7, 4],
  ["or", "i32", -8, 3, -5],
  ["xor", "i32", -1, 5, -6],
  ["shl", "i32", 3, 33, 6],
  ["shr", "i32", -8, 1, -4],
  ["shrUnsigned", "i32", -1, 28, 15],
  ["shrUnsigned", "i32", -1, 0, -1],
  ["xor", "bool", 1, 1, 0],
  ["or", "bool", 0, 1, 1],
])("%s of %s: %d, %d -> %d", (fn, type, x, y, expected) => {
  expect(evaluate(type, x, y, (a, b) => binary(fn, a, b))).toBe(expected);
});

test.each<[LoopUnary, ScalarType, number, number]>([
  ["neg", "f32", 0, -0],
  ["neg", "i32", least, least],
  ["abs", "f64", -0, 0],
  ["abs", "i32", least, least],
  ["sqrt", "f32", 2, Math.fround(Math.SQRT2)],
  ["sqrt", "f32", -1, Number.NaN],
  ["floor", "f32", -0.5, -1],
  ["ceil", "f32", -0.5, -0],
  ["trunc", "f32", -1.5, -1],
  ["nearest", "f32", 2.5, 2],
  ["nearest", "f32", 3.5, 4],
  ["nearest", "f32", -0.5, -0],
  ["nearest", "f64", 0.49999999999999994, 0],
  ["not", "bool", 1, 0],
])("%s of %s: %d -> %d", (fn, type, x, expected) => {
  expect(evaluate(type, x, 0, (a) => unary(fn, a))).toBe(expected);
});

test.each<[ScalarType, ScalarType, number, number]>([
  ["f32", "i32", 2.9, 2],
  ["f32", "i32", -2.9, -2],
  ["f32", "i32", 3e9, most],
  ["f32", "i32", -3e9, least],
  ["f32", "i32", Number.NaN, 0],
  ["i32", "f32", 16777217, 16777216],
  ["i32", "f64", 16777217, 16777217],
  ["f64", "f32", 0.1, Math.fround(0.1)],
  ["f32", "bool", Number.NaN, 1],
  ["f32", "bool", -0, 0],
  ["i32", "bool", 256, 1],
  ["bool", "f32", 1, 1],
])("cast of %s to %s: %d -> %d", (from, to, x, expected) => {
  expect(evaluate(from, x, 0, (a) => cast(to, a))).toBe(expected);
});

test("comparisons with NaN fail but for ne", () => {
  const results = (["eq", "ne", "lt", "le", "gt", "ge"] as const).map((fn) =>
    evaluate("f32", Number.NaN, 1, (a, b) => compare(fn, a, b)),
  );
  expect(results).toEqual([0, 1, 0, 0, 0, 0]);
});

test("bits are read as they are", () => {
  expect(evaluate("f32", 1, 0, (a) => reinterpret("i32", a))).toBe(0x3f800000);
  expect(evaluate("i32", -2147483648, 0, (a) => reinterpret("f32", a))).toBe(-0);
});

test("f32 rounds after each step, f64 does not", () => {
  const x = Math.fround(0.1);
  const expected = Math.fround(Math.fround(x * x) + x);
  expect(evaluate("f32", x, 0, (a) => binary("add", binary("mul", a, a), a))).toBe(expected);
  expect(evaluate("f64", 0.1, 0, (a) => binary("add", binary("mul", a, a), a))).toBe(0.1 * 0.1 + 0.1);
});

describe("lanes", () => {
  const data = Float32Array.of(1e8, 1, -1e8, 3, 0.5, -0, 7, 9);
  const run = (type: LoopType, make: (x: Expr) => Expr, length: number): readonly number[] => {
    const expr = make(load("f32x4", "x", 2));
    const dtype: DType = type === "i32x4" || type === "i32" ? "i32" : "f32";
    const out = dtypes[dtype].allocate(length);
    const kernel = kernelOf([parameter("x", "f32", 8, "read"), parameter("out", dtype, length, "write")], (body) =>
      body.store("out", 0, expr),
    );
    interpretKernel(kernel, [data, out]);
    return Array.from(out);
  };

  test("load, compute and store four at a time", () => {
    expect(run("f32x4", (x) => binary("mul", x, splat(f32(2))), 5)).toEqual([-2e8, 6, 1, -0, 0]);
    expect(run("f32x4", (x) => select(compare("lt", x, literal("f32x4", 1)), splat(f32(0)), x), 4)).toEqual([
      0, 3, 0, 0,
    ]);
    expect(run("i32x4", (x) => cast("i32x4", x), 4)).toEqual([-1e8, 3, 0, 0]);
    expect(run("i32x4", () => binary("shl", ramp(i32(most)), splat(i32(1))), 4)).toEqual([-2, 0, 2, 4]);
    expect(run("f32", (x) => lane(x, 1), 1)).toEqual([3]);
  });

  test("fold as (l0 . l1) . (l2 . l3)", () => {
    const values = [1e8, 1, -1e8, 3];
    const kernel = kernelOf([parameter("x", "f32", 8, "read"), parameter("out", "f32", 1, "write")], (body) =>
      body.store("out", 0, reduceLanes("add", load("f32x4", "x", 0))),
    );
    const out = new Float32Array(1);
    interpretKernel(kernel, [data, out]);
    const [a = 0, b = 0, c = 0, d = 0] = values;
    expect(out[0]).toBe(Math.fround(Math.fround(a + b) + Math.fround(c + d)));
    expect(out[0]).not.toBe(Math.fround(Math.fround(Math.fround(a + b) + c) + d));
  });
});

test("stores round to the buffer's type: bytes keep eight bits", () => {
  const out = new Uint8Array(3);
  const kernel = kernelOf([parameter("out", "u8", 3, "write")], (body) => {
    body.store("out", 0, i32(257));
    body.store("out", 1, i32(-1));
    body.store("out", 2, load("i32", "out", 1));
  });
  interpretKernel({ ...kernel, parameters: [parameter("out", "u8", 3, "update")] }, [out]);
  expect([...out]).toEqual([1, 255, 255]);
});

test("a product of matrices, against plain loops", () => {
  const [rows, inner, columns] = [3, 5, 4];
  const a = Float32Array.from({ length: rows * inner }, (_, at) => Math.sin(at));
  const b = Float32Array.from({ length: inner * columns }, (_, at) => Math.cos(at));
  const c = new Float32Array(rows * columns);
  const kernel = kernelOf(
    [
      parameter("a", "f32", a.length, "read"),
      parameter("b", "f32", b.length, "read"),
      parameter("c", "f32", c.length, "write"),
    ],
    (body) =>
      body.loop(rows, (i, b1) =>
        b1.loop(columns, (j, b2) => {
          const sum = b2.mutable(f32(0));
          b2.loop(inner, (k, b3) => {
            const product = binary(
              "mul",
              load("f32", "a", add(multiply(i, inner), k)),
              load("f32", "b", add(multiply(k, columns), j)),
            );
            b3.assign(sum, binary("add", sum, product));
          });
          b2.store("c", add(multiply(i, columns), j), sum);
        }),
      ),
  );
  interpretKernel(kernel, [a, b, c]);
  const expected = Array.from({ length: rows * columns }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const left = a[Math.floor(at / columns) * inner + k] ?? 0;
      const right = b[k * columns + (at % columns)] ?? 0;
      sum = Math.fround(sum + Math.fround(left * right));
    }
    return sum;
  });
  expect([...c]).toEqual(expected);
});

test("loops evaluate their bounds once, count by their step, and run not at all where from is to", () => {
  const out = new Int32Array(4);
  const kernel = kernelOf([parameter("out", "i32", 4, "update")], (body) => {
    const end = body.mutable(i32(7));
    const count = body.mutable(i32(0));
    body.loop(
      end,
      (i, inner) => {
        inner.assign(end, i32(0));
        inner.assign(count, add(multiply(count, 10), i));
      },
      { from: 1, step: 3 },
    );
    body.loop(3, (_, inner) => inner.store("out", 1, i32(9)), { from: 3 });
    body.when(
      compare("eq", count, i32(14)),
      (then) => then.store("out", 2, i32(1)),
      (otherwise) => otherwise.store("out", 2, i32(2)),
    );
    body.store("out", 0, count);
  });
  interpretKernel(kernel, [out]);
  expect([...out]).toEqual([14, 0, 1, 0]);
});

describe("mistakes", () => {
  const reading = (index: Expr, type: "f32" | "f32x4" = "f32"): Kernel =>
    kernelOf([parameter("x", "f32", 8, "read"), parameter("out", "f32", 4, "write")], (body) =>
      body.store("out", 0, load(type, "x", index)),
    );
  const buffers = (): readonly DataArray[] => [new Float32Array(8), new Float32Array(4)];

  test.each<[string, Kernel, string]>([
    ["above", reading(i32(8)), "kernel k: buffer x: index 8 is outside 0..8"],
    ["below", reading(i32(-1)), "kernel k: buffer x: index -1 is outside 0..8"],
    ["across the end", reading(i32(5), "f32x4"), "kernel k: buffer x: index 5 to 8 is outside 0..8"],
    [
      "a store",
      kernelOf([parameter("x", "f32", 8, "read"), parameter("out", "f32", 4, "write")], (b) =>
        b.store("out", 4, f32(1)),
      ),
      "kernel k: buffer out: index 4 is outside 0..4",
    ],
  ])("an access %s is refused", (_, kernel, message) => {
    expect(() => interpretKernel(kernel, buffers())).toThrow(InvariantError);
    expect(() => interpretKernel(kernel, buffers())).toThrow(message);
  });

  test("both branches of a select are evaluated", () => {
    const kernel = reading(i32(0));
    const both = {
      ...kernel,
      body: buildBody((b) =>
        b.store("out", 0, select(compare("lt", load("f32", "x", 0), f32(1)), f32(0), load("f32", "x", 9))),
      ),
    };
    expect(() => interpretKernel(both, buffers())).toThrow("index 9");
  });

  test("buffers must fit, names must exist", () => {
    expect(() => interpretKernel(reading(i32(0)), [new Float32Array(8)])).toThrow("kernel k takes 2 buffers, not 1");
    expect(() => interpretKernel(reading(i32(0)), [new Float32Array(7), new Float32Array(4)])).toThrow(
      "buffer x has 7, not 8 elements",
    );
    const unknown = reading({ kind: "var", type: "i32", name: "i" });
    expect(() => interpretKernel(unknown, buffers())).toThrow("i is used before it is declared");
  });
});

test("an entry runs its calls over one memory", () => {
  const double = kernelOf([parameter("x", "f32", 3, "read"), parameter("y", "f32", 3, "write")], (body) =>
    body.loop(3, (i, inner) => inner.store("y", i, binary("add", load("f32", "x", i), load("f32", "x", i)))),
  );
  const buffer = (name: string) => ({ name, dtype: "f32", length: 3, role: "temporary" }) as const;
  const program: PlannedProgram = {
    name: "p",
    buffers: new Map([buffer("a"), buffer("b")].map((each) => [each.name, each])),
    kernels: new Map([["k", double]]),
    parameters: [],
    prepare: [],
    entries: [
      {
        name: "main",
        inputs: [],
        outputs: [],
        updates: [],
        calls: [
          { kernel: "k", buffers: ["a", "b"] },
          { kernel: "k", buffers: ["b", "a"] },
        ],
      },
    ],
    memory: {
      bytes: 65536,
      offsets: new Map([
        ["a", 16],
        ["b", 32],
      ]),
      constantBytes: 0,
      parameterBytes: 0,
      preparedBytes: 0,
      arenaBytes: 48,
    },
  };
  const memory = new ArrayBuffer(65536);
  new Float32Array(memory, 16, 3).set([1, 2, 3]);
  interpretEntry(program, "main", memory);
  expect([...new Float32Array(memory, 16, 7)]).toEqual([4, 8, 12, 0, 2, 4, 6]);
  expect(() => interpretEntry(program, "other", memory)).toThrow("program p has no entry other");
});
