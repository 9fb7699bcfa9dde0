// The second half of fusion: a group of elementwise nodes that reads a value of its own shape, element by element, moves to
// the group that makes the value. Its loop then runs while the value is still in a register or in cache, and one kernel
// may leave several results. Groups are then put into an order in which they can run, updates of parameters last.
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import type { NodeId, ValueId } from "../../ir/graph/graph.ts";
import { sameShape } from "../../ir/types/tensor-type.ts";
import type { Group } from "../fused-graph.ts";
import { type Fusing, isPointwise, workOf } from "./fusing.ts";

/** A group while it may still grow. */
interface Growing {
  members: Set<NodeId>;
  anchor: NodeId | undefined;
  outputs: Set<ValueId>;
}

/** How a group reads a value from memory: only at the element being computed, or also elsewhere. */
type Reads = ReadonlyMap<ValueId, "pointwise" | "elsewhere">;

/** What a group reads from memory: `stored` are the nodes whose results some group leaves there. */
const readsOf = ({ graph }: Fusing, stored: ReadonlySet<NodeId>, group: Growing): Reads => {
  const reads = new Map<ValueId, "pointwise" | "elsewhere">();
  const seen = new Map<NodeId, boolean>();
  const visit = (value: ValueId, pointwise: boolean): void => {
    const node = definitionOf(graph, value);
    const computedHere = group.members.has(node.id) || (workOf(node) !== "memory" && !stored.has(node.id));
    if (!computedHere) {
      if (!pointwise || !reads.has(value)) reads.set(value, pointwise ? "pointwise" : "elsewhere");
      return;
    }
    const before = seen.get(node.id);
    if (before === false || before === pointwise) return;
    seen.set(node.id, pointwise);
    const inner = pointwise && isPointwise(graph, node);
    for (const operand of node.operands) visit(operand, inner);
  };
  for (const output of group.outputs) visit(output, true);
  return reads;
};

/** Merges groups of elementwise nodes into the groups that make what they read, and orders the result. */
export const mergeFollowers = (fusing: Fusing, initial: readonly Group[]): readonly Group[] => {
  const { graph } = fusing;
  const groups: Growing[] = initial.map(({ members, anchor, outputs }) => ({
    members: new Set(members),
    anchor,
    outputs: new Set(outputs),
  }));
  const maker = new Map<NodeId, Growing>();
  const stored = new Set<NodeId>();
  for (const group of groups) {
    for (const member of group.members) maker.set(member, group);
    for (const output of group.outputs) stored.add(definitionOf(graph, output).id);
  }
  const makerOf = (value: ValueId): Growing | undefined => maker.get(definitionOf(graph, value).id);
  const reads = new Map<Growing, Reads>();
  const readsOfGroup = (group: Growing): Reads => {
    const known = reads.get(group) ?? readsOf(fusing, stored, group);
    reads.set(group, known);
    return known;
  };

  /** Whether `later` needs `earlier` by way of a third group. */
  const dependsIndirectly = (later: Growing, earlier: Growing): boolean => {
    const seen = new Set<Growing>([later]);
    const open = [...readsOfGroup(later).keys()].flatMap((value) => makerOf(value) ?? []).filter((group) => group !== earlier);
    for (let group = open.pop(); group !== undefined; group = open.pop()) {
      if (group === earlier) return true;
      if (seen.has(group)) continue;
      seen.add(group);
      for (const value of readsOfGroup(group).keys()) {
        const next = makerOf(value);
        if (next !== undefined) open.push(next);
      }
    }
    return false;
  };

  const shapeOf = (group: Growing) => {
    const [output] = group.outputs;
    return output === undefined ? [] : typeOf(graph, output).shape;
  };

  const mayFollow = (later: Growing, earlier: Growing): boolean => {
    if (later.anchor !== undefined || !sameShape(shapeOf(later), shapeOf(earlier))) return false;
    if (earlier.anchor !== undefined && [...later.members].some((member) => runsLoop(member))) return false;
    return [...readsOfGroup(later)].every(([value, how]) => how === "pointwise" || makerOf(value) !== earlier) && !dependsIndirectly(later, earlier);
  };
  const runsLoop = (member: NodeId): boolean => {
    const node = graph.nodes.get(member);
    return node !== undefined && workOf(node) === "loop";
  };

  const merge = (later: Growing, earlier: Growing): void => {
    for (const member of later.members) {
      earlier.members.add(member);
      maker.set(member, earlier);
    }
    for (const output of later.outputs) earlier.outputs.add(output);
    reads.delete(earlier);
    later.outputs.clear();
    later.members.clear();
  };

  for (const later of groups) {
    const candidates = new Set([...readsOfGroup(later).keys()].flatMap((value) => makerOf(value) ?? []));
    for (const earlier of candidates)
      if (earlier !== later && later.outputs.size > 0 && mayFollow(later, earlier)) {
        merge(later, earlier);
        break;
      }
  }
  return schedule(fusing, groups.filter(({ outputs }) => outputs.size > 0), makerOf, readsOfGroup);
};

/** Orders groups so that each runs after what it reads; those that only update parameters come as late as can be. */
const schedule = (
  fusing: Fusing,
  groups: readonly Growing[],
  makerOf: (value: ValueId) => Growing | undefined,
  readsOfGroup: (group: Growing) => Reads,
): readonly Group[] => {
  const { graph, entry, nodes } = fusing;
  const updated = new Set(entry.updates.map(({ value }) => value));
  const readElsewhere = new Set<ValueId>(entry.outputs.map(({ value }) => value));
  for (const group of groups)
    for (const value of readsOfGroup(group).keys()) if (makerOf(value) !== group) readElsewhere.add(value);
  const needed = (group: Growing): readonly ValueId[] => [...group.outputs].filter((value) => readElsewhere.has(value) || fusing.required.has(value));
  const isLast = (group: Growing): boolean => needed(group).every((value) => updated.has(value) && !readElsewhere.has(value));
  const done = new Set<Growing>();
  const sequence: Growing[] = [];
  const place = (root: Growing): void => {
    const path = [root];
    for (let group = path.at(-1); group !== undefined; group = path.at(-1)) {
      const waiting = [...readsOfGroup(group).keys()].flatMap((value) => makerOf(value) ?? []).filter((next) => next !== group && !done.has(next));
      if (waiting.length > 0 && !done.has(group)) path.push(...waiting);
      else {
        path.pop();
        if (!done.has(group)) sequence.push(group);
        done.add(group);
      }
    }
  };
  for (const group of groups) if (!isLast(group)) place(group);
  for (const group of groups) place(group);
  const position = new Map(nodes.map((node, at) => [node.id, at]));
  const byPosition = (a: NodeId, b: NodeId): number => (position.get(a) ?? 0) - (position.get(b) ?? 0);
  return sequence.map((group) => ({
    members: new Set([...group.members].sort(byPosition)),
    ...(group.anchor === undefined ? {} : { anchor: group.anchor }),
    outputs: needed(group).toSorted((a, b) => byPosition(definitionOf(graph, a).id, definitionOf(graph, b).id)),
  }));
};
