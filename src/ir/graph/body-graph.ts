// The graph behind a body: what ops hold as an attribute and know by its signature alone (ir/ops/body.ts).
import { invariant } from "../diagnostics/invariant.ts";
import { type AttributeValue, isBody } from "../ops/attributes.ts";
import type { Body } from "../ops/body.ts";
import type { Graph, Node, ValueId } from "./graph.ts";

/** A body with the graph that says what it computes: one entry, inputs and no parameters. */
export interface GraphBody extends Body {
  readonly graph: Graph;
}

/** The graph of a body. */
export const graphOf = (body: Body): Graph => {
  invariant("graph" in body, "a body is made by bodyOf");
  // What bodyOf made, seen through the interface that ops know.
  return (body as GraphBody).graph;
};

/** The values that a body gives. */
export const bodyResults = (graph: Graph): readonly ValueId[] =>
  (graph.entries[0]?.outputs ?? []).map(({ value }) => value);

/** The bodies that a node repeats or applies, by the names of its attributes. */
export const bodiesIn = ({ attrs }: Node): readonly (readonly [attribute: string, body: Graph])[] =>
  Object.entries(attrs).flatMap(([name, value]: [string, AttributeValue]) =>
    isBody(value) ? [[name, graphOf(value)] as const] : [],
  );
