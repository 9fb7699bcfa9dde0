// What the printed module looks like, that it holds constants exactly, and that nothing a user named gets into it.
import { describe, expect, test } from "vitest";
import { instantiateJavaScript, loadedJavaScript } from "../../../src/backends/javascript/instantiate-javascript.ts";
import { printJavaScript } from "../../../src/backends/javascript/print-javascript.ts";
import { add, binary, i32, literal, load, multiply, splat } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Buffer, Kernel, PlannedProgram, Port } from "../../../src/ir/loop/kernel.ts";
import { flatMapStmts, mapExpr, mapOwnExprs } from "../../../src/ir/loop/rewrite.ts";
import { type DataArray, type DType, dtypes } from "../../../src/ir/types/dtype.ts";
import { kernelOf, programOf } from "../../support/kernel-program.ts";
import { loopCases } from "../../support/loop-cases.ts";
import { operatorCases } from "../../support/operator-cases.ts";

/** Scales rows of eight by a factor each. */
const scaleRows = kernelOf(
  [
    ["matrix", "f32", 32, "read"],
    ["factors", "f32", 4, "read"],
    ["scaled", "f32", 32, "write"],
  ],
  (body) =>
    body.loop(4, (row, outer) => {
      const factor = outer.name(load("f32", "factors", row), "factor");
      outer.loop(
        8,
        (column, inner) => {
          const at = inner.name(add(multiply(row, 8), column), "at");
          const product = binary("mul", load("f32x4", "matrix", at), splat(factor));
          inner.store("scaled", at, binary("max", product, literal("f32x4", 0)));
        },
        { step: 4, hint: "j" },
      );
    }),
);

test("the text of a small program", () => {
  expect(printJavaScript(programOf({ ...scaleRows, name: "scale rows" }))).toBe(`const fround = Math.fround;

/** in0: f32[32], in1: f32[4], out0: f32[32] */
function k0_scale_rows(in0, in1, out0) {
  for (let i0 = 0; i0 < 4; i0++) {
    const factor0 = in1[i0];
    for (let j0 = 0; j0 < 8; j0++) {
      const at0 = i0 * 8 + j0;
      out0[at0] = Math.max(fround(in0[at0] * factor0), 0);
    }
  }
}

export function instantiate(memory = new ArrayBuffer(65536)) {
  const b0 = new Float32Array(memory, 0, 32);
  const b1 = new Float32Array(memory, 128, 4);
  const b2 = new Float32Array(memory, 144, 32);
  return {
    memory,
    entry0() {
      k0_scale_rows(b0, b1, b2);
    },
  };
}
`);
});

test("what the lanes of a vector share is computed once", () => {
  const shared = kernelOf(
    [
      ["x", "f32", 64, "read"],
      ["places", "i32", 1, "read"],
      ["out", "f32", 4, "write"],
    ],
    (body) => {
      const place = binary("rem", load("i32", "places", 0), i32(60));
      body.store("out", 0, binary("add", load("f32x4", "x", place), splat(load("f32", "x", 1))));
    },
  );
  const text = printJavaScript(programOf(shared));
  expect(text).toContain(`
  const at0 = (in1[0] % 60) | 0;
  const all0 = in0[1];
  out0[0] = fround(in0[at0] + all0);
  out0[1] = fround(in0[at0 + 1] + all0);
  out0[2] = fround(in0[at0 + 2] + all0);
  out0[3] = fround(in0[at0 + 3] + all0);
}
`);
});

