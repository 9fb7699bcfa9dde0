// Whole programs: constants, several entries that share kernels, buffers that share memory, limits, and what the module
// says about itself.
import { describe, expect, test } from "vitest";
import { engine } from "../../../src/backends/wasm/engine.ts";
import { assembleModule, wasmBackend } from "../../../src/backends/wasm/instantiate.ts";
import { localGet, plain } from "../../../src/backends/wasm/instruction.ts";
import { emitModule } from "../../../src/backends/wasm/module.ts";
import { binary, buildBody, load } from "../../../src/ir/loop/build.ts";
import type { LoopBinary } from "../../../src/ir/loop/expr.ts";
import type { Buffer, Call, EntryPoint, Kernel, PlannedProgram } from "../../../src/ir/loop/kernel.ts";
import type { DataArray } from "../../../src/ir/types/dtype.ts";

const length = 6;

/** c = a fn b, elementwise. */
const kernelOf = (fn: LoopBinary, name: string = fn): Kernel => ({
  name,
  parameters: (["a", "b", "c"] as const).map((parameter) => ({
    name: parameter,
    dtype: "f32",
    length,
    access: parameter === "c" ? "write" : "read",
  })),
  body: buildBody((body) =>
    body.loop(length, (i, inner) => inner.store("c", i, binary(fn, load("f32", "a", i), load("f32", "b", i)))),
  ),
  inPlace: [[2, 0]],
});

const temporary = (name: string): Buffer => ({ name, dtype: "f32", length, role: "temporary" });
const constant = (name: string, data: DataArray): Buffer => ({ ...temporary(name), role: "constant", data });

const entry = (name: string, calls: readonly Call[]): EntryPoint => ({
  name,
  inputs: [],
  outputs: [],
  updates: [],
  calls,
});
const call = (kernel: string, ...buffers: readonly string[]): Call => ({ kernel, buffers });

const program = (
  buffers: readonly Buffer[],
  kernels: readonly Kernel[],
  entries: readonly EntryPoint[],
): PlannedProgram => ({
  name: "sums",
  buffers: new Map(buffers.map((buffer) => [buffer.name, buffer])),
  kernels: new Map(kernels.map((kernel) => [kernel.name, kernel])),
  parameters: [],
  prepare: [],
  entries,
  memory: {
    bytes: 65536,
    offsets: new Map(buffers.map(({ name }, at) => [name, 1024 + at * 32])),
    constantBytes: 0,
    parameterBytes: 0,
    preparedBytes: 0,
    arenaBytes: 0,
  },
});

const two = program(
  [
    temporary("x"),
    temporary("y"),
    constant("ones", Float32Array.of(1, 1, 1, 1, 1, 1)),
    constant("zeros", new Float32Array(length)),
    constant("minus zeros", new Float32Array(length).fill(-0)),
  ],
  [kernelOf("add"), kernelOf("mul")],
  [
    entry("plus one", [call("add", "x", "ones", "y")]),
    entry('") (evil', [call("add", "x", "x", "x"), call("mul", "x", "x", "y"), call("add", "y", "minus zeros", "y")]),
  ],
);

const view = (memory: ArrayBuffer, planned: PlannedProgram, name: string): Float32Array =>
  new Float32Array(memory, planned.memory.offsets.get(name), length);

