// Functions of a text: each is built once, and the nodes that name it share it. A few lines can say a program of billions of
// nodes (each function uses the one before it twice), so what counts is how many nodes there are once all is written out.
import { reject } from "../diagnostics/diagnostic.ts";
import type { Location } from "../diagnostics/location.ts";
import { bodiesIn, graphOf } from "../graph/body-graph.ts";
import type { Graph } from "../graph/graph.ts";
import type { Body } from "../ops/body.ts";
import { limits } from "../types/limits.ts";
import type { FunctionSyntax, Piece } from "./syntax.ts";
import { quote } from "./tokens.ts";

/** The functions of a text that have been read so far, by name. */
export type FunctionTable = ReadonlyMap<string, Body>;

/** How many nodes a graph stands for, and how deep bodies lie within one another. */
interface Extent {
  readonly nodes: number;
  readonly depth: number;
}

const measured = new WeakMap<Graph, Extent>();

const extentOf = (graph: Graph): Extent => {
  const known = measured.get(graph);
  if (known !== undefined) return known;
  let nodes = graph.nodes.size;
  let depth = 0;
  for (const node of graph.nodes.values())
    for (const [, body] of bodiesIn(node)) {
      const within = extentOf(body);
      nodes += within.nodes;
      depth = Math.max(depth, within.depth + 1);
    }
  const extent = { nodes, depth };
  measured.set(graph, extent);
  return extent;
};

/** Refuses a graph that is too large once its functions are written out: W134, and W104 for too many within one another. */
const requireWithinLimits = (graphs: readonly Graph[], most: number, location: Location): void => {
  const extents = graphs.map(extentOf);
  if (extents.some(({ depth }) => depth > limits.bodyDepth))
    reject(
      "W104",
      { expected: `at most ${limits.bodyDepth} functions within each other`, found: "more" },
      { location },
    );
  if (extents.reduce((sum, { nodes }) => sum + nodes, 0) > most) reject("W134", { most }, { location });
};

/** Builds the functions of a text in their order: each may name those above it. W119 for a name that stands twice. */
export const buildFunctions = (
  written: readonly FunctionSyntax[],
  most: number,
  build: (syntax: FunctionSyntax, above: FunctionTable) => Body,
): FunctionTable => {
  const table = new Map<string, Body>();
  for (const syntax of written) {
    const { text, location } = syntax.name;
    if (table.has(text)) reject("W119", { what: "a function", name: text }, { location });
    table.set(text, build(syntax, table));
    requireWithinLimits([...table.values()].map(graphOf), most, location);
  }
  return table;
};

/** The graph, unless it is too large together with its functions. */
export const withinLimits = (graph: Graph, functions: FunctionTable, most: number, location: Location): Graph => {
  if (functions.size > 0) requireWithinLimits([graph, ...[...functions.values()].map(graphOf)], most, location);
  return graph;
};

/** The function of this name; W104 where none stands above. */
export const functionNamed = (functions: FunctionTable, { text, location }: Piece): Body =>
  functions.get(text) ??
  reject("W104", { expected: "the name of a function that stands above", found: quote(`@${text}`) }, { location });
