// Transposing loops by blocks: every element goes where it went, whatever does not fill a block; other loops are left alone.
import fc from "fast-check";
import { expect, test } from "vitest";
import { add, type BlockBuilder, binary, f32, i32, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { tile } from "../../../src/passes/loop/tile.ts";
import { bodyText, kernelOf, resultsOf, violationsOf } from "../../support/loop-runs.ts";

type Store = (body: BlockBuilder, at: Expr, value: Expr) => void;

/** y[a][j][i] = x[i][a][j], by a loop over each axis, outermost first. */
const moving = (rows: number, columns: number, planes: number, store: Store): Kernel => {
  const kernel = kernelOf((body) =>
    body.loop(planes, (a, outer) =>
      outer.loop(columns, (j, middle) =>
        middle.loop(
          rows,
          (i, inner) => {
            const at = add(multiply(a, rows * columns), add(multiply(j, rows), i));
            const from = add(multiply(i, planes * columns), add(multiply(a, columns), j));
            store(inner, at, load("f32", "x", from));
          },
          { mode: "vector" },
        ),
      ),
    ),
  );
  const length = rows * columns * planes;
  return { ...kernel, parameters: kernel.parameters.map((parameter) => ({ ...parameter, length })) };
};

const plainly: Store = (body, at, value) => body.store("y", at, value);

const tiled = (kernel: Kernel): string => {
  const result = tile.run(kernel);
  expect(violationsOf(result)).toEqual([]);
  expect(resultsOf(result)).toEqual(resultsOf(kernel));
  return bodyText(result);
};

const isTiled = (text: string): boolean => / in .* \* 16\.\./.test(text);

test("any extents, by blocks where both are long enough", () => {
  const extent = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(extent, extent, fc.integer({ min: 1, max: 2 }), (rows, columns, planes) => {
      const text = tiled(moving(rows, columns, planes, plainly));
      expect(isTiled(text)).toBe(rows >= 16 && columns >= 16);
    }),
    { numRuns: 60 },
  );
});

test("a block is four elements side by side for sixteen of the other loop", () => {
  expect(tiled(moving(16, 16, 1, plainly)).split("\n")).toEqual([
    "for i0 in 0..1 {",
    "  for i4 in 0..1 {",
    "    for i3 in 0..4 {",
    "      for i5 in i4 * 16..i4 * 16 + 16 {",
    "        y[i0 * 256 + (i5 * 16 + i3 * 4)] = x[i3 * 4 * 16 + (i0 * 16 + i5)]",
    ...[1, 2, 3].map(
      (k) => `        y[i0 * 256 + (i5 * 16 + (i3 * 4 + ${k}))] = x[(i3 * 4 + ${k}) * 16 + (i0 * 16 + i5)]`,
    ),
    "      }",
    "    }",
    "  }",
    "}",
  ]);
});

test("what is computed on the way does not matter", () => {
  const text = tiled(
    moving(20, 18, 1, (body, at, value) => {
      const twice = body.name(binary("mul", value, f32(2)));
      body.store("y", at, binary("max", twice, f32(0)));
    }),
  );
  expect(isTiled(text)).toBe(true);
});

test("what another iteration reads is not overwritten early, so such loops stay", () => {
  const kernel = moving(16, 16, 1, (body, at, value) =>
    body.store("y", at, binary("add", value, load("f32", "y", at))),
  );
  expect(isTiled(tiled(kernel))).toBe(false);
  const shared: Kernel = { ...moving(16, 16, 1, plainly), inPlace: [[0, 1]] };
  expect(tile.run(shared)).toBe(shared);
});

test("loops of many statements stay, and those that do not count from 0 by 1", () => {
  const withNames = (count: number): Kernel =>
    moving(16, 16, 1, (body, at, value) => {
      let name = value;
      for (let step = 1; step < count; step++) name = body.name(binary("mul", name, f32(2)));
      body.store("y", at, name);
    });
  expect(isTiled(tiled(withNames(12)))).toBe(true);
  expect(isTiled(tiled(withNames(13)))).toBe(false);
  const counting = (options: Readonly<Record<string, number>>): Kernel =>
    kernelOf((body) =>
      body.loop(
        18,
        (j, outer) =>
          outer.loop(18, (i, inner) =>
            inner.store("y", add(multiply(j, 18), i), load("f32", "x", add(multiply(i, 18), j))),
          ),
        options,
      ),
    );
  const sized = (kernel: Kernel): Kernel => ({
    ...kernel,
    parameters: kernel.parameters.map((parameter) => ({ ...parameter, length: 18 * 18 })),
  });
  expect(isTiled(tiled(sized(counting({}))))).toBe(true);
  expect(isTiled(tiled(sized(counting({ from: 1 }))))).toBe(false);
  expect(isTiled(tiled(sized(counting({ step: 2 }))))).toBe(false);
});

test("reading by a sum that changes unevenly along the other loop stays", () => {
  const kernel = kernelOf((body) =>
    body.loop(16, (j, outer) =>
      outer.loop(16, (i, inner) => {
        const from = add(multiply(i, 17), add(j, binary("rem", j, i32(2))));
        inner.store("y", add(multiply(j, 16), i), load("f32", "x", from));
      }),
    ),
  );
  const sized = { ...kernel, parameters: kernel.parameters.map((parameter) => ({ ...parameter, length: 17 * 16 })) };
  expect(isTiled(tiled(sized))).toBe(false);
});

test("reading that is contiguous already stays", () => {
  const kernel = kernelOf((body) =>
    body.loop(4, (j, outer) =>
      outer.loop(16, (i, inner) => {
        const at = add(multiply(j, 16), i);
        inner.store("y", at, load("f32", "x", at));
      }),
    ),
  );
  expect(tile.run(kernel)).toBe(kernel);
});
