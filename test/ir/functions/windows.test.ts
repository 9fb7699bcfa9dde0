// Convolution, its transpose and pooling over one, two and three axes: random windows on random shapes against the loops that
// define them, results and gradients, in double precision and, on whole numbers, exactly on every backend.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import * as functions from "../../../src/ir/functions/index.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { withTrace } from "../../../src/ir/graph/trace.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { firstDifference, runEverywhere } from "../../../src/testing/run-everywhere.ts";
import { expectClose, randomNumbers } from "../../support/op-meaning.ts";
import {
  type Derived,
  naiveAveragePool,
  naiveConvolution,
  naiveMaxPool,
  naiveTransposed,
  type Placement,
} from "./naive-windows.ts";

type Rank = 1 | 2 | 3;

/** A call and what must come of it. */
interface Case {
  readonly operands: readonly NdArray[];
  readonly call: (...operands: Tensor[]) => Tensor;
  readonly expected: Derived;
}

/** The call on fed operands, with the gradients of all of them for a fed cotangent. */
const graphOf = ({ operands, call, expected }: Case, dtype: DType): Graph => {
  const trace = traceOver(graphBuilder());
  return withTrace(trace, () => {
    const tensors = operands.map(({ shape }, position) => trace.input(`operand${position}`, { dtype, shape }));
    const result = call(...tensors);
    const flow = trace.input("cotangent", { dtype, shape: expected.result.shape });
    const gradients = differentiate(functions.sum(functions.mul(result, flow)), tensors);
    const named = [["result", result] as const, ...gradients.map((tensor, at) => [`gradient${at}`, tensor] as const)];
    const outputs = named.map(([name, tensor]) => ({ name, value: trace.value(tensor) }));
    return trace.builder.finish("windows", [{ name: "main", outputs, updates: [] }]);
  });
};

const wantedOf = ({ expected }: Case, cotangent: NdArray): ReadonlyMap<string, NdArray> =>
  new Map([
    ["result", expected.result],
    ...expected.gradients(cotangent).map((array, at) => [`gradient${at}`, array] as const),
  ]);

const feedsOf = ({ operands }: Case, cotangent: NdArray): readonly (readonly [string, NdArray])[] => [
  ...operands.map((array, at) => [`operand${at}`, array] as const),
  ["cotangent", cotangent],
];

/** What the graph means is what the loops give. */
const expectMeaning = (drawn: Case, cotangent: NdArray): void => {
  const found = evaluateGraph(graphOf(drawn, "f64"), "main", Object.fromEntries(feedsOf(drawn, cotangent)));
  for (const [name, wanted] of wantedOf(drawn, cotangent)) expectClose(found[name], wanted, 1, 1e-11);
};

/** Closures, JavaScript and WebAssembly give the same bits; exact ones where `tolerance` is 0. */
const expectCompiled = async (drawn: Case, cotangent: NdArray, tolerance: number): Promise<void> => {
  const { program } = planGraph(graphOf(drawn, "f32"), { verify: "each" });
  const feeds = new Map(feedsOf(drawn, cotangent).map(([name, { data }]) => [name, Float32Array.from(data)]));
  const [closure, javascript, wasm] = await runEverywhere(program, "main", feeds);
  expect(firstDifference(closure, javascript)).toBeUndefined();
  expect(firstDifference(closure, wasm)).toBeUndefined();
  for (const [name, wanted] of wantedOf(drawn, cotangent)) {
    const data = Float64Array.from(closure.outputs.get(name) ?? []);
    expectClose({ dtype: "f64", shape: wanted.shape, data }, wanted, 1, tolerance);
  }
};

const count = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const perAxis = (rank: Rank, one: fc.Arbitrary<number>): fc.Arbitrary<readonly number[]> =>
  fc.array(one, { minLength: rank, maxLength: rank });

const arrayOf = (shape: readonly number[], random: () => number): NdArray => ({
  dtype: "f64",
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, random),
});

/** How much larger than a window images are at most. */
const room = { 1: 9, 2: 4, 3: 2 } as const;

/** Windows, extents that hold at least one of them, and everything else that shapes a case. */
const arbitraryWindows = (rank: Rank) =>
  fc
    .record({
      kernel: perAxis(rank, count(1, 3)),
      stride: perAxis(rank, count(1, 3)),
      low: perAxis(rank, fc.constantFrom(0, 0, 1, 2)),
      high: perAxis(rank, fc.constantFrom(0, 0, 1, 2)),
      dilation: perAxis(rank, count(1, 3)),
      outputPadding: perAxis(rank, count(0, 2)),
      batch: fc.constantFrom(0, 1, 1, 1, 2),
      groups: count(1, 3),
      groupInputs: count(1, 2),
      groupOutputs: count(1, 2),
      seed: fc.integer(),
      ceil: fc.boolean(),
      countPadding: fc.boolean(),
      more: perAxis(rank, count(0, room[rank])),
    })
    .map((drawn) => ({ ...drawn, rank }));

type Drawn = ReturnType<typeof arbitraryWindows> extends fc.Arbitrary<infer T> ? T : never;

