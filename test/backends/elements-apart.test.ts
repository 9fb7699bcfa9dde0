// Elements that lie apart: loops over every second to every ninth element are vectorised as far as eight, every index is
// proven, and every backend leaves the bits of the interpreter, wherever the loop stands and whatever chunks it runs in.
import { describe, expect, test } from "vitest";
import { closureBackend, closureBackendOf } from "../../src/backends/closure/closure-backend.ts";
import { instantiateJavaScript } from "../../src/backends/javascript/instantiate-javascript.ts";
import { wasmBackend } from "../../src/backends/wasm/instantiate.ts";
import { add, binary, buildBody, compare, load, multiply, select } from "../../src/ir/loop/build.ts";
import type { Kernel } from "../../src/ir/loop/kernel.ts";
import { printKernel } from "../../src/ir/loop/print.ts";
import { verifyKernel } from "../../src/ir/loop/verify-kernel.ts";
import { optimizeKernel } from "../../src/passes/loop/pipeline.ts";
import { randomFrom } from "../../src/testing/arbitraries/values.ts";
import { type Contents, expectedOf, programOf, resultsOf } from "../support/kernel-program.ts";

type Word = "f32" | "i32";

const rows = 5;
const trips = 11;

/** Pairs of elements `stride` apart, the larger kept and their sum put between, row by row; rows end where elements do. */
const kernelOf = (dtype: Word, stride: number): Kernel => ({
  name: "apart",
  parameters: [
    { name: "x", dtype, length: rows * trips * stride, access: "read" },
    { name: "y", dtype, length: rows * trips * stride, access: "write" },
    { name: "sums", dtype, length: rows, access: "write" },
  ],
  inPlace: [],
  body: buildBody((body) =>
    body.loop(rows, (row, outer) => {
      const start = outer.name(multiply(row, trips * stride), "start");
      outer.loop(
        trips,
        (i, inner) => {
          const at = add(start, multiply(i, stride));
          const first = inner.name(load(dtype, "x", at), "first");
          const last = inner.name(load(dtype, "x", add(at, stride - 1)), "last");
          inner.store("y", at, select(compare("gt", first, last), first, last));
          for (let between = 1; between < stride; between++)
            inner.store("y", add(at, between), binary("add", first, load(dtype, "x", add(at, between))));
        },
        { mode: "vector" },
      );
      const sum = outer.mutable(load(dtype, "x", start), "sum");
      outer.loop(
        trips,
        (i, inner) => inner.assign(sum, binary("add", sum, load(dtype, "x", add(start, multiply(i, stride))))),
        { mode: "vector" },
      );
      outer.store("sums", row, sum);
    }),
  ),
});

const contentsOf = (dtype: Word, stride: number): Contents => {
  const random = randomFrom(stride);
  const length = rows * trips * stride;
  const values = Array.from({ length }, () => (dtype === "f32" ? random() * 4 - 2 : Math.floor(random() * 2 ** 32)));
  return new Map([["x buffer", dtype === "f32" ? Float32Array.from(values) : Int32Array.from(values)]]);
};

const words: readonly Word[] = ["f32", "i32"];

describe.each(words)("%s", (dtype) => {
  test.each([2, 3, 4, 5, 8, 9])("every %i", async (stride) => {
    const written = kernelOf(dtype, stride);
    const optimized = optimizeKernel(written);
    expect(printKernel(optimized).includes(`; 4 by ${stride}]`)).toBe(stride <= 8);
    for (const kernel of [written, optimized]) {
      expect(verifyKernel(kernel)).toEqual({ violations: [], unproven: [] });
      const program = programOf(kernel);
      const contents = contentsOf(dtype, stride);
      const expected = expectedOf(program, contents);
      for (const instance of [
        wasmBackend.instantiate(program),
        closureBackend.instantiate(program),
        closureBackendOf(8).instantiate(program),
        await instantiateJavaScript(program),
      ])
        expect(resultsOf(program, instance, contents)).toEqual(expected);
    }
  });

  test("an index that is no place of the kernel is found", () => {
    const kernel = optimizeKernel(kernelOf(dtype, 2));
    const shorter = kernel.parameters.map((parameter) => ({ ...parameter, length: parameter.length - 1 }));
    expect(verifyKernel({ ...kernel, parameters: shorter }).unproven).not.toEqual([]);
  });
});
