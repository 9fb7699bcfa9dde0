import { expect, test } from "vitest";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { edit } from "../../src/ir/graph/edit.ts";
import type { Graph, ValueId } from "../../src/ir/graph/graph.ts";
import type { Attributes } from "../../src/ir/ops/attributes.ts";
import type { OpKind } from "../../src/ir/ops/index.ts";
import { cse } from "../../src/passes/cse.ts";
import { opsOf } from "./support.ts";

/** Nodes as they come from rewriting: the builder itself would have shared them. */
const unshared = (nodes: readonly (readonly [OpKind, readonly number[], Attributes])[]): Graph => {
  const builder = graphBuilder();
  const first = builder.input("x", { dtype: "f32", shape: [2] });
  const second = builder.parameter("w", { dtype: "f32", shape: [2] });
  const base = builder.finish("test", []);
  return edit(base, (editor) => {
    const values: ValueId[] = [first, second];
    for (const [op, operands, attrs] of nodes)
      values.push(
        ...editor.emit(
          op,
          operands.map((at) => values[at] ?? first),
          attrs,
        ),
      );
    const outputs = values.slice(2).map((value, at) => ({ name: `y${at}`, value }));
    editor.setEntries([{ name: "main", outputs, updates: [] }]);
  }).graph;
};

const outputs = (graph: Graph): readonly ValueId[] => graph.entries[0]?.outputs.map(({ value }) => value) ?? [];

test("equal expressions are computed once, and so are equal expressions of them", () => {
  const graph = unshared([
    ["unary", [0], { fn: "exp" }],
    ["unary", [0], { fn: "exp" }],
    ["unary", [2], { fn: "sin" }],
    ["unary", [3], { fn: "sin" }],
  ]);
  const shared = cse.run(graph);
  expect(opsOf(shared)).toEqual(["input", "parameter", "unary exp", "unary sin"]);
  const [a, b, c, d] = outputs(shared);
  expect([a, c]).toEqual([b, d]);
});

test("the order of operands, the attributes and the bits of constants tell nodes apart", () => {
  const graph = unshared([
    ["binary", [0, 1], { fn: "sub" }],
    ["binary", [1, 0], { fn: "sub" }],
    ["binary", [0, 1], { fn: "div" }],
    ["constant", [], { value: 0, dtype: "f32", shape: [2] }],
    ["constant", [], { value: -0, dtype: "f32", shape: [2] }],
    ["constant", [], { value: Number.NaN, dtype: "f32", shape: [2] }],
    ["constant", [], { value: 0, dtype: "f64", shape: [2] }],
    ["constant", [], { value: 0, dtype: "f32", shape: [1, 2] }],
  ]);
  expect(cse.run(graph)).toBe(graph);
});

test("the same along another axis is something else", () => {
  const builder = graphBuilder();
  const square = builder.input("x", { dtype: "f32", shape: [2, 2] });
  const graph = edit(builder.finish("test", []), (editor) => {
    const values = [0, 1].flatMap((axis) => editor.emit("softmax", [square], { axis }));
    editor.setEntries([{ name: "main", outputs: values.map((value, at) => ({ name: `y${at}`, value })), updates: [] }]);
  }).graph;
  expect(cse.run(graph)).toBe(graph);
});

test("constants that are NaN are one", () => {
  const nan = ["constant", [], { value: Number.NaN, dtype: "f32", shape: [] }] as const;
  expect(opsOf(cse.run(unshared([nan, nan])))).toEqual(["input", "parameter", "constant"]);
});

test("operand lists such as (1, 12) and (11, 2) are told apart", () => {
  const fns = ["exp", "sin", "cos", "tanh", "neg", "abs", "sqrt", "log", "sign", "sigmoid", "rsqrt"] as const;
  const graph = unshared([
    ...fns.map((fn) => ["unary", [0], { fn }] as const),
    ["binary", [1, 12], { fn: "add" }],
    ["binary", [11, 2], { fn: "add" }],
  ]);
  expect(cse.run(graph)).toBe(graph);
});
