// A backend computes what the graph means: every output and every update of every entry point lies within the bound of the oracle,
// which leaves room for rounding and for no more. Backends agree in bits, so one of them stands for all.
import type { Backend } from "../../backends/backend.ts";
import { wasmBackend } from "../../backends/wasm/instantiate.ts";
import { planGraph } from "../../compile/plan-graph.ts";
import type { DataArray } from "../../ir/types/dtype.ts";
import { feedsOf } from "../case-arrays.ts";
import type { Conditioning } from "../oracle/conditioning.ts";
import { type Bounded, evaluateBounded } from "../oracle/evaluate-bounded.ts";
import { judge } from "../oracle/judge.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { poison, runInstance } from "../run-everywhere.ts";

/** Who is judged, and where to count how much the judgements are worth. */
export interface AgreesWithMeaningOptions {
  /** WebAssembly unless said otherwise. */
  readonly backend?: Backend;
  /** Where to count how much the judgements are worth. */
  readonly conditioning?: Conditioning;
}

/** The first element of some arrays that is further from what they should be than rounding explains. */
export const verdictOn = (
  who: string,
  got: ReadonlyMap<string, DataArray | Float64Array>,
  wanted: Readonly<Record<string, Bounded>>,
  counted: Conditioning | undefined,
): Violation | undefined => {
  for (const [name, bounded] of Object.entries(wanted)) {
    const array = got.get(name);
    if (array === undefined) return { what: `${who} has no ${JSON.stringify(name)}`, output: name };
    const { violation, ...counts } = judge(array, bounded);
    counted?.add(counts);
    if (violation !== undefined)
      return { what: `${who} is further from the meaning than rounding explains`, output: name, ...violation };
  }
  return undefined;
};

/**
 * Each element that a backend computes is within what rounding can do to it.
 *
 * @example
 * await forAll(graphs({ ops: ["softmax"], maxSteps: 2 }), agreesWithMeaning(), { runs: 3 }); // undefined
 */
export const agreesWithMeaning = ({
  backend = wasmBackend,
  conditioning,
}: AgreesWithMeaningOptions = {}): GraphProperty => ({
  name: "agreesWithMeaning",
  code: "agreesWithMeaning()",
  check: async (drawn) => {
    const { graph, feeds, parameters } = drawn;
    const { program } = planGraph(graph, { verify: "never" });
    const instance = backend.instantiate(program);
    for (const { name } of program.entries) {
      poison(program, instance);
      const given = runInstance(program, backend.name, instance, name, feedsOf(drawn));
      const meaning = evaluateBounded(graph, name, feeds, parameters);
      const violation =
        verdictOn(backend.name, given.outputs, meaning.outputs, conditioning) ??
        verdictOn(backend.name, given.parameters, meaning.updates, conditioning);
      if (violation !== undefined) return violation;
    }
    return undefined;
  },
});
