// Loops with much work that run many times are functions of their own, so that an engine can replace them while the kernel runs.
import { describe, expect, test } from "vitest";
import { assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import { factsOf } from "../../../src/backends/wasm/kernel-facts.ts";
import { outline, outlineLimits } from "../../../src/backends/wasm/outline.ts";
import { add, type BlockBuilder, binary, f32, load, multiply, splat } from "../../../src/ir/loop/build.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { interpreted, kernelOver, place, programOver, room, runKernel } from "./run-kernel.ts";

const places = [
  place(
    "x",
    "f32",
    Array.from({ length: 4096 }, (_, at) => Math.fround(Math.sin(at))),
  ),
  room("z", "f32", 16 * 4096),
];

/** z[step] = x + step / 2 (in lanes), for so many steps of so many elements. */
const steps = (count: number, elements: number): Kernel =>
  kernelOver(places, (body) => {
    const half = body.name(splat(f32(0.5)), "half");
    body.loop(count, (step, inner) => {
      const base = inner.name(multiply(step, elements), "base");
      const first = inner.name(splat(load("f32", "x", step)), "first");
      inner.loop(
        elements,
        (i, innermost) =>
          innermost.store("z", add(base, i), binary("add", binary("mul", first, half), load("f32x4", "x", i))),
        { step: 4 },
      );
    });
  });

const outlinedIn = (kernel: Kernel) => [...outline(kernel, factsOf(kernel), outlineLimits).values()];

describe("a loop inside a loop", () => {
  test("is called where it has much to do, with what it reads of the function around it", () => {
    const kernel = steps(16, 4096);
    expect(outlinedIn(kernel).map(({ buffers, variables, constants }) => ({ buffers, variables, constants }))).toEqual([
      { buffers: ["z", "x"], variables: ["base0", "first0"], constants: ["half0"] },
    ]);
    expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
    const calls = assembleModule(programOver(kernel, places))
      .wat()
      .match(/\(call \$kernel_0_part/g);
    expect(calls).toHaveLength(1);
  });

  test.each([
    ["runs seldom", steps(4, 4096)],
    ["has little to do", steps(16, 64)],
  ])("stays where it is if it %s", (_, kernel) => expect(outlinedIn(kernel)).toEqual([]));

  test("stays where it is if it gathers something for the loop around it", () => {
    const sums = (body: BlockBuilder): void => {
      const total = body.mutable(f32(0), "total");
      body.loop(16, (step, inner) => {
        inner.loop(4096, (i, innermost) => innermost.assign(total, binary("add", total, load("f32", "x", i))));
        inner.store("z", step, total);
      });
    };
    const kernel = kernelOver(places, sums);
    expect(outlinedIn(kernel)).toEqual([]);
    expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
  });
});
