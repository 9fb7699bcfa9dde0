// A pass over graphs keeps the meaning: the interpreter gives the same before and after it, bit for bit, whatever the values,
// NaN, infinities, -0 and subnormals included. It keeps the signature as well, the types of what goes in and comes out, and
// what it gives obeys every invariant of graphs.
import { evaluateEntry } from "../../backends/reference/interpreter.ts";
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import type { Graph, NamedValue, ValueId } from "../../ir/graph/graph.ts";
import { verifyGraph } from "../../ir/graph/verify.ts";
import { printType } from "../../ir/types/tensor-type.ts";
import type { Pass } from "../../passes/pass.ts";
import type { GraphCase } from "../arbitraries/graph.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { attempt } from "./attempt.ts";
import { differenceIn } from "./same-arrays.ts";

const leafText = (graph: Graph, value: ValueId): string => {
  const node = definitionOf(graph, value);
  const name = node.op === "input" || node.op === "parameter" ? JSON.stringify(node.attrs.name) : "no name";
  return `${node.op} ${name}: ${printType(typeOf(graph, value))}`;
};

/** What a caller sees of a graph without running it, a line each. */
const signatureOf = (graph: Graph): readonly string[] => [
  ...[...graph.inputs, ...graph.parameters].map((value) => leafText(graph, value)),
  ...graph.entries.flatMap(({ name, outputs, updates }) => {
    const named = (what: string, list: readonly NamedValue[]): readonly string[] =>
      list.map((each) => `${name}: ${what} ${JSON.stringify(each.name)}: ${printType(typeOf(graph, each.value))}`);
    return [...named("output", outputs), ...named("update", updates)];
  }),
];

/** Where a graph is not one that may stand for another: another signature, or a broken invariant. */
export const illFormed = (who: string, before: Graph, after: Graph): Violation | undefined => {
  const [violation] = verifyGraph(after);
  if (violation !== undefined) return { what: `${who} breaks (${violation.invariant}): ${violation.message}` };
  const [wanted, got] = [signatureOf(before), signatureOf(after)];
  const at = wanted.findIndex((line, position) => line !== got[position]);
  if (at >= 0) return { what: `${who} makes "${got[at] ?? "nothing"}" of "${wanted[at]}"` };
  return got.length === wanted.length ? undefined : { what: `${who} adds "${got[wanted.length]}"` };
};

/** The first bit in which a graph means something else than the one of the case, on the values of the case, as f32 memory holds them. */
export const meaningDiffers = (
  who: string,
  { graph, feeds, parameters }: GraphCase,
  after: Graph,
): Violation | undefined => {
  for (const { name } of graph.entries) {
    const [wanted, got] = [graph, after].map((each) => {
      const { outputs, updates } = evaluateEntry(each, name, feeds, parameters, { round: "f32" });
      return { outputs, updates };
    });
    const where = graph.entries.length === 1 ? who : `${who}, entry ${JSON.stringify(name)},`;
    const violation =
      differenceIn(where, wanted?.outputs ?? {}, got?.outputs ?? {}) ??
      differenceIn(`${where} updating parameters,`, wanted?.updates ?? {}, got?.updates ?? {});
    if (violation !== undefined) return violation;
  }
  return undefined;
};

/**
 * `interpreter(g) = interpreter(pass(g))` in every bit, for passes that move no rounding.
 *
 * @example
 * const drawn = graphs({ ops: ["binary"], maxSteps: 3 });
 * const [simplify] = exactPasses.map((pass) => forAll(drawn, passPreservesSemantics(pass), { runs: 2 }));
 * await simplify; // undefined
 */
export const passPreservesSemantics = (pass: Pass<Graph, Graph>): GraphProperty => ({
  name: `${pass.name} preserves semantics`,
  passes: pass,
  check: (drawn) =>
    attempt(pass.name, () => {
      const after = pass.run(drawn.graph);
      if (after === drawn.graph) return undefined;
      return illFormed(pass.name, drawn.graph, after) ?? meaningDiffers(pass.name, drawn, after);
    }),
});
