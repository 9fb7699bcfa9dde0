// What nothing needs and what changes nothing changes nothing (equivalence modulo inputs): the compiled graph with dead code,
// with every node twice, and with identities in between gives the same bits as without.
import type { Graph } from "../../ir/graph/graph.ts";
import type { PlannedProgram } from "../../ir/loop/kernel.ts";
import type { Pass } from "../../passes/pass.ts";
import { compilation } from "../../passes/pipelines.ts";
import type { GraphProperty } from "../property.ts";
import { attempt } from "./attempt.ts";
import { withCopies, withDeadCode, withIdentities } from "./grow-graph.ts";
import { resultsDiffer, runProgram } from "./run-program.ts";

const grown: readonly (readonly [what: string, grow: (graph: Graph) => Graph])[] = [
  ["with dead code", withDeadCode],
  ["with every node twice", withCopies],
  ["with identities in between", withIdentities],
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
      for (const [what, grow] of grown) {
        const graph = grow(drawn.graph);
        const violation = resultsDiffer(`the graph ${what}`, wanted, runProgram(compile.run(graph), drawn));
        if (violation !== undefined) return violation;
      }
      return undefined;
    }),
});
