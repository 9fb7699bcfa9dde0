// Graphs as text. The text is canonical: values are numbered in order, inputs keep their names, attributes stand in the
// order of their schema; so equal graphs have equal texts, and `parseGraph` reads back the same graph.
//
//   graph @classifier(%image: f32[B, 784]) {
//     function @twice(%x: f32[B, 10]) { ... }
//     %0 = parameter {name = "weights"} : f32[784, 10]
//     %1 = matmul %image, %0 : f32[B, 10]
//     entry @main(logits = %1)
//     contents "i32x2-0123456789abcdef" : i32 = "AAAAAAEAAAA="
//   }
import type { Location } from "../diagnostics/location.ts";
import { definitionOf, order, typeOf } from "../graph/analysis.ts";
import type { Entry, Graph, NamedValue, Node } from "../graph/graph.ts";
import { nameValues, printContents, printFunctions } from "../graph/print-body.ts";
import { indented, type NameOf, printName, printNode } from "../graph/print-node.ts";
import { printType } from "../types/tensor-type.ts";

/** What the text shows beside the graph itself. */
export interface PrintOptions {
  /** Where each node was written: `loc("model.ts":12:18)`. Not shown unless asked for. */
  readonly locations?: boolean;
  /** Dense constants in full (the default, and what can be read back), or left out, for people. */
  readonly contents?: "exact" | "elided";
}

/** Parameters in the order of their declaration, then all other nodes; inputs stand in the first line. */
const printedNodes = (graph: Graph): readonly Node[] => [
  ...graph.parameters.map((parameter) => definitionOf(graph, parameter)),
  ...order(graph).filter(({ op }) => op !== "input" && op !== "parameter"),
];

const printLocation = (location: Location | undefined): string => {
  const frame = location?.();
  return frame === undefined ? "" : ` loc(${JSON.stringify(frame.file)}:${frame.line}:${frame.column})`;
};

const printEntry = ({ name, outputs, updates }: Entry, nameOf: NameOf): string => {
  const list = (values: readonly NamedValue[]): string =>
    values.map(({ name, value }) => `${printName(name)} = ${nameOf(value)}`).join(", ");
  return `entry @${printName(name)}(${list(outputs)})${updates.length === 0 ? "" : ` updates(${list(updates)})`}`;
};

/** How values are called in the text of a graph. */
export const textNames = (graph: Graph): NameOf => nameValues(graph, printedNodes(graph));

/**
 * Prints a graph as IR text, which `parseGraph` reads back unless contents are elided. Equal graphs have equal texts.
 *
 * @example
 * const lines = printGraph(graph).split("\n");
 * lines[0]; // "graph @classifier(%x: f32[B, 4]) {"
 * lines.at(-4); // "  %10 = binary %8, %9 {fn = add} : f32[B, 3]"
 */
export const printGraph = (graph: Graph, options: PrintOptions = {}): string => {
  const nodes = printedNodes(graph);
  const nameOf = nameValues(graph, nodes);
  const functions = printFunctions(graph);
  const place = (node: Node): string => (options.locations === true ? printLocation(node.location) : "");
  const inputs = graph.inputs.map((input) => {
    const type = printType(typeOf(graph, input));
    return `${nameOf(input)}: ${type}${place(definitionOf(graph, input))}`;
  });
  const lines = [
    ...functions.lines,
    ...nodes.map((node) => `${printNode(node, nameOf, functions.bodyText)}${place(node)}`),
    ...graph.entries.map((entry) => printEntry(entry, nameOf)),
    ...printContents(graph, nodes, options.contents === "elided"),
  ];
  return `graph @${printName(graph.name)}(${inputs.join(", ")}) {\n${indented(lines)}}\n`;
};
