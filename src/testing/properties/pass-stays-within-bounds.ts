// A pass that moves roundings keeps the meaning within what rounding can do: attention that is fused with what it stands for, a
// composite with the ops that it is made of, sums over time in another order. What the new graph gives, rounded where it says,
// lies within the bounds that the oracle finds for the old one.
import { evaluateEntry } from "../../backends/reference/interpreter.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import type { DataArray } from "../../ir/types/dtype.ts";
import type { Pass } from "../../passes/pass.ts";
import type { Conditioning } from "../oracle/conditioning.ts";
import { evaluateBounded } from "../oracle/evaluate-bounded.ts";
import type { GraphProperty } from "../property.ts";
import { verdictOn } from "./agrees-with-meaning.ts";
import { attempt } from "./attempt.ts";
import { illFormed } from "./pass-preserves-semantics.ts";

type Arrays = Readonly<Record<string, { readonly data: DataArray | Float64Array }>>;

const byName = (arrays: Arrays): ReadonlyMap<string, DataArray | Float64Array> =>
  new Map(Object.entries(arrays).map(([name, { data }]) => [name, data]));

/**
 * `pass(g)`, rounded to f32 node by node, is within the oracle's bounds for g: outputs and updates of every entry point. For passes
 * that replace what is rounded once by what is rounded often or the other way round; `passPreservesSemantics` asks all bits of the others.
 *
 * @example
 * const [, , decompose] = roundingPasses.map((pass) => passStaysWithinBounds(pass));
 * decompose?.name; // "decompose stays within bounds"
 * decompose && (await forAll(graphs({ ops: ["softmax"], maxSteps: 1 }), decompose, { runs: 2 })); // undefined
 */
export const passStaysWithinBounds = (
  pass: Pass<Graph, Graph>,
  { conditioning }: { readonly conditioning?: Conditioning } = {},
): GraphProperty => ({
  name: `${pass.name} stays within bounds`,
  passes: pass,
  check: ({ graph, feeds, parameters }) =>
    attempt(pass.name, () => {
      const after = pass.run(graph);
      if (after === graph) return undefined;
      const broken = illFormed(pass.name, graph, after);
      if (broken !== undefined) return broken;
      for (const { name } of graph.entries) {
        const wanted = evaluateBounded(graph, name, feeds, parameters);
        const got = evaluateEntry(after, name, feeds, parameters, { round: "f32" });
        const violation =
          verdictOn(pass.name, byName(got.outputs), wanted.outputs, conditioning) ??
          verdictOn(`${pass.name}, updating parameters,`, byName(got.updates), wanted.updates, conditioning);
        if (violation !== undefined) return violation;
      }
      return undefined;
    }),
});
