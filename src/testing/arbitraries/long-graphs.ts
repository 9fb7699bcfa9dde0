// Random graphs of long loops. Ops draw extents below ten, which is enough to be wrong in, but never fills a tile, a panel or four
// accumulators: here a small graph is drawn, and then its extents are made longer wherever they occur.
import fc from "fast-check";
import { order } from "../../ir/graph/analysis.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { changeOfExtents } from "../shrinking/fit-attributes.ts";
import { rewriteCase } from "../shrinking/rewrite-case.ts";
import { shrinking } from "../shrinking/shrinking.ts";
import { type GraphOptions, graphs } from "./graph.ts";
import type { GraphCase } from "./graph-case.ts";
import { randomArray } from "./values.ts";

/** What extents from 2 on become, turn by turn: around what tiles, panels and blocks of accumulators are as wide as. */
const lengths: readonly number[] = [17, 33, 40, 64, 67, 9, 130];

/** Tensors of more elements take the interpreter too long. */
const mostElements = 3000;

/** The elements of the largest tensor once extents are changed. */
const elementsOf = ({ graph }: GraphCase, become: (extent: number) => number): number =>
  Math.max(
    ...order(graph).flatMap(({ results }) => results.map(({ type }) => sizeOf(knownShape(type.shape).map(become)))),
  );

/** Floats of leaves drawn anew, for what made them long repeats what there was. */
const redrawn = (arrays: GraphCase["feeds"], seed: number): GraphCase["feeds"] =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, array], at): readonly [string, NdArray] => [
      name,
      isFloat(array.dtype) ? randomArray(array, seed + 131 * at, "normal") : array,
    ]),
  );

/** The case with one of its extents long, or two if that is not too much; the case itself where that does not fit. */
const lengthened = (drawn: GraphCase, first: number, longer: number, seed: number): GraphCase => {
  const found = new Set(
    order(drawn.graph).flatMap(({ results }) => results.flatMap(({ type }) => knownShape(type.shape))),
  );
  const extents = [...found].filter((extent) => extent > 1);
  const become = (count: number) => (extent: number) => {
    const at = extents.indexOf(extent);
    const turn = (at - first + extents.length) % Math.max(extents.length, 1);
    return at < 0 || turn >= count ? extent : (lengths[(longer + turn) % lengths.length] ?? extent);
  };
  for (const count of [2, 1]) {
    if (elementsOf(drawn, become(count)) > mostElements) continue;
    const long = rewriteCase(drawn, changeOfExtents(become(count)));
    if (long === undefined) continue;
    return { ...long, feeds: redrawn(long.feeds, seed), parameters: redrawn(long.parameters, seed + 7) };
  }
  return drawn;
};

/**
 * Random graphs with an extent or two of up to 130, beyond what vectors and unrolled loops take at once; those in which
 * nothing can be made longer stay as they are.
 *
 * @example
 * await forAll(longGraphs({ ops: ["unary"], maxSteps: 2 }), agreesOnBackends(), { runs: 3 }); // undefined
 */
export const longGraphs = (options: GraphOptions = {}): fc.Arbitrary<GraphCase> =>
  shrinking(
    fc
      .tuple(graphs({ maxSteps: 3, maxElements: 128, ...options }), fc.nat(4), fc.nat(lengths.length - 1), fc.nat())
      .map(([drawn, first, longer, seed]) => lengthened(drawn, first, longer, seed)),
  );
