// Binds symbolic dimensions to numbers. Every node is typed anew from what its leaves and attributes now say, so a binding
// under which the graph makes no sense is refused where it stops making sense.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { dimAttributes, usedSymbols } from "../ir/graph/analysis.ts";
import { changeBodies } from "../ir/graph/body.ts";
import { bodiesIn } from "../ir/graph/body-graph.ts";
import { graphBuilder } from "../ir/graph/builder.ts";
import { copyEntries, copyNodes } from "../ir/graph/copy.ts";
import { requireDeclaredSymbols } from "../ir/graph/declared-symbols.ts";
import type { Graph, Node } from "../ir/graph/graph.ts";
import { type Attributes, type AttributeValue, isBody } from "../ir/ops/attributes.ts";
import { type Bindings, bindDim, type Dim, isKnown } from "../ir/types/dim.ts";
import { printShape } from "../ir/types/tensor-type.ts";
import type { Pass } from "./pass.ts";

const checkBindings = (graph: Graph, bindings: Bindings): void => {
  requireDeclaredSymbols(graph);
  const missing = usedSymbols(graph).filter((symbol) => !Object.hasOwn(bindings, symbol));
  if (missing.length > 0) reject("W124", { graph: graph.name, missing, given: Object.keys(bindings) });
  for (const [symbol, value] of Object.entries(bindings))
    if (!Number.isSafeInteger(value) || value < 0) reject("W125", { symbol, value });
};

/** The attribute with symbols bound; list or single, as it was. */
const bindValue = (value: AttributeValue | undefined, bindings: Bindings): AttributeValue => {
  const bind = (dim: Dim): Dim => bindDim(dim, bindings);
  if (isBody(value)) return value;
  if (typeof value === "object") return value.map(bind);
  return typeof value === "string" || typeof value === "number" ? bind(value) : (value ?? 0);
};

const bindAttributes = (node: Node, bindings: Bindings): Attributes => {
  const names = dimAttributes(node.op);
  if (names.length === 0 && bodiesIn(node).length === 0) return node.attrs;
  const attrs = changeBodies(node, (body) => bound(body, bindings));
  return {
    ...attrs,
    ...Object.fromEntries(names.map((name) => [name, bindValue(attrs[name], bindings)])),
  };
};

/** The graph typed anew with its symbols bound. */
const bound = (graph: Graph, bindings: Bindings): Graph => {
  const builder = graphBuilder();
  const copy = copyNodes(graph, builder, { attributes: (node) => bindAttributes(node, bindings) });
  return builder.finish(graph.name, copyEntries(graph.entries, copy));
};

/** Types are inferred anew, but an extent such as T-2 may fall below 0 without any op minding. */
const checkExtents = (graph: Graph, bindings: Bindings): void => {
  for (const { op, results, location } of graph.nodes.values())
    for (const { type } of results)
      if (type.shape.some((extent) => isKnown(bindDim(extent, bindings)) && Number(bindDim(extent, bindings)) < 0))
        reject("W126", { op, shape: printShape(type.shape), bindings }, { location });
};

/** The graph with its symbols bound; the graph itself where it has none. */
export const bindSymbols = (graph: Graph, bindings: Bindings): Graph => {
  checkBindings(graph, bindings);
  if (usedSymbols(graph).length === 0) return graph;
  checkExtents(graph, bindings);
  return bound(graph, bindings);
};

/** A pass that binds symbols. `reject`s symbols from nowhere (W131), missing symbols (W124), values that are no extents (W125), negative extents (W126). */
export const specialize = (bindings: Bindings): Pass<Graph, Graph> => ({
  name: "specialize",
  summary: "Binds symbolic dimensions to numbers.",
  run: (graph) => bindSymbols(graph, bindings),
});
