// Graphs as drawings: Graphviz DOT, inputs and parameters in boxes of their own at the top, one box for each entry point
// at the bottom. Every text of a user's is quoted, so no name can become part of the drawing's language.
import { definitionOf, order } from "../graph/analysis.ts";
import type { Entry, Graph, NamedValue, Node, ValueId } from "../graph/graph.ts";
import { printAttributes } from "../graph/print-node.ts";
import { printType } from "../types/tensor-type.ts";

/** How a graph is drawn. */
export interface DotOptions {
  /** From top to bottom (the default), or from left to right for wide screens. */
  readonly direction?: "down" | "right";
}

/** A string of DOT; a line break in it is one in the drawing, other control characters are blanks. */
const quote = (text: string): string =>
  `"${text
    .replace(/[\\"]/g, "\\$&")
    .replace(/\r?\n/g, "\\n")
    .replace(/\p{Cc}/gu, " ")}"`;

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

const cluster = (id: string, title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0
    ? []
    : [`subgraph ${quote(`cluster_${id}`)} {`, ...indented([`label=${quote(title)};`, ...lines]), "}"];

/** `reduce sum, axes = [1]`: the op and its attributes; leaves show the names that users gave them. */
const title = (node: Node): string => {
  if (node.op === "input" || node.op === "parameter") return node.attrs.name;
  if (node.op === "apply") return `apply ${node.attrs.name}`;
  return `${node.op} ${printAttributes(node)
    .join(", ")
    .replace(/^fn = /, "")}`.trimEnd();
};

const shapes: { readonly [op: string]: string } = { input: "ellipse", parameter: "cylinder", data: "note" };

const drawNode = (node: Node, id: string): string => {
  const types = node.results.map(({ type }) => printType(type)).join(", ");
  return `${id} [label=${quote(`${title(node)}\n${types}`)}, shape=${shapes[node.op] ?? "box"}];`;
};

/** The box of an entry, with what it returns and what it writes back, and the edges that lead there. */
const drawEntry = (
  { name, outputs, updates }: Entry,
  id: string,
  idOf: (value: ValueId) => string,
): readonly string[] => {
  const end =
    (kind: string, shape: string, label: (name: string) => string) => (named: NamedValue, position: number) => {
      const end = `${id}_${kind}${position}`;
      const drawn = `${end} [label=${quote(label(named.name))}, shape=${shape}];`;
      return { drawn, edge: `${idOf(named.value)} -> ${end};` };
    };
  const ends = [
    ...outputs.map(end("output", "ellipse", (name) => name)),
    ...updates.map(end("update", "cylinder", (name) => `update of ${name}`)),
  ];
  return [
    ...cluster(
      id,
      `entry ${name}`,
      ends.map(({ drawn }) => drawn),
    ),
    ...ends.map(({ edge }) => edge),
  ];
};

/**
 * Draws a graph as Graphviz DOT: a box for each node, an arrow for each value, labelled with its type.
 *
 * @see https://graphviz.org/doc/info/lang.html
 * @example
 * toDot(graph).split("\n")[0]; // "digraph \"classifier\" {"
 */
export const toDot = (graph: Graph, { direction = "down" }: DotOptions = {}): string => {
  const nodes = order(graph);
  const ids = new Map(
    nodes.flatMap(({ results }, position) => results.map(({ id }): [ValueId, string] => [id, `n${position}`])),
  );
  const idOf = (value: ValueId): string => ids.get(value) ?? "";
  const drawn = (values: readonly ValueId[]): readonly string[] =>
    values.map((value) => drawNode(definitionOf(graph, value), idOf(value)));
  const lines = [
    `rankdir=${direction === "down" ? "TB" : "LR"};`,
    'graph [fontname="monospace", fontsize=10, style="rounded", color="gray"];',
    'node [fontname="monospace", fontsize=10];',
    ...cluster("inputs", "inputs", drawn(graph.inputs)),
    ...cluster("parameters", "parameters", drawn(graph.parameters)),
    ...nodes.flatMap((node, position) =>
      node.op === "input" || node.op === "parameter" ? [] : [drawNode(node, `n${position}`)],
    ),
    ...nodes.flatMap(({ operands }, position) => operands.map((operand) => `${idOf(operand)} -> n${position};`)),
    ...graph.entries.flatMap((entry, position) => drawEntry(entry, `entry${position}`, idOf)),
  ];
  return `digraph ${quote(graph.name)} {\n${indented(lines).join("\n")}\n}\n`;
};
