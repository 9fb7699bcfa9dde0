import { describe, expect, it } from "vitest";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { toDot } from "../../../src/ir/text/dot.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";

const graph = parseGraph(`graph @classifier(%image: f32[B, 784]) {
  %w = parameter {name = "weights"} : f32[784, 10]
  %0 = matmul %image, %w : f32[B, 10]
  %1 = reduce %0 {fn = sum, axes = [1], keepDims} : f32[B, 1]
  entry @predict(logits = %0)
  entry @step(sum = %1) updates(weights = %w)
}`);

describe("toDot", () => {
  it("draws nodes, and boxes for inputs, parameters and entries", () => {
    expect(toDot(graph)).toBe(String.raw`digraph "classifier" {
  rankdir=TB;
  graph [fontname="monospace", fontsize=10, style="rounded", color="gray"];
  node [fontname="monospace", fontsize=10];
  subgraph "cluster_inputs" {
    label="inputs";
    n0 [label="image\nf32[B, 784]", shape=ellipse];
  }
  subgraph "cluster_parameters" {
    label="parameters";
    n1 [label="weights\nf32[784, 10]", shape=cylinder];
  }
  n2 [label="matmul\nf32[B, 10]", shape=box];
  n3 [label="reduce sum, axes = [1], keepDims\nf32[B, 1]", shape=box];
  n0 -> n2;
  n1 -> n2;
  n2 -> n3;
  subgraph "cluster_entry0" {
    label="entry predict";
    entry0_output0 [label="logits", shape=ellipse];
  }
  n2 -> entry0_output0;
  subgraph "cluster_entry1" {
    label="entry step";
    entry1_output0 [label="sum", shape=ellipse];
    entry1_update0 [label="update of weights", shape=cylinder];
  }
  n3 -> entry1_output0;
  n1 -> entry1_update0;
}
`);
  });

  it("draws to the right when asked", () => {
    expect(toDot(graph, { direction: "right" })).toContain("rankdir=LR;");
  });

  it("keeps names within their quotes", () => {
    const builder = graphBuilder();
    const x = builder.input('a"]; evil [label="\\', { dtype: "f32", shape: [] });
    const drawn = toDot(
      builder.finish('g"\n\u0000', [{ name: "m\\", outputs: [{ name: "\r\n", value: x }], updates: [] }]),
    );
    const text = '"(?:[^"\\\\\\n]|\\\\.)*"';
    // Without its strings, nothing is left but the drawing's own words.
    expect(drawn.replace(new RegExp(text, "g"), '""')).toBe(
      [
        'digraph "" {',
        "  rankdir=TB;",
        '  graph [fontname="", fontsize=10, style="", color=""];',
        '  node [fontname="", fontsize=10];',
        '  subgraph "" {',
        '    label="";',
        '    n0 [label="", shape=ellipse];',
        "  }",
        '  subgraph "" {',
        '    label="";',
        '    entry0_output0 [label="", shape=ellipse];',
        "  }",
        "  n0 -> entry0_output0;",
        "}",
        "",
      ].join("\n"),
    );
  });
});
