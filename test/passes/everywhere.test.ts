// Passes over the bodies of recurrences, and bodies within bodies, as over the graph around them.
import { expect, test } from "vitest";
import { bodiesIn } from "../../src/ir/graph/body-graph.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { parseGraph } from "../../src/ir/text/index.ts";
import { everywhere } from "../../src/passes/everywhere.ts";
import { simplify } from "../../src/passes/pipelines.ts";
import { opsOf } from "./support.ts";

/** The ops of a graph and of all bodies in it. */
const allOps = (graph: Graph): readonly string[] => [
  ...opsOf(graph).filter((op) => op !== "input"),
  ...[...graph.nodes.values()].flatMap((node) => bodiesIn(node).flatMap(([, body]) => allOps(body))),
];

const nested = (value: string): Graph =>
  parseGraph(`graph @g(%s: f32[2], %x: f32[3, 2]) {
    %0 = scan %s, %x {body = (%h: f32[2], %x: f32[2]) {
      %0 = scan %h, %x {body = (%k: f32[2], %c: f32[2]) {
        %0 = unary %k {fn = neg} : f32[2]
        %1 = ${value}
        %2 = binary %1, %c {fn = add} : f32[2]
        yield %2
      }, carried = 1, sequences = 0, length = 2} : f32[2]
      yield %0
    }, carried = 1, sequences = 1, length = 3} : f32[2]
    entry @main(y = %0)
  }`);

test("bodies are changed, however deep, and graphs in which nothing is to be done are given back", () => {
  const graph = nested("unary %0 {fn = neg} : f32[2]");
  expect(allOps(graph)).toEqual(["scan", "scan", "unary neg", "unary neg", "binary add"]);
  const changed = everywhere(simplify).run(graph);
  expect(allOps(changed)).toEqual(["scan", "scan", "binary add"]);
  expect(everywhere(simplify).run(changed)).toBe(changed);
  const still = nested("unary %0 {fn = exp} : f32[2]");
  expect(everywhere(simplify).run(still)).toBe(still);
});
