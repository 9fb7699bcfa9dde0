import { expect, test } from "vitest";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { dce } from "../../src/passes/dce.ts";
import { graphOf, opsOf } from "./support.ts";

const example = () => {
  const trace = traceOver(graphBuilder());
  const x = trace.input("x", { dtype: "f32", shape: [2] });
  trace.input("unused", { dtype: "f32", shape: [2] });
  const w = trace.parameter("w", { dtype: "f32", shape: [2] });
  trace.parameter("frozen", { dtype: "f32", shape: [2] });
  const table = trace.data("f32", [2], Float32Array.of(1, 2));
  trace.data("f32", [2], Float32Array.of(3, 4)).exp().mul(x);
  const y = x.mul(w);
  const next = w.sub(table);
  return trace.builder.finish("example", [
    { name: "main", outputs: [{ name: "y", value: trace.value(y) }], updates: [] },
    { name: "step", outputs: [], updates: [{ name: "w", value: trace.value(next) }] },
  ]);
};

test("only what outputs and updates of some entry need is left, and the signature", () => {
  const result = dce.run(example());
  expect(opsOf(result)).toEqual(["input", "input", "parameter", "parameter", "data", "binary mul", "binary sub"]);
  expect(result.inputs).toHaveLength(2);
  expect(result.parameters).toHaveLength(2);
});

test("constants go with the last node that names them", () => {
  expect([...dce.run(example()).constants.values()].map(({ data }) => [...data])).toEqual([[1, 2]]);
});

test("constants that no node named to begin with go, too", () => {
  const [[id, contents] = []] = example().constants;
  if (id === undefined || contents === undefined) throw new Error("an example has constants");
  const graph = graphOf((t) => ({ y: t.input("x", { dtype: "f32", shape: [2] }).exp() }));
  expect(dce.run({ ...graph, constants: new Map([[id, contents]]) }).constants.size).toBe(0);
});

test("a graph without dead code is given back as it is", () => {
  const result = dce.run(example());
  expect(dce.run(result)).toBe(result);
});