describe("a program of two entries", () => {
  test("entries run by name, share kernels, and may call in place", () => {
    const { memory, run } = wasmBackend.instantiate(two);
    view(memory, two, "x").set([0, 1, 2, 3, -0, -5]);
    run("plus one");
    expect([...view(memory, two, "y")]).toEqual([1, 2, 3, 4, 1, -4]);
    run('") (evil');
    expect([...view(memory, two, "x")]).toEqual([0, 2, 4, 6, -0, -10]);
    expect([...view(memory, two, "y")]).toEqual([0, 4, 16, 36, 0, 100]);
    expect(memory.byteLength).toBe(65536);
    expect(() => run("other")).toThrow("no entry point other");
  });

  test("instances do not share memory", () => {
    const [first, second] = [wasmBackend.instantiate(two), wasmBackend.instantiate(two)];
    view(first.memory, two, "x").fill(3);
    first.run("plus one");
    expect([...view(second.memory, two, "y")]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("constants that are all zero bits take no data", () => {
    expect(emitModule(two).data.map(({ offset }) => offset)).toEqual([1024 + 2 * 32, 1024 + 4 * 32]);
  });

  test("a constant may be a window of a larger array", () => {
    const window = Float32Array.of(9, 9, 1, 2, 3, 4, 5, 6, 9).subarray(2, 8);
    const planned = program([constant("c", window)], [], []);
    expect([...view(wasmBackend.instantiate(planned).memory, planned, "c")]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("exports and identifiers are ours, whatever entries are called", () => {
    const { bytes, entries, wat } = assembleModule(two);
    const { exports } = new engine.Instance(new engine.Module(bytes));
    expect(Object.keys(exports)).toEqual(["memory", "entry0", "entry1"]);
    expect([...entries]).toEqual([
      ["plus one", "entry0"],
      ['") (evil', "entry1"],
    ]);
    const names = [...wat().matchAll(/\n {2}\(func \$(\S+)/g)].map(([, name]) => name);
    expect(names).toEqual(["add_0", "mul_1", "entry0", "entry1"]);
  });

  test("the memory may be imported", () => {
    const { bytes, entries } = assembleModule(two, { importMemory: true });
    const memory = new engine.Memory({ initial: 1, maximum: 1 });
    const { exports } = new engine.Instance(new engine.Module(bytes), { env: { memory } });
    view(memory.buffer, two, "x").set([1, 2, 3, 4, 5, 6]);
    (exports[entries.get("plus one") ?? ""] as () => void)();
    expect([...view(memory.buffer, two, "y")]).toEqual([2, 3, 4, 5, 6, 7]);
    expect(Object.keys(exports)).toEqual(["entry0", "entry1"]);
  });
});

test("with threads, what is not for all of them is called by the first alone", () => {
  const { functions, exports } = emitModule(
    {
      ...program(
        [temporary("x"), temporary("y"), temporary("thread")],
        [kernelOf("add"), kernelOf("mul")],
        [entry("main", [call("add", "x", "x", "x"), call("mul", "y", "thread", "y")])],
      ),
      sharing: { buffer: "thread", threads: 2, worthwhile: [true, false] },
    },
    { shared: true },
  );
  const [body = []] = exports.map(({ function: at }) => functions[at]?.body);
  expect(body).toMatchObject([
    { kind: "if", condition: plain("i32.eqz", localGet(0)), then: [{ kind: "call", function: 0 }], otherwise: [] },
    { kind: "call", function: 1 },
  ]);
});

test("kernel names become identifiers only letter by letter, and never collide", () => {
  const kernels = ["add", "add 0", "add_0", "a)(b", "", "x".repeat(200)].map((name) => kernelOf("add", name));
  const { functions } = emitModule(program([], kernels, []));
  const names = functions.map(({ name }) => name);
  expect(names.slice(0, 5)).toEqual(["add_0", "add_0_1", "add_0_2", "a__b_3", "_4"]);
  expect(names.every((name) => /^\w{1,64}$/.test(name))).toBe(true);
  expect(new Set(names).size).toBe(names.length);
});

test("memory beyond 32-bit addresses is the user's to make smaller", () => {
  const planned = program([], [], []);
  const tooLarge = { ...planned, memory: { ...planned.memory, bytes: 2 ** 32 + 65536 } };
  expect(() => emitModule(tooLarge)).toThrow(expect.objectContaining({ code: "W311" }));
  expect(emitModule({ ...planned, memory: { ...planned.memory, bytes: 2 ** 32 } }).memory.pages).toBe(65536);
});

test("a kernel of more buffers than a function may have parameters is a function for each call", () => {
  const operands = Array.from({ length: 1001 }, (_, at) => `operand${at}`);
  const sum: Kernel = {
    name: "sum",
    parameters: [
      ...operands.map((name) => ({ name, dtype: "f32", length, access: "read" }) as const),
      { name: "out", dtype: "f32", length, access: "write" },
    ],
    body: buildBody((body) =>
      body.loop(length, (i, inner) => {
        const loads = operands.map((name) => load("f32", name, i));
        inner.store(
          "out",
          i,
          loads.reduce((all, each) => binary("add", all, each)),
        );
      }),
    ),
    inPlace: [],
  };
  const planned = program(
    [temporary("x"), temporary("y"), temporary("z")],
    [kernelOf("mul"), sum],
    [
      entry("main", [
        call("sum", ...operands.map(() => "x"), "y"),
        call("sum", ...operands.map((_, at) => (at === 7 ? "x" : "y")), "z"),
        call("mul", "x", "z", "z"),
      ]),
    ],
  );
  const { memory, run } = wasmBackend.instantiate(planned);
  view(memory, planned, "x").set([0, 1, 2, 3, 4, 0.5]);
  run("main");
  expect([...view(memory, planned, "y")]).toEqual([0, 1001, 2002, 3003, 4004, 500.5]);
  expect([...view(memory, planned, "z")]).toEqual([0, 1, 2, 3, 4, 0.5].map((x) => x * (x + 1000 * 1001 * x)));
  expect(emitModule(planned).functions.map(({ parameters }) => parameters.length)).toEqual([3, 0, 0, 0]);
});
