// Inputs that belong to one entry point. Names of inputs are unique in a graph; where entry points take the same input in
// different shapes (decoding takes one token, or all tokens of a prompt), each has its own, and callers give it by its short
// name: what the graph calls `prefill/tokens` is `tokens` to whoever calls `prefill`. An entry point without a name, or with a slash in
// it, has no inputs of its own: names that begin with a slash are whole names.
import { definitionOf } from "./analysis.ts";
import type { Graph } from "./graph.ts";

/** The name in the graph of an input that one entry point alone reads. */
export const ownInput = (entry: string, name: string): string => `${entry}/${name}`;

/** The name that callers give an input by. */
export const callerName = ({ entries }: Graph, name: string): string => {
  const slash = name.indexOf("/");
  const owner = name.slice(0, slash);
  return slash > 0 && entries.some((entry) => entry.name === owner) ? name.slice(slash + 1) : name;
};

/** The name in the graph of an input that a caller of an entry point names. */
export const graphName = (graph: Graph, entry: string, name: string): string =>
  inputNames(graph).some((each) => each === ownInput(entry, name) && callerName(graph, each) === name)
    ? ownInput(entry, name)
    : name;

/** The names in the graph of all inputs, whether or not an entry point reads them. */
export const inputNames = (graph: Graph): readonly string[] =>
  graph.inputs.flatMap((value) => {
    const node = definitionOf(graph, value);
    return node.op === "input" ? [node.attrs.name] : [];
  });

/** The names that callers give inputs by, each once. */
export const callerNames = (graph: Graph): readonly string[] => [
  ...new Set(inputNames(graph).map((name) => callerName(graph, name))),
];
