// Attention's loops, written by hand: every index is proven, every backend leaves the bits of the interpreter, before and after
// the loop passes, and what is left is attention. What the passes make of them is looked at where it was once worse.
import { describe, expect, test } from "vitest";
import { closureBackend, closureBackendOf } from "../../src/backends/closure/closure-backend.ts";
import { instantiateJavaScript } from "../../src/backends/javascript/instantiate-javascript.ts";
import { assembleModule, wasmBackend } from "../../src/backends/wasm/instantiate.ts";
import { printKernel } from "../../src/ir/loop/print.ts";
import { verifyKernel } from "../../src/ir/loop/verify-kernel.ts";
import { optimizeKernel } from "../../src/passes/loop/pipeline.ts";
import { randomFrom } from "../../src/testing/arbitraries/values.ts";
import { type AttentionSizes, attentionKernel } from "../support/attention-kernel.ts";
import { type Contents, expectedOf, programOf, resultsOf } from "../support/kernel-program.ts";

const sizes: readonly AttentionSizes[] = [
  { queries: 13, keys: 29, depth: 8, rows: 8, columns: 16 },
  { queries: 5, keys: 5, depth: 16, rows: 48, columns: 256 },
  { queries: 1, keys: 19, depth: 8, rows: 4, columns: 16 },
  { queries: 12, keys: 24, depth: 8, rows: 4, columns: 8 },
  { queries: 23, keys: 21, depth: 8, rows: 12, columns: 16 },
];

/** Numbers in [-2, 2); of the mask one in eight hides its key. */
const contentsOf = ({ queries, keys, depth }: AttentionSizes, seed: number): Contents => {
  const random = randomFrom(seed);
  const numbers = (length: number): Float32Array<ArrayBuffer> => Float32Array.from({ length }, () => random() * 4 - 2);
  return new Map<string, Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>([
    ["q buffer", numbers(queries * depth)],
    ["k buffer", numbers(keys * depth)],
    ["v buffer", numbers(keys * depth)],
    ["mask buffer", Uint8Array.from({ length: queries * keys }, () => (random() < 0.125 ? 0 : 1))],
  ]);
};

/** softmax(mask(0.3 q k)) v in double precision. */
const meaning = ({ queries, keys, depth }: AttentionSizes, contents: Contents): readonly number[] => {
  const at = (name: string, index: number): number => contents.get(`${name} buffer`)?.[index] ?? 0;
  const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
  return range(queries).flatMap((i) => {
    const weights = range(keys).map((j) => {
      const product = range(depth).reduce((sum, d) => sum + at("q", i * depth + d) * at("k", d * keys + j), 0);
      return j <= i + keys - queries && at("mask", i * keys + j) !== 0 ? Math.exp(product * 0.3) : 0;
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
    return range(depth).map(
      (c) => weights.reduce((sum, weight, j) => sum + weight * at("v", j * depth + c), 0) / total,
    );
  });
};

describe.each(sizes)("%o", (size) => {
  const written = attentionKernel(size);
  const optimized = optimizeKernel(written);

  test("every index is proven", () => {
    for (const kernel of [written, optimized]) expect(verifyKernel(kernel)).toEqual({ violations: [], unproven: [] });
  });

  test("every backend leaves the same bits, and attention", async () => {
    const contents = contentsOf(size, 1);
    for (const kernel of [written, optimized]) {
      const program = programOf(kernel);
      const expected = expectedOf(program, contents);
      for (const instance of [
        wasmBackend.instantiate(program),
        closureBackend.instantiate(program),
        closureBackendOf(16).instantiate(program),
        await instantiateJavaScript(program),
      ])
        expect(resultsOf(program, instance, contents)).toEqual(expected);
      for (const [place, value] of meaning(size, contents).entries())
        expect(Number(expected["out buffer"]?.[place])).toBeCloseTo(value, 5);
    }
  });
});

describe("what the passes make of it", () => {
  const kernel = optimizeKernel(attentionKernel({ queries: 100, keys: 300, depth: 16, rows: 48, columns: 256 }));
  const text = printKernel(kernel);

  test("loops of rows, scores and probabilities run four at a time up to their computed end", () => {
    expect(text).toMatch(
      /S\[.*; 4\] = select\(\(ramp\(keys0 \+ j\d+\) <= h\d+\) & mask\[.*; 4\], S\[.*; 4\] \* h\d+, h\d+\)/,
    );
    expect(text).toMatch(/let p\d+: f32x4 = .*\n\s+S\[.*; 4\] = p\d+\n\s+lanes\d+ = lanes\d+ \+ p\d+/);
  });

  test("no end is limited to what it is anyway, and nothing constant is made in a loop", () => {
    expect(text).not.toMatch(/let to\d+/);
    // Distances of shifts must be seen to be splats.
    const inLoops = text.slice(text.indexOf("for ")).replace(/(>>|<<) splat/g, "");
    expect(inLoops).not.toMatch(/splat\(-?([\d.]+|infinity)\)/);
  });

  test("the row's maximum is pmax, and mask bytes are widened", () => {
    const wat = assembleModule(programOf(kernel)).wat();
    expect(wat).toContain("f32x4.pmax");
    expect(wat).toContain("v128.load32_zero");
  });
});
