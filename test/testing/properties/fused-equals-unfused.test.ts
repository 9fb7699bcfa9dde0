// Fusion keeps every bit, of anything; and a fusion that does not is found out: one that computes a member of a kernel from the
// operands in another order, and one that runs kernels before what they read.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Graph, Node } from "../../../src/ir/graph/graph.ts";
import type { CoreOp } from "../../../src/ir/ops/index.ts";
import { fuseElementwise } from "../../../src/passes/fuse-elementwise.ts";
import type { FusedGraph } from "../../../src/passes/fused-graph.ts";
import type { Pass } from "../../../src/passes/pass.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { fusedEqualsUnfused } from "../../../src/testing/index.ts";
import { withNearCopies } from "../../../src/testing/properties/grow-graph.ts";
import { expressions } from "./expressions.ts";
import { expectCaught, expectHolds } from "./holding.ts";

test("the fused program has the bits of the one with a kernel for each node", async () => {
  await expectHolds(fusedEqualsUnfused(), graphs({ maxSteps: 14 }), 100);
  await expectHolds(fusedEqualsUnfused(), expressions, 60);
  const near = graphs().map((drawn) => ({ ...drawn, graph: withNearCopies(drawn.graph) }));
  await expectHolds(fusedEqualsUnfused(), near, 30);
});

const brokenBy = (change: (fused: FusedGraph) => FusedGraph): Pass<Graph<CoreOp>, FusedGraph> => ({
  ...fuseElementwise,
  run: (graph) => change(fuseElementwise.run(graph)),
});

/** Subtractions and divisions of other nodes' results, within kernels of several nodes, the other way round. */
const turnedRound = ({ graph, entries }: FusedGraph): FusedGraph => {
  const fused = new Set(
    entries.flatMap(({ groups }) => groups.flatMap(({ members }) => (members.size > 1 ? [...members] : []))),
  );
  const turned = (node: Node<CoreOp>): Node<CoreOp> =>
    node.op === "binary" && fused.has(node.id) ? { ...node, operands: node.operands.toReversed() } : node;
  return { graph: { ...graph, nodes: new Map([...graph.nodes].map(([id, node]) => [id, turned(node)])) }, entries };
};

describe("what is broken is caught", () => {
  test("operands of a fused node in another order", async () => {
    const { what } = await expectCaught(fusedEqualsUnfused(brokenBy(turnedRound)), expressions, 300);
    expect(what).toContain("the fused program gives");
  });

  test("kernels in another order", async () => {
    const broken = brokenBy(({ graph, entries }) => ({
      graph,
      entries: entries.map(({ entry, groups }) => ({ entry, groups: groups.toReversed() })),
    }));
    const cases = fc.oneof(graphs(), expressions);
    const { what } = await expectCaught(fusedEqualsUnfused(broken), cases, 100);
    expect(what).toBeDefined();
  });
});
