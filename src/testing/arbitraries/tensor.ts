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
  readonly minRank?: number;
  readonly maxRank?: number;
  /** Whether an extent may be 0; yes by default. */
  readonly empty?: boolean;
}

const known = optionNames<TypeOptions>({ dtypes: true, minRank: true, maxRank: true, empty: true });

/** Random tensor types. */
export const tensorTypes = (options: TypeOptions = {}): fc.Arbitrary<KnownType> => {
  requireKnownOptions("tensorTypes", options, known);
  const { dtypes = dtypeNames, ...bounds } = options;
  return arbitraryType(fc, dtypes, bounds);
};

/** Random tensors of a type, drawn from one of some profiles; by default from any. */
export const tensorsOf = (type: KnownType, profiles: readonly ValueProfile[] = valueProfiles): fc.Arbitrary<NdArray> =>
  fc.tuple(fc.nat(), fc.constantFrom(...profiles)).map(([seed, profile]) => randomArray(type, seed, profile));

/** Random tensors of random types. */
export const tensors = (options: TypeOptions = {}, profiles?: readonly ValueProfile[]): fc.Arbitrary<NdArray> =>
  tensorTypes(options).chain((type) => tensorsOf(type, profiles));
