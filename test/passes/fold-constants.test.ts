import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { emitOne } from "../../src/ir/graph/traced-tensor.ts";
import { foldConstants } from "../../src/passes/fold-constants.ts";
import { graphOf, opsOf } from "./support.ts";

type Describe = Parameters<typeof graphOf>[0];

const folded = (describeIt: Describe): Graph => foldConstants.run(graphOf(describeIt));

/** What a graph that is one constant is filled with. */
const fill = (graph: Graph): number | undefined => {
  const [node, ...others] = graph.nodes.values();
  return node?.op === "constant" && others.length === 0 ? node.attrs.value : undefined;
};

const contents = (graph: Graph): readonly (readonly number[])[] =>
  [...graph.constants.values()].map(({ data }) => [...data]);

const range = (start: number, end: number) => ({ start, end, step: 1 });

describe("filled constants", () => {
  test("stay filled, whatever their size", () => {
    const graph = folded((t) => ({
      y: t
        .constant(2, "f32", [1000, 1000])
        .mul(t.constant(3, "f32", [1000, 1000]))
        .neg(),
    }));
    expect(fill(graph)).toBe(-6);
  });

  test("fold under symbolic shapes", () => {
    const graph = folded((t) => ({ y: t.constant(2, "f32", ["B", 3]).sub(0.5).sqrt() }));
    expect(fill(graph)).toBe(Math.fround(Math.sqrt(1.5)));
  });

  test("are rounded to their type before and after each operation", () => {
    const [tenth, fifth] = [Math.fround(0.1), Math.fround(0.2)];
    expect(fill(folded((t) => ({ y: t.constant(0.1, "f32", [2]).add(0.2) })))).toBe(Math.fround(tenth + fifth));
    expect(fill(folded((t) => ({ y: t.constant(0.1, "f64", [2]).add(0.2) })))).toBe(0.1 + 0.2);
  });

  test("keep the sign of zero, and NaN", () => {
    expect(fill(folded((t) => ({ y: t.constant(0, "f32", [2]).neg() })))).toBe(-0);
    expect(fill(folded((t) => ({ y: t.constant(0, "f32", [2]).div(0) })))).toBeNaN();
  });

  test("of integers wrap", () => {
    expect(fill(folded((t) => ({ y: t.constant(2147483647, "i32", [2]).add(1) })))).toBe(-2147483648);
    expect(fill(folded((t) => ({ y: t.constant(200, "u8", [2]).add(100) })))).toBe(44);
  });
});

describe("dense constants", () => {
  const table = Float32Array.of(1, 2, 3, 4, 5, 6);

  test("are moved at compile time", () => {
    const graph = folded((t) => ({
      y: t
        .data("f32", [2, 3], table)
        .transpose([1, 0])
        .slice([range(1, 3), range(0, 2)]),
    }));
    expect(opsOf(graph)).toEqual(["data"]);
    expect(contents(graph)).toEqual([[2, 5, 3, 6]]);
  });

  test("meet filled ones", () => {
    const graph = folded((t) => ({ y: t.data("f32", [6], table).div(3) }));
    expect(contents(graph)).toEqual([[...table].map((x) => Math.fround(x / 3))]);
  });

  test("are looked up, from the first row to the last", () => {
    const rows = Int32Array.of(2, 0);
    const graph = folded((t) => ({ y: t.data("f32", [3, 2], table).gather(t.data("i32", [2], rows)) }));
    expect(contents(graph)).toEqual([[5, 6, 1, 2]]);
  });

  test("of whole numbers are added up where they are scattered", () => {
    const graph = folded((t) => {
      const [numbers, rows] = [Int32Array.of(1, 2, 4), Int32Array.of(1, 1, 0)];
      return { y: t.data("i32", [3], numbers).scatterAdd(t.data("i32", [3], rows), 2) };
    });
    expect(contents(graph)).toEqual([[4, 3]]);
  });

  test("that turn out to be one number everywhere become filled", () => {
    const graph = folded((t) => ({ y: t.data("f32", [6], table).greater(0) }));
    expect(fill(graph)).toBe(1);
  });

  test("of zeros of both signs stay dense", () => {
    const zeros = Float32Array.of(0, -0);
    const graph = folded((t) => ({ y: t.data("f32", [2], zeros).neg() }));
    expect(contents(graph)).toEqual([[-0, 0]]);
  });

  test("are reduced where the order of the reduction cannot matter", () => {
    expect(fill(folded((t) => ({ y: t.data("f32", [6], table).max() })))).toBe(6);
    expect(fill(folded((t) => ({ y: t.data("f32", [6], table).min() })))).toBe(1);
    expect(fill(folded((t) => ({ y: t.data("i32", [3], Int32Array.of(1, 2, 3)).sum() })))).toBe(6);
  });
});

const thirds = Float32Array.of(1 / 3, 2 / 3, 1);
const long = Float32Array.from({ length: 2000 }, (_, at) => at);

const unfolded: Readonly<Record<string, Describe>> = {
  "sums of floats, which depend on their order": (t) => ({ y: t.data("f32", [3], thirds).sum() }),
  "sums of floats at places of whole numbers": (t) => ({
    y: t.data("f32", [3], thirds).scatterAdd(t.data("i32", [3], Int32Array.of(1, 1, 0)), 2),
  }),
  "large tensors made of small ones": (t) => ({ y: t.data("f32", [3], thirds).broadcastTo([700, 3]) }),
  "functions that are not rounded correctly": (t) => ({ y: t.constant(1, "f32", [3]).exp() }),
  "large tensors": (t) => ({ y: t.data("f32", [2000], long).neg() }),
  "small tensors made from a large one": (t) => ({ y: t.data("f32", [2000], long).slice([range(0, 2)]) }),
  "what depends on an input": (t) => ({ y: t.input("x", { dtype: "f32", shape: [3] }).add(1) }),
  "counting, which is cheaper made than kept": (t) => ({
    y: emitOne(t, "iota", [], { axis: 0, dtype: "i32", shape: [5] }),
  }),
  "an index below 0": (t) => ({
    y: t.data("f32", [3], thirds).gather(t.data("i32", [2], Int32Array.of(1, -1))),
  }),
  "an index that is out of range": (t) => ({
    y: t.data("f32", [3], thirds).gather(t.data("i32", [2], Int32Array.of(1, 3))),
  }),
};

test.each(Object.entries(unfolded))("%s: left to the run", (_, describeIt) => {
  const graph = graphOf(describeIt);
  expect(foldConstants.run(graph)).toBe(graph);
});
