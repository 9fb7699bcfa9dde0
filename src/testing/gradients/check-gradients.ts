// Whether the backward mode is right at a point: the gradients that it gives, in double precision, against forward duals and
// against differences of the values themselves. Where a function has a kink nearby, differences say nothing; they notice it
// themselves, because two step widths disagree, and such directions are counted.
import { evaluateGraph, type NamedArrays } from "../../backends/reference/interpreter.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { randomFrom } from "../arbitraries/values.ts";
import { type Evaluated, evaluateNodes, moved, tangentsOf } from "./duals.ts";
import { type Leaf, type Projected, randomDirection } from "./projected.ts";

/** Values for the inputs and the parameters of a graph. */
export interface Values {
  readonly feeds: NamedArrays;
  readonly parameters: NamedArrays;
}

/** A gradient that is not the slope. */
export interface Mismatch {
  readonly leaf: Leaf;
  readonly by: "duals" | "differences";
  /** Along a random direction: what the gradient says, and what the slope is. */
  readonly got: number;
  readonly wanted: number;
  readonly bound: number;
}

/** What was found at a point. */
export interface GradientCheck {
  readonly mismatches: readonly Mismatch[];
  /** How many directions were compared with differences, and how many were too close to a kink for that. */
  readonly compared: number;
  readonly skipped: number;
  /** Whether the numbers on the way were within bounds, and the loss finite; if not, nothing was compared. */
  readonly finite: boolean;
}

const dot = (left: NdArray | undefined, right: NdArray | undefined): number =>
  left?.data.reduce((sum, element, at) => sum + element * (right?.data[at] ?? 0), 0) ?? 0;

const magnitudeOf = (left: NdArray | undefined, right: NdArray): number =>
  left?.data.reduce((sum, element, at) => sum + Math.abs(element * (right.data[at] ?? 0)), 0) ?? 0;

/** The largest numbers of f32 and f64, which stand for infinity where masks are written and where softmax is bounded from below. */
const standing: ReadonlySet<number> = new Set([3.4028234663852886e38, Number.MAX_VALUE]);

/** The largest number that an evaluation came to, other than those that were written down. What masks with infinity, and what NaN that makes on the way, does not count. */
const largestIn = (evaluated: readonly Evaluated[]): number => {
  let largest = 0;
  for (const { node, results } of evaluated)
    for (const { dtype, data } of results)
      if (isFloat(dtype) && node.op !== "constant")
        for (const element of data)
          if (Number.isFinite(element) && !standing.has(Math.abs(element)))
            largest = Math.max(largest, Math.abs(element));
  return largest;
};

/** How close duals must come, and differences, as a share of the numbers that are summed. */
export const tolerances: { readonly duals: number; readonly differences: number } = { duals: 1e-11, differences: 1e-6 };

/** The same for duals where graphs hold f32 numbers: a constant of a derivative rule is rounded to that, a slope is not. */
const singleTolerance = 2e-7;

const holdsSingle = (evaluated: readonly Evaluated[]): boolean =>
  evaluated.some(({ results }) => results.some(({ dtype }) => dtype === "f32"));

/** The slope of a function of one number at 0, and how far two step widths are apart on it. */
const slopeAt = (
  along: (distance: number) => number,
  step: number,
): { readonly slope: number; readonly doubt: number } => {
  const [near, middle, far] = [step / 2, step, 2 * step].map((distance) => along(distance) - along(-distance));
  const wide = (8 * (middle ?? 0) - (far ?? 0)) / (12 * step);
  const narrow = (8 * (near ?? 0) - (middle ?? 0)) / (6 * step);
  return { slope: (16 * narrow - wide) / 15, doubt: Math.abs(narrow - wide) };
};

const steps = [4e-3, 5e-4, 6e-5] as const;

/** Compares the gradients of all leaves at a point. Duals alone where differences are not wanted, which take six evaluations each. */
export const checkGradients = (
  { graph, leaves, weights }: Projected,
  { feeds, parameters }: Values,
  { seed, differences = true }: { readonly seed: number; readonly differences?: boolean },
): GradientCheck => {
  const all = { ...feeds, ...weights };
  const evaluated = evaluateNodes(graph, "loss", all, parameters);
  const backward = evaluateNodes(graph, "gradients", all, parameters);
  const largest = Math.max(largestIn(evaluated), largestIn(backward));
  const lossId = graph.entries[0]?.outputs[0]?.value;
  const last = evaluated.find(({ node }) => node.results.some(({ id }) => id === lossId));
  if (!(largest < 1e12) || !Number.isFinite(last?.results[0]?.data[0]))
    return { mismatches: [], compared: 0, skipped: leaves.length, finite: false };
  const gradients = evaluateGraph(graph, "gradients", all, parameters);
  const shares = holdsSingle(evaluated) ? { ...tolerances, duals: singleTolerance } : tolerances;
  const random = randomFrom(seed);
  const mismatches: Mismatch[] = [];
  let [compared, skipped] = [0, 0];
  for (const leaf of leaves) {
    const direction = randomDirection(leaf.type, random);
    const got = dot(gradients[leaf.name], direction);
    // At a pole, as of the square root at 0, there is no slope to compare with.
    if (!Number.isFinite(got)) {
      skipped++;
      continue;
    }
    const scale = magnitudeOf(gradients[leaf.name], direction) + largest + 1;
    const note = (by: Mismatch["by"], wanted: number): void => {
      const bound = shares[by] * scale;
      if (Number.isFinite(wanted) && !(Math.abs(got - wanted) <= bound))
        mismatches.push({ leaf, by, got, wanted, bound });
    };
    const tangent =
      lossId === undefined ? undefined : tangentsOf(evaluated, new Map([[leaf.name, direction]])).get(lossId);
    note("duals", tangent?.data[0] ?? 0);
    if (!differences) continue;
    const along = (distance: number): number => {
      const at = (arrays: NamedArrays): NamedArrays => {
        const array = arrays[leaf.name];
        return array === undefined ? arrays : { ...arrays, [leaf.name]: moved(array, direction, distance) };
      };
      const { loss } =
        leaf.kind === "input"
          ? evaluateGraph(graph, "loss", at(all), parameters)
          : evaluateGraph(graph, "loss", all, at(parameters));
      return loss?.data[0] ?? Number.NaN;
    };
    const found = steps
      .map((step) => slopeAt(along, step))
      .find(({ doubt }) => doubt <= tolerances.differences * 0.1 * scale);
    if (found === undefined) skipped++;
    else {
      compared++;
      note("differences", found.slope);
    }
  }
  return { mismatches, compared, skipped, finite: true };
};
