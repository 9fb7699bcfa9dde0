// One group becomes kernel calls: readers that load what is in memory and compute what is fused, then either the loops of
// an elementwise group, or the kernels of the anchor with the rest of the group applied to each finished region.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import { add, type BlockBuilder, buildBody, flatten, load, loadType, unflatten } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import { keyOf } from "../../ir/loop/key.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import { opOf } from "../../ir/ops/index.ts";
import type { ElementReader, KernelContext, LoweringContext, Span } from "../../ir/ops/op.ts";
import type { DType } from "../../ir/types/dtype.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape, knownType } from "../../ir/types/shape.ts";
import { sameShape } from "../../ir/types/tensor-type.ts";
import type { Group } from "../fused-graph.ts";
import { computedNodes, overDomain, type Place } from "./domain.ts";

/** What lowering a group needs of the entry point around it. */
export interface GroupSurroundings {
  readonly graph: Graph;
  /** The buffer of a value that is in memory, if it is. */
  readonly bufferOf: (value: ValueId) => string | undefined;
  readonly scratch: (dtype: DType, length: number, hint: string) => string;
  /** Adds a kernel call. */
  readonly call: (name: string, body: readonly Stmt[]) => void;
  /** Values that become parameters: their buffer must not be used for anything before they are stored. */
  readonly isUpdate: (value: ValueId) => boolean;
}

/** Lowers one group. */
export const lowerGroup = (around: GroupSurroundings, group: Group): void => {
  const { graph } = around;
  const isComputedHere = (value: ValueId): boolean => group.members.has(definitionOf(graph, value).id);

  const isLoaded = (value: ValueId): boolean => !isComputedHere(value) && around.bufferOf(value) !== undefined;

  /** Loads an element of a value in memory; at the place being computed its position is known already. */
  const loadElement = (
    buffer: string,
    value: ValueId,
    body: BlockBuilder,
    index: readonly Expr[],
    place: Place | undefined,
  ): Expr => {
    const { dtype, shape } = knownType(typeOf(graph, value));
    const position = place !== undefined && index === place.index ? place.position : flatten(index, shape);
    return body.shared(`${buffer}[${keyOf(position)}]`, () => body.name(load(loadType(dtype), buffer, position), "x"));
  };

  const contextOf = (node: Node, readers: readonly ElementReader[]): LoweringContext<object, "many", "many"> => ({
    attrs: node.attrs,
    operandTypes: node.operands.map((operand) => knownType(typeOf(graph, operand))),
    resultTypes: node.results.map(({ type }) => knownType(type)),
    operands: readers,
  });

  /** Reads a value wherever it comes from; `given` are values that have a buffer within this kernel already. */
  const readerOf = (value: ValueId, place: Place | undefined, given: ReadonlyMap<ValueId, string>): ElementReader => {
    const buffer = given.get(value) ?? (isLoaded(value) ? around.bufferOf(value) : undefined);
    if (buffer !== undefined) return (body, index) => loadElement(buffer, value, body, index, place);
    const node = definitionOf(graph, value);
    const { lower } = opOf(node.op);
    const readers = node.operands.map((operand) => readerOf(operand, place, given));
    if (lower.by === "alias") {
      const [operand] = node.operands;
      const [reader] = readers;
      invariant(operand !== undefined && reader !== undefined, "an alias of one operand");
      return (body, index) =>
        reader(body, reindex(index, knownShape(typeOf(graph, value).shape), knownShape(typeOf(graph, operand).shape)));
    }
    invariant(lower.by === "element", `${node.op} is computed element by element`);
    const context = contextOf(node, readers);
    return (body, index) =>
      body.shared(`%${value}[${index === place?.index ? "here" : index.map(keyOf).join()}]`, () =>
        body.name(lower.element(context, body, index)),
      );
  };

  const none: ReadonlyMap<ValueId, string> = new Map();
  const bufferFor = (value: ValueId): string => {
    const buffer = around.bufferOf(value);
    invariant(buffer !== undefined, `%${value} has a buffer`);
    return buffer;
  };

  /** Computes all outputs at one place, then stores them: reads of an element precede its overwriting. */
  const storeOutputs = (
    body: BlockBuilder,
    place: Place,
    outputs: readonly ValueId[],
    given: ReadonlyMap<ValueId, string>,
  ): void => {
    const values = outputs.map((value) => readerOf(value, place, given)(body, place.index));
    for (const [position, value] of values.entries()) {
      const output = outputs[position];
      if (output !== undefined) body.store(bufferFor(output), place.position, value);
    }
  };

  const [first] = group.outputs;
  if (first === undefined) return;
  if (group.anchor === undefined) {
    const shape = knownShape(typeOf(graph, first).shape);
    const computed = computedNodes(graph, group.outputs, isLoaded);
    const body = buildBody((root) =>
      overDomain(graph, root, shape, computed, (place, inner) => storeOutputs(inner, place, group.outputs, none)),
    );
    around.call(nameOf(graph, group), body);
    return;
  }
  const anchor = graph.nodes.get(group.anchor);
  invariant(anchor !== undefined, "the anchor is in the graph");
  lowerAnchor(around, group, anchor, {
    readerOf: (value) => readerOf(value, undefined, none),
    contextOf,
    storeOutputs,
  });
};

