// The tensor graph: flat frozen tables keyed by branded ids, and no object that points to another. A tree to immer, a
// directed acyclic graph to us. One graph may have several entry points (predict, grads, step) over shared parameters.
import type { Location } from "../diagnostics/location.ts";
import type { Attributes } from "../ops/attributes.ts";
import type { Attrs, OpKind } from "../ops/index.ts";
import type { DataArray, DType } from "../types/dtype.ts";
import type { TensorType } from "../types/tensor-type.ts";

declare const brand: unique symbol;
type Id<Name extends string> = number & { readonly [brand]: Name };

/** Names a node of one graph. */
export type NodeId = Id<"node">;
/** Names a value, a result of a node, of one graph. */
export type ValueId = Id<"value">;
/** Content address of a dense constant. */
export type ConstantId = string & { readonly [brand]: "constant" };

/** One result of one node. Single assignment: a value has exactly one definition. */
export interface Value {
  /** What names it. */
  readonly id: ValueId;
  /** Its element type and shape. */
  readonly type: TensorType;
}

/** A use of an op. */
export interface NodeOf<K extends OpKind> {
  readonly id: NodeId;
  readonly op: K;
  readonly operands: readonly ValueId[];
  readonly attrs: Attrs<K> & Attributes;
  readonly results: readonly Value[];
  /** Where in the user's program it was written, where that is known. */
  readonly location?: Location;
}

/** The discriminated union that every pass sees; derived from the registry, never written by hand. */
export type Node<Ops extends OpKind = OpKind> = { readonly [K in Ops]: NodeOf<K> }[Ops];

/** A dense constant, kept outside the nodes so that no pass ever looks into a weight. */
export interface ConstantData {
  /** Its element type. */
  readonly dtype: DType;
  /** Its elements. */
  readonly data: DataArray;
}

/** A value under the name it has for the caller. */
export interface NamedValue {
  /** The name of an output or a parameter. */
  readonly name: string;
  /** The value. */
  readonly value: ValueId;
}

/** One way to run the graph: what it returns, and what it writes back into parameters (after all reads). */
export interface Entry {
  /** What it is called. */
  readonly name: string;
  /** What it gives, by name. */
  readonly outputs: readonly NamedValue[];
  /** Parameter name, and the value it has after the call. */
  readonly updates: readonly NamedValue[];
}

/** A tensor program. Frozen. `nodes` is in a topological order as built; passes keep it so. */
export interface Graph<Ops extends OpKind = OpKind> {
  /** The name of the model. */
  readonly name: string;
  /** Results of `input` nodes, in declaration order. */
  readonly inputs: readonly ValueId[];
  /** Results of `parameter` nodes, in declaration order: what persists between runs. */
  readonly parameters: readonly ValueId[];
  /** The ways to run it. */
  readonly entries: readonly Entry[];
  /** All nodes, in an order in which they can be computed. */
  readonly nodes: ReadonlyMap<NodeId, Node<Ops>>;
  /** The contents of dense constants. */
  readonly constants: ReadonlyMap<ConstantId, ConstantData>;
}
