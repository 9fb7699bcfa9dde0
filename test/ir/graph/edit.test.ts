import { applyPatches } from "immer";
import { expect, test } from "vitest";
import { definitionOf } from "../../../src/ir/graph/analysis.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { type Editor, edit } from "../../../src/ir/graph/edit.ts";
import type { Graph, Node, ValueId } from "../../../src/ir/graph/graph.ts";
import { functionOf } from "../../../src/ir/graph/print-node.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";

/** y = exp(x) * 2, z = exp(x) + x, and a log that nothing reads. */
const example = () => {
  const trace = traceOver(graphBuilder());
  const x = trace.input("x", { dtype: "f32", shape: [3] });
  const exp = x.exp();
  const y = exp.mul(2);
  const z = exp.add(x);
  const unused = x.log();
  const outputs = [
    { name: "y", value: trace.value(y) },
    { name: "z", value: trace.value(z) },
  ];
  const graph = trace.builder.finish("example", [{ name: "main", outputs, updates: [] }]);
  const [xId, expId, yId, zId, unusedId] = [x, exp, y, z, unused].map((tensor) => trace.value(tensor));
  if (xId === undefined || expId === undefined || yId === undefined || zId === undefined || unusedId === undefined)
    throw new Error("five values");
  return { graph, x: xId, exp: expId, y: yId, z: zId, unused: unusedId };
};

const one = (ids: readonly ValueId[]): ValueId => {
  const [id] = ids;
  if (id === undefined) throw new Error("no result");
  return id;
};

const sinOf = (editor: Editor, x: ValueId): ValueId => one(editor.emit("unary", [x], { fn: "sin" }));
const label = (node: Node): string => functionOf(node) ?? node.op;
const labels = (graph: Graph): readonly string[] => [...graph.nodes.values()].map(label);

/** Operands stand before users in the table. */
const expectOrdered = (graph: Graph): void => {
  const seen = new Set<ValueId>();
  for (const { operands, results } of graph.nodes.values()) {
    for (const operand of operands) expect(seen.has(operand)).toBe(true);
    for (const { id } of results) seen.add(id);
  }
};

test("a recipe that does nothing gives the same graph", () => {
  const { graph } = example();
  const { graph: same, patches } = edit(graph, () => {});
  expect(same).toBe(graph);
  expect(patches).toEqual([]);
});

test("new nodes that nothing comes to use change nothing", () => {
  const { graph, x } = example();
  expect(edit(graph, (editor) => void sinOf(editor, x)).graph).toBe(graph);
});

test("a replacement reaches operands; what it orphans goes", () => {
  const { graph, x, exp, z } = example();
  const { graph: edited, patches } = edit(graph, (editor) => editor.replace(exp, sinOf(editor, x)));
  expect(labels(edited)).toEqual(["input", "constant", "sin", "mul", "add", "log"]);
  expect(edited.entries).toBe(graph.entries);
  expect(definitionOf(edited, z).operands[1]).toBe(x);
  expectOrdered(edited);
  expect(patches.map(({ op, path }) => `${op} ${path[0]}`).sort()).toEqual([
    "add nodes",
    "remove nodes",
    "replace nodes",
    "replace nodes",
  ]);
});

test("replaced outputs get their new value in the entries", () => {
  const { graph, x, y } = example();
  const { graph: edited } = edit(graph, (editor) => editor.replace(y, x));
  expect(edited.entries[0]?.outputs[0]).toEqual({ name: "y", value: x });
  expect(labels(edited)).toEqual(["input", "exp", "add", "log"]);
});

test("replacements are followed to the end", () => {
  const { graph, x, exp, y } = example();
  const { graph: edited } = edit(graph, (editor) => {
    editor.replace(y, exp);
    editor.replace(exp, x);
    expect(editor.resolve(y)).toBe(x);
    expect(label(editor.definition(y))).toBe("input");
  });
  expect(edited.entries[0]?.outputs[0]?.value).toBe(x);
});

test("what was unused before stays, for dce", () => {
  const { graph, x, exp } = example();
  expect(labels(edit(graph, (editor) => editor.replace(exp, x)).graph)).toContain("log");
});

