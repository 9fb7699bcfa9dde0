// W132 to W135: what is larger than anything that can be compiled, and that the largest that is allowed is.
import { describe, expect, it } from "vitest";
import { compileSync, defineModel, modelGraph, param, spec, sum, zeros } from "../../src/index.ts";
import { parseGraph } from "../../src/ir/text/parse.ts";
import { limits } from "../../src/ir/types/limits.ts";
import { described } from "../support/described.ts";
import { reading } from "../support/rendered.ts";

const axes = (count: number): number[] => Array<number>(count).fill(1);

const square = (extent: number) =>
  defineModel({
    name: "square",
    params: {},
    inputs: { x: spec("f32", [extent, 1]), y: spec("f32", [1, extent]) },
    forward: (_, { x, y }) => ({ total: sum(x.add(y)) }),
  });

const input = (shape: readonly (number | string)[]) =>
  defineModel({ name: "wide", params: {}, inputs: { x: spec("f32", shape) }, forward: (_, { x }) => ({ y: x }) });

describe("more than can be compiled is refused where it is written", () => {
  it("as axes", () => {
    expect(
      described(() => modelGraph(input(axes(limits.rank + 1)))),
    ).toBe(`error[W132]: input: 33 axes; a tensor has at most 32

  test/errors/limits.test.ts
   |   defineModel({ name: "wide", params: {}, inputs: { x: spec("f32", shape) }, forward: (_, { x }) => ({ y: x }) });
   |                                                        ^^^^
  help: merge axes that are not told apart: reshape(x, [B, H * W]).`);
  });

  it("as axes in text", () => {
    expect(reading(`graph @g(%x: f32[${axes(limits.rank + 1).join()}]) {}`)).toContain(
      "error[W132]: graph text: 33 axes; a tensor has at most 32\n\n  model.weft:1:17\n",
    );
  });

  it("as elements of what is never in memory", () => {
    expect(
      described(() => modelGraph(square(46_341))),
    ).toBe(`error[W133]: broadcast: f32[46341, 46341] has more than 2147483647 elements

  test/errors/limits.test.ts
   |     forward: (_, { x, y }) => ({ total: sum(x.add(y)) }),
   |                                               ^^^
  operand 1  f32[46341, 1]  from test/errors/limits.test.ts
  help: look at the extents; if they are meant, work on parts: a smaller batch, shorter sequences, a narrower layer.`);
  });

  it.each([
    ["2^31", [2 ** 31]],
    ["2^53", [2 ** 27, 2 ** 26]],
    ["more than doubles count", [2 ** 40, 2 ** 40, 2 ** 40]],
    ["nothing, but with an axis that no loop could go over", [0, 2 ** 31]],
  ])("as elements: %s", (_, shape) => {
    expect(described(() => modelGraph(input(shape)))).toContain("error[W133]: input: f32[");
  });

  it("as elements, once symbols are bound", () => {
    const model = input(["B", 65_536]);
    expect(described(() => compileSync(model, { dims: { B: 32_768 } }))).toContain(
      "error[W133]: input: f32[32768, 65536] has more than 2147483647 elements",
    );
  });

  it("as parameters", () => {
    const model = defineModel({
      name: "table",
      params: { table: param([100_000, 50_000], zeros) },
      inputs: {},
      forward: ({ table }) => ({ y: sum(table) }),
    });
    expect(described(() => modelGraph(model))).toContain("error[W133]: parameter: f32[100000, 50000]");
  });

  const nodes = (count: number): string =>
    `graph @g(%x: f32[2]) {${Array.from({ length: count }, (_, at) => `\n  %${at} = unary %x {fn = exp} : f32[2]`).join("")}\n}`;

  it("as nodes of a text, where somebody wants fewer than a million", () => {
    expect(parseGraph(nodes(7), { nodes: 7 }).nodes.size).toBe(8);
    expect(described(() => parseGraph(nodes(8), { nodes: 7 }))).toContain(
      "error[W134]: graph text: there are more than 7 nodes",
    );
  });

  it("as nodes of bodies", () => {
    const text = `graph @g(%h: f32[2], %x: f32[9, 2]) {
  %0, %1 = scan %h, %x {body = (%a: f32[2], %b: f32[2]) {
    %0 = binary %a, %b {fn = add} : f32[2]
    yield %0, %0
  }, states = 1, sequences = 1} : f32[2], f32[9, 2]
}`;
    expect(described(() => parseGraph(text, { nodes: 1 }))).toContain("error[W134]");
  });

  it("as characters of an extent", () => {
    const extent = (length: number): string => `B+${"A".repeat(length - 2)}`;
    expect(reading(`graph @g(%x: f32[${extent(400)}]) {}`)).toBe("no error");
    expect(reading(`graph @g(%x: f32[${extent(401)}]) {}`)).toContain("is no extent: it is longer than 400 characters");
  });

  it("as terms of an extent", () => {
    const extent = `(${"abcdefgh".split("").join("+")})`;
    const product = (factors: number): string => Array<string>(factors).fill(extent).join("*");
    expect(described(() => modelGraph(input([product(4)])))).toBe("no error");
    expect(described(() => modelGraph(input([product(6)])))).toContain(
      "error[W135]: an extent of 792 terms has too many terms",
    );
  });
});

describe("the largest that is allowed", () => {
  it("has so many axes", () => expect(described(() => modelGraph(input(axes(limits.rank))))).toBe("no error"));

  it("has so many elements", () => {
    expect(described(() => modelGraph(input([limits.elements])))).toBe("no error");
    expect(described(() => modelGraph(square(46_340)))).toBe("no error");
  });
});
