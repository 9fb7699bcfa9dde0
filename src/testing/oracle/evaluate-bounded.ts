// The oracle: a graph in double precision, and beside each element of every value how far a correct computation may be from it.
import {
  type Evaluator,
  evaluateNode,
  type NamedArrays,
  walkBody,
  walkDecomposition,
  walkEntry,
} from "../../backends/reference/interpreter.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Graph, Node } from "../../ir/graph/graph.ts";
import { type Bounded, exact, settle } from "./bounded.ts";
import { eitherWay, leavesNumbers, withAttentionFused } from "./fused-attention.ts";
import { ruleOf } from "./rules.ts";

export type { Bounded } from "./bounded.ts";

/** How a graph is bounded. */
export interface BoundOptions {
  /** Sees the bounded results of each node, in order; composites are one node. */
  readonly observe?: (node: Node, results: readonly Bounded[]) => void;
}

/** Outputs and new values of parameters, by name. */
export interface BoundedResults {
  /** Outputs by name. */
  readonly outputs: Readonly<Record<string, Bounded>>;
  /** New values of parameters by name. */
  readonly updates: Readonly<Record<string, Bounded>>;
}

/** The bounded results of an op on bounded operands. */
export const boundNode = (node: Pick<Node, "op" | "attrs">, operands: readonly Bounded[]): readonly Bounded[] => {
  const rule = ruleOf(node.op);
  if (rule === undefined) return walkDecomposition(node, operands, evaluator);
  const results = evaluateNode(node, operands);
  const errors = rule({
    operands,
    attrs: node.attrs,
    results,
    run: (body, inputs) => walkBody(body, inputs, evaluator),
  });
  return results.map((result, at) => {
    const error = errors[at];
    invariant(error?.length === result.data.length, `the rule of ${node.op} bounds each element of result ${at}`);
    return settle(result, error);
  });
};

const evaluator: Evaluator<Bounded> = { leaf: exact, node: boundNode };

/** Both bounds of each result. */
const merged = (written: BoundedResults, fused: BoundedResults, hasLeft: boolean): BoundedResults => {
  const each = (own: BoundedResults["outputs"], other: BoundedResults["outputs"]): BoundedResults["outputs"] =>
    Object.fromEntries(
      Object.entries(own).map(([name, bounded]) => {
        const also = other[name];
        return [name, also === undefined ? bounded : eitherWay(bounded, also, hasLeft)];
      }),
    );
  return { outputs: each(written.outputs, fused.outputs), updates: each(written.updates, fused.updates) };
};

/**
 * Runs one entry of a graph whose extents are all known, on feeds and parameters that are exact. For outputs and updates gives
 * the reference's numbers and the errors within which any correct computation lies: f32 rounds to nearest at each step, sums are
 * in any order, functions keep the accuracy that they promise.
 *
 * @example
 * const inverse = parseGraph(`graph @g(%x: f32[2]) {
 *   %0 = unary %x {fn = reciprocal} : f32[2]
 *   entry @main(y = %0)
 * }`);
 * const x = { dtype: "f32", shape: [2], data: Float64Array.of(2, 3) } as const;
 * const { outputs } = evaluateBounded(inverse, "main", { x });
 * outputs["y"]?.data; // [0.5, 0.3333]
 * outputs["y"]?.error.every((error) => error < 1e-7); // true
 */
export const evaluateBounded = (
  graph: Graph,
  entry: string,
  feeds: NamedArrays,
  parameters: NamedArrays = {},
  options: BoundOptions = {},
): BoundedResults => {
  const fused = withAttentionFused(graph);
  if (fused === undefined) return walkEntry(graph, entry, feeds, parameters, { ...evaluator, ...options });
  let hasLeft = false;
  const observe: BoundOptions["observe"] = (node, results) => {
    hasLeft ||= leavesNumbers(node, results);
    options.observe?.(node, results);
  };
  const written = walkEntry(graph, entry, feeds, parameters, { ...evaluator, observe });
  return merged(written, walkEntry(fused, entry, feeds, parameters, evaluator), hasLeft);
};
