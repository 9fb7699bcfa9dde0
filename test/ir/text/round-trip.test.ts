import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at } from "../../../src/ir/diagnostics/location.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { verifyGraph } from "../../../src/ir/graph/verify.ts";
import { sameGraph } from "../../../src/ir/text/equal.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";

const roundTrip = (graph: Graph): void => {
  const text = printGraph(graph);
  const back = parseGraph(text);
  expect(verifyGraph(back)).toEqual([]);
  expect(printGraph(back)).toBe(text);
  expect(sameGraph(back, graph)).toBe(true);
  expect([...back.constants.keys()].sort()).toEqual([...graph.constants.keys()].sort());
};

describe("parse(print(graph))", () => {
  it("keeps every number exactly", () => {
    const numbers = [0, -0, 1, -1, 0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 1e21, 1e-7, NaN, Infinity, -Infinity];
    const builder = graphBuilder();
    const outputs = numbers.map((value, position) => ({
      name: `y${position}`,
      value: builder.constant(value, "f64", []),
    }));
    const graph = builder.finish("numbers", [{ name: "main", outputs, updates: [] }]);
    roundTrip(graph);
    const values = [...parseGraph(printGraph(graph)).nodes.values()].map(({ attrs }) => attrs["value"]);
    expect(values.every((value, position) => Object.is(value, numbers[position]))).toBe(true);
  });

  it("keeps any double", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const builder = graphBuilder();
        builder.constant(value, "f64", []);
        const [node] = parseGraph(printGraph(builder.finish("number", []))).nodes.values();
        expect(Object.is(node?.attrs["value"], value)).toBe(true);
      }),
    );
  });

  it("keeps any name of a user's", () => {
    const name = fc.string({ unit: "binary", maxLength: 12 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 6, maxLength: 6 }), (names) => {
        const [graphName = "", inputName = "", parameterName = "", entryName = "", outputName = ""] = names;
        const builder = graphBuilder();
        const input = builder.input(inputName, { dtype: "f32", shape: ["B", "2*B*T+1", "floor((H+31)/32)", "H"] });
        const parameter = builder.parameter(parameterName, { dtype: "i32", shape: [2] });
        const graph = builder.finish(graphName, [
          {
            name: entryName,
            outputs: [{ name: outputName, value: input }],
            updates: [{ name: parameterName, value: parameter }],
          },
        ]);
        roundTrip(graph);
        const back = parseGraph(printGraph(graph));
        expect(back.name).toBe(graphName);
        expect(back.entries).toEqual(graph.entries);
        expect([...back.nodes.values()].map(({ attrs }) => attrs["name"])).toEqual([inputName, parameterName]);
      }),
      {
        numRuns: 300,
        examples: [[["0", "0x", '"', "__proto__", "a\nb", "%0"]], [["x", "0", "1", "graph", "entry", "}"]]],
      },
    );
  });

  it("keeps nodes that are there twice", () => {
    const text = [
      "graph @twice(%x: f32[2]) {",
      "  %0 = unary %x {fn = exp} : f32[2]",
      "  %1 = unary %x {fn = exp} : f32[2]",
      "  %2 = binary %0, %1 {fn = add} : f32[2]",
      "  entry @main(y = %2)",
      "}",
      "",
    ].join("\n");
    const graph = parseGraph(text);
    expect(graph.nodes.size).toBe(4);
    expect(printGraph(graph)).toBe(text);
  });

  it("keeps the contents of constants, bit for bit", () => {
    const builder = graphBuilder();
    const bits = new Uint32Array([0x7fc00001, 0xffc00000, 0x80000000, 0x00000001]);
    const values = [
      builder.data("f32", [2, 2], new Float32Array(bits.buffer)),
      builder.data("f64", [1], Float64Array.of(-0)),
      builder.data("bool", [3], Uint8Array.of(1, 0, 1)),
      builder.data("u8", [5], Uint8Array.of(0, 1, 2, 254, 255)),
      builder.data("i32", [0], new Int32Array(0)),
    ];
    const outputs = values.map((value, position) => ({ name: `y${position}`, value }));
    const graph = builder.finish("contents", [{ name: "main", outputs, updates: [] }]);
    roundTrip(graph);
    const [contents] = parseGraph(printGraph(graph)).constants.values();
    expect([...new Uint32Array(contents?.data.buffer ?? new ArrayBuffer(0))]).toEqual([...bits]);
  });

  it("keeps the places where nodes were written, when they are printed", () => {
    const builder = graphBuilder();
    const x = builder.input("x", { dtype: "f32", shape: [] }, at("my model.ts", 3, 14));
    const [y] = builder.emit("unary", [x], { fn: "exp" }, at('C:\\a "b".ts', 12, 5));
    if (y === undefined) throw new Error("unary has a result");
    const graph = builder.finish("places", [{ name: "main", outputs: [{ name: "y", value: y }], updates: [] }]);
    const text = printGraph(graph, { locations: true });
    expect(text).toBe(
      [
        'graph @places(%x: f32[] loc("my model.ts":3:14)) {',
        '  %0 = unary %x {fn = exp} : f32[] loc("C:\\\\a \\"b\\".ts":12:5)',
        "  entry @main(y = %0)",
        "}",
        "",
      ].join("\n"),
    );
    expect(printGraph(parseGraph(text), { locations: true })).toBe(text);
    expect(printGraph(graph)).not.toContain("loc(");
  });

  it("does not exhaust the stack on a long chain", () => {
    const lines = Array.from({ length: 20_000 }, (_, k) => {
      return `  %${k} = unary ${k === 0 ? "%x" : `%${k - 1}`} {fn = neg} : f32[B]`;
    });
    const text = ["graph @chain(%x: f32[B]) {", ...lines, "  entry @main(y = %19999)", "}", ""].join("\n");
    expect(printGraph(parseGraph(text))).toBe(text);
  });
});
