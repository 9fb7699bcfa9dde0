// The verifier: one planted violation for each numbered invariant, and kernels that are sound.
import { describe, expect, test } from "vitest";
import {
  add,
  type BlockBuilder,
  binary,
  buildBody,
  compare,
  f32,
  i32,
  load,
  multiply,
  splat,
  subtract,
  variable,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type {
  Buffer,
  BufferRole,
  EntryPoint,
  Kernel,
  KernelParameter,
  PlannedProgram,
} from "../../../src/ir/loop/kernel.ts";
import type { Stmt } from "../../../src/ir/loop/stmt.ts";
import { assertSound, verifyPlanned, verifyProgram } from "../../../src/ir/loop/verify.ts";
import { printViolation, type Report, verifyKernel } from "../../../src/ir/loop/verify-kernel.ts";

const parameters: readonly KernelParameter[] = [
  { name: "x", dtype: "f32", length: 8, access: "read" },
  { name: "y", dtype: "f32", length: 8, access: "write" },
  { name: "bytes", dtype: "u8", length: 8, access: "update" },
  { name: "wide", dtype: "f64", length: 8, access: "read" },
];

const kernelOf = (body: readonly Stmt[], changes: Partial<Kernel> = {}): Kernel => ({
  name: "k",
  parameters,
  inPlace: [],
  body,
  ...changes,
});

const built = (fill: (body: BlockBuilder) => void): Kernel => kernelOf(buildBody(fill));
const stored = (value: Expr, index: Expr = i32(0)): Kernel => kernelOf([{ kind: "store", buffer: "y", index, value }]);
const violations = ({ violations: found }: Report): readonly string[] => found.map(printViolation);

const one = f32(1);
const sum = (type: "f32" | "bool" | "i32x4", left: Expr, right: Expr): Expr => ({
  kind: "binary",
  type,
  fn: "add",
  left,
  right,
});

test.each<[string, Kernel]>([
  [
    "K1: kernel k: a is declared twice",
    kernelOf([1, 2].map(() => ({ kind: "let", name: "a", value: one, mutable: false }))),
  ],
  ["K1: kernel k: x is declared twice", kernelOf([{ kind: "let", name: "x", value: one, mutable: false }])],
  ["K1: kernel k: x is declared twice", kernelOf([], { parameters: [...parameters, ...parameters.slice(0, 1)] })],
  ["K2: kernel k: a is used where it is not declared", stored(variable("f32", "a"))],
  [
    "K2: kernel k: v0 is used where it is not declared",
    built((body) => {
      let inner: Expr = one;
      body.loop(2, (i, block) => {
        inner = block.name(add(i, 1));
      });
      body.store("bytes", 0, inner);
    }),
  ],
  [
    "K2: kernel k: a is f32, used as i32",
    kernelOf([
      { kind: "let", name: "a", value: one, mutable: false },
      { kind: "store", buffer: "bytes", index: i32(0), value: variable("i32", "a") },
    ]),
  ],
  [
    "K3: kernel k: a is assigned but not mutable",
    kernelOf([
      { kind: "let", name: "a", value: one, mutable: false },
      { kind: "assign", name: "a", value: one },
    ]),
  ],
  [
    "K3: kernel k: i0 is assigned but not mutable",
    built((body) => body.loop(2, (i, block) => block.assign(i, i32(0)))),
  ],
  [
    "K3: kernel k: a is f32, assigned i32",
    kernelOf([
      { kind: "let", name: "a", value: one, mutable: true },
      { kind: "assign", name: "a", value: i32(0) },
    ]),
  ],
  ["K4: kernel k: add of f32 and i32 as f32", stored(sum("f32", one, i32(1)))],
  [
    "K4: kernel k: add of bool",
    kernelOf([
      {
        kind: "if",
        condition: sum("bool", compare("lt", one, load("f32", "x", 0)), compare("lt", load("f32", "x", 0), one)),
        then: [],
        otherwise: [],
      },
    ]),
  ],
  [
    "K4: kernel k: sqrt of i32 as i32",
    kernelOf([
      {
        kind: "store",
        buffer: "bytes",
        index: i32(0),
        value: { kind: "unary", type: "i32", fn: "sqrt", operand: i32(4) },
      },
    ]),
  ],
  [
    "K4: kernel k: div of i32x4",
    kernelOf([
      {
        kind: "let",
        name: "a",
        value: { kind: "binary", type: "i32x4", fn: "div", left: splat(i32(1)), right: splat(i32(1)) },
        mutable: false,
      },
    ]),
  ],
  [
    "K4: kernel k: vector shl by something that is no splat",
    kernelOf([
      {
        kind: "let",
        name: "a",
        value: {
          kind: "binary",
          type: "i32x4",
          fn: "shl",
          left: splat(i32(1)),
          right: { kind: "ramp", type: "i32x4", operand: i32(0) },
        },
        mutable: false,
      },
    ]),
  ],
  ["K4: kernel k: 0.1 is no f32", stored({ kind: "const", type: "f32", value: 0.1 })],
  ["K4: kernel k: 0.5 is no i32", stored(one, { kind: "const", type: "i32", value: 0.5 })],
  [
    "K4: kernel k: 2 is no bool",
    kernelOf([{ kind: "if", condition: { kind: "const", type: "bool", value: 2 }, then: [], otherwise: [] }]),
  ],
  [
    "K4: kernel k: select by i32 of f32 and f32 as f32",
    stored({ kind: "select", type: "f32", condition: i32(1), then: one, otherwise: one }),
  ],
  ["K4: kernel k: splat of f64 as f32x4", stored({ kind: "splat", type: "f32x4", operand: load("f64", "wide", 0) })],
  ["K4: kernel k: cast of f32x4 as f32", stored({ kind: "cast", type: "f32", operand: splat(one) })],
  ["K4: kernel k: an index of f32", stored(load("f32", "x", one))],
  ["K5: kernel k: load of z, which is no parameter", stored(load("f32", "z", 0))],
  ["K5: kernel k: load of y, whose access is write", stored(load("f32", "y", 0))],
  [
    "K5: kernel k: store of x, whose access is read",
    kernelOf([{ kind: "store", buffer: "x", index: i32(0), value: one }]),
  ],
  ["K6: kernel k: load of f32 in wide of f64", stored(load("f32", "wide", 0))],
  [
    "K6: kernel k: load of boolx4 in bytes of u8",
    kernelOf([{ kind: "let", name: "a", value: load("boolx4", "bytes", 0), mutable: false }]),
  ],
  ["K6: kernel k: store of i32 in y of f32", stored(i32(1))],
  ["K7: kernel k: store at an index of f32", stored(one, one)],
  [
    "K7: kernel k: loop over i with a bound of f32",
    kernelOf([{ kind: "for", index: "i", from: i32(0), to: one, step: 1, mode: "serial", body: [] }]),
  ],
  [
    "K7: kernel k: loop over i with step 0",
    kernelOf([{ kind: "for", index: "i", from: i32(0), to: i32(1), step: 0, mode: "serial", body: [] }]),
  ],
  ["K7: kernel k: if of f32", kernelOf([{ kind: "if", condition: one, then: [], otherwise: [] }])],
  ["K8: kernel k: load of x[8], which is outside 0..8", stored(load("f32", "x", 8))],
  ["K8: kernel k: store of y[-1], which is outside 0..8", stored(one, i32(-1))],
  ["K8: kernel k: store of y[5], which is outside 0..8", stored(splat(one), i32(5))],
  ["K9: kernel k: in-place pair [0, 1] of 4 parameters", kernelOf([], { inPlace: [[0, 1]] })],
  ["K9: kernel k: in-place pair [1, 3] of 4 parameters", kernelOf([], { inPlace: [[1, 3]] })],
  ["K9: kernel k: in-place pair [1, 4] of 4 parameters", kernelOf([], { inPlace: [[1, 4]] })],
])("%s", (expected, kernel) => expect(violations(verifyKernel(kernel))).toEqual([expected]));

describe("indices", () => {
  const unprovenOf = (fill: (body: BlockBuilder) => void): readonly number[][] => {
    const { violations: found, unproven } = verifyKernel(built(fill));
    expect(found).toEqual([]);
    return unproven.map(({ interval }) => [interval.low, interval.high]);
  };

  test("are proven by loops, by branches, and as sums", () => {
    const nothing = unprovenOf((body) => {
      body.loop(2, (i, b1) => b1.loop(4, (j, b2) => b2.store("y", add(multiply(i, 4), j), one)));
      body.loop(12, (i, b1) => {
        const at = b1.name(subtract(i, 2));
        const inside = binary("and", compare("ge", at, i32(0)), compare("lt", at, i32(8)));
        b1.when(inside, (b2) => b2.store("y", at, load("f32", "x", at)));
        b1.store("y", subtract(add(i, 1), i), one);
      });
      body.loop(8, (i, b1) => b1.store("y", i, splat(one)), { step: 4 });
      body.loop(load("i32", "bytes", 0), (i, b1) => b1.store("y", binary("rem", i, i32(8)), one));
    });
    expect(nothing).toEqual([]);
  });

  test("that cannot be proven are listed", () => {
    expect(unprovenOf((body) => body.loop(9, (i, block) => block.store("y", i, one)))).toEqual([[0, 8]]);
    expect(unprovenOf((body) => body.loop(8, (i, block) => block.store("y", i, splat(one))))).toEqual([[0, 7]]);
    const gathered = unprovenOf((body) => body.store("y", load("i32", "bytes", 0), one));
    expect(gathered).toEqual([[-(2 ** 31), 2 ** 31 - 1]]);
  });

  test("are not looked at where nothing runs", () => {
    expect(unprovenOf((body) => body.loop(0, (i, block) => block.store("y", add(i, 100), one)))).toEqual([]);
  });
});

describe("programs", () => {
  const buffer = (name: string, role: BufferRole, length = 8): Buffer => ({ name, dtype: "f32", length, role });
  const copy: Kernel = {
    name: "copy",
    parameters: parameters.slice(0, 2),
    inPlace: [[1, 0]],
    body: buildBody((body) => body.loop(8, (i, block) => block.store("y", i, load("f32", "x", i)))),
  };
  const strict: Kernel = { ...copy, name: "strict", inPlace: [] };
  const port = (name: string, length = 8) =>
    ({ name, type: { dtype: "f32", shape: [2, length / 2] }, buffer: name }) as const;
  const list = [
    buffer("in", "input"),
    buffer("t", "temporary"),
    buffer("u", "temporary"),
    buffer("out", "output"),
    buffer("w", "parameter"),
    buffer("c", "constant"),
  ];

  /** in -> t -> u -> out, with changes. */
  const program = (
    changes: Partial<EntryPoint> & {
      readonly buffers?: readonly Buffer[];
      readonly offsets?: Readonly<Record<string, number>>;
      readonly bytes?: number;
    } = {},
  ): PlannedProgram => {
    const { buffers = list, offsets = {}, bytes = 65536, ...entry } = changes;
    const places: Readonly<Record<string, number>> = { w: 0, c: 32, in: 64, t: 96, u: 128, out: 160, ...offsets };
    return {
      name: "p",
      buffers: new Map(buffers.map((each) => [each.name, each])),
      kernels: new Map([
        ["copy", copy],
        ["strict", strict],
      ]),
      parameters: [port("w")],
      prepare: [],
      entries: [
        {
          name: "main",
          inputs: [port("in")],
          outputs: [port("out")],
          updates: [],
          calls: [
            { kernel: "strict", buffers: ["in", "t"] },
            { kernel: "copy", buffers: ["t", "u"] },
            { kernel: "strict", buffers: ["u", "out"] },
          ],
          ...entry,
        },
      ],
      memory: {
        bytes,
        offsets: new Map(Object.entries(places)),
        constantBytes: 0,
        parameterBytes: 0,
        preparedBytes: 0,
        arenaBytes: 0,
      },
    };
  };
  const calling = (kernel: string, ...buffers: readonly string[]): PlannedProgram =>
    program({ calls: [{ kernel, buffers }] });

  test.each<[string, PlannedProgram]>([
    ["as it is", program()],
    ["with a call in place", calling("copy", "t", "t")],
    [
      "with a parameter that is updated",
      program({ calls: [{ kernel: "copy", buffers: ["in", "w"] }], updates: ["w"] }),
    ],
    ["with temporaries that do not meet", program({ offsets: { out: 96 } })],
    ["with a hand-over in place", program({ offsets: { u: 96 } })],
  ])("%s is sound", (_, sound) => {
    const report = verifyPlanned(sound);
    expect(violations(report)).toEqual([]);
    assertSound(report);
  });

  test.each<[string, PlannedProgram]>([
    [
      "P1: buffer c: has 3 data for 8 elements",
      program({ buffers: [...list.slice(0, -1), { ...buffer("c", "constant"), data: new Float32Array(3) }] }),
    ],
    ["P2: entry main, call of none: no such kernel", calling("none")],
    ["P2: entry main, call of copy: 1 buffers for 2 parameters", calling("copy", "in")],
    ["P2: entry main, call of copy: no buffer z for y", calling("copy", "in", "z")],
    [
      "P2: entry main, call of copy: u is f32[9], y is f32[8]",
      program({
        buffers: [...list.filter(({ name }) => name !== "u"), buffer("u", "temporary", 9)],
        calls: [{ kernel: "copy", buffers: ["in", "u"] }],
        offsets: { out: 192 },
      }),
    ],
    ["P3: entry main, call of strict: t is passed twice", calling("strict", "t", "t")],
    ["P4: entry main, call of copy: constant c is written", calling("copy", "in", "c")],
    ["P4: entry main, call of copy: parameter w is written but is no update of the entry", calling("copy", "in", "w")],
    ["P5: entry main: port z: no buffer z", program({ inputs: [port("in"), port("z")] })],
    ["P5: entry main: port in of f32[2, 3] in f32[8]", program({ inputs: [port("in", 6)] })],
  ])("%s", (expected, broken) => expect(violations(verifyProgram(broken))).toEqual([expected]));

  test.each<[string, PlannedProgram]>([
    ["M1: buffer u: at 136 to 168 in 65536 bytes", program({ offsets: { u: 136, out: 192 } })],
    ["M1: buffer out: at 65520 to 65552 in 65536 bytes", program({ offsets: { out: 65520 } })],
    ["M1: program p: memory of 65000 bytes is not whole pages", program({ bytes: 65000 })],
    ["M2: buffer u: overlaps w", program({ offsets: { u: 0 } })],
    ["M3: entry main: in and t overlap while both are in use", program({ offsets: { t: 64 } })],
    ["M3: entry main: t and u overlap while both are in use", program({ offsets: { u: 112, out: 192 } })],
    ["M3: entry main: u and out overlap while both are in use", program({ offsets: { out: 128 } })],
  ])("%s", (expected, broken) => {
    expect(violations(verifyPlanned(broken))).toEqual([expected]);
    expect(() => assertSound(verifyPlanned(broken))).toThrow(expected);
  });

  test("M1: a buffer without a place", () => {
    const { memory, ...rest } = program();
    const offsets = new Map([...memory.offsets].filter(([name]) => name !== "u"));
    expect(violations(verifyPlanned({ ...rest, memory: { ...memory, offsets } }))).toEqual([
      "M1: buffer u: has no place",
    ]);
  });
});
