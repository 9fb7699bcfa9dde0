// Inputs that belong to one entry point. Names of inputs are unique in a graph; where entry points take the same input in
// different shapes (decoding takes one token, or all tokens of a prompt), each has its own, and callers give it by its short
// name: what the graph calls `prefill/tokens` is `tokens` to whoever calls `prefill`. An entry point without a name, or with a slash in
// it, has no inputs of its own, nor is one its own that others read: those names are whole names.
import { definitionOf, reachable } from "./analysis.ts";
import type { Entry, Graph } from "./graph.ts";

/** The name in the graph of an input that one entry point alone reads. */
export const ownInput = (entry: string, name: string): string => `${entry}/${name}`;

/** Whether an entry point reads the input of a name. */
const reads = (graph: Graph, { outputs, updates }: Entry, name: string): boolean => {
  const ends = [...outputs, ...updates].map(({ value }) => value);
  const needed = reachable(ends, (value) => definitionOf(graph, value));
  return graph.inputs.some((value) => {
    const node = definitionOf(graph, value);
    return node.op === "input" && node.attrs.name === name && needed.has(node.id);
  });
};

/** The name that callers give an input by. */
export const callerName = (graph: Graph, name: string): string => {
  const slash = name.indexOf("/");
  if (slash <= 0) return name;
  const owner = graph.entries.find((entry) => entry.name === name.slice(0, slash));
  if (owner === undefined) return name;
  return graph.entries.some((entry) => entry !== owner && reads(graph, entry, name)) ? name : name.slice(slash + 1);
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
