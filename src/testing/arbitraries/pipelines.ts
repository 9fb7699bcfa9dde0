// Random pipelines: the passes over graphs that may stand in any order, as often as one likes or not at all, and behind them what
// compiling needs. Passes that lean on each other show here.
import fc from "fast-check";
import type { Graph } from "../../ir/graph/graph.ts";
import type { Pass } from "../../passes/pass.ts";
import { graphPasses } from "../properties/graph-passes.ts";

/**
 * Random lists of passes, each perhaps several times, to be run in their order.
 *
 * @example
 * import fc from "fast-check";
 * const [passes = []] = fc.sample(pipelines(exactPasses, 3), { numRuns: 1, seed: 1 });
 * passes.length <= 3; // true
 */
export const pipelines = (
  passes: readonly Pass<Graph, Graph>[] = graphPasses,
  maxPasses = 8,
): fc.Arbitrary<readonly Pass<Graph, Graph>[]> => fc.array(fc.constantFrom(...passes), { maxLength: maxPasses });
