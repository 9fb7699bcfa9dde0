// Attention written by hand is compiled to one op, whose weights are made another way than they were written: of a score less the largest
// one, and 0 below the normal numbers. That is as correct, so where the compiler finds attention, what the op would give counts too.
import type { Graph, Node } from "../../ir/graph/graph.ts";
import { mayHoldAttention } from "../../passes/attention/fuse-attention.ts";
import { runPasses } from "../../passes/manager.ts";
import { pipeline } from "../../passes/pass.ts";
import { fuseAttentionEverywhere, optimize } from "../../passes/pipelines.ts";
import { type Bounded, sameClass } from "./bounded.ts";

const finding = pipeline(fuseAttentionEverywhere).andThen(optimize).andThen(fuseAttentionEverywhere);

const count = ({ nodes }: Graph, op: string): number => [...nodes.values()].filter((node) => node.op === op).length;

/** The graph with attention as one op; undefined where none is found that was not there before. */
export const withAttentionFused = (graph: Graph): Graph | undefined => {
  if (!mayHoldAttention(graph)) return undefined;
  const { program } = runPasses(finding, graph, { verify: "never" });
  return count(program, "attention") > count(graph, "attention") ? program : undefined;
};

/**
 * Whether a node's results are none that weights should be made of: an exponential that overflows, or no number, as a score without any
 * key less the largest one is. One op need not give the same then: what is masked does not count in it, whatever it is.
 */
export const leavesNumbers = (
  { op, attrs }: Pick<Node, "op" | "attrs">,
  results: readonly Pick<Bounded, "data">[],
): boolean => {
  const isExponential = op === "unary" && (attrs as { readonly fn?: string }).fn === "exp";
  return results.some(({ data }) => data.some(Number.isNaN) || (isExponential && data.includes(Infinity)));
};

/**
 * The error within which an element may be computed either way. What the other way means is trusted where it is the same number,
 * so that a pass that changes the meaning excuses nothing. Rows without any key are NaN by hand in some spellings, and 0 as one op;
 * and where exponentials overflow, as they do by hand unless the largest score is taken away before, only one op gives the softmax.
 * A comparison or a conversion may hide that by hand there was no number, so what follows is excused where one has been left.
 */
export const eitherWay = (written: Bounded, fused: Bounded, hasLeft = false): Bounded => ({
  ...written,
  error: written.error.map((error, at) => {
    const [value, other, own] = [written.data[at] ?? 0, fused.data[at] ?? 0, fused.error[at] ?? 0];
    if (Number.isNaN(value) && !Number.isNaN(other)) return Infinity;
    if (sameClass(value, other)) return Math.max(error, own);
    const apart = Math.abs(value - other);
    if (apart <= error) return Math.max(error, own + apart);
    return hasLeft && Number.isFinite(other) ? Infinity : error;
  }),
});
