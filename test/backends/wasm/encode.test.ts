// The encoder against an assembler: wabt makes of our text the very bytes that we make of the tree, name section included.
import fc from "fast-check";
import { expect, test } from "vitest";
import wabt from "wabt";
import { encodeModule } from "../../../src/backends/wasm/encode.ts";
import { engine } from "../../../src/backends/wasm/engine.ts";
import { i32Const, localGet, plain, type WasmModule } from "../../../src/backends/wasm/instruction.ts";
import { plainOps } from "../../../src/backends/wasm/opcodes.ts";
import { printWat } from "../../../src/backends/wasm/print-wat.ts";
import { modules } from "./module-arbitrary.ts";

const assembler = await wabt();

/** What modules may have beside what wabt allows by itself: memory that threads share, and contracted products. */
const features = { threads: true, relaxed_simd: true };

type Parsed = ReturnType<typeof assembler.parseWat> & { readonly validate: (enabled: typeof features) => void };

/** What wabt makes of a text, with or without the names of functions and locals. */
const assemble = (text: string, names: boolean): Uint8Array => {
  // Its types do not say that validation takes features, too.
  const parsed = assembler.parseWat("module.wat", text, features) as Parsed;
  try {
    parsed.validate(features);
    return parsed.toBinary({ write_debug_names: names }).buffer;
  } finally {
    parsed.destroy();
  }
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const expectSameBytes = (module: WasmModule): void => {
  const text = printWat(module);
  expect(hex(encodeModule(module, "none"))).toBe(hex(assemble(text, false)));
  expect(hex(encodeModule(module, "all"))).toBe(hex(assemble(text, true)));
};

/** A module of one function of one i32. */
const oneFunction = (name: string, value: ReturnType<typeof localGet>): WasmModule => ({
  memory: { pages: 0 },
  functions: [{ name, parameters: [{ name: "x", type: "i32" }], result: "i32", locals: [], body: [value] }],
  exports: [{ name: "entry0", function: 0 }],
  data: [],
});

test("random modules: the same bytes as an assembler", () => {
  fc.assert(fc.property(modules, expectSameBytes), { numRuns: 300 });
});

test("the random modules draw on every instruction without immediates", () => {
  const text = fc.sample(modules, { numRuns: 1500, seed: 7 }).map(printWat).join("\n");
  expect(plainOps.filter((op) => !text.includes(`(${op}`))).toEqual([]);
});

test("a module without functions, with and without memory of its own", () => {
  expectSameBytes({ memory: { pages: 1, exportedAs: "memory" }, functions: [], exports: [], data: [] });
  expectSameBytes({
    memory: { pages: 3, importedAs: { module: "env", name: "memory" } },
    functions: [],
    exports: [],
    data: [{ offset: 2 ** 31, bytes: Uint8Array.of(0, 34, 92, 10, 255) }],
  });
});

test("a memory that threads share", () => {
  expectSameBytes({
    memory: { pages: 2, shared: true, importedAs: { module: "env", name: "memory" } },
    functions: [],
    exports: [],
    data: [{ offset: 64, bytes: Uint8Array.of(1, 2) }],
  });
});

test("function names alone are the middle detail, and what engines show", () => {
  const module = oneFunction("softmax_3", plain("i32.add", localGet(0), i32Const(1)));
  const names = Buffer.from(encodeModule(module)).subarray(encodeModule(module, "none").length);
  // Custom section 0, "name"; subsection 1: one function, index 0.
  expect(names.toString("latin1")).toBe("\0\x13\x04name\x01\x0c\x01\0\x09softmax_3");
});

test("an expression thousands of levels deep", () => {
  let value = localGet(0);
  for (let depth = 0; depth < 2000; depth++) value = plain("i32.add", value, i32Const(depth));
  const { exports } = new engine.Instance(new engine.Module(encodeModule(oneFunction("deep", value))));
  expect((exports["entry0"] as (x: number) => number)(5)).toBe(5 + (1999 * 2000) / 2);
});
