// The text of a body, which stands in the line of the op that repeats it; and what it shares with the text of a whole graph.
// Functions by name stand once, at the beginning, however many nodes use them.
//
//   (%h: f32[2, 4], %x: f32[2, 4]) {
//     function @twice(%x: f32[2, 4]) {
//       %0 = binary %x, %x {fn = add} : f32[2, 4]
//       yield %0
//     }
//     %0 = binary %h, %x {fn = add} : f32[2, 4]
//     %1 = apply %0 {name = "twice", body = @twice} : f32[2, 4]
//     yield %1
//   }
import { invariant } from "../diagnostics/invariant.ts";
import { type Attributes, isBody } from "../ops/attributes.ts";
import { encodeBase64 } from "../types/base64.ts";
import { printType } from "../types/tensor-type.ts";
import { definitionOf, order, typeOf } from "./analysis.ts";
import { graphOf } from "./body-graph.ts";
import type { ConstantData, Graph, Node, ValueId } from "./graph.ts";
import { type BodyText, indented, type NameOf, printName, printNode } from "./print-node.ts";
import { schemaOf } from "./schema.ts";

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

/** A function of a text, and what it is called there: its own name, with a number where another has it. */
interface PrintedFunction {
  readonly label: string;
  readonly graph: Graph;
}

/** The functions that a graph and the bodies in it use, by what they say; those that others use come first. */
const functionsOf = (graph: Graph): ReadonlyMap<string, PrintedFunction> => {
  const functions = new Map<string, PrintedFunction>();
  const labels = new Set<string>();
  const seen = new Set<string>();
  const fresh = (name: string, count = 1): string => {
    const label = count === 1 ? name : `${name}.${count}`;
    return labels.has(label) ? fresh(name, count + 1) : label;
  };
  const visit = (within: Graph): void => {
    for (const { op, attrs } of order(within)) {
      const byName: Attributes = attrs;
      for (const [attribute, value] of Object.entries(byName)) {
        if (!isBody(value) || seen.has(value.text)) continue;
        seen.add(value.text);
        visit(graphOf(value));
        if (schemaOf(op).get(attribute) !== "function") continue;
        const { name } = byName;
        const label = fresh(typeof name === "string" ? name : op);
        labels.add(label);
        functions.set(value.text, { label, graph: graphOf(value) });
      }
    }
  };
  visit(graph);
  return functions;
};

/** The functions of a graph as text, and what stands for a body in the nodes behind them. */
export const printFunctions = (graph: Graph): { readonly lines: readonly string[]; readonly bodyText: BodyText } => {
  const functions = functionsOf(graph);
  const bodyText: BodyText = (body, kind) => {
    const found = kind === "function" ? functions.get(body.text) : undefined;
    if (found !== undefined) return `@${printName(found.label)}`;
    return functions.size === 0 ? body.text : printWithin(graphOf(body), [], bodyText);
  };
  const lines = [...functions.values()].map(
    ({ label, graph: body }) => `function @${printName(label)}${printWithin(body, [], bodyText)}`,
  );
  return { lines, bodyText };
};

const printWithin = (graph: Graph, functions: readonly string[], bodyText: BodyText): string => {
  const nodes = order(graph).filter(({ op }) => op !== "input");
  const nameOf = nameValues(graph, nodes);
  const inputs = graph.inputs.map((input) => `${nameOf(input)}: ${printType(typeOf(graph, input))}`);
  const results = (graph.entries[0]?.outputs ?? []).map(({ value }) => ` ${nameOf(value)}`);
  const lines = [
    ...functions,
    ...nodes.map((node) => printNode(node, nameOf, bodyText)),
    ...printContents(graph, nodes, false),
    `yield${results.join(",")}`,
  ];
  return `(${inputs.join(", ")}) {\n${indented(lines)}}`;
};

/** A body as text: exact, so that equal texts are equal bodies. */
export const printBody = (graph: Graph): string => {
  const { lines, bodyText } = printFunctions(graph);
  return printWithin(graph, lines, bodyText);
};
