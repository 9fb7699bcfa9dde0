// The graphs of a long run, by seed and number of the batch, so that whoever draws them draws the same. Of all ops together a graph
// has too many kinds for two of them to meet often, so most batches are of a few (swarm testing: Groce et al., ISSTA 2012).
import fc from "fast-check";
import { computingOps, type GraphCase, graphs } from "../../src/testing/arbitraries/graph.ts";

/** Graphs of a batch. */
export const batchSize = 20;

/** Batches of all ops among those of a few. */
const wholeEvery = 3;

const few = { minLength: 2, maxLength: 6 };

/** The graphs of a batch. */
export const batchOf = (seed: number, batch: number): readonly GraphCase[] => {
  const own = (Math.imul(seed, 0x9e3779b1) + batch) | 0;
  if (batch % wholeEvery === 0) return fc.sample(graphs(), { seed: own, numRuns: batchSize });
  const [ops = []] = fc.sample(fc.shuffledSubarray([...computingOps], few), { seed: own, numRuns: 1 });
  return fc.sample(graphs({ ops, maxElements: 512 }), { seed: own, numRuns: batchSize });
};
