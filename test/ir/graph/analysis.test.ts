import { expect, test } from "vitest";
import {
  definitionOf,
  definitions,
  freeIds,
  liveNodes,
  order,
  topologicalOrder,
  typeOf,
  usedSymbols,
  users,
} from "../../../src/ir/graph/analysis.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { Graph, Node, NodeId, ValueId } from "../../../src/ir/graph/graph.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";

const example = () => {
  const trace = traceOver(graphBuilder());
  const x = trace.input("x", { dtype: "f32", shape: ["B", 3] });
  const squared = x.mul(x);
  const unused = x.exp();
  const sum = squared.add(x);
  const graph = trace.builder.finish("example", [
    { name: "main", outputs: [{ name: "y", value: trace.value(sum) }], updates: [] },
  ]);
  return {
    graph,
    x: trace.value(x),
    squared: trace.value(squared),
    unused: trace.value(unused),
    sum: trace.value(sum),
  };
};

test("each value has the node that defines it", () => {
  const { graph, squared, sum } = example();
  expect(definitions(graph).size).toBe(4);
  expect(definitionOf(graph, squared).attrs).toEqual({ fn: "mul" });
  expect(typeOf(graph, sum)).toEqual({ dtype: "f32", shape: ["B", 3] });
});

test("a value that is not there is our mistake", () => {
  const { graph } = example();
  // A number that is no id of this graph.
  expect(() => definitionOf(graph, 99 as ValueId)).toThrow("value %99 is defined in graph example");
});

test("users are listed in order and once each", () => {
  const { graph, x, squared, sum } = example();
  const readers = (value: ValueId) =>
    users(graph)
      .get(value)
      ?.map((node) => ("fn" in node.attrs ? node.attrs.fn : node.op));
  expect(readers(x)).toEqual(["mul", "exp", "add"]);
  expect(readers(squared)).toEqual(["add"]);
  expect(readers(sum)).toBeUndefined();
});

test("nodes that no result needs are not live", () => {
  const { graph, unused } = example();
  expect(liveNodes(graph).has(definitionOf(graph, unused).id)).toBe(false);
  expect(liveNodes(graph).size).toBe(3);
});

test("facts are worked out once per graph", () => {
  const { graph } = example();
  expect(order(graph)).toBe(order(graph));
  expect(order(graph)).not.toBe(order(example().graph));
});

test("symbols come from types and attributes", () => {
  const trace = traceOver(graphBuilder());
  const x = trace.input("x", { dtype: "f32", shape: ["T*B", 2] });
  trace.builder.emit("slice", [trace.value(x)], { starts: ["S", 0], ends: ["S+1", 2], steps: [1, 1] });
  expect(usedSymbols(trace.builder.finish("symbols", []))).toEqual(["B", "S", "T"]);
});

test("free ids follow the largest", () => {
  expect(freeIds(example().graph)).toEqual({ node: 4, value: 4 });
});

const withNodes = (graph: Graph, nodes: readonly Node[]): Graph => ({
  ...graph,
  nodes: new Map(nodes.map((node) => [node.id, node])),
});

test("order puts operands first, whatever the order of the table", () => {
  const { graph } = example();
  const reversed = withNodes(graph, [...graph.nodes.values()].toReversed());
  const position = new Map(order(reversed).map((node, at) => [node.id, at] as const));
  for (const node of graph.nodes.values())
    for (const operand of node.operands)
      expect(position.get(definitionOf(graph, operand).id)).toBeLessThan(position.get(node.id) ?? -1);
});

test("order keeps what is ordered already", () => {
  const { graph } = example();
  expect(order(graph)).toEqual([...graph.nodes.values()]);
});

test("a cycle is found", () => {
  const { graph, squared, sum } = example();
  const id = definitionOf(graph, squared).id;
  const nodes = [...graph.nodes.values()].map((node) =>
    // As no builder would make it.
    node.id === id ? { ...node, operands: [sum, sum] } : node,
  );
  expect(() => order(withNodes(graph, nodes))).toThrow("is in no cycle");
});

test("a chain of a hundred thousand nodes is sorted without deep recursion", () => {
  const chain = Array.from(
    { length: 100_000 },
    (_, at): Node =>
      // Built by hand, for the builder would take longer than the test.
      ({
        id: at as NodeId,
        op: "unary",
        attrs: { fn: "neg" },
        operands: at === 0 ? [] : [(at - 1) as ValueId],
        results: [{ id: at as ValueId, type: { dtype: "f32", shape: [] } }],
      }),
  );
  const sorted = topologicalOrder(chain.toReversed(), (value) => chain[value] ?? ({} as Node));
  expect(sorted.map(({ id }) => id)).toEqual(chain.map(({ id }) => id));
});
