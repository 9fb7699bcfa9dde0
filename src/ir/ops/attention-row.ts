// One row of scores of a block, in whole panels: its largest, and its weights beside a largest one.
import {
  add,
  type BlockBuilder,
  binary,
  compare,
  lane,
  literal,
  load,
  reduceLanes,
  select,
  splat,
} from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { exponentialOfNegative } from "../scalar/programs/exponential.ts";
import { lowestFinite } from "./attention-meaning.ts";
import { panelColumns } from "./matmul-packing.ts";

/** The greater of two, the first where the second is not a number. */
export const greater = (a: Expr, b: Expr): Expr => select(compare("lt", a, b), b, a);

/** The largest of a row of whole panels. */
export const largest = (body: BlockBuilder, scores: string, start: Expr, width: Expr): Expr => {
  const lowest = literal("f32x4", lowestFinite.f32);
  const [left, right] = [body.mutable(lowest, "most"), body.mutable(lowest, "most")];
  body.loop(
    width,
    (at, inner) => {
      for (const [half, most] of [left, right].entries())
        inner.assign(most, greater(most, inner.name(load("f32x4", scores, add(add(start, at), half * 4)), "s")));
    },
    { step: panelColumns, hint: "j" },
  );
  const most = body.name(greater(left, right), "most");
  const laneAt = (at: 0 | 1 | 2 | 3): Expr => body.name(lane(most, at), "lane");
  const [a, b, c, d] = [laneAt(0), laneAt(1), laneAt(2), laneAt(3)];
  return body.name(greater(body.name(greater(a, b)), body.name(greater(c, d))), "most");
};

/** Weights of a row beside its largest score, in place; their sum. */
export const weigh = (body: BlockBuilder, scores: string, start: Expr, width: Expr, most: Expr): Expr => {
  const from = body.name(splat(most), "most");
  const zero = literal("f32x4", 0);
  const [left, right] = [body.mutable(zero, "sum"), body.mutable(zero, "sum")];
  body.loop(
    width,
    (at, inner) => {
      const place = inner.name(add(start, at), "at");
      for (const [half, sum] of [left, right].entries()) {
        const below = inner.name(binary("sub", load("f32x4", scores, add(place, half * 4)), from), "below");
        const weight = inner.name(exponentialOfNegative(inner, below), "weight");
        inner.store(scores, add(place, half * 4), weight);
        inner.assign(sum, binary("add", sum, weight));
      }
    },
    { step: panelColumns, hint: "j" },
  );
  return body.name(reduceLanes("add", binary("add", left, right)), "sum");
};
