// Fusion decides where values are computed, never what they are: the program in which each node is a kernel of its own
// gives the same bits as the fused one. Loops are run as lowering made them, before the vectoriser, which may take other loops of
// one than of the other, so that every sum is in its order.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, order, reachable } from "../../ir/graph/analysis.ts";
import type { Entry, Graph, Node } from "../../ir/graph/graph.ts";
import { type CoreOp, opOf } from "../../ir/ops/index.ts";
import { fuseElementwise } from "../../passes/fuse-elementwise.ts";
import type { FusedEntry, FusedGraph, Group } from "../../passes/fused-graph.ts";
import { stepGraph } from "../../passes/fusion/step-graph.ts";
import { lower } from "../../passes/lower.ts";
import type { Pass } from "../../passes/pass.ts";
import { standard } from "../../passes/pipelines.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { attempt } from "./attempt.ts";
import { runApart } from "./run-apart.ts";
import { differenceIn } from "./same-arrays.ts";

/** The group of one node; none for what is memory by itself. */
const groupOf = (node: Node<CoreOp>): readonly Group[] => {
  const { lower: lowering } = opOf(node.op);
  const isMemory = lowering.by === "memory" || lowering.by === "alias";
  if (isMemory) return [];
  const hasKernels = lowering.by === "kernel" || lowering.by === "body";
  const group: Group = {
    members: new Set([node.id]),
    ...(hasKernels ? { anchor: node.id } : {}),
    outputs: node.results.map(({ id }) => id),
  };
  return [node.op === "scan" ? { ...group, step: separate(stepGraph(node, () => true)) } : group];
};

const separateEntry = (graph: Graph<CoreOp>, entry: Entry): FusedEntry => {
  const wanted = [...entry.outputs, ...entry.updates].map(({ value }) => value);
  const live = reachable(wanted, (value) => definitionOf(graph, value));
  const nodes = order(graph).filter(({ id }) => live.has(id));
  return {
    entry,
    groups: nodes.flatMap(({ id }) => {
      const node = graph.nodes.get(id);
      return node === undefined ? [] : groupOf(node);
    }),
  };
};

/** The graph with a kernel for each node, what only moves elements included. */
export const separate = (graph: Graph<CoreOp>): FusedGraph => ({
  graph,
  entries: graph.entries.map((entry) => separateEntry(graph, entry)),
});

/**
 * The fused program and the one with a kernel for each node agree in every bit.
 *
 * @example
 * await forAll(graphs({ ops: ["binary"], maxSteps: 3 }), fusedEqualsUnfused(), { runs: 3 }); // undefined
 */
export const fusedEqualsUnfused = (fuse: Pass<Graph<CoreOp>, FusedGraph> = fuseElementwise): GraphProperty => ({
  name: "fused equals unfused",
  code: "fusedEqualsUnfused()",
  check: (drawn) =>
    attempt("compiling and running", () => {
      const core = standard.run(drawn.graph);
      const [apart, fused] = [separate(core), fuse.run(core)].map((grouped) => lower.run(grouped));
      invariant(apart !== undefined && fused !== undefined, "both are lowered");
      for (const [at, entry] of apart.entries.entries()) {
        const other = fused.entries[at];
        if (other === undefined) return { what: `fusion drops entry ${JSON.stringify(entry.name)}` };
        const wanted = runApart(apart, entry, drawn);
        const got = runApart(fused, other, drawn);
        const violation: Violation | undefined =
          differenceIn("the fused program", wanted.outputs, got.outputs) ??
          differenceIn("the fused program, as parameters,", wanted.updates, got.updates);
        if (violation !== undefined) return violation;
      }
      return undefined;
    }),
});
