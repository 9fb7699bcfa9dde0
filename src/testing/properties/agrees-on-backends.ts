// The one property that stands for the whole compiler: compiled once, with every pass verified, a graph gives the same bits on
// closures, printed JavaScript and WebAssembly from memory filled with garbage, and these lie within the bound of the oracle.
import { planGraph } from "../../compile/plan-graph.ts";
import { feedsOf } from "../case-arrays.ts";
import type { Conditioning } from "../oracle/conditioning.ts";
import { evaluateBounded } from "../oracle/evaluate-bounded.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { firstDifference, type Outcome, runEverywhere } from "../run-everywhere.ts";
import { verdictOn } from "./agrees-with-meaning.ts";

/** Where to count how much the judgements are worth. */
export interface AgreesOnBackendsOptions {
  /** Where to count how much the judgements are worth. */
  readonly conditioning?: Conditioning;
}

const differenceOf = (left: Outcome, right: Outcome): Violation | undefined => {
  const found = firstDifference(left, right);
  if (found === undefined) return undefined;
  const { backends, name, element, values } = found;
  const what = `${backends[1]} gives other bits than ${backends[0]}`;
  return { what, output: name, element, got: values[1], wanted: values[0] };
};

/**
 * All backends agree in bits, and with the meaning of the graph.
 *
 * @example
 * await forAll(graphs({ ops: ["matmul"], maxSteps: 2 }), agreesOnBackends(), { runs: 3 }); // undefined
 */
export const agreesOnBackends = ({ conditioning }: AgreesOnBackendsOptions = {}): GraphProperty => ({
  name: "agreesOnBackends",
  code: "agreesOnBackends()",
  check: async (drawn) => {
    const { graph, feeds, parameters } = drawn;
    const { program } = planGraph(graph, { verify: "each" });
    for (const { name } of program.entries) {
      const [closure, javascript, wasm] = await runEverywhere(program, name, feedsOf(drawn));
      const meaning = evaluateBounded(graph, name, feeds, parameters);
      const violation =
        differenceOf(closure, javascript) ??
        differenceOf(closure, wasm) ??
        verdictOn("every backend", wasm.outputs, meaning.outputs, conditioning) ??
        verdictOn("every backend", wasm.parameters, meaning.updates, conditioning);
      if (violation !== undefined) return violation;
    }
    return undefined;
  },
});
