// Products of two rows by sixteen columns take four steps in an iteration: whatever the number of steps, the bits are those of the
// loop program, whether the end is known or computed; other loops stay as they are.
import { describe, expect, test } from "vitest";
import { assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import { type BlockBuilder, type Index, i32, load } from "../../../src/ir/loop/build.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { storeTile, tileProduct } from "../../../src/ir/ops/register-tile.ts";
import { optimizeKernel } from "../../../src/passes/loop/pipeline.ts";
import { randomArray } from "../../../src/testing/arbitraries/values.ts";
import { interpreted, kernelOver, type Place, place, programOver, room, runKernel } from "./run-kernel.ts";

const numbers = (name: string, length: number, seed: number): Place =>
  place(name, "f32", [...randomArray({ dtype: "f32", shape: [length] }, seed, "special").data]);

interface Shape {
  readonly rows: number;
  readonly vectors: number;
  readonly depth: number;
}

const placesOf = ({ rows, vectors, depth }: Shape): readonly Place[] => [
  numbers("a", rows * depth, 1),
  numbers("b", depth * vectors * 4, 2),
  room("c", "f32", rows * vectors * 4),
  place("depth", "i32", [depth]),
];

/** c = a b as one tile, over as many steps as `depthOf` says. */
const product = (shape: Shape, depthOf: (body: BlockBuilder) => Index): Kernel => {
  const { rows, vectors, depth } = shape;
  return optimizeKernel(
    kernelOver(placesOf(shape), (body) => {
      const sums = tileProduct(
        body,
        { rows, vectors },
        { buffer: "a", start: i32(0), rowStride: depth, depthStride: 1 },
        { buffer: "b", start: i32(0), stride: vectors * 4 },
        depthOf(body),
      );
      const tile = sums.map((values, row) => ({ offset: row * vectors * 4, values }));
      storeTile(body, "c", i32(0), tile, vectors * 4);
    }),
  );
};

const known = (shape: Shape): Kernel => product(shape, () => shape.depth);

/** How many products of vectors there are in the code. */
const productsIn = (kernel: Kernel, places: readonly Place[], numerics: "exact" | "relaxed" = "exact"): number =>
  assembleModule({ ...programOver(kernel, places), numerics })
    .wat()
    .split(/f32x4\.(?:mul|relaxed_madd)/).length - 1;

describe("steps of a product", () => {
  const depths = Array.from({ length: 18 }, (_, at) => at + 1);

  test.each(depths)("keep their bits: %i of them, and as many more than 64", (few) => {
    for (const depth of [few, 64 + few]) {
      const shape = { rows: 2, vectors: 4, depth };
      const places = placesOf(shape);
      expect(runKernel(known(shape), places)).toEqual(interpreted(known(shape), places));
    }
  });

  test.each(depths)("keep their bits where the end is known when running: %i of them", (depth) => {
    const shape = { rows: 2, vectors: 4, depth };
    const kernel = product(shape, (body) => body.name(load("i32", "depth", i32(0)), "end"));
    const places = placesOf(shape);
    expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
  });

  test("are four in an iteration for tiles of two rows by sixteen columns, where there are many", () => {
    const inCode = (shape: Shape): number => productsIn(known(shape), placesOf(shape));
    expect(inCode({ rows: 2, vectors: 4, depth: 16 })).toBe(32);
    expect(inCode({ rows: 2, vectors: 4, depth: 15 })).toBe(8);
    expect(inCode({ rows: 4, vectors: 2, depth: 64 })).toBe(8);
    expect(inCode({ rows: 1, vectors: 8, depth: 64 })).toBe(8);
  });

  test("stay one in an iteration where a product and its sum are one instruction", () => {
    const shape = { rows: 2, vectors: 4, depth: 64 };
    expect(productsIn(known(shape), placesOf(shape), "relaxed")).toBe(8);
  });
});
