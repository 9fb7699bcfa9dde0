// Code that is dead, doubled or does nothing changes no bit; and a compiler that minds it is found out.
import { expect, test } from "vitest";
import { compilation } from "../../../src/passes/pipelines.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { deadCodeInsensitive } from "../../../src/testing/index.ts";
import { expressions } from "./expressions.ts";
import { expectCaught, expectHolds } from "./holding.ts";

test("the compiled graph does not depend on it", async () => {
  // Without motifs: where attention is found sums are taken in another order, and what stands in between decides what is found.
  await expectHolds(deadCodeInsensitive(), graphs({ maxSteps: 8, motifs: {} }), 25);
  await expectHolds(deadCodeInsensitive(), expressions, 25);
});

test("a compiler that stops sharing in large graphs and takes another formula there is caught", async () => {
  const swapping = {
    ...compilation,
    run: (graph: Parameters<typeof compilation.run>[0]) => {
      const nodes = [...graph.nodes.values()];
      const wrong = nodes.length > 12 ? "min" : "max";
      const changed = nodes.map((node) => {
        const isExtreme = node.op === "binary" && node.attrs.fn === "max";
        return [node.id, isExtreme ? Object.freeze({ ...node, attrs: Object.freeze({ fn: wrong }) }) : node] as const;
      });
      return compilation.run({ ...graph, nodes: new Map(changed) });
    },
  };
  const { what } = await expectCaught(deadCodeInsensitive(swapping), expressions, 200);
  expect(what).toContain("the graph with");
});