describe("a loop over vectors", () => {
  const linesOf = (fill: (at: Expr) => readonly [index: Expr, value: Expr], access: "write" | "update" = "write") => {
    const kernel = kernelOf(
      [
        ["x", "f32", 32, "read"],
        ["y", "f32", 32, access],
      ],
      (body) => body.loop(16, (i, inner) => inner.store("y", ...fill(i)), { step: 4 }),
    );
    return printJavaScript(programOf(kernel)).split("\n").slice(4, 10);
  };
  const vector = (buffer: string, at: Expr): Expr => load("f32x4", buffer, at);

  test("is one over numbers where lanes are apart", () => {
    expect(linesOf((i) => [add(i, 8), binary("add", vector("x", add(i, 3)), literal("f32x4", 1))])).toEqual([
      "  for (let i0 = 0; i0 < 16; i0++) {",
      "    out0[i0 + 8] = fround(in0[i0 + 3] + 1);",
      "  }",
      "}",
      "",
      "export function instantiate(memory = new ArrayBuffer(65536)) {",
    ]);
  });

  test.each<[string, (i: Expr) => readonly [Expr, Expr]]>([
    ["reads what another lane writes", (i) => [i, vector("y", add(i, 1))]],
    ["reads one number where lanes are written", (i) => [i, splat(load("f32", "y", 5))]],
    ["reads one number for four lanes", (i) => [i, splat(load("f32", "x", i))]],
    ["reads elements that do not follow each other", (i) => [i, vector("x", multiply(i, 2))]],
  ])("stays one where it %s", (_, fill) => {
    expect(linesOf(fill, "update")).toContain("  for (let i0 = 0; i0 < 16; i0 += 4) {");
  });
});

test("the text is ASCII, in lines without trailing blanks", () => {
  for (const [, program] of [...loopCases, ...operatorCases])
    expect(printJavaScript(program)).toMatch(/^(?:(?:[ -~]*[!-~])?\n)+$/);
});

const withConstant = (dtype: DType, data: DataArray): PlannedProgram => {
  const constant: Buffer = { name: "constant", dtype, length: data.length, role: "constant", data };
  const bytes = Math.ceil((16 + data.byteLength) / 65536) * 65536;
  return {
    name: "constants",
    buffers: new Map([["constant", constant]]),
    kernels: new Map(),
    parameters: [],
    entries: [],
    prepare: [],
    memory: {
      bytes,
      offsets: new Map([["constant", 16]]),
      constantBytes: bytes,
      parameterBytes: 0,
      preparedBytes: 0,
      arenaBytes: 0,
    },
  };
};

const hard: { readonly [D in DType]: readonly number[] } = {
  f32: [0, -0, 0.1, 1 / 3, 16777217, 3.4028234663852886e38, 1.401298464324817e-45, -1e-40, 1e21, Infinity, -Infinity],
  f64: [0, -0, 0.1, 1 / 3, Number.MAX_VALUE, 5e-324, 2 ** 53 + 2, 1e21, Infinity, -Infinity],
  i32: [0, -1, 2147483647, -2147483648],
  u8: [0, 1, 255],
  bool: [0, 1],
};

describe("constants", () => {
  const lengths = [1, 2, 20, 33, 5000];
  const dtypeLengths = Object.keys(hard).flatMap((dtype) => lengths.map((length) => [dtype as DType, length] as const));

  test.each(dtypeLengths)("%s[%d] is read back exactly", async (dtype, length) => {
    const data = dtypes[dtype].allocate(length);
    for (let at = 0; at < length; at++) data[at] = hard[dtype][at % hard[dtype].length] ?? 0;
    const { memory } = await instantiateJavaScript(withConstant(dtype, data));
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    expect(new Uint8Array(memory, 16, data.byteLength)).toEqual(new Uint8Array(bytes));
  });

  test("few numbers are written as short as they can be", () => {
    const data = Float32Array.of(0.1, -0, 16777216, 1e-45, Infinity, Number.NaN, 3e38);
    expect(printJavaScript(withConstant("f32", data))).toContain(
      "b0.set([0.1, -0, 16777216, 1e-45, Infinity, NaN, 3e+38]);",
    );
  });

  test("equal numbers are written once", () => {
    expect(printJavaScript(withConstant("f32", new Float32Array(9).fill(-0)))).toContain("b0.fill(-0);");
    expect(printJavaScript(withConstant("f32", new Float32Array(9).fill(7)))).toContain("b0.fill(7);");
  });

  test("one number is written as one", () => {
    expect(printJavaScript(withConstant("f32", Float32Array.of(-0)))).toContain("b0.set([-0]);");
  });

  test("many numbers are written as base64", () => {
    const data = Uint8Array.from({ length: 40 }, (_, at) => at);
    expect(printJavaScript(withConstant("u8", data))).toContain(
      'b0.set(decode("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJw=="));',
    );
  });

  test("external constants are left to the caller", () => {
    const text = printJavaScript(withConstant("f32", Float32Array.of(1, 2, 3)), { constants: "external" });
    expect(text).toContain("const b0 = new Float32Array(memory, 16, 3);\n  return {");
  });
});

