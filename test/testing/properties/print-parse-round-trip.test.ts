// The text of a graph says all of it; and a printer or a parser that loses something is found out.
import { describe, expect, test } from "vitest";
import type { Graph, Node } from "../../../src/ir/graph/graph.ts";
import type { Attributes } from "../../../src/ir/ops/attributes.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { graphPasses, printParseRoundTrip, type TextForm } from "../../../src/testing/index.ts";
import { graphText } from "../../../src/testing/properties/print-parse-round-trip.ts";
import { expectCaught, expectHolds } from "./holding.ts";

const cases = graphs({ maxSteps: 8, maxElements: 256 });

test("what was printed is read as the same graph, under any names and after the whole pipeline", async () => {
  await expectHolds(printParseRoundTrip(), cases, 120);
});

test("and after each pass by itself", async () => {
  await expectHolds(printParseRoundTrip(graphText, graphPasses), cases, 30);
});

const replacing = (pattern: RegExp, by: (...found: string[]) => string): TextForm => ({
  ...graphText,
  print: (graph) => graphText.print(graph).replace(pattern, by),
});

/** The form that reads a graph in which each node was changed. */
const reading = (change: (node: Node) => object): TextForm => ({
  ...graphText,
  parse: (text) => {
    const graph = graphText.parse(text);
    // The changed nodes are nodes with other operands or attributes.
    const nodes = [...graph.nodes].map(([id, node]) => [id, { ...node, ...change(node) }] as const);
    return { ...graph, nodes: new Map(nodes) };
  },
});

const without = (attrs: Attributes, name: string): Attributes =>
  Object.fromEntries(Object.entries(attrs).map(([key, value]) => [key, key === name ? 0 : value]));

const broken: readonly (readonly [name: string, form: TextForm])[] = [
  ["numbers of six digits", replacing(/value = (-?\d+\.\d{6})\d+/g, (_, digits) => `value = ${digits}`)],
  ["-0 as 0", replacing(/value = -0\b(?!\.)/g, () => "value = 0")],
  ["names without quotes", replacing(/"__proto__"/g, () => "proto")],
  ["operands the other way round", replacing(/= binary (%\w+), (%\w+)/g, (_, a, b) => `= binary ${b}, ${a}`)],
  ["updates that are lost", replacing(/ updates\(.*\)/g, () => "")],
  ["the last bit of contents", replacing(/(= "[\w+/]{3})[\w+/]([\w+/]*={0,2}")/g, (_, a, b) => `${a}A${b}`)],
  ["booleans that are forgotten", replacing(/, keepDims/g, () => "")],
  ["an axis that is read as 0", reading(({ attrs }) => ({ attrs: Object.freeze(without(attrs, "axis")) }))],
  [
    "operands that are read as one",
    reading(({ operands }) => ({ operands: Object.freeze(operands.map((operand) => operands[0] ?? operand)) })),
  ],
  ["another name of the graph", { ...graphText, parse: (text) => ({ ...graphText.parse(text), name: "graph" }) }],
  [
    "entry points in another order, or one more",
    {
      ...graphText,
      parse: (text): Graph => {
        const graph = graphText.parse(text);
        return { ...graph, entries: Object.freeze([...graph.entries, ...graph.entries]) };
      },
    },
  ],
];

describe("what is broken is caught", () => {
  test.each(broken)("%s", async (_, form) => {
    expect((await expectCaught(printParseRoundTrip(form, []), cases, 600)).what).toBeDefined();
  });
});
