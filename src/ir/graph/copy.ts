// Building a graph anew from another one: the nodes pass through a builder, which types them again, so a copy can differ
// in what its leaves say (bound symbols) and can be continued with further nodes (gradients).
import { invariant } from "../diagnostics/invariant.ts";
import type { Attributes } from "../ops/attributes.ts";
import { printType, type TensorType } from "../types/tensor-type.ts";
import { order } from "./analysis.ts";
import type { GraphBuilder } from "./builder.ts";
import type { Entry, Graph, NamedValue, Node, ValueId } from "./graph.ts";

/** Where each value of the old graph is in the new one. */
export type Correspondence = (value: ValueId) => ValueId;

/** What a copy changes on the way. */
export interface CopyOptions {
  /** The attributes of the new node; types follow from them. */
  readonly attributes?: (node: Node) => Attributes;
}

/** Copies all nodes into a builder; entries are for the caller, who may want others. */
export const copyNodes = (
  graph: Graph,
  builder: GraphBuilder,
  { attributes = ({ attrs }) => attrs }: CopyOptions = {},
): Correspondence => {
  const copies = new Map<ValueId, ValueId>();
  const copy: Correspondence = (value) => {
    const found = copies.get(value);
    invariant(found !== undefined, `%${value} is copied before it is used`);
    return found;
  };
  builder.adopt(graph.constants);
  // Inputs and parameters first and in declaration order, which is part of the signature.
  const leaves = new Set<ValueId>([...graph.inputs, ...graph.parameters]);
  const nodes = order(graph);
  const isLeaf = ({ results: [result] }: Node): boolean => result !== undefined && leaves.has(result.id);
  const declared = new Map(nodes.filter(isLeaf).map((node) => [node.results[0]?.id, node]));
  for (const id of leaves) {
    const node = declared.get(id);
    invariant(node?.op === "input" || node?.op === "parameter", `%${id} is an input or a parameter`);
    const attrs = attributes(node);
    const type = { dtype: attrs["dtype"], shape: attrs["shape"] } as TensorType; // as the two ops' schemas say
    copies.set(id, builder[node.op](node.attrs.name, type, node.location));
  }
  for (const node of nodes) {
    if (isLeaf(node)) continue;
    const made = builder.emit(node.op, node.operands.map(copy), attributes(node), node.location);
    node.results.forEach(({ id, type }, position) => {
      const result = made[position];
      invariant(result !== undefined, `${node.op} gives a result for ${printType(type)}`);
      copies.set(id, result);
    });
  }
  return copy;
};

/** The entries of the old graph over the values of the new one. */
export const copyEntries = (entries: readonly Entry[], copy: Correspondence): readonly Entry[] => {
  const names = (list: readonly NamedValue[]): readonly NamedValue[] =>
    list.map(({ name, value }) => ({ name, value: copy(value) }));
  return entries.map(({ name, outputs, updates }) => ({ name, outputs: names(outputs), updates: names(updates) }));
};
