// From a case that fails to one of which nothing can be left out: greedily, the first simpler case that fails is gone on
// with.
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { simplerFrom } from "./simpler-cases.ts";

/** When to be content with what there is. */
export interface ShrinkBudget {
  /** How many cases to try; 5,000 unless said otherwise. */
  readonly checks?: number;
  /** No further case is tried after so long; there is no limit unless one is given. */
  readonly milliseconds?: number;
}

/** The simplest case that was found to fail, and what it took to find it. */
export interface Minimized {
  /** The simplest case. */
  readonly drawn: GraphCase;
  /** How many cases were tried. */
  readonly checks: number;
  /** How often one was simpler and failed. */
  readonly shrinks: number;
  /** Whether everything simpler was tried and holds; false where the budget ran out. */
  readonly isMinimal: boolean;
}

/**
 * Makes a failing case simpler for as long as it still fails.
 *
 * @example
 * const text = `graph @g(%x: f32[4]) {
 *   %0 = unary %x {fn = exp} : f32[4]
 *   %1 = unary %0 {fn = log} : f32[4]
 *   entry @main(y = %1)
 * }`;
 * const x = { dtype: "f32", shape: [4], data: new Float64Array(4) } as const;
 * const failing = { graph: parseGraph(text), feeds: { x }, parameters: {} };
 * const { drawn } = await minimize(failing, (each) => printGraph(each.graph).includes("fn = exp"));
 * printGraph(drawn.graph).includes("fn = log"); // false
 */
export const minimize = async (
  failing: GraphCase,
  fails: (drawn: GraphCase) => boolean | Promise<boolean>,
  { checks: mostChecks = 5000, milliseconds = Number.POSITIVE_INFINITY }: ShrinkBudget = {},
): Promise<Minimized> => {
  const start = performance.now();
  let [drawn, rule, checks, shrinks] = [failing, 0, 0, 0];
  for (;;) {
    let next: GraphCase | undefined;
    for (const candidate of simplerFrom(drawn, rule)) {
      if (checks >= mostChecks || performance.now() - start > milliseconds)
        return { drawn, checks, shrinks, isMinimal: false };
      checks++;
      if (!(await fails(candidate.simpler))) continue;
      next = candidate.simpler;
      rule = candidate.rule;
      break;
    }
    if (next === undefined) return { drawn, checks, shrinks, isMinimal: true };
    drawn = next;
    shrinks++;
  }
};
