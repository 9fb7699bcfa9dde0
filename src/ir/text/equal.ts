// Whether two graphs are the same program: their canonical texts agree. Ids, places in source files and the order of the
// table of constants do not matter. Contents are compared by their content address first and byte for byte after that.
import { sameContents } from "../graph/constant-id.ts";
import type { Graph } from "../graph/graph.ts";
import { printGraph } from "./print.ts";

/**
 * Whether two graphs are the same program: names of ports, ops, attributes, contents. Ids and places in source files do
 * not matter.
 *
 * @example
 * sameGraph(parseGraph(printGraph(graph)), graph); // true
 */
export const sameGraph = (a: Graph, b: Graph): boolean => {
  if (a === b) return true;
  if (printGraph(a, { contents: "elided" }) !== printGraph(b, { contents: "elided" })) return false;
  return [...a.constants].every(([id, { data }]) => {
    const other = b.constants.get(id);
    // A table may hold contents that no node names: they are no part of the program.
    return other === undefined || sameContents(data, other.data);
  });
};
