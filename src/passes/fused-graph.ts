// What fusion gives to lowering: for each entry point, which nodes are computed together in one kernel, and which values
// that kernel leaves in memory. Nodes in no group are computed wherever they are read (transposes, broadcasts,
// constants), or are memory themselves (inputs, parameters).
import type { Entry, Graph, NodeId, ValueId } from "../ir/graph/graph.ts";
import type { CoreOp } from "../ir/ops/index.ts";

/** Nodes that become one kernel (or, around an op with kernels of its own, those kernels). */
export interface Group {
  /** The nodes, operands before users. */
  readonly members: ReadonlySet<NodeId>;
  /** The member that brings its own kernels, if there is one; the other members then follow it, element by element. */
  readonly anchor?: NodeId;
  /** The step of a recurrence: the anchor is then a `scan`, and nothing follows it. */
  readonly step?: FusedGraph;
  /** The values that others read; all of one shape, but for those of an op with several results. */
  readonly outputs: readonly ValueId[];
}

/** The groups of one entry point, in an order in which they can run. */
export interface FusedEntry {
  readonly entry: Entry;
  readonly groups: readonly Group[];
}

/** A graph of core ops whose nodes have been put into groups. */
export interface FusedGraph {
  /** The graph. */
  readonly graph: Graph<CoreOp>;
  /** Its entry points, with their nodes in groups. */
  readonly entries: readonly FusedEntry[];
}
