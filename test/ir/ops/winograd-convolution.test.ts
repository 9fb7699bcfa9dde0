// Convolutions in fewer products, where numerics are relaxed: exact where nothing rounds, on every backend, and within the bound of
// docs/numerics.md elsewhere, for images that are no whole number of tiles too.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { conv2d, defineModel, differentiate, mul, relu, spec, sum } from "../../../src/index.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import { modelGraph } from "../../../src/model/model.ts";
import { randomArray } from "../../../src/testing/arbitraries/values.ts";
import { toArray } from "../../../src/testing/case-arrays.ts";
import { firstDifference, runEverywhere } from "../../../src/testing/run-everywhere.ts";

interface Shape {
  readonly batch: number;
  readonly channels: number;
  readonly outputs: number;
  readonly height: number;
  readonly width: number;
  readonly padding: readonly [number, number, number, number];
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 16, max: 21 }),
  outputs: fc.integer({ min: 16, max: 23 }),
  height: fc.integer({ min: 4, max: 9 }),
  width: fc.integer({ min: 7, max: 19 }),
  padding: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
});

const graphOf = ({ batch, channels, outputs, height, width, padding }: Shape, stride = 1): Graph =>
  modelGraph(
    defineModel({
      name: "convolution",
      params: {},
      inputs: {
        images: spec("f32", [batch, channels, height, width]),
        weight: spec("f32", [outputs, channels, 3, 3]),
      },
      forward: (_, { images, weight }) => {
        const y = conv2d(images, weight, { padding, stride });
        return { y, positive: relu(y), slope: differentiate(sum(mul(y, y)), [images])[0] };
      },
    }),
  );

const feedsFor = ({ batch, channels, outputs, height, width }: Shape, seed: number, profile: "whole" | "normal") => ({
  images: randomArray({ dtype: "f32", shape: [batch, channels, height, width] }, seed, profile),
  weight: randomArray({ dtype: "f32", shape: [outputs, channels, 3, 3] }, seed + 1, profile),
});

const relaxed = { numerics: "relaxed" } as const;

const namesOf = (graph: Graph, options: object): readonly string[] =>
  [...planGraph(graph, options).program.kernels.values()].map(({ name }) => name);

const run = (graph: Graph, feeds: Readonly<Record<string, NdArray>>) =>
  runEverywhere(
    planGraph(graph, relaxed).program,
    "predict",
    new Map(Object.entries(feeds).map(([name, array]) => [name, toArray(array)])),
  );

/** The largest error a result may have, by the transforms of magnitudes with all signs plus. */
const boundOf = (
  { channels }: Shape,
  pixels: (c: number, y: number, x: number) => number,
  tap: (c: number, at: number) => number,
) => {
  const axis = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]): readonly number[] => [a + c, b + c, b + c, b + d];
  const weights = ([a = 0, b = 0, c = 0]: readonly number[]): readonly number[] => [
    a,
    (a + b + c) / 2,
    (a + b + c) / 2,
    c,
  ];
  const both = (
    transform: (line: readonly number[]) => readonly number[],
    rows: readonly (readonly number[])[],
  ): readonly (readonly number[])[] => {
    const across = rows.map(transform);
    const down = [0, 1, 2, 3].map((x) => transform(across.map((row) => row[x] ?? 0)));
    return [0, 1, 2, 3].map((y) => [0, 1, 2, 3].map((x) => down[x]?.[y] ?? 0));
  };
  return (y: number, x: number): number => {
    const [top, left] = [y - (y % 2), x - (x % 2)];
    let total = 0;
    for (let c = 0; c < channels; c++) {
      const d = both(
        axis,
        [0, 1, 2, 3].map((dy) => [0, 1, 2, 3].map((dx) => pixels(c, top + dy, left + dx))),
      );
      const g = both(
        weights,
        [0, 1, 2].map((ky) => [0, 1, 2].map((kx) => tap(c, ky * 3 + kx))),
      );
      for (const dy of [0, 1, 2])
        for (const dx of [0, 1, 2])
          total += (d[dy + (y % 2)]?.[dx + (x % 2)] ?? 0) * (g[dy + (y % 2)]?.[dx + (x % 2)] ?? 0);
    }
    return (channels + 12) * 2 ** -24 * total;
  };
};

describe("convolutions in fewer products", () => {
  const shape: Shape = { batch: 1, channels: 16, outputs: 16, height: 8, width: 8, padding: [1, 1, 1, 1] };

  test("are taken where numerics are relaxed, windows suit and channels are many", () => {
    expect(namesOf(graphOf(shape), relaxed)).toContain("winograd weights");
    expect(namesOf(graphOf(shape), {})).not.toContain("winograd weights");
    expect(namesOf(graphOf(shape, 2), relaxed).filter((name) => name === "conv2d")).not.toHaveLength(0);
    expect(namesOf(graphOf({ ...shape, channels: 3, outputs: 3 }), relaxed)).not.toContain("winograd weights");
  });

  test("are exact on whole numbers, on every backend, and so are gradients of images", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), async (drawn, seed) => {
        const [graph, feeds] = [graphOf(drawn), feedsFor(drawn, seed, "whole")];
        const [closure, javascript, wasm] = await run(graph, feeds);
        expect(firstDifference(closure, javascript)).toBeUndefined();
        expect(firstDifference(closure, wasm)).toBeUndefined();
        const { outputs } = evaluateEntry(graph, "predict", feeds);
        const meaning = new Map(Object.entries(outputs).map(([name, array]) => [name, toArray(array)]));
        expect(firstDifference({ backend: "meaning", outputs: meaning, parameters: new Map() }, wasm)).toBeUndefined();
      }),
      { numRuns: 8 },
    );
  });

  test("err by less than their bound", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), async (drawn, seed) => {
        const [graph, feeds] = [graphOf(drawn), feedsFor(drawn, seed, "normal")];
        const wanted = evaluateEntry(graph, "predict", feeds).outputs["y"];
        const outcomes = await run(graph, feeds);
        const { channels, outputs, height, width, padding } = drawn;
        const [, , resultHeight = 0, resultWidth = 0] = wanted?.shape ?? [];
        for (let at = 0; at < (wanted?.data.length ?? 0); at += 7) {
          const [x, y] = [at % resultWidth, Math.floor(at / resultWidth) % resultHeight];
          const [o, b] = [
            Math.floor(at / resultWidth / resultHeight) % outputs,
            Math.floor(at / resultWidth / resultHeight / outputs),
          ];
          const bound = boundOf(
            drawn,
            (c, row, column) => {
              const [iy, ix] = [row - padding[0], column - padding[2]];
              const inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
              return inside ? Math.abs(feeds.images.data[((b * channels + c) * height + iy) * width + ix] ?? 0) : 0;
            },
            (c, tap) => Math.abs(feeds.weight.data[(o * channels + c) * 9 + tap] ?? 0),
          )(y, x);
          for (const { outputs: given } of outcomes)
            expect(Math.abs((given.get("y")?.[at] ?? Number.NaN) - (wanted?.data[at] ?? 0))).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 6 },
    );
  });
});
