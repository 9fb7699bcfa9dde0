// A pass that does nothing keeps every meaning. So a pass is held to more: each of its rules is applied to its minimal graph; what the
// pass made it gives back as it is, the very object; and it never makes a graph more costly.
import type { Graph } from "../../ir/graph/graph.ts";
import { parseGraph } from "../../ir/text/parse.ts";
import { type Pass, silent } from "../../passes/pass.ts";
import type { GraphCase } from "../arbitraries/graph.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { attempt } from "./attempt.ts";
import { costOf, type GraphCost } from "./graph-cost.ts";

/** Which of its costs a pass may raise: rules that make room for others may add a node, or a value that is only moved. */
export interface Usefulness {
  /** The costs that may grow. */
  readonly mayRaise?: readonly (keyof GraphCost)[];
}

/** The rules that a pass says it applied to a graph, and what came out. */
const applied = (
  pass: Pass<Graph, Graph>,
  graph: Graph,
): { readonly rules: ReadonlySet<string>; readonly after: Graph } => {
  const rules = new Set<string>();
  const observer = { ...silent, fired: (rule: string) => void rules.add(rule) };
  const after = pass.run(graph, { ...observer, step: (inner, program) => inner.run(program, observer) });
  return { rules, after };
};

/** The first rule that is not applied to its graph. A pass that tells of no rules has to change the graph. */
const idle = (pass: Pass<Graph, Graph>, fires: Readonly<Record<string, Graph | string>>): Violation | undefined => {
  for (const [rule, minimal] of Object.entries(fires)) {
    const graph = typeof minimal === "string" ? parseGraph(minimal) : minimal;
    const { rules, after } = applied(pass, graph);
    if (after === graph) return { what: `${pass.name} gives the minimal graph of ${rule} back as it is` };
    if (rules.size > 0 && !rules.has(rule))
      return { what: `${pass.name} applies ${[...rules].join(", ")} to the minimal graph of ${rule}, but not that` };
  }
  return undefined;
};

const units: { readonly [K in keyof GraphCost]: string } = {
  nodes: "nodes",
  operations: "operations",
  bytes: "bytes of values",
};

const raised = (
  who: string,
  before: GraphCost,
  after: GraphCost,
  mayRaise: readonly string[],
): Violation | undefined => {
  for (const [cost, unit] of Object.entries(units)) {
    const [least, most] = [before[cost as keyof GraphCost], after[cost as keyof GraphCost]]; // the keys of the table
    if (most > least && !mayRaise.includes(cost)) return { what: `${who} makes ${most} ${unit} of ${least}` };
  }
  return undefined;
};

/**
 * Rules fire, the pass comes to rest, and costs do not grow.
 *
 * @param pass - the pass.
 * @param fires - for each of its rules a small graph, or its text, that the rule changes.
 * @example
 * const twice = `graph @g(%x: f32[]) {
 *   %0 = unary %x {fn = exp} : f32[]
 *   %1 = unary %x {fn = exp} : f32[]
 *   entry @main(a = %0, b = %1)
 * }`;
 * const useful = exactPasses.filter(({ name }) => name === "cse").map((cse) => passIsUseful(cse, { cse: twice }));
 * await Promise.all(useful.map((property) => forAll(graphs({ maxSteps: 2 }), property, { runs: 3 }))); // [undefined]
 */
export const passIsUseful = (
  pass: Pass<Graph, Graph>,
  fires: Readonly<Record<string, Graph | string>> = {},
  { mayRaise = [] }: Usefulness = {},
): GraphProperty => {
  // Whether rules fire does not depend on the case: it is asked once.
  let never: Promise<Violation | undefined> | undefined;
  const check = async ({ graph }: GraphCase): Promise<Violation | undefined> => {
    never ??= attempt(pass.name, () => idle(pass, fires));
    return (
      (await never) ??
      attempt(pass.name, () => {
        const after = pass.run(graph);
        if (pass.run(after) !== after) return { what: `${pass.name} makes another graph of what it made` };
        return raised(pass.name, costOf(graph), costOf(after), mayRaise);
      })
    );
  };
  return { name: `${pass.name} is useful`, check };
};
