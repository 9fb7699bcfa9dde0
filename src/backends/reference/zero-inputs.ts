// A compiled program reads fewer inputs than its graph mentions where nothing depends on them, and those need not be fed. The
// interpreter, which evaluates everything, takes zeros for them.
import type { Graph } from "../../ir/graph/graph.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import type { NamedArrays } from "./interpreter.ts";

/** Zeros for every input of a graph whose extents are all known. */
export const zeroInputs = (graph: Graph): NamedArrays =>
  Object.fromEntries(
    [...graph.nodes.values()].flatMap((node) => {
      const [result] = node.results;
      if (node.op !== "input" || result === undefined) return [];
      const type = knownType(result.type);
      return [[node.attrs.name, { ...type, data: new Float64Array(sizeOf(type.shape)) }]];
    }),
  );
