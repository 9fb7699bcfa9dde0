// The loops over the elements of a group's results. Neighbouring axes that every read treats alike become one loop, so that
// an elementwise kernel over [B, C, H, W] is one flat loop, and one with a bias per channel is three.
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import { add, type BlockBuilder, i32, multiply, unflatten } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { isPointwise } from "../fusion/fusing.ts";

/** A run of neighbouring axes, [first, end), that one loop covers. */
type Run = readonly [first: number, end: number];

/** One element: its index, axis by axis, and its row-major position. */
export interface Place {
  readonly index: readonly Expr[];
  readonly position: Expr;
}

/** Whether axes `axis - 1` and `axis` of a broadcast are both repeated or both kept. */
const broadcastsAlike = (from: readonly number[], to: readonly number[], axis: number): boolean => {
  const kept = (at: number): boolean => from[at - (to.length - from.length)] === to[at];
  const repeated = (at: number): boolean => (from[at - (to.length - from.length)] ?? 1) === 1;
  return (kept(axis - 1) && kept(axis)) || (repeated(axis - 1) && repeated(axis));
};

/** The places between axes where every node computed in the kernel lets two loops be one. */
export const jointsOf = (graph: Graph, shape: readonly number[], computed: Iterable<Node>): readonly boolean[] => {
  const joined = shape.map((_, axis) => axis > 0);
  for (const node of computed) {
    if (isPointwise(graph, node) || node.op === "constant") continue;
    const [operand] = node.operands;
    const [result] = node.results;
    const from =
      node.op === "broadcast" && operand !== undefined ? knownShape(typeOf(graph, operand).shape) : undefined;
    const whole = result !== undefined && knownShape(result.type.shape).length === shape.length;
    for (const axis of shape.keys())
      joined[axis] &&= from !== undefined && whole && axis > 0 && broadcastsAlike(from, shape, axis);
  }
  return joined;
};

const runsOf = (joined: readonly boolean[]): readonly Run[] => {
  const runs: Run[] = [];
  for (const [axis, withPrevious] of joined.entries()) {
    const last = runs.at(-1);
    if (withPrevious && last !== undefined) runs[runs.length - 1] = [last[0], axis + 1];
    else runs.push([axis, axis + 1]);
  }
  return runs;
};

/** Nested loops over a shape, the innermost asked of the vectoriser. */
export const overDomain = (
  graph: Graph,
  body: BlockBuilder,
  shape: readonly number[],
  computed: Iterable<Node>,
  fill: (place: Place, body: BlockBuilder) => void,
): void => {
  if (sizeOf(shape) === 0) return;
  const runs = runsOf(jointsOf(graph, shape, computed));
  const nest = (block: BlockBuilder, depth: number, index: readonly Expr[], position: Expr): void => {
    const run = runs[depth];
    if (run === undefined) return fill({ index, position }, block);
    const extents = shape.slice(run[0], run[1]);
    const size = sizeOf(extents);
    block.loop(
      size,
      (at, inner) => nest(inner, depth + 1, [...index, ...unflatten(at, extents)], add(multiply(position, size), at)),
      { mode: depth === runs.length - 1 ? "vector" : "serial" },
    );
  };
  nest(body, 0, [], i32(0));
};

/** The nodes that a kernel computes: the members of its group, and what it computes wherever it is read. */
export const computedNodes = (
  graph: Graph,
  roots: Iterable<ValueId>,
  isLoaded: (value: ValueId) => boolean,
): readonly Node[] => {
  const computed = new Set<Node>();
  const open = [...roots];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const node = definitionOf(graph, value);
    if (isLoaded(value) || computed.has(node)) continue;
    computed.add(node);
    open.push(...node.operands);
  }
  return [...computed];
};
