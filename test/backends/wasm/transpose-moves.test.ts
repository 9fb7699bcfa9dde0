// Moves that transpose, by vectors: the bits of the loop program whatever the extents, and left alone where anything but moving is done.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import { transposeMoves } from "../../../src/backends/wasm/transpose-moves.ts";
import { add, type BlockBuilder, binary, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { printKernel } from "../../../src/ir/loop/print.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import { optimizeKernel } from "../../../src/passes/loop/pipeline.ts";
import { randomArray } from "../../../src/testing/arbitraries/values.ts";
import { interpreted, kernelOver, type Place, place, programOver, room, runKernel } from "./run-kernel.ts";

const filled = (name: string, dtype: DType, length: number, seed: number): Place =>
  place(name, dtype, [...randomArray({ dtype, shape: [length] }, seed, "special").data]);

interface Panels {
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
}

/** x [rows, columns] by panels of `width` rows, transposed: y [panel][column][row], as the right operand of a product is packed. */
const packing = (
  { rows, columns, width }: Panels,
  dtype: "f32" | "i32" | "f64",
  value: (element: Expr) => Expr = (element) => element,
): { readonly kernel: Kernel; readonly places: readonly Place[] } => {
  const places = [filled("x", dtype, rows * columns, rows), room("y", dtype, rows * columns)];
  const panel = (body: BlockBuilder, first: Expr): void =>
    body.loop(columns, (column, inner) => {
      const base = inner.name(add(multiply(first, columns), multiply(column, width)), "base");
      inner.loop(
        width,
        (row, innermost) => {
          const from = add(multiply(add(first, row), columns), column);
          innermost.store("y", add(base, row), value(load(dtype, "x", from)));
        },
        { mode: "vector" },
      );
    });
  const kernel = optimizeKernel(
    kernelOver(places, (body) => body.loop(rows, (first, inner) => panel(inner, first), { step: width })),
  );
  return { kernel, places };
};

const isTurned = (kernel: Kernel): boolean => printKernel(transposeMoves(kernel)).includes("turned");

describe("moves that transpose", () => {
  const panels = fc.record({
    width: fc.constantFrom(4, 8, 16),
    panels: fc.integer({ min: 1, max: 3 }),
    columns: fc.integer({ min: 1, max: 23 }),
  });

  test("keep their bits, whatever the extents", () => {
    fc.assert(
      fc.property(panels, fc.constantFrom("f32", "i32"), ({ width, panels: count, columns }, dtype) => {
        const { kernel, places } = packing({ rows: count * width, columns, width }, dtype);
        expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
      }),
      { numRuns: 80 },
    );
  });

  test("are loads, shuffles and stores of vectors, the last columns excepted", () => {
    const { kernel, places } = packing({ rows: 16, columns: 12, width: 8 }, "f32");
    expect(isTurned(kernel)).toBe(true);
    const wat = assembleModule(programOver(kernel, places)).wat();
    expect(wat.match(/i8x16\.shuffle/g)).toHaveLength(16);
    expect(wat).not.toContain("f32.load");
    expect(isTurned(packing({ rows: 16, columns: 13, width: 8 }, "f32").kernel)).toBe(true);
  });

  test("are found where loops go by blocks, as those of a transpose do", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (rows, columns) => {
        const places = [filled("x", "f32", rows * columns, 3), room("y", "f32", rows * columns)];
        const kernel = optimizeKernel(
          kernelOver(places, (body) =>
            body.loop(columns, (i, inner) =>
              inner.loop(
                rows,
                (j, innermost) =>
                  innermost.store("y", add(multiply(i, rows), j), load("f32", "x", add(multiply(j, columns), i))),
                { mode: "vector" },
              ),
            ),
          ),
        );
        // From there on the loop passes go by blocks.
        expect(isTurned(kernel) || rows < 16 || columns < 16).toBe(true);
        expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
      }),
      { numRuns: 40 },
    );
  });

  test("are left alone where there is more to it", () => {
    expect(isTurned(packing({ rows: 16, columns: 3, width: 8 }, "f32").kernel)).toBe(false);
    expect(isTurned(packing({ rows: 16, columns: 12, width: 8 }, "f64").kernel)).toBe(false);
    expect(isTurned(packing({ rows: 18, columns: 12, width: 6 }, "f32").kernel)).toBe(false);
    const doubled = packing({ rows: 16, columns: 12, width: 8 }, "f32", (element) => binary("add", element, element));
    expect(isTurned(doubled.kernel)).toBe(false);
  });

  test("are left alone where iterations store in each other's places, or where they read", () => {
    const places = [filled("x", "f32", 200, 1), room("y", "f32", 200)];
    const moving = (from: "x" | "y", apart: number): Kernel =>
      kernelOver(places, (body) =>
        body.loop(12, (k, inner) =>
          inner.loop(4, (j, innermost) =>
            innermost.store("y", add(multiply(k, apart), j), load("f32", from, add(multiply(j, 20), k))),
          ),
        ),
      );
    expect(isTurned(moving("x", 4))).toBe(true);
    for (const kernel of [moving("x", 3), moving("x", 0), moving("y", 4)]) {
      expect(transposeMoves(kernel)).toBe(kernel);
      expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
    }
  });
});
