// Many pieces are joined by joining those of a few pieces each: a kernel that chooses among all of them at every element would
// take time quadratic in their number. A piece is then copied once for each level, of which there are few.
import { order } from "../ir/graph/analysis.ts";
import { type Edited, edit } from "../ir/graph/edit.ts";
import type { Graph, ValueId } from "../ir/graph/graph.ts";
import type { Pass } from "./pass.ts";

/** So many pieces are still joined by one kernel. */
const mostPieces = 16;

/** Of more, so many at a time: as many as a loop is split into. */
const atOnce = 6;

/** Neighbours, in lists of at most `atOnce` and of one length or nearly so. */
const neighbours = (pieces: readonly ValueId[]): readonly (readonly ValueId[])[] => {
  const count = Math.ceil(pieces.length / atOnce);
  const startOf = (list: number): number => Math.floor((list * pieces.length) / count);
  return Array.from({ length: count }, (_, list) => pieces.slice(startOf(list), startOf(list + 1)));
};

const nestedIn = (graph: Graph): Edited =>
  edit(graph, (editor) => {
    for (const { op, operands, attrs, results, location } of order(graph)) {
      const [result] = results;
      if (op !== "concat" || operands.length <= mostPieces || result === undefined) continue;
      const joined = (pieces: readonly ValueId[]): readonly ValueId[] => editor.emit("concat", pieces, attrs, location);
      let pieces: readonly ValueId[] = operands;
      while (pieces.length > atOnce) pieces = neighbours(pieces).flatMap(joined);
      const [whole] = joined(pieces);
      if (whole !== undefined) editor.replace(result.id, whole);
    }
  });

/** Joins many pieces by joining a few at a time. */
export const nestConcats: Pass<Graph, Graph> = {
  name: "nest-concats",
  summary: "Joins many pieces by joining a few at a time.",
  run: (graph, observer) => {
    const { graph: result, patches } = nestedIn(graph);
    observer?.changed(patches);
    return result;
  },
};
