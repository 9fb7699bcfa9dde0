// What fusion promises, looked for in its result without its code: an elementwise kernel leaves nothing in memory that could
// have been computed where it is read, and does nothing that the kernel before it could have done at the end.
import { definitionOf, typeOf } from "../../src/ir/graph/analysis.ts";
import type { Graph, Node, NodeId, ValueId } from "../../src/ir/graph/graph.ts";
import { functionOf } from "../../src/ir/graph/print-node.ts";
import { opOf } from "../../src/ir/ops/index.ts";
import { sameShape } from "../../src/ir/types/tensor-type.ts";
import type { FusedEntry, FusedGraph, Group } from "../../src/passes/fused-graph.ts";

/** The most members that two groups may have together to become one. */
const mostMembers = 96;

const lowerOf = (node: Node): string => {
  const { lower } = opOf(node.op);
  return lower.by === "element" ? lower.work : lower.by;
};

const nodeOf = (graph: Graph, id: NodeId): Node => {
  const node = graph.nodes.get(id);
  if (node === undefined) throw new Error(`there is no node ${id}`);
  return node;
};

/** A kernel to be, with what it reads from memory and whether it does so only at the element that it computes. */
interface Kernel {
  readonly group: Group;
  readonly reads: ReadonlyMap<ValueId, boolean>;
  readonly isElementwise: boolean;
  readonly takesFollowers: boolean;
}

const readsOf = (
  graph: Graph,
  made: ReadonlySet<NodeId>,
  { members, anchor, outputs }: Group,
): Map<ValueId, boolean> => {
  const reads = new Map<ValueId, boolean>();
  const visit = (value: ValueId, isPointwise: boolean): void => {
    const node = definitionOf(graph, value);
    if (!members.has(node.id) && (made.has(node.id) || lowerOf(node) === "memory")) {
      reads.set(value, isPointwise && (reads.get(value) ?? true));
      return;
    }
    const [result] = node.results;
    const keepsPlace =
      lowerOf(node) === "scalar" &&
      node.operands.every(
        (operand) => result !== undefined && sameShape(typeOf(graph, operand).shape, result.type.shape),
      );
    for (const operand of node.operands) visit(operand, isPointwise && keepsPlace);
  };
  for (const output of outputs) visit(output, true);
  for (const operand of anchor === undefined ? [] : nodeOf(graph, anchor).operands) visit(operand, false);
  return reads;
};

const kernelOf = (graph: Graph, made: ReadonlySet<NodeId>, group: Group): Kernel => {
  const works = [...group.members].map((member) => lowerOf(nodeOf(graph, member)));
  const anchor = group.anchor === undefined ? undefined : nodeOf(graph, group.anchor);
  return {
    group,
    reads: readsOf(graph, made, group),
    isElementwise: anchor === undefined && works.includes("scalar") && !works.includes("loop"),
    takesFollowers: anchor === undefined || (anchor.op !== "scan" && opOf(anchor.op).resultArity !== "many"),
  };
};

/** Which kernel needs which, by way of others. */
const needsIndirectly = (sources: (kernel: Kernel) => readonly Kernel[], later: Kernel, earlier: Kernel): boolean => {
  const seen = new Set<Kernel>();
  const open = sources(later).filter((kernel) => kernel !== earlier);
  for (let kernel = open.pop(); kernel !== undefined; kernel = open.pop()) {
    if (kernel === earlier) return true;
    if (seen.has(kernel)) continue;
    seen.add(kernel);
    open.push(...sources(kernel));
  }
  return false;
};

/** Why a kernel that reads another one's results is not part of it; undefined where there is no reason. */
const reason = (
  graph: Graph,
  sources: (kernel: Kernel) => readonly Kernel[],
  makes: (kernel: Kernel, value: ValueId) => boolean,
  later: Kernel,
  earlier: Kernel,
): string | undefined => {
  const [a, b] = [later.group.outputs[0], earlier.group.outputs[0]];
  if (a === undefined || b === undefined || !sameShape(typeOf(graph, a).shape, typeOf(graph, b).shape))
    return "another domain";
  if ([...later.reads].some(([value, isPointwise]) => makes(earlier, value) && !isPointwise))
    return "elements elsewhere";
  if (!earlier.takesFollowers) return "results of several shapes, or step by step";
  if (later.group.members.size + earlier.group.members.size > mostMembers) return "size";
  if (needsIndirectly(sources, later, earlier)) return "something between";
  // A group follows one other, one with kernels of its own if it can: what has followed an elementwise one stays apart from the rest.
  const isBound = later.group.outputs.length > 1 || sources(later).filter((kernel) => kernel.isElementwise).length > 1;
  return earlier.isElementwise && isBound ? "it follows another" : undefined;
};

const nameOf = (graph: Graph, { group }: Kernel): string =>
  [...group.members].map((id) => functionOf(nodeOf(graph, id)) ?? nodeOf(graph, id).op).join(" ");

const auditEntry = (graph: Graph, { groups }: FusedEntry): readonly string[] => {
  const made = new Set(groups.flatMap(({ members }) => [...members]));
  const kernels = groups.map((group) => kernelOf(graph, made, group));
  const makerOf = new Map(
    kernels.flatMap((kernel) => [...kernel.group.members].map((member) => [member, kernel] as const)),
  );
  const makes = (kernel: Kernel, value: ValueId): boolean => makerOf.get(definitionOf(graph, value).id) === kernel;
  const known = new Map(
    kernels.map((kernel) => {
      const read = [...kernel.reads.keys()].flatMap((value) => makerOf.get(definitionOf(graph, value).id) ?? []);
      return [kernel, [...new Set(read)].filter((source) => source !== kernel)] as const;
    }),
  );
  const sources = (kernel: Kernel): readonly Kernel[] => known.get(kernel) ?? [];
  return kernels
    .filter(({ isElementwise }) => isElementwise)
    .flatMap((later) =>
      sources(later)
        .filter((earlier) => reason(graph, sources, makes, later, earlier) === undefined)
        .map((earlier) => `${nameOf(graph, later)} is apart from ${nameOf(graph, earlier)}`),
    );
};

/** Elementwise kernels that are apart from what they read for no reason, in the entry points and in the steps of recurrences. */
export const fusionAudit = ({ graph, entries }: FusedGraph): readonly string[] =>
  entries.flatMap((entry) => [
    ...auditEntry(graph, entry),
    ...entry.groups.flatMap(({ step }) => (step === undefined ? [] : fusionAudit(step))),
  ]);
