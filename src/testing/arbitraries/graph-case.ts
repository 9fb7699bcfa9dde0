// A graph with something to run it on: what arbitraries draw, properties check, shrinkers make simpler and reports print.
import type { Graph } from "../../ir/graph/graph.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { ValueProfile } from "./values.ts";

/** How a drawn case came about: for statistics, no property looks at it. */
export interface CaseOrigin {
  /** The motifs that were written into the graph, in order. */
  readonly motifs: readonly string[];
  /** What the elements of leaves were drawn from; each leaf from one of them. */
  readonly profiles: readonly ValueProfile[];
}

/** A graph, arrays for its inputs, and first values of its parameters. */
export interface GraphCase {
  /** The graph, whose extents are all known. */
  readonly graph: Graph;
  /** Arrays by the names of its inputs. */
  readonly feeds: Readonly<Record<string, NdArray>>;
  /** First values by the names of its parameters. */
  readonly parameters: Readonly<Record<string, NdArray>>;
  /** How it was drawn. */
  readonly origin?: CaseOrigin;
}
