// Rules that make tensors smaller: an extent wherever it occurs, one axis of one leaf, a leading axis.
import { order, typeOf } from "../../ir/graph/analysis.ts";
import { bodiesIn } from "../../ir/graph/body-graph.ts";
import type { Graph, ValueId } from "../../ir/graph/graph.ts";
import type { KnownType } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { withoutAxis } from "./drop-axis.ts";
import { changeOfExtents, fitAttributes } from "./fit-attributes.ts";
import type { Change } from "./rewrite-case.ts";
import { liveLeaves, type Rule } from "./rule.ts";

/** All extents above 1 in a graph and its bodies, the largest first. */
const extentsIn = (graph: Graph): readonly number[] => {
  const found = new Set<number>();
  for (const node of order(graph)) {
    for (const { type } of node.results)
      for (const extent of type.shape) if (typeof extent === "number") found.add(extent);
    for (const [, body] of bodiesIn(node)) for (const extent of extentsIn(body)) found.add(extent);
  }
  return [...found].filter((extent) => extent > 1).sort((left, right) => right - left);
};

/** What an extent may become, the smallest first. Never 0: a tensor without elements shows nothing. */
const smallerExtents = (extent: number): readonly number[] =>
  [...new Set([1, 2, Math.floor(extent / 2), extent - 1])]
    .filter((smaller) => smaller > 0 && smaller < extent)
    .sort((left, right) => left - right);

/** The element that matters may be among the first or among the last. */
function* fromBothEnds(change: Change): Generator<Change> {
  yield change;
  yield { ...change, keepLast: true };
}

/** All extents at once; then one value of an extent, wherever it occurs. */
const shrinkExtent: Rule = {
  name: "shrink an extent everywhere",
  *changes({ graph }) {
    const found = extentsIn(graph);
    for (const all of [1, 2]) yield* fromBothEnds(changeOfExtents((extent) => Math.max(1, Math.min(extent, all))));
    yield changeOfExtents((extent) => Math.max(1, extent));
    for (const wanted of found)
      for (const smaller of smallerExtents(wanted))
        yield* fromBothEnds(changeOfExtents((extent) => (extent === wanted ? smaller : extent)));
  },
};

const sameExtent = (extent: number): number => extent;

/** One axis of one leaf; what reads it must come out by itself. */
const shrinkAxis: Rule = {
  name: "shrink an axis alone",
  *changes({ graph }) {
    for (const leaf of liveLeaves(graph))
      for (const [axis, extent] of knownShape(typeOf(graph, leaf).shape).entries())
        for (const smaller of smallerExtents(extent))
          yield* fromBothEnds({
            leafType: (type: KnownType, value: ValueId) =>
              value === leaf ? { ...type, shape: type.shape.with(axis, smaller) } : type,
            attributes: fitAttributes(sameExtent),
          });
  },
};

/** Takes an axis away from all values that have so many axes: the leading one, or the last. */
const dropAxis: Rule = {
  name: "drop an axis",
  *changes({ graph }) {
    const ranks = new Set(liveLeaves(graph).map((leaf) => typeOf(graph, leaf).shape.length));
    for (const rank of [...ranks].filter((rank) => rank > 0).sort((left, right) => right - left)) {
      yield withoutAxis(rank, 0);
      if (rank > 1) yield withoutAxis(rank, rank - 1);
    }
    yield withoutAxis(undefined, 0);
  },
};

/** The rules that make tensors smaller. */
export const extentRules: readonly Rule[] = [shrinkExtent, shrinkAxis, dropAxis];
