// Bounds that are computed: what attention's loops promise by hand, and that no index shown to be inside is ever outside.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  type BlockBuilder,
  binary,
  buildBody,
  i32,
  load,
  multiply,
  subtract,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import { interpretKernel } from "../../../src/ir/loop/interpret.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { assertSound } from "../../../src/ir/loop/verify.ts";
import { verifyKernel } from "../../../src/ir/loop/verify-kernel.ts";
import { type NestUse, nestChoices, randomNest } from "../../../src/testing/arbitraries/loop-nest.ts";

const min = (left: Expr, right: Expr): Expr => binary("min", left, right);
const max = (left: Expr, right: Expr): Expr => binary("max", left, right);

const kernelOf = (length: number, fill: (body: BlockBuilder) => void): Kernel => ({
  name: "k",
  parameters: [
    { name: "x", dtype: "f32", length, access: "read" },
    { name: "y", dtype: "f32", length: 1, access: "write" },
    { name: "n", dtype: "i32", length: 1, access: "read" },
  ],
  inPlace: [],
  body: buildBody(fill),
});

const touch = (body: BlockBuilder, index: Expr): void => body.store("y", 0, load("f32", "x", index));

const isProven = (kernel: Kernel): boolean => {
  const report = verifyKernel(kernel);
  assertSound(report);
  return report.unproven.length === 0;
};

/** Blocks of rows and of keys as attention visits them; `visit` gets the first row, the rows, the first key, the keys. */
const blocks = (
  body: BlockBuilder,
  [queries, keys]: readonly [number, number],
  visit: (block: BlockBuilder, i0: Expr, rows: Expr, j0: Expr, width: Expr) => void,
): void => {
  const overRows = (i0: Expr, outer: BlockBuilder): void => {
    const rows = outer.name(min(i32(48), subtract(i32(queries), i0)), "rows");
    const end = outer.name(min(i32(keys), add(add(i0, rows), keys - queries)), "end");
    const first = outer.name(max(i32(0), subtract(i0, 70)), "first");
    const overKeys = (j0: Expr, inner: BlockBuilder): void => {
      visit(inner, i0, rows, j0, inner.name(min(i32(256), subtract(end, j0)), "width"));
    };
    outer.loop(end, overKeys, { from: first, step: 256 });
  };
  body.loop(queries, overRows, { step: 48 });
};

describe("attention's loops", () => {
  const [queries, keys] = [100, 300];

  test("keys of a block lie among the keys, rows among the rows", () => {
    const kernel = (length: number, rowOf: "row" | "key"): Kernel =>
      kernelOf(length, (body) =>
        blocks(body, [queries, keys], (block, i0, rows, j0, width) =>
          block.loop(rows, (r, inner) =>
            inner.loop(width, (j, innermost) => touch(innermost, rowOf === "row" ? add(i0, r) : add(j0, j))),
          ),
        ),
      );
    expect(isProven(kernel(keys, "key"))).toBe(true);
    expect(isProven(kernel(keys - 1, "key"))).toBe(false);
    expect(isProven(kernel(queries, "row"))).toBe(true);
    expect(isProven(kernel(queries - 1, "row"))).toBe(false);
  });

  test("elements of rows, with names for parts of the index", () => {
    const kernel = (length: number): Kernel =>
      kernelOf(length, (body) =>
        blocks(body, [queries, keys], (block, i0, rows, j0, width) =>
          block.loop(rows, (r, inner) => {
            const row = inner.name(multiply(add(i0, r), keys));
            inner.loop(width, (j, innermost) => {
              const key = innermost.name(add(j0, j));
              touch(innermost, add(row, key));
            });
          }),
        ),
      );
    expect(isProven(kernel(queries * keys))).toBe(true);
    expect(isProven(kernel(queries * keys - 1))).toBe(false);
  });

  test.each([
    ["a mask", (width: Expr): Expr => binary("and", width, i32(-4))],
    ["a quotient", (width: Expr): Expr => multiply(binary("div", max(width, i32(0)), i32(4)), 4)],
  ])("four keys at a time up to %s", (_, roundedDown) => {
    const kernel = (reach: number): Kernel =>
      kernelOf(keys, (body) =>
        blocks(body, [queries, keys], (block, _i0, _rows, j0, width) => {
          const limit = block.name(roundedDown(width), "limit");
          block.loop(limit, (j, inner) => touch(inner, add(add(j0, j), reach)), { step: 4 });
          block.loop(width, (j, inner) => touch(inner, add(j0, j)), { from: limit });
        }),
      );
    expect(isProven(kernel(3))).toBe(true);
    expect(isProven(kernel(4))).toBe(false);
  });
});

test("a bound that changes says nothing of what it was", () => {
  const kernel = (changes: boolean): Kernel =>
    kernelOf(8, (body) => {
      const start = body.name(min(i32(8), max(i32(0), load("i32", "n", 0))));
      const end = body.mutable(start);
      const bound = changes ? min(i32(8), max(i32(0), end)) : start;
      body.loop(bound, (i, inner) => {
        inner.assign(end, i32(0));
        touch(inner, add(subtract(i, bound), 8));
      });
    });
  expect(isProven(kernel(false))).toBe(true);
  expect(isProven(kernel(true))).toBe(false);
});

test("a bound that may have wrapped says nothing", () => {
  const kernel = kernelOf(8, (body) => {
    const n = body.name(load("i32", "n", 0));
    const end = body.name(min(i32(8), add(n, 2 ** 31 - 1)));
    body.loop(8, (i, inner) => touch(inner, max(i32(0), subtract(add(add(end, i), -(2 ** 31)), n))));
  });
  expect(isProven(kernel)).toBe(false);
});

/** The least and the greatest value of the index when the nest runs; undefined where it never gets there. */
const observed = (choices: readonly number[]): { readonly low: number; readonly high: number } | undefined => {
  const use: NestUse = (body, index) => {
    const value = body.name(index);
    body.store("low", 0, min(load("i32", "low", 0), value));
    body.store("high", 0, max(load("i32", "high", 0), value));
  };
  const kernel: Kernel = {
    name: "k",
    parameters: ["low", "high"].map((name) => ({ name, dtype: "i32", length: 1, access: "update" })),
    inPlace: [],
    body: buildBody(randomNest(choices, use)),
  };
  const [low, high] = [Int32Array.of(2 ** 31 - 1), Int32Array.of(-(2 ** 31))] as const;
  interpretKernel(kernel, [low, high]);
  const range = { low: low[0] ?? 0, high: high[0] ?? 0 };
  return range.low <= range.high && range.high - range.low < 2 ** 20 ? range : undefined;
};

test("an index that leaves its buffer by one is never shown to be inside", () => {
  let shown = 0;
  fc.assert(
    fc.property(nestChoices, (choices) => {
      const range = observed(choices);
      fc.pre(range !== undefined);
      const { low, high } = range;
      const isShown = (start: number, length: number): boolean => {
        const use: NestUse = (body, index) => touch(body, subtract(index, start));
        const { violations, unproven } = verifyKernel(kernelOf(length, randomNest(choices, use)));
        return violations.length === 0 && unproven.length === 0;
      };
      expect(isShown(low, high - low)).toBe(false);
      expect(isShown(low + 1, high - low + 1)).toBe(false);
      if (isShown(low, high - low + 1)) shown++;
    }),
    { numRuns: 1500, maxSkipsPerRun: 100 },
  );
  // Most exact ranges are shown, so that this is no test of nothing.
  expect(shown).toBeGreaterThan(300);
});
