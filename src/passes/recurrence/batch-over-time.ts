// Values of a body computed for all steps at once, outside of the recurrence, with time as a further first axis. That is
// possible for what depends on elements of sequences and on captured values, and on no state.
import { definitionOf, order, typeOf } from "../../ir/graph/analysis.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import type { Trace } from "../../ir/graph/trace.ts";
import { emitOne } from "../../ir/graph/traced-tensor.ts";
import { opOf } from "../../ir/ops/index.ts";
import { type Dim, multiplyDims } from "../../ir/types/dim.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import { type Shape, sameShape } from "../../ir/types/tensor-type.ts";

/** A value of a body outside of it: the same in every step, or one element for each step. */
export type Batched =
  | { readonly kind: "same"; readonly tensor: Tensor }
  | { readonly kind: "each"; readonly tensor: Tensor };

/** Computes values of a body for all steps; undefined for what it cannot. */
export type BatchOverTime = (value: ValueId) => Batched | undefined;

/** What every step has: repeated along time. */
const everyStep = (batched: Batched, length: Dim): Tensor =>
  batched.kind === "each" ? batched.tensor : batched.tensor.broadcastTo([length, ...batched.tensor.shape]);

const elementwise: ReadonlySet<string> = new Set(["unary", "binary", "compare", "select", "cast", "clamp"]);

/** A sequence of matrices as one matrix: time and rows are one axis. */
export const rowsOf = (tensor: Tensor): Tensor => {
  const [time = 1, rows = 1, ...rest] = tensor.shape;
  return tensor.reshape([multiplyDims(time, rows), ...rest]);
};

/** x[t] W for all t as one product over the rows of all steps. */
export const multiplyEach = (sequence: Tensor, matrix: Tensor, transposeB: boolean): Tensor => {
  const [time = 1, rows = 1] = sequence.shape;
  const product = rowsOf(sequence).matmul(matrix, { transposeB });
  return product.reshape([time, rows, product.shape[1] ?? 1]);
};

const batchMatmul = (node: Node, a: Batched, b: Batched): Tensor | undefined => {
  if (node.op !== "matmul" || node.attrs.transposeA || a.kind !== "each" || b.kind !== "same") return undefined;
  if (a.tensor.shape.length !== 3 || b.tensor.shape.length !== 2) return undefined;
  return multiplyEach(a.tensor, b.tensor, node.attrs.transposeB);
};

/** Extents of 1 behind time, so that an element of fewer axes broadcasts as it did within the step. */
const withRank = (tensor: Tensor, rank: number): Tensor => {
  const [time = 1, ...rest] = tensor.shape;
  const missing = Math.max(0, rank - rest.length);
  return missing === 0 ? tensor : tensor.reshape([time, ...Array.from({ length: missing }, () => 1), ...rest]);
};

/** Ops that move or sum elements, with time in front. */
const batchMovement = (node: Node, x: Tensor, length: Dim): Tensor | undefined => {
  switch (node.op) {
    case "reshape":
      return x.reshape([length, ...node.attrs.shape]);
    case "transpose":
      return x.transpose([0, ...node.attrs.permutation.map((axis) => axis + 1)]);
    case "broadcast":
      return withRank(x, node.attrs.shape.length).broadcastTo([length, ...node.attrs.shape]);
    case "slice": {
      const { starts, ends, steps } = node.attrs;
      const ranges = steps.map((step, axis) => ({ start: starts[axis] ?? 0, end: ends[axis] ?? 0, step }));
      return x.slice([{ start: 0, end: length, step: 1 }, ...ranges]);
    }
    case "pad": {
      const { low, high, interior, value } = node.attrs;
      const whole = { low: 0, high: 0, interior: 0 };
      const sides = low.map((each, axis) => ({ low: each, high: high[axis] ?? 0, interior: interior[axis] ?? 0 }));
      return x.pad([whole, ...sides], value);
    }
    default:
      return undefined;
  }
};

const batchNode = (trace: Trace, node: Node, operands: readonly Batched[], length: Dim): Tensor | undefined => {
  const [a, b] = operands;
  if (elementwise.has(node.op))
    return emitOne(
      trace,
      node.op,
      operands.map((operand) => everyStep(operand, length)),
      node.attrs,
    );
  if (a !== undefined && b !== undefined) return batchMatmul(node, a, b);
  return a?.kind === "each" ? batchMovement(node, a.tensor, length) : undefined;
};

/** Makes the function for one scan; `given` are the sequences and captured values by the inputs of the body. */
export const batchOverTime = (
  trace: Trace,
  body: Graph,
  length: Dim,
  given: ReadonlyMap<ValueId, Batched>,
): BatchOverTime => {
  const known = new Map<ValueId, Batched | undefined>(given);
  const batch: BatchOverTime = (value) => {
    if (known.has(value)) return known.get(value);
    const node = definitionOf(body, value);
    const made = compute(node, typeOf(body, value).shape);
    known.set(value, made);
    return made;
  };
  const compute = (node: Node, shape: Shape): Batched | undefined => {
    if (node.op === "constant")
      return { kind: "same", tensor: trace.constant(node.attrs.value, node.attrs.dtype, shape) };
    const operands = node.operands.flatMap((operand) => batch(operand) ?? []);
    if (operands.length < node.operands.length || node.operands.length === 0 || node.results.length !== 1)
      return undefined;
    if (operands.every(({ kind }) => kind === "same"))
      return {
        kind: "same",
        tensor: emitOne(
          trace,
          node.op,
          operands.map(({ tensor }) => tensor),
          node.attrs,
        ),
      };
    const tensor = batchNode(trace, node, operands, length);
    if (tensor === undefined || !sameShape(tensor.shape, [length, ...shape])) return undefined;
    return { kind: "each", tensor };
  };
  return batch;
};

/** The values of a body that are matrix products, or made from some. */
export const madeByProducts = (body: Graph): ReadonlySet<ValueId> => {
  const made = new Set<ValueId>();
  for (const { op, operands, results } of order(body))
    if (op === "matmul" || operands.some((operand) => made.has(operand))) for (const { id } of results) made.add(id);
  return made;
};

/** Whether a node only moves elements, so that it is better done where they are read. */
export const movesElements = ({ op }: Node): boolean => {
  const { lower } = opOf(op);
  return lower.by === "alias" || (lower.by === "element" && lower.work === "index");
};
