// One group becomes kernel calls: the loops of an elementwise group, or the kernels of the anchor with the rest of the group
// applied to each finished region.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import { functionOf } from "../../ir/graph/print-node.ts";
import { add, type BlockBuilder, buildBody, flatten } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Origin } from "../../ir/loop/kernel.ts";
import { opOf } from "../../ir/ops/index.ts";
import type { KernelContext, Span } from "../../ir/ops/op.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape, knownType } from "../../ir/types/shape.ts";
import type { Group } from "../fused-graph.ts";
import { computedNodes, overDomain, type Place } from "./domain.ts";
import { bodyReaders, contextOf, elementReaders } from "./element-readers.ts";
import { type LowerStep, lowerScan } from "./lower-scan.ts";
import type { GroupSurroundings } from "./surroundings.ts";

/** Lowers one group; `lowerEntry` is for the steps of recurrences. */
export const lowerGroup = (around: GroupSurroundings, group: Group, lowerEntry: LowerStep): void => {
  const { graph } = around;
  const [first] = group.outputs;
  if (first === undefined) return;
  if (group.anchor !== undefined) {
    const anchor = graph.nodes.get(group.anchor);
    invariant(anchor !== undefined, "the anchor is in the graph");
    if (anchor.op === "scan") return lowerScan(around, group, anchor, lowerEntry);
    return lowerAnchor(around, group, anchor);
  }
  const shape = knownShape(typeOf(graph, first).shape);
  const computed = computedNodes(graph, group.outputs, loadedBy(around, group));
  const body = buildBody((root) =>
    overDomain(graph, root, shape, computed, (place, inner) =>
      storeOutputs(around, group, inner, place, group.outputs, new Map()),
    ),
  );
  around.call(nameOf(graph, group), body);
};

/** Whether a value is read from memory in a group rather than computed there. */
const loadedBy =
  ({ graph, bufferOf }: GroupSurroundings, { members }: Group) =>
  (value: ValueId): boolean =>
    !members.has(definitionOf(graph, value).id) && bufferOf(value) !== undefined;

/** Computes all outputs at one place, then stores them: reads of an element precede its overwriting. */
const storeOutputs = (
  around: GroupSurroundings,
  group: Group,
  body: BlockBuilder,
  place: Place,
  outputs: readonly ValueId[],
  given: ReadonlyMap<ValueId, string>,
): void => {
  const read = elementReaders(around, group, { place, given });
  const values = outputs.map((value) => [value, read(value)(body, place.index)] as const);
  for (const [output, value] of values) {
    const buffer = around.bufferOf(output);
    invariant(buffer !== undefined, `%${output} has a buffer`);
    body.store(buffer, place.position, value);
  }
};

/** The kernels of an op that brings its own, with the rest of the group done for each finished region. */
const lowerAnchor = (around: GroupSurroundings, group: Group, anchor: Node): void => {
  const { graph } = around;
  const { lower } = opOf(anchor.op);
  invariant(lower.by === "kernel", `${anchor.op} has kernels of its own`);
  const [result] = anchor.results;
  invariant(result !== undefined, `${anchor.op} has a result`);
  const isSole = anchor.results.length === 1;
  const raw = isSole ? rawBuffer(around, group, result.id) : undefined;
  const followers = isSole ? group.outputs.filter((value) => value !== result.id) : [];
  const given = new Map(raw === undefined ? [] : [[result.id, raw]]);
  const shape = knownShape(result.type.shape);
  const inMemory = (value: ValueId | undefined, what: string): string => {
    const buffer = value === undefined ? undefined : around.bufferOf(value);
    invariant(buffer !== undefined, `${what} of ${anchor.op} is in memory`);
    return buffer;
  };
  const context: KernelContext<object, "many", "many"> = {
    ...contextOf(graph, anchor, anchor.operands.map(elementReaders(around, group)), loadedBy(around, group)),
    kernel: (name, fill) =>
      around.call(followers.length > 0 && name === anchor.op ? nameOf(graph, group) : name, buildBody(fill)),
    operandBuffer: (position) => inMemory(anchor.operands[position], `operand ${position}`),
    resultBuffer: (position = 0) => raw ?? inMemory(anchor.results[position]?.id, `result ${position}`),
    isWanted: (position) => {
      const asked = anchor.results[position];
      return asked !== undefined && group.outputs.includes(asked.id);
    },
    bodyElements: (body, inputs) => bodyReaders(around, body, inputs),
    scratch: around.scratch,
    finish: (body, region) => {
      if (followers.length === 0) return;
      overRegion(body, region, (index, inner) =>
        storeOutputs(around, group, inner, { index, position: flatten(index, shape) }, followers, given),
      );
    },
  };
  lower.build(context);
};

/** Where the anchor stores its own result: the buffer of an output that may hold it meanwhile, or a scratch buffer. */
const rawBuffer = (around: GroupSurroundings, group: Group, result: ValueId): string => {
  const type = knownType(typeOf(around.graph, result));
  if (group.outputs.includes(result)) {
    const own = around.bufferOf(result);
    invariant(own !== undefined, "a stored result has a buffer");
    return own;
  }
  const host = group.outputs.find(
    (value) => typeOf(around.graph, value).dtype === type.dtype && !around.isUpdate(value),
  );
  const buffer = host === undefined ? undefined : around.bufferOf(host);
  return buffer ?? around.scratch(type.dtype, sizeOf(type.shape), "raw");
};

/** Loops over a region, the innermost asked of the vectoriser; axes of one position need none. */
const overRegion = (
  body: BlockBuilder,
  region: readonly Span[],
  fill: (index: readonly Expr[], body: BlockBuilder) => void,
  outer: readonly Expr[] = [],
): void => {
  const [span, ...rest] = region;
  if (span === undefined) fill(outer, body);
  else if (span.extent === 1) overRegion(body, rest, fill, [...outer, span.from]);
  else
    body.loop(span.extent, (at, inner) => overRegion(inner, rest, fill, [...outer, add(span.from, at)]), {
      mode: rest.every(({ extent }) => extent === 1) ? "vector" : "serial",
    });
};

const membersOf = (graph: Graph, group: Group): readonly Node[] =>
  [...group.members].flatMap((id) => graph.nodes.get(id) ?? []);

const operationsOf = (members: readonly Node[]): readonly string[] =>
  members.map((node) => functionOf(node) ?? node.op);

/** What the calls of a group compute, and where that was written: its anchor, or else its last node that is of a layer. */
export const originOf = (graph: Graph, group: Group): Origin => {
  const members = membersOf(graph, group);
  const anchor = members.find(({ id }) => id === group.anchor);
  const { location } = anchor ?? members.findLast((node) => node.location?.layer !== undefined) ?? members.at(-1) ?? {};
  return { operations: operationsOf(members), ...(location === undefined ? {} : { location }) };
};

/** A kernel name from what it computes: `conv2d_add_relu`. */
const nameOf = (graph: Graph, group: Group): string => {
  const names = operationsOf(membersOf(graph, group));
  return (names.length > 4 ? [...names.slice(0, 3), `${names.length - 3}more`] : names).join("_");
};
