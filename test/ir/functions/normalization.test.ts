// Normalizations against their formulas in plain numbers, over random shapes; their gradients; and numbers far from zero.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
import {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
  standardize,
} from "../../../src/ir/functions/index.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { withTrace } from "../../../src/ir/graph/trace.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { expectFunctionGradients } from "../../support/function-gradients.ts";
import { array, expectClose, randomArray, randomNumbers } from "../../support/op-meaning.ts";
import { evaluated, refusal } from "./evaluate-call.ts";

const epsilon = 1e-5;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanSquare = (values: readonly number[]): number => mean(values.map((value) => value * value));

/** Standardizes the elements that share a key; gives mean and biased variance by key. */
const byKey = (x: NdArray, keyOf: (index: readonly number[]) => string) => {
  const strides = x.shape.map((_, axis) => x.shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  const keys = [...x.data].map((_, at) =>
    keyOf(x.shape.map((extent, axis) => Math.floor(at / (strides[axis] ?? 1)) % extent)),
  );
  const groups = new Map<string, number[]>();
  for (const [at, key] of keys.entries()) groups.set(key, [...(groups.get(key) ?? []), x.data[at] ?? 0]);
  const statistics = new Map(
    [...groups].map(([key, values]) => {
      const center = mean(values);
      return [key, { center, variance: meanSquare(values.map((value) => value - center)), count: values.length }];
    }),
  );
  const data = x.data.map((value, at) => {
    const { center = 0, variance = 0 } = statistics.get(keys[at] ?? "") ?? {};
    return (value - center) / Math.sqrt(variance + epsilon);
  });
  return { unit: { ...x, data }, statistics };
};

/** Images of any number of places, with channels in groups. */
const images = fc.record({
  rows: fc.integer({ min: 1, max: 4 }),
  groups: fc.integer({ min: 1, max: 3 }),
  perGroup: fc.integer({ min: 1, max: 3 }),
  places: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
  seed: fc.integer(),
});

const drawnImages = ({
  rows,
  groups,
  perGroup,
  places,
  seed,
}: typeof images extends fc.Arbitrary<infer T> ? T : never) => {
  const random = randomNumbers(seed);
  const channels = groups * perGroup;
  const draw = (shape: readonly number[]): NdArray => randomArray({ dtype: "f64", shape }, random);
  return { x: draw([rows, channels, ...places]), weight: draw([channels]), bias: draw([channels]), random };
};

/** What scale and shift of channels make of units. */
const affine = (unit: NdArray, weight: NdArray, bias: NdArray): NdArray => {
  const places = unit.shape.slice(2).reduce((product, extent) => product * extent, 1);
  const data = unit.data.map((value, at) => {
    const channel = Math.floor(at / places) % (unit.shape[1] ?? 1);
    return value * (weight.data[channel] ?? 0) + (bias.data[channel] ?? 0);
  });
  return { ...unit, data };
};

describe("normalizations of channels over random shapes", () => {
  test("batchNorm by the batch, and its running statistics", () => {
    fc.assert(
      fc.property(images, (drawn) => {
        const { x, weight, bias } = drawnImages(drawn);
        const count = x.data.length / (x.shape[1] ?? 1);
        fc.pre(count > 1);
        const { unit, statistics } = byKey(x, ([, channel]) => `${channel}`);
        const old = { mean: weight, variance: { ...bias, data: bias.data.map(Math.abs) } };
        const call = (pick: (result: ReturnType<typeof batchNorm>) => Tensor) =>
          evaluated([x, weight, bias, old.mean, old.variance], (t, w, b, m, v) =>
            pick(
              batchNorm(t, {
                weight: w,
                bias: b,
                runningMean: m,
                runningVariance: v,
                training: true,
                momentum: 0.3,
              }),
            ),
          );
        expectClose(
          call(({ y }) => y),
          affine(unit, weight, bias),
          1,
          1e-9,
        );
        const mixed = (before: NdArray, fresh: (each: { center: number; variance: number }) => number): NdArray => ({
          ...before,
          data: before.data.map((value, channel) => {
            const each = statistics.get(`${channel}`) ?? { center: Number.NaN, variance: Number.NaN };
            return 0.7 * value + 0.3 * fresh(each);
          }),
        });
        expectClose(
          call(({ runningMean }) => runningMean),
          mixed(old.mean, ({ center }) => center),
          1,
          1e-12,
        );
        expectClose(
          call(({ runningVariance }) => runningVariance),
          mixed(old.variance, ({ variance }) => (variance * count) / (count - 1)),
          1,
          1e-12,
        );
      }),
      { numRuns: 50 },
    );
  });

  test("batchNorm by running statistics, which stay", () => {
    const x = array([2, 2], [1, 2, 3, 4]);
    const [m, v] = [array([2], [1, -1]), array([2], [3, 15])];
    const results = (["y", "runningMean", "runningVariance"] as const).map(
      (name) =>
        evaluated(
          [x, m, v],
          (t, mu, variance) => batchNorm(t, { runningMean: mu, runningVariance: variance, epsilon: 1 })[name],
        ).data,
    );
    expect(results.map((data) => [...data])).toEqual([
      [0, 0.75, 1, 1.25],
      [1, -1],
      [3, 15],
    ]);
  });

  test("groupNorm and instanceNorm", () => {
    fc.assert(
      fc.property(images, (drawn) => {
        const { x, weight, bias } = drawnImages(drawn);
        const { unit } = byKey(x, ([row, channel = 0]) => `${row} ${Math.floor(channel / drawn.perGroup)}`);
        const grouped = evaluated([x, weight, bias], (t, w, b) => groupNorm(t, drawn.groups, { weight: w, bias: b }));
        expectClose(grouped, affine(unit, weight, bias), 1, 1e-9);
        if (drawn.places.length === 0) return;
        const { unit: each } = byKey(x, ([row, channel]) => `${row} ${channel}`);
        expectClose(
          evaluated([x], (t) => instanceNorm(t)),
          each,
          1,
          1e-9,
        );
      }),
      { numRuns: 50 },
    );
  });

  test("have gradients that agree with differences", () => {
    fc.assert(
      fc.property(images, (drawn) => {
        const { x, weight, bias, random } = drawnImages(drawn);
        // Of single elements, and of pairs that are nearly equal, the differences would be those of a jump.
        fc.pre(
          x.data.length / (x.shape[1] ?? 1) > 2 &&
            drawn.perGroup * x.data.length > 2 * (x.shape[0] ?? 1) * (x.shape[1] ?? 1),
        );
        const options = { epsilon: 0.1 };
        const inputs = [x, weight, bias];
        expectFunctionGradients(inputs, (t, w, b) => batchNorm(t, { ...options, weight: w, bias: b }).y, random);
        expectFunctionGradients(
          inputs,
          (t, w, b) => groupNorm(t, drawn.groups, { ...options, weight: w, bias: b }),
          random,
        );
        if (drawn.places.length > 0)
          expectFunctionGradients(inputs, (t, w, b) => instanceNorm(t, { ...options, weight: w, bias: b }), random);
      }),
      { numRuns: 25 },
    );
  });

  test("refuse what has no channels, other channels, groups that do not divide, and a single value", () => {
    expect(refusal([["f32", ["B"]]], (x) => batchNorm(x)).message).toBe(
      "W205: batchNorm: axis 1 is outside a shape of 1 axes ([B])",
    );
    expect(refusal([["f32", ["B", 3]]], (x) => instanceNorm(x)).message).toBe(
      "W205: instanceNorm: axis 2 is outside a shape of 2 axes ([B, 3])",
    );
    expect(
      refusal(
        [
          ["f32", ["B", 3]],
          ["f32", [4]],
        ],
        (x, weight) => groupNorm(x, 3, { weight }),
      ),
    ).toEqual({
      message: "W248: groupNorm: the weight must be f32[3], not f32[4]",
      file: "normalization.test.ts",
    });
    for (const groups of [2, 0, 1.5])
      expect(refusal([["f32", ["B", 3, 4]]], (x) => groupNorm(x, groups)).message).toBe(
        `W245: groupNorm: ${groups} groups do not divide 3 channels (f32[B, 3, 4])`,
      );
    expect(refusal([["f32", [1, 3]]], (x) => batchNorm(x, { training: true })).message).toContain(
      "W140: batchNorm: x: more than one value for each channel in training is expected, got f32[1, 3]",
    );
    expect(refusal([["i32", [4, 3]]], (x) => batchNorm(x)).message).toContain("W204: batchNorm: not defined for i32");
  });
});

describe("normalizations of the last axes", () => {
  const shapes = fc.record({
    leading: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    trailing: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    seed: fc.integer(),
  });

  test("layerNorm, standardize and rmsNorm follow their formulas", () => {
    fc.assert(
      fc.property(shapes, ({ leading, trailing, seed }) => {
        const random = randomNumbers(seed);
        const draw = (shape: readonly number[]): NdArray => randomArray({ dtype: "f64", shape }, random);
        const [x, scale, shift] = [draw([...leading, ...trailing]), draw(trailing), draw(trailing)];
        const { unit } = byKey(x, (index) => index.slice(0, leading.length).join());
        const size = scale.data.length;
        const applied = (from: NdArray, shifted: boolean): NdArray => ({
          ...from,
          data: from.data.map(
            (value, at) => value * (scale.data[at % size] ?? 0) + (shifted ? (shift.data[at % size] ?? 0) : 0),
          ),
        });
        const layered = evaluated([x, scale, shift], (t, w, b) => layerNorm(t, w as never, b as never));
        expectClose(layered, applied(unit, true), 1, 1e-9);
        const axes = trailing.map((_, axis) => axis - trailing.length);
        expectClose(
          evaluated([x], (t) => standardize(t, { axes: axes as never })),
          unit,
          1,
          1e-9,
        );
        const rms = { ...x, data: new Float64Array(x.data) };
        for (let from = 0; from < x.data.length; from += size) {
          const factor = 1 / Math.sqrt(meanSquare(Array.from(x.data.subarray(from, from + size))) + 1e-6);
          for (let at = from; at < from + size; at++) rms.data[at] = (x.data[at] ?? 0) * factor;
        }
        expectClose(
          evaluated([x, scale], (t, w) => rmsNorm(t, w as never)),
          applied(rms, false),
          1,
          1e-9,
        );
        const options = { epsilon: 0.1 };
        expectFunctionGradients([x, scale, shift], (t, w, b) => layerNorm(t, w as never, b as never, options), random);
        expectFunctionGradients([x, scale], (t, w) => rmsNorm(t, w as never, options), random);
      }),
      { numRuns: 50 },
    );
  });

  test("refuse scales of another shape", () => {
    const types = [
      ["f32", ["B", 3, 4]],
      ["f32", [2, 4]],
    ] as const;
    expect(refusal(types, (x, w) => layerNorm(x, w as never, w as never)).message).toBe(
      "W248: layerNorm: the scale must be f32[3, 4], not f32[2, 4]",
    );
    expect(refusal(types, (x, w) => rmsNorm(x, w as never)).message).toBe(
      "W248: rmsNorm: the scale must be f32[3, 4], not f32[2, 4]",
    );
  });
});

/** A function of one f32 array, compiled. */
const inSingle = (shape: readonly number[], data: Float32Array<ArrayBuffer>, call: (x: Tensor) => Tensor) => {
  const trace = traceOver(graphBuilder());
  const graph = withTrace(trace, () => {
    const result = call(trace.input("x", { dtype: "f32", shape }));
    const outputs = [{ name: "y", value: trace.value(result) }];
    return trace.builder.finish("single", [{ name: "main", outputs, updates: [] }]);
  });
  return compileGraph(graph, { backend: "wasm" }).executable.run("main", { x: data })["y"]?.data ?? [];
};

describe("numbers far from zero", () => {
  // What is in the array is exactly representable, so the only errors are those of the computation.
  const shape = [64, 8, 5];
  const random = randomNumbers(3);
  const data = Float32Array.from({ length: 64 * 8 * 5 }, () => 1e5 + Math.round(random() * 64));

  test.each<readonly [string, number, (x: Tensor) => Tensor]>([
    ["batchNorm", 2e-6, (x) => batchNorm(x).y],
    ["groupNorm", 2e-6, (x) => groupNorm(x, 2)],
    ["instanceNorm", 2e-6, (x) => instanceNorm(x)],
    ["standardize over all axes", 2e-6, (x) => standardize(x, { axes: [0, 1, 2] as never })],
    // Half a unit in the last place of 1e5.
    ["the running mean", 2 ** -8, (x) => batchNorm(x).runningMean.sub(1e5)],
    ["the running variance", 2e-6, (x) => batchNorm(x).runningVariance.mul(1e-3)],
  ])("%s keeps the digits that f32 has", (_, bound, call) => {
    const wanted = evaluated([{ dtype: "f64", shape, data: Float64Array.from(data) }], (x) => call(x)).data;
    const actual = inSingle(shape, data, call);
    const worst = wanted.reduce((most, value, at) => Math.max(most, Math.abs(value - (actual[at] ?? Number.NaN))), 0);
    expect(worst).toBeLessThanOrEqual(bound);
  });
});
