// Graphs as text. The text is canonical: values are numbered in order, inputs keep their names, attributes stand in the
// order of their schema; so equal graphs have equal texts, and `parseGraph` reads back the same graph.
//
//   graph @classifier(%image: f32[B, 784]) {
//     %0 = parameter {name = "weights"} : f32[784, 10]
//     %1 = matmul %image, %0 : f32[B, 10]
//     entry @main(logits = %1)
//     contents "i32x2-0123456789abcdef" : i32 = "AAAAAAEAAAA="
//   }
import { invariant } from "../diagnostics/invariant.ts";
import type { Location } from "../diagnostics/location.ts";
import { definitionOf, order, typeOf } from "../graph/analysis.ts";
import type { ConstantData, Entry, Graph, NamedValue, Node, ValueId } from "../graph/graph.ts";
import { type NameOf, printName, printNode } from "../graph/print-node.ts";
import { printType } from "../types/tensor-type.ts";
import { encodeBase64 } from "./base64.ts";

/** What the text shows beside the graph itself. */
export interface PrintOptions {
  /** Where each node was written: `loc("model.ts":12:18)`. Not shown unless asked for. */
  readonly locations?: boolean;
  /** Dense constants in full (the default, and what can be read back), or left out, for people. */
  readonly contents?: "exact" | "elided";
}

/** The names of all values: inputs by their own, the others numbered in the order in which they are printed. */
const nameValues = (graph: Graph, printed: readonly Node[]): NameOf => {
  const names = new Map<ValueId, string>();
  for (const input of graph.inputs) {
    const node = definitionOf(graph, input);
    invariant(node.op === "input", `%${input} is an input`);
    names.set(input, `%${printName(node.attrs.name)}`);
  }
  let next = 0;
  for (const { results } of printed) for (const { id } of results) names.set(id, `%${next++}`);
  return (value) => {
    const name = names.get(value);
    invariant(name !== undefined, `value %${value} is a result of a node of graph ${graph.name}`);
    return name;
  };
};

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

const printContents = (id: string, { dtype, data }: ConstantData, elided: boolean): string => {
  const bytes = (): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return `contents ${JSON.stringify(id)} : ${dtype} = ${elided ? "elided" : JSON.stringify(encodeBase64(bytes()))}`;
};

/** The contents that nodes name, in the order in which they are first named. */
const usedConstants = (graph: Graph, nodes: readonly Node[]): ReadonlyMap<string, ConstantData> => {
  const used = new Map<string, ConstantData>();
  for (const node of nodes) {
    if (node.op !== "data") continue;
    // An attribute is plain text; the table is keyed by the same text, branded.
    const contents = (graph.constants as ReadonlyMap<string, ConstantData>).get(node.attrs.id);
    invariant(contents !== undefined, `the contents of ${node.attrs.id} are in graph ${graph.name}`);
    used.set(node.attrs.id, contents);
  }
  return used;
};

/** Prints a graph as IR text, which `parseGraph` reads back unless contents are elided. */
export const printGraph = (graph: Graph, options: PrintOptions = {}): string => {
  const nodes = printedNodes(graph);
  const nameOf = nameValues(graph, nodes);
  const place = (node: Node): string => (options.locations === true ? printLocation(node.location) : "");
  const inputs = graph.inputs.map((input) => {
    const type = printType(typeOf(graph, input));
    return `${nameOf(input)}: ${type}${place(definitionOf(graph, input))}`;
  });
  const lines = [
    ...nodes.map((node) => `${printNode(node, nameOf)}${place(node)}`),
    ...graph.entries.map((entry) => printEntry(entry, nameOf)),
    ...[...usedConstants(graph, nodes)].map(([id, contents]) =>
      printContents(id, contents, options.contents === "elided"),
    ),
  ];
  return `graph @${printName(graph.name)}(${inputs.join(", ")}) {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
};