test("inputs stay even when nothing reads them", () => {
  const { graph, x } = example();
  const { graph: edited } = edit(graph, (editor) =>
    editor.replace(x, one(editor.emit("constant", [], { value: 1, dtype: "f32", shape: [3] }))),
  );
  expect(labels(edited)).toContain("input");
  expect(edited.inputs).toEqual(graph.inputs);
});

test("nodes are removed when asked", () => {
  const { graph, unused } = example();
  const { graph: edited, patches } = edit(graph, (editor) => editor.remove(definitionOf(graph, unused).id));
  expect(labels(edited)).not.toContain("log");
  expect(patches).toHaveLength(1);
});

test("a replacement of another type is our mistake", () => {
  const { graph, x, exp } = example();
  const cast = (editor: Editor) => one(editor.emit("cast", [x], { dtype: "f64" }));
  expect(() => edit(graph, (editor) => editor.replace(exp, cast(editor)))).toThrow("both have one type");
});

test("a replacement that would go round in a circle is our mistake", () => {
  const { graph, exp } = example();
  const round = (editor: Editor) => editor.replace(exp, one(editor.emit("unary", [exp], { fn: "neg" })));
  expect(() => edit(graph, round)).toThrow("cycle");
});

test("new operands stand before their first user, in the order of their own operands", () => {
  const { graph, x, exp } = example();
  const { graph: edited } = edit(graph, (editor) =>
    editor.replace(exp, sinOf(editor, one(editor.emit("unary", [x], { fn: "cos" })))),
  );
  expectOrdered(edited);
  expect(labels(edited)).toEqual(["input", "constant", "cos", "sin", "mul", "add", "log"]);
});

test("an old node moves before a user that comes to read it", () => {
  const { graph, exp, unused } = example();
  const { graph: edited } = edit(graph, (editor) => editor.replace(exp, unused));
  expectOrdered(edited);
  expect(labels(edited)).toEqual(["input", "constant", "log", "mul", "add"]);
});

test("nodes that do not change are the very same objects", () => {
  const { graph, y, x } = example();
  const { graph: edited } = edit(graph, (editor) => editor.replace(y, x));
  for (const [id, node] of edited.nodes) expect(node).toBe(graph.nodes.get(id));
});

test("the result is frozen", () => {
  const { graph, y, x } = example();
  const { graph: edited } = edit(graph, (editor) => editor.replace(y, sinOf(editor, x)));
  expect(Object.isFrozen(edited)).toBe(true);
  // As JavaScript may use it.
  expect(() => (edited.nodes as Map<unknown, unknown>).clear()).toThrow("frozen");
  for (const node of edited.nodes.values())
    expect([node, node.operands, node.attrs, node.results].every(Object.isFrozen)).toBe(true);
});

test("the patches, applied to the base, give the new contents", () => {
  const { graph, exp, x } = example();
  const { graph: edited, patches } = edit(graph, (editor) => editor.replace(exp, sinOf(editor, x)));
  const replayed = applyPatches(graph, [...patches]);
  const byId = (nodes: Graph["nodes"]) => [...nodes].sort(([a], [b]) => a - b);
  expect(byId(replayed.nodes)).toEqual(byId(edited.nodes));
  expect(replayed.entries).toEqual(edited.entries);
});

test("dense constants are kept once and only where a node names them", () => {
  const { graph, exp } = example();
  const { graph: edited } = edit(graph, (editor) => {
    const id = editor.intern("f32", Float32Array.of(1, 2, 3));
    expect(editor.intern("f32", Float32Array.of(1, 2, 3))).toBe(id);
    editor.intern("f32", Float32Array.of(4));
    editor.replace(exp, one(editor.emit("data", [], { id, dtype: "f32", shape: [3] })));
  });
  expect([...edited.constants.values()].map(({ data }) => [...data])).toEqual([[1, 2, 3]]);
  const { graph: forgotten } = edit(edited, (editor) => {
    for (const id of edited.constants.keys()) editor.forget(id);
  });
  expect(forgotten.constants.size).toBe(0);
});
