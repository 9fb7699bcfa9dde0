// The shrinker: cases that are simpler than a given one, lazily, those first that take the most away. Works on any case,
// however it came about: rules look at the graph alone, not at how it was drawn.
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { typeRules } from "./element-types.ts";
import { extentRules } from "./extents.ts";
import { isSimpler } from "./measure.ts";
import { rewriteCase } from "./rewrite-case.ts";
import type { Rule } from "./rule.ts";
import { bodyRules, partRules } from "./simpler-parts.ts";
import { valueRules } from "./simpler-values.ts";
import { structuralRules } from "./structure.ts";

/** All rules, in the order in which they are tried. */
export const rules: readonly Rule[] = [
  ...structuralRules,
  ...bodyRules,
  ...extentRules,
  ...typeRules,
  ...partRules,
  ...valueRules,
];

/** A simpler case, and the rule that made it by its position. */
export interface Simpler {
  readonly simpler: GraphCase;
  readonly rule: number;
}

/**
 * Cases that are simpler, beginning with the rule at a position and going once round: whoever goes on with one of them may
 * begin where it came from.
 */
export function* simplerFrom(drawn: GraphCase, from = 0): Generator<Simpler> {
  for (let turn = 0; turn < rules.length; turn++) {
    const rule = (from + turn) % rules.length;
    for (const change of rules[rule]?.changes(drawn) ?? []) {
      const simpler = rewriteCase(drawn, change);
      if (simpler !== undefined && isSimpler(simpler, drawn)) yield { simpler, rule };
    }
  }
}

/**
 * Cases that are simpler than this one. Each is well formed, has a meaning, and is smaller in a measure without endless
 * descent (`isSimpler`), so whoever goes on with any of them comes to an end.
 *
 * @example
 * const text = "graph @g(%x: f32[4]) {\n  %0 = unary %x {fn = exp} : f32[4]\n  entry @main(y = %0)\n}";
 * const x = { dtype: "f32", shape: [4], data: new Float64Array(4) } as const;
 * const drawn = { graph: parseGraph(text), feeds: { x }, parameters: {} };
 * [...simplerCases(drawn)].length > 0; // true
 */
export function* simplerCases(drawn: GraphCase): Generator<GraphCase> {
  for (const { simpler } of simplerFrom(drawn)) yield simpler;
}