interface GroupReaders {
  readonly readerOf: (value: ValueId) => ElementReader;
  readonly contextOf: (node: Node, readers: readonly ElementReader[]) => LoweringContext<object, "many", "many">;
  readonly storeOutputs: (
    body: BlockBuilder,
    place: Place,
    outputs: readonly ValueId[],
    given: ReadonlyMap<ValueId, string>,
  ) => void;
}

/** The kernels of an op that brings its own, with the rest of the group done for each finished region. */
const lowerAnchor = (around: GroupSurroundings, group: Group, anchor: Node, readers: GroupReaders): void => {
  const { graph } = around;
  const { lower } = opOf(anchor.op);
  invariant(lower.by === "kernel", `${anchor.op} has kernels of its own`);
  const [result] = anchor.results;
  invariant(result !== undefined && anchor.results.length === 1, `${anchor.op} has one result`);
  const raw = rawBuffer(around, group, result.id);
  const followers = group.outputs.filter((value) => value !== result.id);
  const given = new Map([[result.id, raw]]);
  const shape = knownShape(result.type.shape);
  const context: KernelContext<object, "many", "many"> = {
    ...readers.contextOf(
      anchor,
      anchor.operands.map((operand) => readers.readerOf(operand)),
    ),
    kernel: (name, fill) =>
      around.call(followers.length > 0 && name === anchor.op ? nameOf(graph, group) : name, buildBody(fill)),
    operandBuffer: (position) => {
      const operand = anchor.operands[position];
      const buffer = operand === undefined ? undefined : around.bufferOf(operand);
      invariant(buffer !== undefined, `operand ${position} of ${anchor.op} is in memory`);
      return buffer;
    },
    resultBuffer: () => raw,
    scratch: around.scratch,
    finish: (body, region) => {
      if (followers.length > 0)
        overRegion(body, region, (index, inner) =>
          readers.storeOutputs(inner, { index, position: flatten(index, shape) }, followers, given),
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

/** The index into one shape of the element at an index of another, of equal size, in the same row-major order. */
const reindex = (index: readonly Expr[], from: readonly number[], to: readonly number[]): readonly Expr[] =>
  sameShape(from, to) ? index : unflatten(flatten(index, from), to);

/** A kernel name from what it computes: `conv2d_add_relu`. */
const nameOf = (graph: Graph, group: Group): string => {
  const names = [...group.members].flatMap((id) => {
    const node = graph.nodes.get(id);
    if (node === undefined) return [];
    return "fn" in node.attrs && typeof node.attrs.fn === "string" ? [node.attrs.fn] : [node.op];
  });
  return (names.length > 4 ? [...names.slice(0, 3), `${names.length - 3}more`] : names).join("_");
};
