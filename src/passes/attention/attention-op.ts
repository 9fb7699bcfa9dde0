// The one place where recognition meets the op: what was recognised, and the nodes that say it. The same nodes are made
// wherever the same attention is recognised, so that they are shared.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Location } from "../../ir/diagnostics/location.ts";
import type { Editor } from "../../ir/graph/edit.ts";
import type { ValueId } from "../../ir/graph/graph.ts";
import type { Body } from "../../ir/ops/body.ts";
import type { Movement } from "./axes.ts";

/** A value of the graph, and how it is brought to the shape that attention takes. */
export interface Arranged {
  readonly value: ValueId;
  readonly movements: readonly Movement[];
}

/** Attention found in a graph. */
export interface RecognisedAttention {
  /** The value that attention gives, once its result has been moved by `movements`. */
  readonly result: Arranged;
  readonly queries: Arranged;
  readonly keys: Arranged;
  readonly values: Arranged;
  readonly captured: readonly ValueId[];
  /** The product of queries and keys, which attention makes unnecessary. */
  readonly products: ValueId;
  readonly body: Body;
  readonly location: Location | undefined;
}

/** Puts `attention` into a graph; gives the value that stands for the one recognised. */
export const emitAttention = ({ emit }: Pick<Editor, "emit">, recognised: RecognisedAttention): ValueId => {
  const { queries, keys, values, captured, body, result, location } = recognised;
  const moved = (start: ValueId, movements: readonly Movement[]): ValueId =>
    movements.reduce((value, { op, attrs }) => {
      const [made] = emit(op, [value], attrs, location);
      invariant(made !== undefined, "a movement has a result");
      return made;
    }, start);
  const operands = [queries, keys, values].map(({ value, movements }) => moved(value, movements));
  const [out] = emit("attention", [...operands, ...captured], { body }, location);
  invariant(out !== undefined, "attention has a result");
  return moved(out, result.movements);
};
