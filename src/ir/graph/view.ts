// A node as patterns see it: its operands are the nodes that define them, found when first looked at. A pattern thus
// reads like the expression it matches, while the graph stays a flat table.
import type { Attrs, OpKind } from "../ops/index.ts";
import type { TensorType } from "../types/tensor-type.ts";
import { resultType } from "./analysis.ts";
import type { Node, ValueId } from "./graph.ts";

/** A value and the op that makes it. */
export interface ViewOf<K extends OpKind> {
  readonly op: K;
  readonly attrs: Attrs<K>;
  readonly args: readonly View[];
  readonly type: TensorType;
  readonly id: ValueId;
}

/** The discriminated union that patterns are written against. */
export type View = { readonly [K in OpKind]: ViewOf<K> }[OpKind];

/** How values lead to nodes: of a graph, or of an edit under way. */
export interface Scope {
  readonly resolve: (value: ValueId) => ValueId;
  readonly definition: (value: ValueId) => Node;
}

/** Looks at a value. */
export const view = (scope: Scope, value: ValueId): View => {
  const id = scope.resolve(value);
  const node = scope.definition(id);
  let args: readonly View[] | undefined;
  const seen = {
    op: node.op,
    attrs: node.attrs,
    type: resultType(node, id),
    id,
    get args(): readonly View[] {
      args ??= node.operands.map((operand) => view(scope, operand));
      return args;
    },
  };
  // `op` and `attrs` come from one node, so they fit together; the union cannot see that.
  return seen as View;
};
