// Vectorisation: exact code for typical loops, and the documented order of folds.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, binary, cast, compare, f32, i32, load, multiply, select } from "../../../src/ir/loop/build.ts";
import type { LaneReducer } from "../../../src/ir/loop/expr.ts";
import { foldBinary } from "../../../src/ir/loop/fold.ts";
import { interpretKernel } from "../../../src/ir/loop/interpret.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { verifyKernel } from "../../../src/ir/loop/verify-kernel.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { buffersFor, foldKernels } from "../../../src/testing/arbitraries/kernel.ts";
import { bodyText, words } from "../../support/loop-runs.ts";
import { kernelOf, mapping, vector, vectorized, x } from "./vectorizing.ts";

describe("elementwise loops", () => {
  test("run four at a time, the last of them once more with the rest", () => {
    expect(vectorized(mapping(11, (i) => binary("mul", x(add(i, 3)), x(i32(7)))))).toBe(
      [
        "for i0 in 0..8 step 4 {",
        "  y[i0; 4] = x[i0 + 3; 4] * splat(x[7])",
        "}",
        "for i1 in 7..11 step 4 {",
        "  y[i1; 4] = x[i1 + 3; 4] * splat(x[7])",
        "}",
      ].join("\n"),
    );
  });

  test("need no more elements than a vector has", () => {
    const kernel = kernelOf((body) => body.loop(4, (i, inner) => inner.store("y", i, x(i)), vector), {
      x: { length: 4 },
      y: { length: 4 },
    });
    expect(vectorized(kernel)).toBe("for i0 in 0..4 step 4 {\n  y[i0; 4] = x[i0; 4]\n}");
  });

  test("have no rest where the extent is a multiple of four", () => {
    expect(vectorized(mapping(8, x))).toBe("for i0 in 0..8 step 4 {\n  y[i0; 4] = x[i0; 4]\n}");
  });

  test("turn the index into a ramp, and keep its scalar for addresses", () => {
    const kernel = mapping(4, (i, body) => {
      const next = body.name(add(i, 1));
      return binary("add", x(next), cast("f32", next));
    });
    expect(vectorized(kernel)).toBe(
      [
        "for i0 in 0..4 step 4 {",
        "  let v0: i32 = i0 + 1",
        "  let v1: i32x4 = ramp(i0 + 1)",
        "  y[i0; 4] = x[v0; 4] + f32x4(v1)",
        "}",
      ].join("\n"),
    );
  });

  test("count by twos lane by lane", () => {
    const kernel = mapping(4, (i) => cast("f32", multiply(i, 2)));
    expect(vectorized(kernel)).toContain("y[i0; 4] = f32x4(ramp(i0) * splat(2))");
  });

  test("keep inner loops whose bounds do not depend on the index, with vector accumulators", () => {
    const kernel = kernelOf((body) =>
      body.loop(
        4,
        (i, outer) => {
          const sum = outer.mutable(f32(0));
          outer.loop(8, (k, inner) => inner.assign(sum, binary("add", sum, x(add(multiply(k, 4), i)))), vector);
          outer.store("y", i, sum);
        },
        vector,
      ),
    );
    expect(vectorized(kernel)).toBe(
      [
        "for i0 in 0..4 step 4 {",
        "  var acc0: f32x4 = splat(0.0)",
        "  for i1 in 0..8 {",
        "    acc0 = acc0 + x[i1 * 4 + i0; 4]",
        "  }",
        "  y[i0; 4] = acc0",
        "}",
      ].join("\n"),
    );
  });

  test("compute the limit where the extent is not known", () => {
    const kernel = kernelOf((body) =>
      body.loop(load("i32", "n", 0), (i, inner) => inner.store("y", i, f32(1)), { ...vector, from: 2 }),
    );
    expect(vectorized(kernel)).toBe(
      [
        "let to0: i32 = max(n[0], 2)",
        "for i0 in 2..2 + ((to0 - 2) & -4) step 4 {",
        "  y[i0; 4] = splat(1.0)",
        "}",
        "for i1 in 2 + ((to0 - 2) & -4)..to0 {",
        "  y[i1] = 1.0",
        "}",
      ].join("\n"),
    );
    for (const extent of [-5, 0, 2, 3, 5, 6, 9]) {
      const y = new Float32Array(64);
      interpretKernel(vectorize.run(kernel), [y, new Float32Array(64), new Int32Array(64).fill(extent)]);
      expect([...y]).toEqual(Array.from({ length: 64 }, (_, i) => (i >= 2 && i < extent ? 1 : 0)));
    }
  });

  test("may write in place what they read in the same iteration", () => {
    const kernel = kernelOf(
      (body) => body.loop(8, (i, inner) => inner.store("y", i, binary("add", x(i), f32(1))), vector),
      {},
      [[0, 1]],
    );
    expect(vectorized(kernel)).toContain("y[i0; 4] = x[i0; 4] + splat(1.0)");
  });
});