test("a call of a kernel that is not there is a mistake of the compiler", () => {
  expect(() => printJavaScript({ ...programOf(scaleRows), kernels: new Map() })).toThrow("a call of kernel");
});

describe("programs that were loaded beforehand", () => {
  const [plain, named] = [scaleRows, { ...scaleRows, name: "other", body: [] }].map((kernel) => programOf(kernel));

  test("are told apart by their calls, and have nothing to prepare", async () => {
    if (plain === undefined || named === undefined) throw new Error("two programs");
    const backend = await loadedJavaScript([plain, named]);
    const scaled = [plain, named].map((program) => {
      const { memory, run, prepare } = backend.instantiate(program);
      new Float32Array(memory).set([3], 0);
      new Float32Array(memory).set([2], 32);
      prepare?.();
      run("main");
      return new Float32Array(memory, 144, 1)[0];
    });
    expect(scaled).toEqual([6, 0]);
  });
});

const hostile: readonly string[] = [
  '"',
  "'; throw 1; '",
  "*/ throw 1; /*",
  "// \n throw 1;",
  "\u2028throw 1;\u2029",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text itself is what must not get through.
  "${process.exit(1)}",
  "`",
  "\\",
  "</script>",
  "__proto__",
  "constructor",
  "class",
  "await",
  "fround",
  "b0",
  "\u0000",
  "\u202e",
  "ünïcödé",
  "",
];

describe("names of users", () => {
  const plain = programOf(scaleRows);
  const port = (name: string, buffer: string): Port => ({ name, type: { dtype: "f32", shape: [32] }, buffer });

  /** The same program, in which every name that a user may have had a say in is `name`, made unique. */
  const renamed = (name: string): PlannedProgram => {
    const of = (old: string): string => `${name}${[...plain.buffers.keys()].indexOf(old)}`;
    return {
      ...plain,
      name,
      buffers: new Map([...plain.buffers].map(([old, buffer]) => [of(old), { ...buffer, name: of(old) }])),
      parameters: [port(name, of("factors buffer"))],
      entries: plain.entries.map(({ calls }) => ({
        name,
        inputs: [port(name, of("matrix buffer"))],
        outputs: [port(name, of("scaled buffer"))],
        updates: [name],
        calls: calls.map((call) => ({ ...call, buffers: call.buffers.map(of) })),
      })),
      memory: {
        ...plain.memory,
        offsets: new Map([...plain.memory.offsets].map(([old, offset]) => [of(old), offset])),
      },
    };
  };

  test.each(hostile)("%j does not reach the text", (name) => {
    expect(printJavaScript(renamed(name))).toBe(printJavaScript(plain));
  });

  test.each(hostile)("%j names the entry to run", async (name) => {
    const program = renamed(name);
    const { memory, run } = await instantiateJavaScript(program);
    new Float32Array(memory).set([1, -2, 3], 0);
    new Float32Array(memory).set([2, 2, 2, 2], 32);
    run(name);
    expect([...new Float32Array(memory, 144, 3)]).toEqual([2, 0, 6]);
  });

  test.each(hostile)("a kernel and its variables named %j are reduced to letters and digits", async (name) => {
    const [matrix, factors, scaled] = scaleRows.parameters;
    if (matrix === undefined || factors === undefined || scaled === undefined) throw new Error("three parameters");
    const rename = (expr: Expr): Expr =>
      mapExpr(expr, (each) => (each.kind === "load" && each.buffer === "matrix" ? { ...each, buffer: name } : each));
    const kernel: Kernel = {
      ...scaleRows,
      name,
      parameters: [{ ...matrix, name }, factors, scaled],
      body: flatMapStmts(scaleRows.body, (stmt) => [mapOwnExprs(stmt, rename)]),
    };
    const program = programOf(kernel);
    const [, line] = /\nfunction (.*)\(in0, in1, out0\) \{\n/.exec(printJavaScript(program)) ?? [];
    expect(line).toMatch(/^k0[A-Za-z0-9_]*$/);
    const { memory, run } = await instantiateJavaScript(program);
    new Float32Array(memory).set([1, -2, 3], 0);
    new Float32Array(memory).set([2, 2, 2, 2], 32);
    run("main");
    expect([...new Float32Array(memory, 144, 3)]).toEqual([2, 0, 6]);
  });
});
