// The text form says everything: what was printed is read as the same graph, node for node and bit for bit, and printing that gives
// the same text again. That holds of the graph as it was described, of what passes make of it, and whatever its names are.
import { callerName } from "../../ir/graph/entry-inputs.ts";
import type { Entry, Graph, NamedValue, Node, NodeId } from "../../ir/graph/graph.ts";
import { verifyGraph } from "../../ir/graph/verify.ts";
import { parseGraph } from "../../ir/text/parse.ts";
import { printGraph } from "../../ir/text/print.ts";
import type { Pass } from "../../passes/pass.ts";
import { standard } from "../../passes/pipelines.ts";
import { knownHostileNames } from "../arbitraries/hostile-names.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { attempt } from "./attempt.ts";
import { graphDifference } from "./graph-difference.ts";

/** A text form, both ways. */
export interface TextForm {
  /** A graph as text. */
  readonly print: (graph: Graph) => string;
  /** The graph of a text. */
  readonly parse: (text: string) => Graph;
}

/** Another name for each, none twice; the hostile ones first. */
const renaming = (): ((name: string) => string) => {
  const given = new Map<string, string>();
  return (name) => {
    const round = Math.floor(given.size / knownHostileNames.length);
    const fresh = `${knownHostileNames[given.size % knownHostileNames.length]}${round === 0 ? "" : round}`;
    const known = given.get(name) ?? fresh;
    given.set(name, known);
    return known;
  };
};

/** The graph with hostile names for itself, its inputs and parameters, its entry points and their outputs. */
export const withHostileNames = (graph: Graph): Graph => {
  const [leafName, entryName, outputName] = [renaming(), renaming(), renaming()];
  const isOwned = (name: string): boolean => callerName(graph, name) !== name;
  // An entry point's own inputs are found by its name, so these keep theirs.
  if (graph.inputs.length > 0 && [...graph.nodes.values()].some((n) => n.op === "input" && isOwned(n.attrs.name)))
    return graph;
  const renamed = (node: Node): Node =>
    node.op === "input" || node.op === "parameter"
      ? // The same attributes but for a name, which any text may be.
        (Object.freeze({ ...node, attrs: Object.freeze({ ...node.attrs, name: leafName(node.attrs.name) }) }) as Node)
      : node;
  const list = (values: readonly NamedValue[], rename: (name: string) => string): readonly NamedValue[] =>
    Object.freeze(values.map(({ name, value }) => Object.freeze({ name: rename(name), value })));
  const entries = graph.entries.map(
    ({ name, outputs, updates }): Entry =>
      Object.freeze({ name: entryName(name), outputs: list(outputs, outputName), updates: list(updates, leafName) }),
  );
  const nodes = new Map<NodeId, Node>([...graph.nodes].map(([id, node]) => [id, renamed(node)] as const));
  return Object.freeze({ ...graph, name: knownHostileNames[5] ?? "", nodes, entries: Object.freeze(entries) });
};

const roundTrip = ({ print, parse }: TextForm, graph: Graph, of: string): Violation | undefined => {
  const text = print(graph);
  const back = parse(text);
  const [violation] = verifyGraph(back);
  if (violation !== undefined)
    return { what: `reading the text of ${of} breaks (${violation.invariant}): ${violation.message}` };
  const difference = graphDifference(graph, back);
  if (difference !== undefined) return { what: `read from its text, in ${of} ${difference}` };
  return print(back) === text
    ? undefined
    : { what: `printing what was read from the text of ${of} gives another text` };
};

/** The weftgraph text. */
export const graphText: TextForm = { print: (graph) => printGraph(graph), parse: (text) => parseGraph(text) };

/**
 * `parse(print(g))` is g, and `print(parse(print(g)))` is `print(g)`: of the graph, under hostile names, and after each pass.
 *
 * @example
 * const text = printParseRoundTrip({ print: printGraph, parse: parseGraph });
 * await forAll(graphs({ ops: ["concat"], maxSteps: 2 }), text, { runs: 3 }); // undefined
 */
export const printParseRoundTrip = (
  form: TextForm = graphText,
  passes: readonly Pass<Graph, Graph>[] = [standard],
): GraphProperty => ({
  name: "print and parse round trip",
  code: "printParseRoundTrip()",
  check: ({ graph }) =>
    attempt("printing and reading", () => {
      const asDescribed =
        roundTrip(form, graph, "the graph") ?? roundTrip(form, withHostileNames(graph), "the graph with hostile names");
      if (asDescribed !== undefined) return asDescribed;
      for (const pass of passes) {
        const after = pass.run(graph);
        const violation = after === graph ? undefined : roundTrip(form, after, `the graph after ${pass.name}`);
        if (violation !== undefined) return violation;
      }
      return undefined;
    }),
});