describe("folds", () => {
  const sumOf = (extent: number): Kernel =>
    kernelOf((body) => {
      const sum = body.mutable(f32(0.5));
      body.loop(extent, (i, inner) => inner.assign(sum, binary("add", sum, x(i))), vector);
      body.store("y", 0, sum);
    });

  test("keep a vector accumulator", () => {
    expect(vectorized(sumOf(9))).toBe(
      [
        "var acc0: f32 = 0.5",
        "var lanes0: f32x4 = splat(0.0)",
        "for i0 in 0..8 step 4 {",
        "  lanes0 = lanes0 + x[i0; 4]",
        "}",
        "acc0 = acc0 + addLanes(lanes0)",
        "for i1 in 8..9 {",
        "  acc0 = acc0 + x[i1]",
        "}",
        "y[0] = acc0",
      ].join("\n"),
    );
  });

  test("keep four of them from 32 iterations on", () => {
    expect(vectorized(sumOf(38))).toBe(
      [
        "var acc0: f32 = 0.5",
        "var lanes0: f32x4 = splat(0.0)",
        "var lanes1: f32x4 = splat(0.0)",
        "var lanes2: f32x4 = splat(0.0)",
        "var lanes3: f32x4 = splat(0.0)",
        "for i0 in 0..32 step 16 {",
        "  lanes0 = lanes0 + x[i0; 4]",
        "  lanes1 = lanes1 + x[i0 + 4; 4]",
        "  lanes2 = lanes2 + x[i0 + 8; 4]",
        "  lanes3 = lanes3 + x[i0 + 12; 4]",
        "}",
        "lanes0 = lanes0 + lanes1 + (lanes2 + lanes3)",
        "for i1 in 32..36 step 4 {",
        "  lanes0 = lanes0 + x[i1; 4]",
        "}",
        "acc0 = acc0 + addLanes(lanes0)",
        "for i2 in 36..38 {",
        "  acc0 = acc0 + x[i2]",
        "}",
        "y[0] = acc0",
      ].join("\n"),
    );
  });

  test("may share a loop with stores and with one another", () => {
    const kernel = kernelOf((body) => {
      const sum = body.mutable(f32(0));
      const most = body.mutable(f32(-1));
      body.loop(
        8,
        (i, inner) => {
          const value = inner.name(select(compare("lt", x(i), f32(0)), f32(0), x(i)));
          inner.store("y", i, value);
          inner.assign(sum, binary("add", value, sum));
          inner.assign(most, binary("max", most, value));
        },
        vector,
      );
      body.store("y", 0, binary("div", most, sum));
    });
    expect(vectorized(kernel)).toContain(
      [
        "  let v0: f32x4 = select(x[i0; 4] < splat(0.0), splat(0.0), x[i0; 4])",
        "  y[i0; 4] = v0",
        "  lanes0 = lanes0 + v0",
        "  lanes1 = max(lanes1, v0)",
        "}",
        "acc0 = acc0 + addLanes(lanes0)",
        "acc1 = max(acc1, maxLanes(lanes1))",
      ].join("\n"),
    );
  });

  /** The order of the header of `vectorize.ts`, on plain numbers. */
  const foldInOrder = (fn: LaneReducer, initial: number, elements: readonly number[]): number => {
    const fold = (a: number, b: number): number => foldBinary(fn, "f32", a, b);
    const identity = { add: 0, mul: 1, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }[fn];
    const count = elements.length;
    if (count < 4) return elements.reduce(fold, initial);
    const lanesFrom = (start: number[], first: number, stride: number, end: number): number[] => {
      let lanes = start;
      for (let at = first; at < end; at += stride) lanes = lanes.map((lane, l) => fold(lane, elements[at + l] ?? 0));
      return lanes;
    };
    const none = (): number[] => [identity, identity, identity, identity];
    const blocks = count >= 32 ? Math.floor(count / 16) * 16 : 0;
    let lanes = none();
    if (blocks > 0) {
      const [a = [], b = [], c = [], d = []] = [0, 4, 8, 12].map((first) => lanesFrom(none(), first, 16, blocks));
      lanes = a.map((_, l) => fold(fold(a[l] ?? 0, b[l] ?? 0), fold(c[l] ?? 0, d[l] ?? 0)));
    }
    const [l0 = 0, l1 = 0, l2 = 0, l3 = 0] = lanesFrom(lanes, blocks, 4, Math.floor(count / 4) * 4);
    const joined = fold(initial, fold(fold(l0, l1), fold(l2, l3)));
    return elements.slice(Math.floor(count / 4) * 4).reduce(fold, joined);
  };

  test("follow the documented order to the bit", () => {
    let wide = 0;
    fc.assert(
      fc.property(foldKernels, fc.nat(), ({ fold, elements, fn, extents: [a, b, c] }, seed) => {
        const position = fold.parameters.findIndex(({ name }) => name === "y");
        const run = (kernel: Kernel): readonly number[] => {
          const buffers = buffersFor(kernel, seed);
          interpretKernel(kernel, buffers);
          return Array.from(buffers[position] ?? []);
        };
        const vectorizedFold = vectorize.run(fold);
        expect(verifyKernel(vectorizedFold).violations).toEqual([]);
        const isWide = bodyText(vectorizedFold).includes("lanes0");
        wide += isWide ? 1 : 0;
        const all = run(elements);
        const starts = Array.from(buffersFor(fold, seed)[fold.parameters.findIndex(({ name }) => name === "w")] ?? []);
        const expected = Array.from({ length: a * b }, (_, row) => {
          const values = all.slice(row * c, (row + 1) * c);
          const start = starts[row * c] ?? 0;
          if (isWide) return foldInOrder(fn, start, values);
          return values.reduce((left, right) => foldBinary(fn, "f32", left, right), start);
        });
        const result = run(vectorizedFold).slice(0, a * b);
        expect(words(Float32Array.from(result))).toBe(words(Float32Array.from(expected)));
      }),
      { numRuns: 500 },
    );
    expect(wide).toBeGreaterThan(50);
  });
});
