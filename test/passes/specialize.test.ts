import { expect, test } from "vitest";
import { typeOf, usedSymbols } from "../../src/ir/graph/analysis.ts";
import { specialize } from "../../src/passes/specialize.ts";
import { allBits, feedsFor, graphOf, opsOf, run } from "./support.ts";

const all = (end: number | string) => ({ start: 0, end, step: 1 });

const example = () =>
  graphOf((t) => {
    const x = t.input("x", { dtype: "f32", shape: ["B", "T", 2] });
    const rows = x.reshape(["B*T", 2]);
    const last = x.slice([all("B"), { start: "T-1", end: "T", step: 1 }, all(2)]);
    return { rows: rows.add(t.constant(1, "f32", ["B*T", 2])), last, mean: x.mean() };
  });

test("every extent becomes a number", () => {
  const bound = specialize({ B: 2, T: 3 }).run(example());
  expect(usedSymbols(bound)).toEqual([]);
  const shapes = bound.entries[0]?.outputs.map(({ value }) => typeOf(bound, value).shape);
  expect(shapes).toEqual([[6, 2], [2, 1, 2], []]);
  const feeds = feedsFor(bound, 1, "whole");
  const { rows, last, mean } = run(bound, feeds).outputs;
  const x = [...(feeds["x"]?.data ?? [])];
  expect([...(rows?.data ?? [])]).toEqual(x.map((element) => element + 1));
  expect([...(last?.data ?? [])]).toEqual([...x.slice(4, 6), ...x.slice(10, 12)]);
  expect([...(mean?.data ?? [])]).toEqual([Math.fround(x.reduce((a, b) => a + b) / 12)]);
});

test("zero is an extent", () => {
  const bound = specialize({ B: 0, T: 1 }).run(example());
  expect(allBits(run(bound, feedsFor(bound, 1, "normal")).outputs)["last"]).toBe("f32[0,1,2] ");
});

test("the signature keeps its order, its names and its entries", () => {
  const graph = graphOf((t) => {
    const b = t.parameter("b", { dtype: "f32", shape: ["N"] });
    const a = t.input("a", { dtype: "f32", shape: ["N"] });
    t.input("unused", { dtype: "f32", shape: ["N"] });
    return { y: a.mul(b) };
  });
  const bound = specialize({ N: 4 }).run(graph);
  expect(opsOf(bound).toSorted()).toEqual(opsOf(graph).toSorted());
  const name = (value: (typeof bound.inputs)[number]) =>
    [...bound.nodes.values()].flatMap((node) =>
      node.op === "input" && node.results[0]?.id === value ? [node.attrs.name] : [],
    )[0];
  expect(bound.inputs.map(name)).toEqual(["a", "unused"]);
  expect(bound.parameters).toHaveLength(1);
  expect(bound.entries.map((entry) => [entry.name, entry.outputs.map((output) => output.name)])).toEqual([
    ["main", ["y"]],
  ]);
});

test("a graph without symbols is given back as it is, whatever is bound", () => {
  const graph = graphOf((t) => ({ y: t.input("x", { dtype: "f32", shape: [2] }).exp() }));
  expect(specialize({ B: 3 }).run(graph)).toBe(graph);
});

test("symbols without a value are named", () => {
  expect(() => specialize({ B: 2 }).run(example())).toThrow(
    "W124: specialize: test has dimensions without a value: T (given: B)",
  );
});

test.each([-1, 1.5, Number.NaN, Infinity])("%s is no extent", (value) => {
  expect(() => specialize({ B: 2, T: value }).run(example())).toThrow(
    `W125: specialize: the dimension T is bound to ${value}`,
  );
});

test("an extent that falls below 0 is refused with its op", () => {
  const graph = graphOf((t) => ({
    y: t.input("x", { dtype: "f32", shape: ["T"] }).slice([{ start: 2, end: "T", step: 1 }]),
  }));
  expect(() => specialize({ T: 1 }).run(graph)).toThrow(
    "W126: specialize: slice gives a shape with an extent below 0: [T-2] with T = 1",
  );
});
