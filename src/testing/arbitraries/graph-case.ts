// A graph with something to run it on: what arbitraries draw, properties check, shrinkers make simpler and reports print.
import type { Graph } from "../../ir/graph/graph.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";

/** A graph, arrays for its inputs, and first values of its parameters. */
export interface GraphCase {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, NdArray>>;
  readonly parameters: Readonly<Record<string, NdArray>>;
}
