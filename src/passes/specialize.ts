// Binds symbolic dimensions to numbers. Every node is typed anew from what its leaves and attributes now say, so a binding
// under which the graph makes no sense is refused where it stops making sense.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { usedSymbols } from "../ir/graph/analysis.ts";
import { requireDeclaredSymbols } from "../ir/graph/declared-symbols.ts";
import type { Graph } from "../ir/graph/graph.ts";
import { substituteSymbols } from "../ir/graph/substitute-symbols.ts";
import type { Bindings } from "../ir/types/dim.ts";
import type { Pass } from "./pass.ts";

const checkBindings = (graph: Graph, bindings: Bindings): void => {
  requireDeclaredSymbols(graph);
  const missing = usedSymbols(graph).filter((symbol) => !Object.hasOwn(bindings, symbol));
  if (missing.length > 0) reject("W124", { graph: graph.name, missing, given: Object.keys(bindings) });
  for (const [symbol, value] of Object.entries(bindings))
    if (!Number.isSafeInteger(value) || value < 0) reject("W125", { symbol, value });
};

/** The graph with its symbols bound; the graph itself where it has none. */
export const bindSymbols = (graph: Graph, bindings: Bindings): Graph => {
  checkBindings(graph, bindings);
  if (usedSymbols(graph).length === 0) return graph;
  return substituteSymbols(graph, bindings);
};

/** A pass that binds symbols. `reject`s symbols from nowhere (W131), missing symbols (W124), values that are no extents (W125), negative extents (W126). */
export const specialize = (bindings: Bindings): Pass<Graph, Graph> => ({
  name: "specialize",
  summary: "Binds symbolic dimensions to numbers.",
  run: (graph) => bindSymbols(graph, bindings),
});
