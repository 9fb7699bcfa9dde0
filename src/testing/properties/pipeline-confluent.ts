// Passes that may be permuted may be left out and run in any order: whatever is done with a graph, its meaning stays, bit for bit. Which
// orders are tried follows from the graph, so that the same graph is always tried in the same ones.
import type { Graph } from "../../ir/graph/graph.ts";
import { printGraph } from "../../ir/text/print.ts";
import type { Pass } from "../../passes/pass.ts";
import { randomFrom } from "../arbitraries/values.ts";
import type { GraphProperty } from "../property.ts";
import { attempt } from "./attempt.ts";
import { exactPasses } from "./graph-passes.ts";
import { illFormed, meaningDiffers } from "./pass-preserves-semantics.ts";

/** FNV-1a over the characters of a text. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
};

/** Some of the passes, some of them twice, in some order. */
const arranged = (passes: readonly Pass<Graph, Graph>[], random: () => number): readonly Pass<Graph, Graph>[] =>
  [...passes, ...passes]
    .map((pass) => ({ pass, place: random() }))
    .filter(() => random() < 0.5)
    .sort((a, b) => a.place - b.place)
    .map(({ pass }) => pass);

/**
 * Any subset of the passes, in any order, keeps every bit. `arrangements` are tried for each graph.
 *
 * @example
 * const confluent = pipelineConfluent(exactPasses, { arrangements: 2 });
 * await forAll(graphs({ ops: ["binary"], maxSteps: 3 }), confluent, { runs: 2 }); // undefined
 */
export const pipelineConfluent = (
  passes: readonly Pass<Graph, Graph>[] = exactPasses,
  { arrangements = 4 }: { readonly arrangements?: number } = {},
): GraphProperty => ({
  name: "pipeline is confluent",
  check: (drawn) =>
    attempt("running passes", () => {
      const random = randomFrom(hashOf(printGraph(drawn.graph)));
      for (let tried = 0; tried < arrangements; tried++) {
        const order = arranged(passes, random);
        const after = order.reduce((graph, pass) => pass.run(graph), drawn.graph);
        const who = order.map(({ name }) => name).join(", then ");
        const violation = illFormed(who, drawn.graph, after) ?? meaningDiffers(who, drawn, after);
        if (violation !== undefined) return violation;
      }
      return undefined;
    }),
});
