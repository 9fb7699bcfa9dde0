// What a motif is: a pattern that people write, as a function over tensors that draws its own sizes and takes its operands from
// the values of the graph around it. Motifs are what brings random graphs to the patterns that passes look for: among single
// ops drawn one by one, attention never comes about.
import { onBehalfOf } from "../../../ir/diagnostics/location.ts";
import { type Trace, withTrace } from "../../../ir/graph/trace.ts";
import type { DType } from "../../../ir/types/dtype.ts";
import { type KnownType, type NdArray, sizeOf } from "../../../ir/types/ndarray.ts";
import type { Tensor } from "../../../ir/types/tensor.ts";
import { drawArray, type Growth, knownTypeOf, type LeafForm, offer, operand, plantArray } from "../growth.ts";
import { randomFrom } from "../values.ts";

/** The element types of motifs. */
export type FloatDType = "f32" | "f64";

/** Which old values suit. */
export interface Suiting {
  /** With so many axes at least. */
  readonly minRank?: number;
  /** With so many axes at most. */
  readonly maxRank?: number;
}

/** Where a motif is written: choices, operands, leaves. Everything follows from one number. */
export interface MotifSite {
  /** The graph that is written. */
  readonly trace: Trace;
  /** The element type that the motif is to be written in: f32 mostly. */
  readonly dtype: FloatDType;
  /** A number from 0 up to `below`. */
  readonly nat: (below: number) => number;
  /** True so often, of 1. */
  readonly chance: (share: number) => boolean;
  /** One of these, each as likely. */
  readonly choose: <const T>(...among: readonly T[]) => T;
  /** The longest axis that there is room for: four of it multiplied are no more than tensors may hold. */
  readonly longest: number;
  /** An extent from 1 to the longest, 1 often. */
  readonly extent: () => number;
  /** The same, or 0 in 3 of 100: for axes along which nothing is compared or divided. */
  readonly rows: () => number;
  /** An operand of this shape: an old value, one made to fit, or a leaf. */
  readonly value: (shape: readonly number[], dtype?: DType) => Tensor;
  /** An old value with at least one element, as it is, or a leaf of a random shape. */
  readonly some: (suiting?: Suiting) => Tensor;
  /** A parameter mostly, of this shape. */
  readonly weight: (shape: readonly number[]) => Tensor;
  /** Whole numbers below `extent`, of this shape. */
  readonly indices: (shape: readonly number[], extent: number) => Tensor;
  /** An input with these elements. */
  readonly leaf: (dtype: DType, shape: readonly number[], element: (position: number) => number) => Tensor;
}

/** A pattern that people write. What it gives may become an operand or a result; so may, now and then, all that it is made of. */
export type Motif = (site: MotifSite) => Tensor | readonly Tensor[];

/** Motifs by name. */
export type Motifs = Readonly<Record<string, Motif>>;

const longestOfAll = 8;

const siteOf = (growth: Growth, random: () => number): MotifSite => {
  const { trace, maxElements } = growth;
  const nat = (below: number): number => Math.floor(random() * below);
  const pick = (): number => nat(2 ** 30);
  const chance = (share: number): boolean => random() < share;
  const longest = Math.max(1, Math.min(longestOfAll, Math.floor(maxElements ** 0.25)));
  const extent = (): number => (chance(0.2) ? 1 : 1 + nat(longest));
  const dtype = chance(0.8) ? "f32" : "f64";
  const value: MotifSite["value"] = (shape, of = dtype) => trace.tensor(operand(growth, { dtype: of, shape }, pick()));
  const form = (): "parameter" | "input" => (chance(0.7) ? "parameter" : "input");
  const leafOf = (array: NdArray, form: LeafForm, isOffered: boolean): Tensor => {
    const leaf = plantArray(growth, array, form);
    if (isOffered) offer(growth, leaf);
    return trace.tensor(leaf);
  };
  const suits = (type: KnownType, { minRank = 0, maxRank = 4 }: Suiting): boolean =>
    type.dtype === dtype &&
    type.shape.length >= minRank &&
    type.shape.length <= maxRank &&
    sizeOf(type.shape) > 0 &&
    sizeOf(type.shape) * longest <= maxElements;
  return {
    trace,
    dtype,
    nat,
    chance,
    choose: (...among) => among[nat(among.length)] as (typeof among)[number], // motifs choose among some
    longest,
    extent,
    rows: () => (chance(0.03) ? 0 : extent()),
    value,
    some: (suiting = {}) => {
      const suited = growth.values.filter((old) => suits(knownTypeOf(growth, old), suiting));
      const found = chance(0.8) ? suited[nat(suited.length)] : undefined;
      if (found !== undefined) return trace.tensor(found);
      const { minRank = 0, maxRank = 4 } = suiting;
      return value(Array.from({ length: minRank + nat(maxRank - minRank + 1) }, extent));
    },
    weight: (shape) => leafOf(drawArray(growth, { dtype, shape }, pick()), form(), true),
    // What indexes something must not become what indexes something smaller.
    indices: (shape, below) => leafOf(drawArray(growth, { dtype: "i32", shape }, pick(), below), form(), false),
    leaf: (of, shape, element) => {
      const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => element(at));
      return leafOf({ dtype: of, shape, data }, "input", true);
    },
  };
};

/** The place of nodes about which nobody will ask where they were described: capturing one takes longer than describing. */
export const nowhere = (): undefined => undefined;

/** Writes a motif into a graph. */
export const writeMotif = (growth: Growth, motif: Motif, seed: number): void => {
  const site = siteOf(growth, randomFrom(seed));
  const { trace, made, maxElements } = growth;
  const before = made.length;
  const written = onBehalfOf(nowhere, () => withTrace(trace, () => motif(site)));
  const results: readonly Tensor[] = "shape" in written ? [written] : written;
  for (const tensor of results) offer(growth, trace.value(tensor));
  // A pattern of which somebody else reads a part is not the pattern that a pass may replace.
  if (site.chance(0.2))
    for (const value of made.slice(before))
      if (sizeOf(knownTypeOf(growth, value).shape) <= maxElements) offer(growth, value);
};
