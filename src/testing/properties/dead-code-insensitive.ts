// What nothing needs and what changes nothing changes nothing (equivalence modulo inputs): the compiled graph with dead code,
// with every node twice, and with identities in between gives the same bits as without.
import type { Graph } from "../../ir/graph/graph.ts";
import type { PlannedProgram } from "../../ir/loop/kernel.ts";
import type { Pass } from "../../passes/pass.ts";
import { compilation } from "../../passes/pipelines.ts";
import type { GraphProperty } from "../property.ts";
import { attempt } from "./attempt.ts";
import { withCopies, withDeadCode, withEachIdentity, withIdentities } from "./grow-graph.ts";
import { resultsDiffer, runProgram } from "./run-program.ts";

/**
 * So many nodes, leaves as well, has a graph at most that is held against every identity: which one stands where follows from the numbers of
 * nodes, so what is made simpler would otherwise lose the one that shows the mistake.
 */
const fewNodes = 8;

/** What is grown, and the graph with it. */
const grown = (graph: Graph): readonly (readonly [what: string, graph: Graph])[] => [
  ["dead code", withDeadCode(graph)],
  ["every node twice", withCopies(graph)],
  ["identities in between", withIdentities(graph)],
  ...(graph.nodes.size > fewNodes ? [] : withEachIdentity(graph)).map(
    ([what, other]) => [`${what} behind every value`, other] as const,
  ),
];

/**
 * No output of a compiled graph depends on code that is dead, doubled or does nothing, which is grown into the graph.
 *
 * @example
 * await forAll(graphs({ ops: ["unary"], maxSteps: 2 }), deadCodeInsensitive(), { runs: 3 }); // undefined
 */
export const deadCodeInsensitive = (compile: Pass<Graph, PlannedProgram> = compilation): GraphProperty => ({
  name: "insensitive to dead code",
  code: "deadCodeInsensitive()",
  check: (drawn) =>
    attempt("compiling and running", () => {
      const wanted = runProgram(compile.run(drawn.graph), drawn);
      for (const [what, graph] of grown(drawn.graph)) {
        const violation = resultsDiffer(`the graph with ${what}`, wanted, runProgram(compile.run(graph), drawn));
        if (violation !== undefined) return violation;
      }
      return undefined;
    }),
});
