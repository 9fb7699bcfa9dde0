// Puts nodes together that one kernel can compute:
//   - what only moves elements (transpose, broadcast, slice, iota) is computed where it is read;
//   - elementwise arithmetic with one reader goes into that reader, also into a reduction (prologue) or into the packing
//     of a matrix product, unless that would repeat it;
//   - elementwise arithmetic that follows a value of its own shape goes to where the value is made (epilogue of a matrix
//     product, convolution or reduction; several results of one loop).
// Nothing is computed twice that does arithmetic, and no merge may close a cycle between kernels.

import { typeOf } from "../ir/graph/analysis.ts";
import type { Entry, Graph, Node, NodeId, ValueId } from "../ir/graph/graph.ts";
import type { CoreOp } from "../ir/ops/index.ts";
import { sizeOf } from "../ir/types/ndarray.ts";
import { knownShape } from "../ir/types/shape.ts";
import type { FusedEntry, FusedGraph, Group } from "./fused-graph.ts";
import { mergeFollowers } from "./fusion/followers.ts";
import { type Fusing, fusingOf, mostMembers, workOf } from "./fusion/fusing.ts";
import { stepGraph } from "./fusion/step-graph.ts";
import type { Pass } from "./pass.ts";

/** Whether a reader of this size may read an operand more than once per element. */
const repeats = (graph: Graph, reader: Node, operand: ValueId): boolean => {
  const [result] = reader.results;
  if (result === undefined || workOf(reader) !== "index") return false;
  return sizeOf(knownShape(result.type.shape)) > 2 * sizeOf(knownShape(typeOf(graph, operand).shape));
};

/** How far from the root of its kernel a node may be computed: keeps kernels small enough for engines to optimise, like `mostMembers`. */
const reach = 48;

/** Whether a reader chooses by position among pieces that are chosen by position themselves: these are better joined first. */
const joinsJoined = (node: Node, reader: Node): boolean => node.op === "concat" && reader.op === "concat";

/** What is known of a node from its readers. */
interface Standing {
  /** The kernels that compute the node's readers. */
  readonly roots: ReadonlySet<NodeId>;
  /** Whether some reader reads an element more than once. */
  readonly repeated: boolean;
  /** Whether it is a piece of what some reader joins, and joined itself. */
  readonly joined: boolean;
  /** Steps to the root of the kernel that reads it. */
  readonly distance: number;
}

/** Which root each node is computed for: its own, that of its only reader, or none (computed anywhere, or memory). */
const assignRoots = (fusing: Fusing, cuts: ReadonlySet<NodeId>): ReadonlyMap<NodeId, NodeId> => {
  const { graph, nodes, users, required } = fusing;
  const rootOf = new Map<NodeId, NodeId>();
  const standings = new Map<NodeId, Standing>();
  /** Repetition, roots and distance are handed on by readers that have no kernel of their own. */
  const standingOf = (node: Node): Standing => {
    const readings = node.results.flatMap(({ id }) => (users.get(id) ?? []).map((user) => [id, user] as const));
    const roots = new Set<NodeId>();
    let [repeated, joined] = [false, false];
    let distance = 0;
    for (const [value, user] of readings) {
      const root = rootOf.get(user.id);
      const standing = standings.get(user.id);
      for (const each of root === undefined ? (standing?.roots ?? []) : [root]) roots.add(each);
      joined ||= joinsJoined(node, user);
      repeated ||= repeats(graph, user, value) || (root === undefined && (standing?.repeated ?? false));
      if (root !== user.id) distance = Math.max(distance, 1 + (standing?.distance ?? 0));
    }
    return { roots, repeated, joined, distance };
  };
  const isRoot = (node: Node, { roots, repeated, joined, distance }: Standing): boolean => {
    const work = workOf(node);
    if (work === "memory" || work === "alias") return false;
    if (work === "kernel" || work === "body" || work === "loop" || node.results.some(({ id }) => required.has(id)))
      return true;
    return joined || distance >= reach || (work === "scalar" && (repeated || roots.size !== 1));
  };
  for (const node of nodes.toReversed()) {
    const standing = standingOf(node);
    standings.set(node.id, standing);
    const [only] = standing.roots;
    if (cuts.has(node.id) || isRoot(node, standing)) rootOf.set(node.id, node.id);
    else if (workOf(node) === "scalar" && only !== undefined) rootOf.set(node.id, only);
  }
  return rootOf;
};

/**
 * The nodes at which groups of too many members are cut: those above a third of what is allowed, so that one node over three
 * such parts still is. Each node counts for the first that reads it.
 */
const cutsIn = ({ nodes }: Fusing, rootOf: ReadonlyMap<NodeId, NodeId>): ReadonlySet<NodeId> => {
  const sizes = new Map<NodeId, number>();
  for (const root of rootOf.values()) sizes.set(root, (sizes.get(root) ?? 0) + 1);
  const cuts = new Set<NodeId>();
  const counts = new Map<ValueId, number>();
  for (const { id, operands, results } of nodes) {
    const root = rootOf.get(id);
    let count = root === undefined ? 0 : 1;
    for (const operand of operands) {
      count += counts.get(operand) ?? 0;
      counts.delete(operand);
    }
    const isCut = root !== undefined && (sizes.get(root) ?? 0) > mostMembers && count > mostMembers / 3;
    if (isCut) cuts.add(id);
    const [result] = results;
    if (!isCut && root !== id && result !== undefined) counts.set(result.id, count);
  }
  return cuts;
};

const initialGroups = (fusing: Fusing): readonly Group[] => {
  const whole = assignRoots(fusing, new Set());
  const cuts = cutsIn(fusing, whole);
  const rootOf = cuts.size === 0 ? whole : assignRoots(fusing, cuts);
  const members = new Map<NodeId, Set<NodeId>>();
  for (const node of fusing.nodes) {
    const root = rootOf.get(node.id);
    if (root === undefined) continue;
    const set = members.get(root) ?? new Set();
    members.set(root, set.add(node.id));
  }
  return fusing.nodes.flatMap((node): readonly Group[] => {
    const set = members.get(node.id);
    if (set === undefined) return [];
    const work = workOf(node);
    const anchor = work === "kernel" || work === "body" ? { anchor: node.id } : {};
    return [{ members: set, ...anchor, outputs: node.results.map(({ id }) => id) }];
  });
};

const fuseEntry = (graph: Graph<CoreOp>, entry: Entry): FusedEntry => {
  const fusing = fusingOf(graph, entry);
  return { entry, groups: mergeFollowers(fusing, initialGroups(fusing)).map((group) => withStep(graph, group)) };
};

/** A recurrence with its step, which computes no more than what is wanted of its results. */
const withStep = (graph: Graph<CoreOp>, group: Group): Group => {
  const anchor = group.anchor === undefined ? undefined : graph.nodes.get(group.anchor);
  if (anchor?.op !== "scan") return group;
  const { carried } = anchor.attrs;
  const isWanted = (output: number): boolean => {
    const result = anchor.results[carried + output];
    return result !== undefined && group.outputs.includes(result.id);
  };
  return { ...group, step: fuse(stepGraph(anchor, isWanted)) };
};

const fuse = (graph: Graph<CoreOp>): FusedGraph => ({
  graph,
  entries: graph.entries.map((entry) => fuseEntry(graph, entry)),
});

/** Groups the nodes of every entry point into kernels. */
export const fuseElementwise: Pass<Graph<CoreOp>, FusedGraph> = {
  name: "fuse-elementwise",
  summary:
    "Computes chains of elementwise ops, and what leads to or follows a reduction, product or convolution, in one kernel.",
  run: fuse,
};
