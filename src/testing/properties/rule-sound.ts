// A rewrite rule by itself keeps the meaning as far as it says. `exact`: every bit, whatever the values. `finite` and `rounding`: the
// same real numbers, as far as double precision tells, where nothing that is computed on the way is NaN or infinite.
import { evaluateEntry, type NamedArrays } from "../../backends/reference/interpreter.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import { rewrite } from "../../passes/rewrite.ts";
import type { Rule } from "../../passes/rules.ts";
import type { GraphCase } from "../arbitraries/graph.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { attempt } from "./attempt.ts";
import { illFormed, meaningDiffers } from "./pass-preserves-semantics.ts";

/** How far two evaluations in double precision of one real number may be apart, as a share of it or of 1. */
const doubleTolerance = 1e-12;

/** The outputs of an entry point in double precision, and whether all numbers on the way are finite. */
const realNumbers = (graph: Graph, entry: string, { feeds, parameters }: GraphCase) => {
  let isFinite = true;
  const observe = (_: unknown, results: readonly { readonly data: Float64Array }[]): void => {
    isFinite &&= results.every(({ data }) => data.every(Number.isFinite));
  };
  const { outputs, updates } = evaluateEntry(graph, entry, feeds, parameters, { observe });
  return { isFinite, arrays: { ...outputs, ...updates } };
};

const farApart = (who: string, wanted: NamedArrays, got: NamedArrays): Violation | undefined => {
  for (const [output, { data }] of Object.entries(wanted))
    for (const [element, value] of data.entries()) {
      const found = got[output]?.data[element] ?? Number.NaN;
      const bound = doubleTolerance * Math.max(1, Math.abs(value));
      if (Math.abs(found - value) <= bound) continue;
      const what = `${who} gives ${found} for element ${element} of ${output} instead of ${value}`;
      return { what, output, element, got: found, wanted: value, bound };
    }
  return undefined;
};

/** The first real number that a graph means otherwise than the one of the case; entry points on whose way not all is finite say nothing. */
const realNumbersDiffer = (who: string, drawn: GraphCase, after: Graph): Violation | undefined => {
  for (const { name } of drawn.graph.entries) {
    const [wanted, got] = [realNumbers(drawn.graph, name, drawn), realNumbers(after, name, drawn)];
    const violation = wanted.isFinite ? farApart(who, wanted.arrays, got.arrays) : undefined;
    if (violation !== undefined) return violation;
  }
  return undefined;
};

/**
 * A rule, applied wherever it matches, keeps what its class of numerics promises. Holds of graphs in which it does not match.
 *
 * @example
 * const nothing: Rule = { name: "mine/nothing", numerics: "exact", outlines: [], apply: () => undefined };
 * await forAll(graphs({ ops: ["unary"], maxSteps: 2 }), ruleSound(nothing), { runs: 3 }); // undefined
 */
export const ruleSound = (rule: Rule): GraphProperty => ({
  name: `rule ${rule.name} is sound`,
  check: (drawn) =>
    attempt(`rule ${rule.name}`, () => {
      const { name, numerics } = rule;
      const { graph } = rewrite(drawn.graph, [{ group: name, numerics, rules: [rule] }]);
      if (graph === drawn.graph) return undefined;
      const differs = numerics === "exact" ? meaningDiffers : realNumbersDiffer;
      return illFormed(name, drawn.graph, graph) ?? differs(name, drawn, graph);
    }),
});
