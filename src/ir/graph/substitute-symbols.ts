// A graph with its symbols replaced: by numbers when it is compiled, by the extents of a call where it is the body of a function.
// Every node is typed anew from what its leaves and attributes then say.
import { reject } from "../diagnostics/diagnostic.ts";
import { type Attributes, type AttributeValue, isBody } from "../ops/attributes.ts";
import { bindDim, type Dim, isKnown } from "../types/dim.ts";
import { printShape } from "../types/tensor-type.ts";
import { dimAttributes } from "./analysis.ts";
import { changeBodies } from "./body.ts";
import { bodiesIn } from "./body-graph.ts";
import { graphBuilder } from "./builder.ts";
import { copyEntries, copyNodes } from "./copy.ts";
import type { Graph, Node } from "./graph.ts";

/** What symbols stand for. */
export type Substitutes = Readonly<Record<string, Dim>>;

/** The attribute with its symbols replaced; list or single, as it was. */
const replaced = (value: AttributeValue | undefined, by: Substitutes): AttributeValue => {
  const bind = (dim: Dim): Dim => bindDim(dim, by);
  if (isBody(value)) return value;
  if (typeof value === "object") return value.map(bind);
  return typeof value === "string" || typeof value === "number" ? bind(value) : (value ?? 0);
};

const attributesWith = (node: Node, by: Substitutes): Attributes => {
  const names = dimAttributes(node.op);
  if (names.length === 0 && bodiesIn(node).length === 0) return node.attrs;
  const attrs = changeBodies(node, (body) => copied(body, by));
  return { ...attrs, ...Object.fromEntries(names.map((name) => [name, replaced(attrs[name], by)])) };
};

const copied = (graph: Graph, by: Substitutes): Graph => {
  const builder = graphBuilder();
  const copy = copyNodes(graph, builder, { attributes: (node) => attributesWith(node, by) });
  return builder.finish(graph.name, copyEntries(graph.entries, copy));
};

/** Types are inferred anew, but an extent such as T-2 may fall below 0 without any op minding. */
const requireExtents = (graph: Graph, by: Substitutes): void => {
  for (const { op, results, location } of graph.nodes.values())
    for (const { type } of results)
      for (const extent of type.shape) {
        const known = bindDim(extent, by);
        if (isKnown(known) && known < 0)
          reject("W126", { op, shape: printShape(type.shape), bindings: by }, { location });
      }
};

/** The graph with its symbols replaced. `reject`s extents below 0 (W126), and what makes no sense by then where it is. */
export const substituteSymbols = (graph: Graph, by: Substitutes): Graph => {
  requireExtents(graph, by);
  return copied(graph, by);
};
