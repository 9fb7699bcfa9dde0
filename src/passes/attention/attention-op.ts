// The one place where recognition meets the op: what was recognised, and the nodes that say it. The same nodes are made
// wherever the same attention is recognised, so that they are shared.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Location } from "../../ir/diagnostics/location.ts";
import type { Editor } from "../../ir/graph/edit.ts";
import type { ValueId } from "../../ir/graph/graph.ts";
import type { Attributes } from "../../ir/ops/attributes.ts";
import type { Body } from "../../ir/ops/body.ts";
import type { OpKind } from "../../ir/ops/index.ts";
import type { TensorType } from "../../ir/types/tensor-type.ts";
import type { Movement } from "./axes.ts";

/** A value of the graph, and how it is brought to the shape that attention takes. */
export interface Arranged {
  readonly value: ValueId;
  readonly movements: readonly Movement[];
}

/** What says, where the scores are, which weights are kept, or which are not. */
export interface Keeping {
  readonly condition: Arranged;
  readonly negated: boolean;
  /** The weights of which it keeps some. */
  readonly weights: ValueId;
}

/** Attention found in a graph. */
export interface RecognisedAttention {
  /** The value that attention gives, once its result has been moved by `movements`. */
  readonly result: Arranged;
  readonly queries: Arranged;
  readonly keys: Arranged;
  readonly values: Arranged;
  readonly captured: readonly ValueId[];
  /** Masks behind the softmax. */
  readonly keeping: readonly Keeping[];
  /** Of what attention gives, before it is moved. */
  readonly type: TensorType;
  /** The product of queries and keys, which attention makes unnecessary. */
  readonly products: ValueId;
  readonly body: Body;
  readonly location: Location | undefined;
}

/** Puts `attention` into a graph; gives the value that stands for the one recognised. */
export const emitAttention = ({ emit }: Pick<Editor, "emit">, recognised: RecognisedAttention): ValueId => {
  const { queries, keys, values, captured, keeping, body, result, type, location } = recognised;
  const made = (op: OpKind, operands: readonly ValueId[], attrs: Attributes): ValueId => {
    const [value] = emit(op, operands, attrs, location);
    invariant(value !== undefined, `${op} has a result`);
    return value;
  };
  const moved = ({ value, movements }: Arranged): ValueId =>
    movements.reduce((start, { op, attrs }) => made(op, [start], attrs), value);
  const out = made("attention", [...[queries, keys, values].map(moved), ...captured], { body });
  const kept = keeping.map(({ condition, negated }) => {
    const own = moved(condition);
    return negated ? made("unary", [own], { fn: "not" }) : own;
  });
  const [first, ...others] = kept;
  if (first === undefined) return moved({ value: out, movements: result.movements });
  // A row of which no weight is kept is 0 whatever the weights are: 0 times those of a row of scores with a NaN would be NaN.
  const all = others.reduce((one, other) => made("binary", [one, other], { fn: "and" }), first);
  const counted = made("cast", [all], { dtype: "i32" });
  const axis = type.shape.length - 1;
  const most = made("reduce", [counted], { fn: "max", axes: [axis], keepDims: true });
  const any = made("cast", [most], { dtype: "bool" });
  const rows = made("broadcast", [any], { shape: type.shape });
  const zeros = made("constant", [], { value: 0, dtype: type.dtype, shape: type.shape });
  return moved({ value: made("select", [rows, out, zeros], {}), movements: result.movements });
};
