// Bodies that work on each element of their first input by itself, as that of `attention` must: what depends on the element may
// only be computed by elementwise ops. For derivatives such a body is cut in two: `reads`, which move captured values to where
// they meet the elements (broadcasts left out), and the rest, which is elementwise at the shape of the first input, so that
// cotangents of reads are elementwise too.
import { invariant } from "../diagnostics/invariant.ts";
import type { Body } from "../ops/body.ts";
import { opOf } from "../ops/index.ts";
import { isFloat } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";
import { type Shape, sameShape } from "../types/tensor-type.ts";
import { definitionOf, order, typeOf } from "./analysis.ts";
import { bodyWith, describeBody } from "./body.ts";
import { bodyResults, graphOf } from "./body-graph.ts";
import { decomposition } from "./decomposition.ts";
import type { Graph, Node, ValueId } from "./graph.ts";
import { traceOf } from "./traced-tensor.ts";

/** The values that depend on some others, these included. */
const dependentsOf = (graph: Graph, values: Iterable<ValueId>): ReadonlySet<ValueId> => {
  const depending = new Set(values);
  for (const { operands, results } of order(graph))
    if (operands.some((operand) => depending.has(operand))) for (const { id } of results) depending.add(id);
  return depending;
};

/** Whether the results are elementwise in the operands, all of one shape. */
const isElementwise = (graph: Graph, { op, attrs, operands, results }: Node): boolean => {
  const { lower } = opOf(op);
  const [result] = results;
  const types = operands.map((operand) => typeOf(graph, operand));
  if (result === undefined || !types.every(({ shape }) => sameShape(shape, result.type.shape))) return false;
  if (lower.by !== "ops") return lower.by === "element" && lower.work === "scalar";
  const parts = decomposition(op, types, attrs);
  const moving = dependentsOf(parts, parts.inputs);
  return order(parts).every((part) => {
    const moves = part.operands.some((operand) => moving.has(operand));
    return part.op === "input" || (moves ? isElementwise(parts, part) : isLoopless(parts, part));
  });
};

/** Whether an element of the results is made of elements of the operands without a loop. */
const isLoopless = (graph: Graph, { op, attrs, operands }: Node): boolean => {
  const { lower } = opOf(op);
  if (op === "call") {
    const parts = decomposition(
      op,
      operands.map((operand) => typeOf(graph, operand)),
      attrs,
    );
    return order(parts).every((part) => isLoopless(parts, part));
  }
  return lower.by === "alias" || lower.by === "memory" || (lower.by === "element" && lower.work !== "loop");
};

/** The first node by which a body is more than a function of each element of its first input; undefined for a pointwise body. */
export const notPointwise = (graph: Graph): Node | undefined => {
  const moving = dependentsOf(graph, graph.inputs.slice(0, 1));
  return order(graph).find((node) => {
    const moves = node.operands.some((operand) => moving.has(operand));
    return moves ? !isElementwise(graph, node) : !isLoopless(graph, node);
  });
};

/** A pointwise body, cut in two. */
export interface PointwiseParts {
  /** Captured values -> reads, which broadcast to the shape of the first input. */
  readonly reads: Body;
  /** (first input, captured values..., reads at the shape of the first input...) -> the outputs of the body. */
  readonly score: Body;
}

/** Cuts a pointwise body: float captured values reach the rest by its reads alone. */
export const pointwiseParts = (body: Body): PointwiseParts => {
  const graph = graphOf(body);
  const [first, ...captured] = graph.inputs;
  invariant(first !== undefined, "a pointwise body has a first input");
  const { shape } = typeOf(graph, first);
  const floats = captured.filter((value) => isFloat(typeOf(graph, value).dtype));
  const moving = dependentsOf(graph, [first, ...floats]);
  const reads = readsOf(graph, moving);
  return {
    reads: bodyWith(graph, captured, reads),
    score: describeBody(
      [...body.inputs, ...reads.map((read) => ({ dtype: typeOf(graph, read).dtype, shape }))],
      (tensors) => whole(graph, moving, reads, tensors, shape),
    ),
  };
};

/** The moving values that elementwise work meets and that are none themselves, in order. */
const readsOf = (graph: Graph, moving: ReadonlySet<ValueId>): readonly ValueId[] => {
  const [first] = graph.inputs;
  const shape = first === undefined ? [] : typeOf(graph, first).shape;
  const found = new Set<ValueId>();
  const seen = new Set<ValueId>();
  const open = [...bodyResults(graph)];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (seen.has(value) || !moving.has(value) || value === first) continue;
    seen.add(value);
    const node = definitionOf(graph, value);
    // A call is elementwise at the one shape that its body has.
    const isSmallCall = node.op === "call" && !sameShape(typeOf(graph, value).shape, shape);
    if ((isElementwise(graph, node) && !isSmallCall) || node.op === "broadcast") open.push(...node.operands);
    else found.add(value);
  }
  return order(graph).flatMap(({ results }) => results.flatMap(({ id }) => (found.has(id) ? [id] : [])));
};

/** The outputs of the body with all that moves at one shape. */
const whole = (
  graph: Graph,
  moving: ReadonlySet<ValueId>,
  reads: readonly ValueId[],
  tensors: readonly Tensor[],
  shape: Shape,
): readonly Tensor[] => {
  const [some] = tensors;
  invariant(some !== undefined, "a body has inputs");
  const trace = traceOf(some, "attention");
  trace.builder.adopt(graph.constants);
  const fixed = new Map(graph.inputs.map((input, at) => [input, tensors[at]]));
  const moved = new Map<ValueId, Tensor | undefined>([
    [graph.inputs[0] ?? reads[0], some] as [ValueId, Tensor],
    ...reads.map((read, at) => [read, tensors[graph.inputs.length + at]] as [ValueId, Tensor | undefined]),
  ]);
  const emitted = (node: Node, place: (value: ValueId) => Tensor): readonly Tensor[] =>
    trace.builder
      .emit(
        node.op,
        node.operands.map((operand) => trace.value(place(operand))),
        node.attrs,
        node.location,
      )
      .map(trace.tensor);
  const still = (value: ValueId): Tensor => {
    const known = fixed.get(value);
    if (known !== undefined) return known;
    const node = definitionOf(graph, value);
    const made = emitted(node, still);
    node.results.forEach(({ id }, at) => fixed.set(id, made[at]));
    return still(value);
  };
  const full = (value: ValueId): Tensor => {
    const known = moved.get(value);
    if (known !== undefined) return known;
    const node = definitionOf(graph, value);
    const [operand] = node.operands;
    const made = !moving.has(value)
      ? still(value).broadcastTo(shape)
      : node.op === "broadcast" && operand !== undefined
        ? full(operand)
        : emitted(node, full)[0];
    invariant(made !== undefined, `${node.op} of a body has a result`);
    moved.set(value, made);
    return made;
  };
  return bodyResults(graph).map(full);
};
