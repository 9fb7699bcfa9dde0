// What a property of graphs is: a name, and a check that says what is wrong with one case. Runners draw cases, shrink the
// first that fails and report it; properties know nothing of how a case came about.
import type { Graph } from "../ir/graph/graph.ts";
import type { Pass } from "../passes/pass.ts";
import type { GraphCase } from "./arbitraries/graph-case.ts";

/** What a check found wrong. */
export interface Violation {
  /** One sentence: what was expected of whom, and what came instead. */
  readonly what: string;
  /** The output or parameter in which it shows, where it shows in one. */
  readonly output?: string;
  /** Which element of it, in row-major order. */
  readonly element?: number;
  /** What was computed there. */
  readonly got?: number;
  /** What should have been. */
  readonly wanted?: number;
  /** How far `got` may be from `wanted`. */
  readonly bound?: number;
}

/** Something that holds of every graph. */
export interface GraphProperty {
  /** What it is called in reports; the seed follows from it. */
  readonly name: string;
  /** The first violation; undefined where the property holds. Works on any well-typed graph, whatever its size. */
  readonly check: (drawn: GraphCase) => Promise<Violation | undefined>;
  /** The expression that gives it in a test that imports from `weftgraph/testing`, for the test that a report proposes. */
  readonly code?: string;
  /** The passes among which a report looks for the one at fault: those of the compiler unless said otherwise. */
  readonly passes?: Pass<Graph, unknown>;
}
