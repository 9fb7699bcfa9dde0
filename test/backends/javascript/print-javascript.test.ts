// What the printed module looks like, and that nothing a user named gets into it.
import { describe, expect, test } from "vitest";
import { instantiateJavaScript, loadedJavaScript } from "../../../src/backends/javascript/instantiate-javascript.ts";
import { printJavaScript } from "../../../src/backends/javascript/print-javascript.ts";
import { add, binary, i32, literal, load, multiply, splat } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel, PlannedProgram, Port } from "../../../src/ir/loop/kernel.ts";
import { flatMapStmts, mapExpr, mapOwnExprs } from "../../../src/ir/loop/rewrite.ts";
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

test("a call of a kernel that is not there is a mistake of the compiler", () => {
  expect(() => printJavaScript({ ...programOf(scaleRows), kernels: new Map() })).toThrow("a call of kernel");
});

test("a kernel with a long name has the beginning of it", () => {
  const text = printJavaScript(programOf({ ...scaleRows, name: "scale ".repeat(20) }));
  expect(text).toContain(`\nfunction k0${"_scale".repeat(9)}_sca(in0, in1, out0) {\n`);
});

test("what is prepared is there for the entries", async () => {
  const double = kernelOf(
    [
      ["x", "f32", 8, "read"],
      ["y", "f32", 8, "write"],
    ],
    (body) => body.loop(8, (i, inner) => inner.store("y", i, binary("add", load("f32", "x", i), load("f32", "x", i)))),
  );
  const plain = programOf(double);
  const calls = [{ kernel: "kernel", buffers: ["y buffer", "z buffer"] }];
  const program: PlannedProgram = {
    ...plain,
    buffers: new Map([...plain.buffers, ["z buffer", { name: "z buffer", dtype: "f32", length: 8, role: "input" }]]),
    prepare: plain.entries.flatMap((entry) => entry.calls),
    entries: plain.entries.map((entry) => ({ ...entry, calls })),
    memory: { ...plain.memory, offsets: new Map([...plain.memory.offsets, ["z buffer", 64]]) },
  };
  const instance = await instantiateJavaScript(program);
  new Float32Array(instance.memory).set([1, 2, 3]);
  instance.prepare?.();
  instance.run("main");
  expect([...new Float32Array(instance.memory, 64, 4)]).toEqual([4, 8, 12, 0]);
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
