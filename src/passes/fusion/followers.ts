// The second half of fusion: a group of elementwise nodes that reads a value of its own shape, element by element, moves to
// the group that makes the value. Its loop then runs while the value is still in a register or in cache, and one kernel
// may leave several results. Groups are then put into an order in which they can run, updates of parameters last.
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import type { NodeId, ValueId } from "../../ir/graph/graph.ts";
import { opOf } from "../../ir/ops/index.ts";
import { type Shape, sameShape } from "../../ir/types/tensor-type.ts";
import type { Group } from "../fused-graph.ts";
import { type Fusing, isPointwise, mostMembers, workOf } from "./fusing.ts";
import { type RunningOrder, runningOrder } from "./running-order.ts";

/** A group while it may still grow. */
interface Growing {
  members: Set<NodeId>;
  anchor: NodeId | undefined;
  outputs: Set<ValueId>;
}

/** How a group reads a value from memory: only at the element being computed, or also elsewhere. */
type Reads = Map<ValueId, "pointwise" | "elsewhere">;

/** What a group reads from memory: `stored` are the nodes whose results some group leaves there. */
const readsOf = ({ graph }: Fusing, stored: ReadonlySet<NodeId>, group: Growing): Reads => {
  const reads: Reads = new Map();
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

/** The groups while they merge: who makes what, and what each reads. */
interface Merging {
  readonly fusing: Fusing;
  readonly stored: ReadonlySet<NodeId>;
  readonly maker: Map<NodeId, Growing>;
  readonly reads: Map<Growing, Reads>;
  readonly sources: Map<Growing, readonly Growing[]>;
  readonly order: RunningOrder<Growing>;
}

const makerOf = ({ fusing, maker }: Merging, value: ValueId): Growing | undefined =>
  maker.get(definitionOf(fusing.graph, value).id);

const readsOfGroup = ({ fusing, stored, reads }: Merging, group: Growing): Reads => {
  const known = reads.get(group) ?? readsOf(fusing, stored, group);
  reads.set(group, known);
  return known;
};

/**
 * The groups whose results a group reads, each once. They stay known while groups merge: these come in order, so no group
 * that was looked at before reads the one that merges.
 */
const sources = (merging: Merging, group: Growing): readonly Growing[] => {
  const known = merging.sources.get(group) ?? [
    ...new Set([...readsOfGroup(merging, group).keys()].flatMap((value) => makerOf(merging, value) ?? [])),
  ];
  merging.sources.set(group, known);
  return known;
};

const shapeOf = ({ fusing }: Merging, { outputs }: Growing): Shape => {
  const [output] = outputs;
  return output === undefined ? [] : typeOf(fusing.graph, output).shape;
};

const runsLoop = ({ fusing }: Merging, { members }: Growing): boolean =>
  [...members].some((member) => {
    const node = fusing.graph.nodes.get(member);
    return node !== undefined && workOf(node) === "loop";
  });

/** Whether nothing is computed where the group leaves its results: several need not be of one shape, and may come step by step. */
const takesNoFollowers = ({ fusing }: Merging, { anchor }: Growing): boolean => {
  const node = anchor === undefined ? undefined : fusing.graph.nodes.get(anchor);
  return node !== undefined && opOf(node.op).resultArity === "many";
};

/** Whether `later` may be computed right where `earlier` leaves each element. */
const mayFollow = (merging: Merging, later: Growing, earlier: Growing): boolean =>
  later.anchor === undefined &&
  !takesNoFollowers(merging, earlier) &&
  later.members.size + earlier.members.size <= mostMembers &&
  sameShape(shapeOf(merging, later), shapeOf(merging, earlier)) &&
  !(earlier.anchor !== undefined && runsLoop(merging, later)) &&
  [...readsOfGroup(merging, later)].every(
    ([value, how]) => how === "pointwise" || makerOf(merging, value) !== earlier,
  ) &&
  !merging.order.needsIndirectly(later, earlier);

/** Adds `later` to `earlier`, which then reads what both did, but for what it makes itself. */
const merge = (merging: Merging, later: Growing, earlier: Growing): void => {
  merging.order.merge(later, earlier);
  const reads = readsOfGroup(merging, earlier);
  for (const [value, how] of readsOfGroup(merging, later))
    if (makerOf(merging, value) !== earlier && reads.get(value) !== "elsewhere") reads.set(value, how);
  for (const member of later.members) {
    earlier.members.add(member);
    merging.maker.set(member, earlier);
  }
  for (const output of later.outputs) earlier.outputs.add(output);
  merging.sources.delete(earlier);
  later.outputs.clear();
  later.members.clear();
};

/** The group that a group is merged into: one with kernels of its own, if there is one, for that can make no step in the other direction. */
const hostOf = (merging: Merging, later: Growing): Growing | undefined => {
  const others = sources(merging, later).filter((earlier) => earlier !== later);
  const anchored = others.filter(({ anchor }) => anchor !== undefined);
  const mayHost = (earlier: Growing): boolean => mayFollow(merging, later, earlier);
  return anchored.find(mayHost) ?? others.find((earlier) => earlier.anchor === undefined && mayHost(earlier));
};

/** Merges groups of elementwise nodes into the groups that make what they read, and orders the result. */
export const mergeFollowers = (fusing: Fusing, initial: readonly Group[]): readonly Group[] => {
  const groups = initial.map(
    ({ members, anchor, outputs }): Growing => ({ members: new Set(members), anchor, outputs: new Set(outputs) }),
  );
  const rootOf = (value: ValueId): NodeId => definitionOf(fusing.graph, value).id;
  const merging: Merging = {
    fusing,
    stored: new Set(groups.flatMap(({ outputs }) => [...outputs].map(rootOf))),
    maker: new Map(groups.flatMap((group) => [...group.members].map((member) => [member, group] as const))),
    reads: new Map(),
    sources: new Map(),
    order: runningOrder((group) => sources(merging, group)),
  };
  for (const later of groups) {
    const host = hostOf(merging, later);
    if (host !== undefined) merge(merging, later, host);
    else merging.order.append(later);
  }
  return schedule(
    merging,
    groups.filter(({ outputs }) => outputs.size > 0),
  );
};

/** Groups in an order in which they can run: sources first, otherwise as given. */
const ordered = (merging: Merging, groups: readonly Growing[]): readonly Growing[] => {
  const done = new Set<Growing>();
  for (const root of groups) {
    const path = [root];
    for (let group = path.at(-1); group !== undefined; group = path.at(-1)) {
      const self = group;
      const waiting = done.has(group) ? [] : sources(merging, group).filter((next) => next !== self && !done.has(next));
      for (const next of waiting) path.push(next);
      if (waiting.length > 0) continue;
      path.pop();
      done.add(group);
    }
  }
  return [...done];
};

/** Orders groups so that each runs after what it reads; those that only update parameters come as late as can be. */
const schedule = (merging: Merging, groups: readonly Growing[]): readonly Group[] => {
  const { graph, entry, nodes, required } = merging.fusing;
  const updated = new Set(entry.updates.map(({ value }) => value));
  const read = new Set<ValueId>(entry.outputs.map(({ value }) => value));
  for (const group of groups)
    for (const value of readsOfGroup(merging, group).keys()) if (makerOf(merging, value) !== group) read.add(value);
  const needed = ({ outputs }: Growing): readonly ValueId[] =>
    [...outputs].filter((value) => read.has(value) || required.has(value));
  const onlyUpdates = (group: Growing): boolean =>
    needed(group).every((value) => updated.has(value) && !read.has(value));
  const [last, first] = [groups.filter(onlyUpdates), groups.filter((group) => !onlyUpdates(group))];
  const position = new Map(nodes.map((node, at) => [node.id, at]));
  const byPosition = (a: NodeId, b: NodeId): number => (position.get(a) ?? 0) - (position.get(b) ?? 0);
  return ordered(merging, [...first, ...last]).map((group) => ({
    members: new Set([...group.members].sort(byPosition)),
    ...(group.anchor === undefined ? {} : { anchor: group.anchor }),
    outputs: needed(group).toSorted((a, b) => byPosition(definitionOf(graph, a).id, definitionOf(graph, b).id)),
  }));
};