const least = ({ kernel, dilation, low, high }: Drawn, axis: number): number =>
  Math.max(1, (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1 - (low[axis] ?? 0) - (high[axis] ?? 0));

const sidesOf = ({ low, high }: Placement): readonly number[] => low.flatMap((side, axis) => [side, high[axis] ?? 0]);

/** The function of a name for any number of axes, called with options that are lists. */
const called = (name: string, ...rest: readonly unknown[]) => {
  // The names are those of public functions; shapes are checked against the loops.
  const call = new Map<string, unknown>(Object.entries(functions)).get(name) as (
    ...given: readonly unknown[]
  ) => Tensor;
  return (...operands: Tensor[]): Tensor => call(...operands, ...rest);
};

type CaseOf = (drawn: Drawn, random: () => number) => Case;

const convolution: CaseOf = (drawn, random) => {
  const { rank, batch, groups, groupInputs, groupOutputs, kernel, stride, dilation, more } = drawn;
  const extents = more.map((extra, axis) => least(drawn, axis) + extra);
  const images = arrayOf([batch, groups * groupInputs, ...extents], random);
  const weight = arrayOf([groups * groupOutputs, groupInputs, ...kernel], random);
  const options = { stride, padding: sidesOf(drawn), dilation, groups };
  return {
    operands: [images, weight],
    call: called(`conv${rank}d`, options),
    expected: naiveConvolution(images, weight, drawn, groups),
  };
};

const transposed: CaseOf = (drawn, random) => {
  const { rank, batch, groups, groupInputs, groupOutputs, kernel, stride, dilation, more } = drawn;
  const outputPadding = drawn.outputPadding.map((extra, axis) =>
    Math.min(extra, Math.max(stride[axis] ?? 1, dilation[axis] ?? 1) - 1),
  );
  const images = arrayOf([batch, groups * groupInputs, ...more.map((extra) => Math.min(3, extra) + 1)], random);
  const weight = arrayOf([groups * groupInputs, groupOutputs, ...kernel], random);
  // As much padding as leaves something without what output padding takes back.
  const [, , ...extents] = images.shape;
  const reached = extents.map(
    (n, axis) => (n - 1) * (stride[axis] ?? 1) + (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1),
  );
  const low = drawn.low.map((side, axis) => Math.min(side, reached[axis] ?? 0));
  const high = drawn.high.map((side, axis) => Math.min(side, (reached[axis] ?? 0) - (low[axis] ?? 0)));
  const placement = { stride, low, high, dilation, outputPadding };
  const options = { stride, padding: sidesOf(placement), dilation, groups, outputPadding };
  return {
    operands: [images, weight],
    call: called(`convTranspose${rank}d`, options),
    expected: naiveTransposed(images, weight, placement, groups),
  };
};

/** Extents with room for a window, and padding short of a whole one. */
const pooledPlacement = (
  drawn: Drawn,
  dilation: readonly number[],
): Placement & { readonly extents: readonly number[] } => {
  const reach = drawn.kernel.map((kernel, axis) => (dilation[axis] ?? 1) * (kernel - 1));
  const low = drawn.low.map((side, axis) => Math.min(side, reach[axis] ?? 0));
  const high = drawn.high.map((side, axis) => Math.min(side, reach[axis] ?? 0));
  const extents = drawn.more.map(
    (extra, axis) => least({ ...drawn, dilation: [...dilation], low, high }, axis) + extra,
  );
  return { stride: drawn.stride, low, high, dilation, extents };
};

const maxPool: CaseOf = (drawn, random) => {
  const { rank, batch, groups, kernel, ceil } = drawn;
  const { extents, ...placement } = pooledPlacement(drawn, drawn.dilation);
  const images = arrayOf([batch, groups, ...extents], random);
  const options = { stride: drawn.stride, padding: sidesOf(placement), dilation: drawn.dilation, ceil };
  return {
    operands: [images],
    call: called(`maxPool${rank}d`, kernel, options),
    expected: naiveMaxPool(images, kernel, placement, ceil),
  };
};

const averagePool: CaseOf = (drawn, random) => {
  const { rank, batch, groups, kernel, ceil, countPadding } = drawn;
  const { extents, ...placement } = pooledPlacement(
    drawn,
    kernel.map(() => 1),
  );
  const images = arrayOf([batch, groups, ...extents], random);
  const options = { stride: drawn.stride, padding: sidesOf(placement), ceil, countPadding };
  return {
    operands: [images],
    call: called(`averagePool${rank}d`, kernel, options),
    expected: naiveAveragePool(images, kernel, placement, { ceil, countPadding }),
  };
};

/** Averages divide, so they are compared closely; all else is exact on whole numbers. */
const families: readonly (readonly [name: string, make: CaseOf, tolerance: number])[] = [
  ["conv", convolution, 0],
  ["convTranspose", transposed, 0],
  ["maxPool", maxPool, 0],
  ["averagePool", averagePool, 1e-5],
];

const ranks: readonly Rank[] = [1, 2, 3];

describe.each(families.flatMap((family) => ranks.map((rank) => [...family, rank] as const)))(
  "%s",
  (name, make, tolerance, rank) => {
    const drawn = arbitraryWindows(rank);

    test(`${name}${rank}d means what the loops give, gradients included`, () => {
      fc.assert(
        fc.property(drawn, (choice) => {
          const random = randomNumbers(choice.seed);
          const made = make(choice, random);
          fc.pre(made.expected.result.data.every(Number.isFinite));
          expectMeaning(made, arrayOf(made.expected.result.shape, random));
        }),
        { numRuns: 150 },
      );
    });

    test(`${name}${rank}d is the same on every backend`, async () => {
      await fc.assert(
        fc.asyncProperty(drawn, async (choice) => {
          const random = randomNumbers(choice.seed);
          const whole = (): number => Math.floor(random() * 8);
          const made = make(choice, whole);
          fc.pre(made.expected.result.data.every(Number.isFinite));
          await expectCompiled(made, arrayOf(made.expected.result.shape, whole), tolerance);
        }),
        { numRuns: 15 },
      );
    });
  },
);
