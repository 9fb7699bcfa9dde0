// What people read: the text of one small module, whole, and the ways a constant may be written.
import { expect, test } from "vitest";
import { printFloat } from "../../../src/backends/wasm/hex-float.ts";
import { assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import { type Instruction, i32Const, type WasmModule } from "../../../src/backends/wasm/instruction.ts";
import { printWat } from "../../../src/backends/wasm/print-wat.ts";
import { add, binary, flatten, literal, load, multiply, splat } from "../../../src/ir/loop/build.ts";
import { kernelOver, place, programOver, room } from "./run-kernel.ts";

test("a kernel reads like the loop it came from", () => {
  const places = [place("x", "f32", new Array<number>(12).fill(0))];
  const kernel = kernelOver(places, (body) =>
    body.loop(
      8,
      (i, inner) => {
        const scaled = binary("mul", load("f32x4", "x", i), literal("f32x4", 0.1));
        inner.store(
          "x",
          { kind: "binary", type: "i32", fn: "add", left: i, right: { kind: "const", type: "i32", value: 4 } },
          scaled,
        );
      },
      { step: 4 },
    ),
  );
  expect(assembleModule(programOver({ ...kernel, name: "scale\nby a tenth" }, places)).wat()).toBe(`;; program
(module
  (type (;0;) (func (param i32)))
  (type (;1;) (func))
  (memory 1 1)
  (export "memory" (memory 0))
  (export "entry0" (func $entry0))

  ;; scale?by a tenth(x: update f32[12])
  (func $scale_by_a_tenth_0 (type 0) (param $x i32)
    (local $i0 i32)
    (local $x_pointer i32)
    (local $constant v128)
    (local.set $constant (f32x4.splat (f32.const 0x1.99999ap-4)))
    (local.set $i0 (i32.const 0))
    (local.set $x_pointer (local.get $x))
    (loop
      (v128.store offset=16 align=4
        (local.get $x_pointer)
        (f32x4.mul (v128.load align=4 (local.get $x_pointer)) (local.get $constant)))
      (local.set $x_pointer (i32.add (local.get $x_pointer) (i32.const 16)))
      (br_if 0 (i32.lt_s (local.tee $i0 (i32.add (local.get $i0) (i32.const 4))) (i32.const 8)))))

  ;; entry point main
  (func $entry0 (type 1)
    (call $scale_by_a_tenth_0 (i32.const 0))))
`);
});

/** The words that open instructions between the last `(loop` and its branch. */
const innermost = (wat: string): Record<string, number> => {
  const body = wat.slice(wat.lastIndexOf("(loop"), wat.indexOf("(br_if", wat.lastIndexOf("(loop")));
  const counts: Record<string, number> = {};
  for (const [, op = ""] of body.matchAll(/\((\w+\.\w+)/g)) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
};

test("the loop of a register tile holds loads, arithmetic and one addition per pointer", () => {
  // Two rows by eight columns of c = a b with k = 16; b in panels of eight columns.
  const places = [room("a", "f32", 4 * 16), room("b", "f32", 3 * 16 * 8), room("c", "f32", 4 * 24)];
  const kernel = kernelOver(places, (body) =>
    body.loop(3, (panel, panels) =>
      panels.loop(
        4,
        (row, rows) => {
          const sums = [0, 1, 2, 3].map(() => rows.mutable(literal("f32x4", 0)));
          rows.loop(16, (k, inner) => {
            const columns = [0, 4].map((at) => inner.name(load("f32x4", "b", flatten([panel, k, at], [3, 16, 8]))));
            for (const [at, sum] of sums.entries()) {
              const a = inner.name(splat(load("f32", "a", flatten([add(row, at >> 1), k], [4, 16]))));
              const column = columns[at & 1] ?? a;
              inner.assign(sum, binary("add", sum, binary("mul", a, column)));
            }
          });
          for (const [at, sum] of sums.entries()) {
            const index = add(flatten([add(row, at >> 1), multiply(panel, 8)], [4, 24]), (at & 1) * 4);
            rows.store("c", index, sum);
          }
        },
        { step: 2 },
      ),
    ),
  );
  const { wat } = assembleModule(programOver(kernel, places));
  expect(innermost(wat())).toEqual({
    "v128.load": 2,
    "v128.load32_splat": 4,
    "f32x4.add": 4,
    "f32x4.mul": 4,
    // Sums and pointers are written; a column is kept when it is first used, an element of a is used where it is loaded.
    "local.set": 4 + 2,
    "local.tee": 2,
    "local.get": 2 + 4 + 4 + 2 + 2,
    "i32.add": 2,
    "i32.const": 2,
  });
  expect(wat()).toContain("(v128.load32_splat offset=64 (local.get $a_pointer))");
});

test("a maximum with 0 is exact in two instructions", () => {
  const places = [room("x", "f32", 12)];
  const kernel = kernelOver(places, (body) =>
    body.loop(12, (i, inner) => inner.store("x", i, binary("max", load("f32x4", "x", i), literal("f32x4", 0))), {
      step: 4,
    }),
  );
  const ops = innermost(assembleModule(programOver(kernel, places)).wat());
  expect([ops["f32x4.pmax"], ops["f32x4.add"], ops["f32x4.max"]]).toEqual([1, 1, undefined]);
});

const page: WasmModule = { memory: { pages: 1 }, functions: [], exports: [], data: [] };

test("a condition has the branches that hold something", () => {
  const [yes, no] = [
    { kind: "branch", op: "br", depth: 0, operands: [] } as const,
    { kind: "call", function: 0, operands: [] } as const,
  ];
  const written = (otherwise: readonly Instruction[]): string => {
    const body: readonly Instruction[] = [{ kind: "if", condition: i32Const(1), then: [yes], otherwise }];
    return printWat({ ...page, functions: [{ name: "f", parameters: [], locals: [], body }] });
  };
  expect(written([])).toContain(`
    (if
      (i32.const 1)
      (then
        (br 0)))))
`);
  expect(written([no])).toContain(`
      (then
        (br 0))
      (else
        (call $f)))))
`);
});

test.each([
  [32, [32]],
  [33, [32, 1]],
  [64, [32, 32]],
])("%d bytes of data stand in lines of 32", (length, lines) => {
  const text = printWat({ ...page, data: [{ offset: 16, bytes: new Uint8Array(length) }] });
  const [, data = ""] = text.split("  (data (i32.const 16)\n");
  expect(data).toBe(`${lines.map((bytes) => `    "${"\\00".repeat(bytes)}"`).join("\n")}))\n`);
});

test.each([
  [0, "0"],
  [-0, "-0"],
  [-3, "-3"],
  [999999, "999999"],
  [1e6, "0x1.e848p+19"],
  [0.5, "0x1p-1"],
  [-0.1, "-0x1.999999999999ap-4"],
  [Number.MIN_VALUE, "0x0.0000000000001p-1022"],
  [Number.MAX_VALUE, "0x1.fffffffffffffp+1023"],
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NEGATIVE_INFINITY, "-inf"],
  [Number.NaN, "nan"],
])("the constant %d", (value, text) => {
  expect(printFloat(value)).toBe(text);
});
