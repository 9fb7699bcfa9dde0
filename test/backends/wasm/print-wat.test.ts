// What people read: the text of one small module, whole, and the ways a constant may be written.
import { expect, test } from "vitest";
import { printFloat } from "../../../src/backends/wasm/hex-float.ts";
import { assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import { binary, literal, load } from "../../../src/ir/loop/build.ts";
import { kernelOver, place, programOver } from "./run-kernel.ts";

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
    (local.set $constant (v128.const f32x4 0x1.99999ap-4 0x1.99999ap-4 0x1.99999ap-4 0x1.99999ap-4))
    (local.set $i0 (i32.const 0))
    (local.set $x_pointer (i32.add (local.get $x) (i32.shl (local.get $i0) (i32.const 2))))
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
