// What every value of a case is when the case runs: cuts put these numbers in the place of what computed them.
import { evaluateEntry } from "../../backends/reference/interpreter.ts";
import { InvariantError } from "../../ir/diagnostics/invariant.ts";
import type { ValueId } from "../../ir/graph/graph.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";

const known = new WeakMap<GraphCase, ReadonlyMap<ValueId, NdArray>>();

const evaluateAll = ({ graph, feeds, parameters }: GraphCase): ReadonlyMap<ValueId, NdArray> => {
  const values = new Map<ValueId, NdArray>();
  for (const { name } of graph.entries)
    evaluateEntry(graph, name, feeds, parameters, {
      round: "f32",
      observe: ({ results: ids }, arrays) => {
        ids.forEach(({ id }, at) => {
          const array = arrays[at];
          if (array !== undefined) values.set(id, array);
        });
      },
    });
  return values;
};

const evaluated = (drawn: GraphCase): ReadonlyMap<ValueId, NdArray> => {
  try {
    return evaluateAll(drawn);
  } catch (error) {
    // An index out of range, say: then nothing can be cut, and everything else goes on.
    if (error instanceof InvariantError) return new Map();
    throw error;
  }
};

/**
 * The values that the results need, by the reference meaning, as f32 memory would hold them; none for a case without a
 * meaning. Worked out once for each case.
 */
export const valuesOf = (drawn: GraphCase): ReadonlyMap<ValueId, NdArray> => {
  const values = known.get(drawn) ?? evaluated(drawn);
  known.set(drawn, values);
  return values;
};
