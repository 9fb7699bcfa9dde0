import { describe, expect, it } from "vitest";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { sameGraph } from "../../../src/ir/text/equal.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";

const graph = (body: string, header = "%x: f32[2], %y: f32[2]"): Graph =>
  parseGraph(`graph @g(${header}) {\n${body}\n}`);

const sum = graph("%0 = binary %x, %y {fn = add} : f32[2]\nentry @main(z = %0)");

describe("sameGraph", () => {
  it("does not look at the names of values in a text", () => {
    expect(sameGraph(sum, graph("%a = binary %x, %y {fn = add} : f32[2]\nentry @main(z = %a)"))).toBe(true);
  });

  it.each([
    ["an op", "%0 = compare %x, %y {fn = eq} : bool[2]\nentry @main(z = %0)"],
    ["an attribute", "%0 = binary %x, %y {fn = sub} : f32[2]\nentry @main(z = %0)"],
    ["the order of operands", "%0 = binary %y, %x {fn = add} : f32[2]\nentry @main(z = %0)"],
    ["the name of an output", "%0 = binary %x, %y {fn = add} : f32[2]\nentry @main(sum = %0)"],
    ["the name of an entry", "%0 = binary %x, %y {fn = add} : f32[2]\nentry @other(z = %0)"],
    [
      "a node that nothing reads",
      "%0 = binary %x, %y {fn = add} : f32[2]\n%1 = unary %x {fn = neg} : f32[2]\nentry @main(z = %0)",
    ],
  ])("tells apart graphs that differ in %s", (_, body) => {
    expect(sameGraph(sum, graph(body))).toBe(false);
  });

  it("looks at the contents of constants", () => {
    const constant = (...elements: readonly number[]): Graph => {
      const builder = graphBuilder();
      const value = builder.data("f32", [2], Float32Array.from(elements));
      return builder.finish("g", [{ name: "main", outputs: [{ name: "y", value }], updates: [] }]);
    };
    expect(sameGraph(constant(1, 2), constant(1, 2))).toBe(true);
    expect(sameGraph(constant(1, 2), constant(1, 3))).toBe(false);
    expect(sameGraph(constant(1, 0), constant(1, -0))).toBe(false);
  });

  it("does not look at contents that no node names", () => {
    const builder = graphBuilder();
    builder.data("f32", [2], Float32Array.of(1, 2));
    const { constants } = builder.finish("g", []);
    expect(constants.size).toBe(1);
    expect(sameGraph({ ...sum, constants }, sum)).toBe(true);
    expect(sameGraph(sum, { ...sum, constants })).toBe(true);
  });

  it("compares bytes where a content address says the same", () => {
    const one = graphBuilder();
    const value = one.data("f32", [2], Float32Array.of(1, 2));
    const original = one.finish("g", [{ name: "main", outputs: [{ name: "y", value }], updates: [] }]);
    const forged: Graph = {
      ...original,
      constants: new Map([...original.constants].map(([id]) => [id, { dtype: "f32", data: Float32Array.of(1, 3) }])),
    };
    expect(sameGraph(original, forged)).toBe(false);
  });
});
