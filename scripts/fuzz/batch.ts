// The graphs of a long run, by seed and number of the batch, so that whoever draws them draws the same. Most are small, some as
// everybody draws them; others are dense: rules that look at several ops at once seldom find them side by side.
import fc from "fast-check";
import { type GraphCase, graphs } from "../../src/testing/arbitraries/graph.ts";
import { longGraphs } from "../../src/testing/arbitraries/long-graphs.ts";
import { crowds, expressions } from "../../test/testing/properties/expressions.ts";

/** Graphs of a batch. */
export const batchSize = 10;

/** Ops that most rules are about, in small tensors, and many of them. */
const rewritten = graphs({
  ops: [
    "unary",
    "binary",
    "compare",
    "select",
    "cast",
    "clamp",
    "reshape",
    "transpose",
    "broadcast",
    "reduce",
    "concat",
    "slice",
    "pad",
    "flip",
  ],
  maxSteps: 16,
  maxElements: 64,
});

/** Graphs of a few steps: what is wrong with some op or some pair of them shows in a tenth of the time. */
const small = graphs({ maxSteps: 4, maxElements: 256 });

/** Graphs through which gradients flow, from values at which slopes are slopes. */
const smooth = graphs({ differentiable: true, values: ["conditioned"], maxSteps: 4, maxElements: 64 });

const kinds: readonly fc.Arbitrary<GraphCase>[] = [
  small,
  smooth,
  rewritten,
  longGraphs(),
  graphs(),
  small,
  smooth,
  expressions,
  longGraphs(),
  rewritten,
  crowds,
];

/** The graphs of a batch. */
export const batchOf = (seed: number, batch: number): readonly GraphCase[] =>
  fc.sample(kinds[batch % kinds.length] ?? graphs(), {
    seed: (Math.imul(seed, 0x9e3779b1) + batch) | 0,
    numRuns: batchSize,
  });
