// The text of a body, which stands in the line of the op that repeats it; and what it shares with the text of a whole graph.
//
//   (%h: f32[2, 4], %x: f32[2, 4]) {
//     %0 = binary %h, %x {fn = add} : f32[2, 4]
//     yield %0
//   }
import { invariant } from "../diagnostics/invariant.ts";
import { encodeBase64 } from "../types/base64.ts";
import { printType } from "../types/tensor-type.ts";
import { definitionOf, order, typeOf } from "./analysis.ts";
import type { ConstantData, Graph, Node, ValueId } from "./graph.ts";
import { indented, type NameOf, printName, printNode } from "./print-node.ts";

/** The names of all values: inputs by their own, the others numbered in the order in which they are printed. */
export const nameValues = (graph: Graph, printed: readonly Node[]): NameOf => {
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

const printConstant = (id: string, { dtype, data }: ConstantData, elided: boolean): string => {
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

/** The contents that nodes name, a line each; left out where they are elided. */
export const printContents = (graph: Graph, nodes: readonly Node[], elided: boolean): readonly string[] =>
  [...usedConstants(graph, nodes)].map(([id, contents]) => printConstant(id, contents, elided));

/** A body as text: exact, so that equal texts are equal bodies. */
export const printBody = (graph: Graph): string => {
  const nodes = order(graph).filter(({ op }) => op !== "input");
  const nameOf = nameValues(graph, nodes);
  const inputs = graph.inputs.map((input) => `${nameOf(input)}: ${printType(typeOf(graph, input))}`);
  const results = (graph.entries[0]?.outputs ?? []).map(({ value }) => ` ${nameOf(value)}`);
  const lines = [
    ...nodes.map((node) => printNode(node, nameOf)),
    ...printContents(graph, nodes, false),
    `yield${results.join(",")}`,
  ];
  return `(${inputs.join(", ")}) {\n${indented(lines)}}`;
};
