// Symbols come from what is fed: each that a graph uses must be in the type of an input or a parameter (invariant V9).
import { reject } from "../diagnostics/diagnostic.ts";
import type { Attributes } from "../ops/attributes.ts";
import { symbolsOf } from "../types/dim.ts";
import { dimAttributes } from "./analysis.ts";
import { bodiesIn } from "./body-graph.ts";
import type { Graph, Node } from "./graph.ts";

const symbolsOfTypes = ({ results }: Node): readonly string[] =>
  results.flatMap(({ type }) => type.shape.flatMap(symbolsOf));

const symbolsOfAttributes = ({ op, attrs }: Node): readonly string[] => {
  const byName: Attributes = attrs;
  return dimAttributes(op)
    .flatMap((name) => [byName[name]].flat())
    .flatMap((dim) => (typeof dim === "string" ? symbolsOf(dim) : []));
};

const requireDeclared = (graph: Graph, declared: ReadonlySet<string>): void => {
  for (const node of graph.nodes.values()) {
    for (const symbol of [...symbolsOfTypes(node), ...symbolsOfAttributes(node)])
      if (!declared.has(symbol)) reject("W131", { symbol, op: node.op }, { location: node.location });
    for (const [, body] of bodiesIn(node)) requireDeclared(body, declared);
  }
};

/** Refuses (W131) a symbol that no input and no parameter has, at the op that uses it first. */
export const requireDeclaredSymbols = (graph: Graph): void => {
  const leaves = [...graph.nodes.values()].filter(({ op }) => op === "input" || op === "parameter");
  requireDeclared(graph, new Set(leaves.flatMap((node) => symbolsOfTypes(node))));
};
