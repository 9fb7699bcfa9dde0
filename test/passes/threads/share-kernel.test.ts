// Which loops are cut, and that threads never meet: kernels written for the question, then random ones.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  type BlockBuilder,
  binary,
  compare,
  f32,
  i32,
  load,
  multiply,
  reduceLanes,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel, KernelParameter } from "../../../src/ir/loop/kernel.ts";
import { printKernel } from "../../../src/ir/loop/print.ts";
import type { DataArray } from "../../../src/ir/types/dtype.ts";
import { optimizeKernel } from "../../../src/passes/loop/pipeline.ts";
import { shareKernel } from "../../../src/passes/threads/share-kernel.ts";
import { buffersFor, elementwiseKernels, foldKernels } from "../../../src/testing/arbitraries/kernel.ts";
import { bodyText, kernelOf, violationsOf, words } from "../../support/loop-runs.ts";
import { ordersOf, runParts } from "../../support/share-by-share.ts";

const x = (index: Expr | number): Expr => load("f32", "x", index);
const y = (index: Expr | number): Expr => load("f32", "y", index);

/** The loops that are cut, by index; undefined where the kernel is not shared. */
const cutLoops = (kernel: Kernel, threads = 2): readonly string[] | undefined => {
  const shared = shareKernel(kernel, new Set(), threads);
  return (
    shared && [...printKernel(shared.kernel).matchAll(/for (\w+) in [^{]*thread/g)].map(([, index]) => index ?? "")
  );
};

/** Buffers after all threads have done their parts, in an order. */
const resultsOf = (kernel: Kernel, order: readonly number[], seed: number): readonly string[] => {
  const buffers = buffersFor(
    { ...kernel, parameters: kernel.parameters.filter(({ name }) => !name.startsWith("share")) },
    seed,
  );
  const arraysOf = (thread: number): readonly DataArray[] => [...buffers, Int32Array.of(thread, order.length)];
  runParts(kernel, arraysOf, order);
  return buffers.map(words);
};

/** Whether a kernel was shared, after the bits were compared for several numbers and orders of threads. */
const expectSameBits = (kernel: Kernel, threads: number, seed: number): boolean => {
  const shared = shareKernel(kernel, new Set(), threads)?.kernel;
  if (shared === undefined) return false;
  expect(violationsOf(shared)).toEqual([]);
  const whole = resultsOf(shared, [0], seed);
  for (const count of [2, 3, 5, 64])
    for (const order of ordersOf(count)) expect(resultsOf(shared, order, seed)).toEqual(whole);
  return true;
};

const shareable: readonly (readonly [string, readonly string[], (body: BlockBuilder) => void])[] = [
  ["elements", ["i0"], (body) => body.loop(96, (i, inner) => inner.store("y", i, x(i)))],
  [
    "elements from a place on that data say",
    ["i0"],
    (body) => {
      const first = binary("and", body.name(load("i32", "n", 0)), i32(15));
      body.loop(64, (i, inner) => inner.store("y", add(first, i), x(i)));
    },
  ],
  [
    "rows, each element from the one before in its row",
    ["i0"],
    (body) =>
      body.loop(8, (i, row) => {
        const at = (j: Expr): Expr => add(multiply(i, 12), j);
        row.loop(12, (j, inner) => inner.store("y", at(j), binary("add", y(add(at(j), -1)), x(i))), { from: 1 });
      }),
  ],
  [
    "rows at places that have names",
    ["i0"],
    (body) =>
      body.loop(8, (i, row) => {
        const first = row.name(multiply(i, 12));
        row.loop(12, (j, inner) => inner.store("y", inner.name(add(first, j)), x(j)));
      }),
  ],
  [
    "columns within a loop over rows that add up",
    ["i1"],
    (body) =>
      body.loop(8, (i, row) =>
        row.loop(12, (j, inner) => inner.store("y", j, binary("add", y(j), x(add(multiply(i, 12), j))))),
      ),
  ],
  [
    "two loops over disjoint places",
    ["i0", "i1"],
    (body) => {
      body.loop(80, (i, inner) => inner.store("y", i, x(i)));
      body.loop(96, (i, inner) => inner.store("y", i, f32(0)), { from: 80 });
    },
  ],
  [
    "tiles and what is left of them",
    ["i0"],
    (body) =>
      body.loop(8, (p, outer) =>
        outer.loop(
          8,
          (i, inner) => {
            for (let lane = 0; lane < 3; lane++) inner.store("y", add(add(multiply(i, 12), p), lane * 8), x(i));
          },
          { step: 4 },
        ),
      ),
  ],
];

const whole: readonly (readonly [string, (body: BlockBuilder) => void])[] = [
  [
    "a sum",
    (body) => {
      const sum = body.mutable(f32(0));
      body.loop(96, (i, inner) => inner.assign(sum, binary("add", sum, x(i))));
      body.store("y", 0, sum);
    },
  ],
  [
    "rows of which every second element is read, as far as into the next row",
    (body) =>
      body.loop(7, (i, row) => {
        const apart: Expr = { kind: "load", type: "f32x4", buffer: "y", index: add(multiply(i, 12), 6), stride: 2 };
        row.store("y", multiply(i, 12), reduceLanes("add", apart));
      }),
  ],
  [
    "a branch that stores, and changes what a loop needs",
    (body) => {
      const factor = body.mutable(f32(1));
      body.when(compare("lt", x(0), f32(1)), (then) => {
        then.store("y", 95, f32(1));
        then.assign(factor, f32(2));
      });
      body.loop(90, (i, inner) => inner.store("y", i, binary("mul", factor, x(i))));
    },
  ],
  ["a sum in memory", (body) => body.loop(96, (i, inner) => inner.store("y", 0, binary("add", y(0), x(i))))],
  [
    "sums of every fourth",
    (body) =>
      body.loop(96, (i, inner) => {
        const at = binary("rem", i, i32(4));
        inner.store("y", at, binary("add", y(at), x(i)));
      }),
  ],
  ["prefix sums", (body) => body.loop(95, (i, inner) => inner.store("y", add(i, 1), binary("add", y(i), x(i))))],
  [
    "windows that overlap",
    (body) =>
      body.loop(40, (i, inner) => {
        inner.store("y", multiply(i, 2), x(i));
        inner.store("y", add(multiply(i, 2), 2), x(i));
      }),
  ],
  [
    "places that data say",
    (body) =>
      body.loop(96, (i, inner) => {
        const at = binary("and", load("i32", "n", i), i32(63));
        inner.store("y", at, binary("add", y(at), x(i)));
      }),
  ],
  [
    "a loop that reads what the one before wrote",
    (body) => {
      body.loop(48, (i, inner) => inner.store("y", i, x(i)));
      body.loop(96, (i, inner) => inner.store("y", i, y(add(i, -48))), { from: 48 });
    },
  ],
];

describe("sharing kernels", () => {
  test.each(shareable)("cuts %s", (_, loops, fill) => {
    const kernel = kernelOf(fill);
    expect(cutLoops(kernel)).toEqual(loops);
    expect(expectSameBits(kernel, 2, 1)).toBe(true);
  });

  test.each(whole)("leaves whole %s", (_, fill) => {
    expect(cutLoops(kernelOf(fill))).toBeUndefined();
  });

  test("cuts a loop at shares of its iterations; what stores beside it is left to the first thread", () => {
    const kernel = kernelOf((body) => {
      const scale = body.name(x(0));
      body.loop(92, (i, inner) => inner.store("y", i, binary("mul", scale, x(i))), { from: 2, step: 4 });
      body.store("y", 95, scale);
    });
    const shared = shareKernel(kernel, new Set(), 3);
    expect(bodyText(shared?.kernel ?? kernel).split("\n")).toEqual([
      "let thread0: i32 = share0[0]",
      "let threads0: i32 = share0[1]",
      "let v0: f32 = x[0]",
      "for i0 in max(0, min(23, thread0 * 23 / threads0)) * 4 + 2..min(max(0, min(23, (thread0 + 1) * 23 / threads0)) * 4 + 2, 92) step 4 {",
      "  y[i0] = v0 * x[i0]",
      "}",
      "if thread0 == 0 {",
      "  y[95] = v0",
      "}",
    ]);
    expect(shared?.kernel.parameters.at(-1)).toEqual({ name: "share0", dtype: "i32", length: 2, access: "read" });
    expect(expectSameBits(kernel, 3, 1)).toBe(true);
  });

  test("leaves nothing to the first thread that others need in scratch memory of their own", () => {
    const rows = (withScratch: boolean): Kernel => {
      const kernel = kernelOf((body) => {
        body.when(compare("lt", x(0), f32(1)), (then) => {
          then.store("y", 95, f32(1));
          if (withScratch) then.store("row", 0, f32(2));
        });
        body.loop(
          8,
          (i, outer) => {
            outer.loop(10, (j, inner) => inner.store("row", add(j, 1), x(add(multiply(i, 10), j))));
            outer.loop(10, (j, inner) => inner.store("y", add(multiply(i, 10), j), load("f32", "row", j)));
          },
          { mode: "parallel" },
        );
      });
      const row: KernelParameter = { name: "row", dtype: "f32", length: 11, access: "update" };
      return { ...kernel, parameters: [...kernel.parameters, row] };
    };
    const isShared = (kernel: Kernel): boolean => shareKernel(kernel, new Set(["row"]), 2) !== undefined;
    expect([rows(false), rows(true)].map(isShared)).toEqual([true, false]);
  });

  test("needs a gain of a quarter", () => {
    const beside = (count: number): Kernel =>
      kernelOf((body) => {
        body.loop(20, (i, inner) => inner.store("y", i, f32(1)));
        for (let at = 0; at < count; at++) body.store("y", 20 + at, f32(2));
      });
    // 40 steps of which 20 remain, beside those of the stores.
    expect([59, 60, 61].map((count) => cutLoops(beside(count)) !== undefined)).toEqual([true, true, false]);
  });

  test("chooses the loop that leaves no thread idle", () => {
    const nest = (rows: number, columns: number, value = x): Kernel =>
      kernelOf((body) =>
        body.loop(rows, (i, row) =>
          row.loop(columns, (j, inner) => inner.store("y", add(multiply(i, columns), j), value(j)), { hint: "j" }),
        ),
      );
    expect(cutLoops(nest(6, 16))).toEqual(["i0"]);
    expect(cutLoops(nest(3, 32))).toEqual(["j0"]);
    expect(cutLoops(nest(3, 32), 3)).toEqual(["i0"]);
    // Of two threads one does 4 of 7 rows, which is near enough to half.
    const fourTimes = (j: Expr | number): Expr => [1, 2, 3].reduce<Expr>((sum) => binary("add", sum, x(j)), x(j));
    expect(cutLoops(nest(7, 12, fourTimes))).toEqual(["i0"]);
  });

  test("random kernels give the same bits, and threads never meet", () => {
    let [kernels, shared] = [0, 0];
    const check = (kernel: Kernel, threads: number, seed: number): void => {
      kernels += 1;
      if (expectSameBits(kernel, threads, seed)) shared += 1;
    };
    fc.assert(
      fc.property(
        elementwiseKernels,
        foldKernels,
        fc.constantFrom(2, 3),
        fc.nat(),
        (plain, { fold }, threads, seed) => {
          for (const kernel of [plain, fold]) {
            check(kernel, threads, seed);
            check(optimizeKernel(kernel), threads, seed);
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(shared / kernels).toBeGreaterThan(0.2);
  });
});
