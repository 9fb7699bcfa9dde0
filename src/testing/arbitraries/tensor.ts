// Random types and tensors: small extents, 1 often, 0 in 8 of 100 shapes, ranks up to 4.
import fc from "fast-check";
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { arbitraryType } from "../../ir/ops/instances.ts";
import { type DType, dtypeNames } from "../../ir/types/dtype.ts";
import type { KnownType, NdArray } from "../../ir/types/ndarray.ts";
import { randomArray, type ValueProfile, valueProfiles } from "./values.ts";

/** Bounds on random types. */
export interface TypeOptions {
  /** All element types by default. */
  readonly dtypes?: readonly DType[];
  /** How many axes at least; 0 by default. */
  readonly minRank?: number;
  /** How many axes at most. */
  readonly maxRank?: number;
  /** Whether an extent may be 0; yes by default. */
  readonly empty?: boolean;
}

const known = optionNames<TypeOptions>({ dtypes: true, minRank: true, maxRank: true, empty: true });

/**
 * Random tensor types: an element type and known extents.
 *
 * @example
 * import fc from "fast-check";
 * const types = fc.sample(tensorTypes({ minRank: 1, maxRank: 3 }), { numRuns: 20, seed: 1 });
 * types.every(({ shape }) => shape.length >= 1 && shape.length <= 3); // true
 */
export const tensorTypes = (options: TypeOptions = {}): fc.Arbitrary<KnownType> => {
  requireKnownOptions("tensorTypes", options, known);
  const { dtypes = dtypeNames, ...bounds } = options;
  return arbitraryType(fc, dtypes, bounds);
};

/**
 * Random tensors of a type, drawn from one of some profiles; by default from any.
 *
 * @example
 * import fc from "fast-check";
 * const [drawn] = fc.sample(tensorsOf({ dtype: "f32", shape: [2, 3] }, ["normal"]), { numRuns: 1, seed: 1 });
 * drawn?.data.length; // 6
 */
export const tensorsOf = (type: KnownType, profiles: readonly ValueProfile[] = valueProfiles): fc.Arbitrary<NdArray> =>
  fc.tuple(fc.nat(), fc.constantFrom(...profiles)).map(([seed, profile]) => randomArray(type, seed, profile));

/**
 * Random tensors of random types.
 *
 * @example
 * import fc from "fast-check";
 * const drawn = fc.sample(tensors({ dtypes: ["i32"], maxRank: 2 }, ["whole"]), { numRuns: 3, seed: 1 });
 * drawn.every(({ dtype, shape }) => dtype === "i32" && shape.length <= 2); // true
 */
export const tensors = (options: TypeOptions = {}, profiles?: readonly ValueProfile[]): fc.Arbitrary<NdArray> =>
  tensorTypes(options).chain((type) => tensorsOf(type, profiles));
