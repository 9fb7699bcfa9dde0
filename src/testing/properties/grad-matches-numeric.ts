// Gradients are slopes: of any graph, to first and second order, against forward duals and against differences.
import type { Graph } from "../../ir/graph/graph.ts";
import type { GraphCase } from "../arbitraries/graph.ts";
import { checkGradients } from "../gradients/check-gradients.ts";
import { arraysInDouble, inDouble } from "../gradients/in-double.ts";
import { type Order, projected } from "../gradients/projected.ts";
import type { GraphProperty, Violation } from "../property.ts";

/** How thoroughly. */
export interface GradientPropertyOptions {
  /** Which derivatives: both unless it is said. */
  readonly orders?: readonly Order[];
  /** Whether differences are asked beside duals, which takes nine times as long: yes unless it is said. */
  readonly differences?: boolean;
}

/** What became of the gradients of all cases so far. */
export interface GradientCounts {
  /** Derivatives of graphs that were looked at. */
  readonly checked: number;
  /** Of these, those where something was NaN or beyond all bounds. */
  readonly unbounded: number;
  /** Directions that were compared with differences. */
  readonly compared: number;
  /** Directions that lie too near to a kink for that. */
  readonly skipped: number;
}

/** A property that counts what it could not compare. */
export interface CountingProperty extends GraphProperty {
  /** All so far. */
  readonly counts: () => GradientCounts;
}

/** `stopGradient` is there to make gradients differ from slopes, which duals follow and differences cannot. */
const stopsGradients = (graph: Graph): boolean => [...graph.nodes.values()].some(({ op }) => op === "stopGradient");

/**
 * The derivatives of all entries of a graph are its slopes: by forward duals, and by differences unless said otherwise.
 * Integers and truth values carry no gradient.
 *
 * @example
 * const drawn = graphs({ ops: ["unary"], maxSteps: 2, differentiable: true });
 * await forAll(drawn, gradMatchesNumeric({ orders: [1] }), { runs: 2 }); // undefined
 */
export const gradMatchesNumeric = ({
  orders = [1, 2],
  differences = true,
}: GradientPropertyOptions = {}): CountingProperty => {
  let counts: GradientCounts = { checked: 0, unbounded: 0, compared: 0, skipped: 0 };
  const violationOf = ({ graph, feeds, parameters }: GraphCase): Violation | undefined => {
    const double = inDouble(graph);
    const values = { feeds: arraysInDouble(feeds), parameters: arraysInDouble(parameters) };
    const asked = { differences: differences && !stopsGradients(graph) };
    for (const { name } of graph.entries)
      for (const order of orders) {
        const made = projected(double, name, { order, seed: 1 });
        const check = checkGradients(made, values, { seed: 2, ...asked });
        counts = {
          checked: counts.checked + 1,
          unbounded: counts.unbounded + (check.finite ? 0 : 1),
          compared: counts.compared + check.compared,
          skipped: counts.skipped + (check.finite ? check.skipped : 0),
        };
        const [first] = check.mismatches;
        if (first === undefined) continue;
        const { leaf, by, got, wanted, bound } = first;
        const derivative = order === 1 ? "gradient" : "second gradient";
        const what = `the ${derivative} of entry ${name} with respect to ${leaf.kind} ${leaf.name}, along a direction, is not the slope (by ${by})`;
        return { what, output: leaf.name, got, wanted, bound };
      }
    return undefined;
  };
  return {
    name: "gradMatchesNumeric",
    check: (drawn) => Promise.resolve().then(() => violationOf(drawn)),
    counts: () => counts,
  };
};
