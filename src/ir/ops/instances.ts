// Random shapes and types for the `arbitrary` facets: small extents, 1 often, 0 in 8 of 100 shapes, and now and then one
// long enough to leave a remainder behind a vector loop. fast-check is handed in, so that it is never bundled.
import type * as FastCheck from "fast-check";
import type { DType } from "../types/dtype.ts";
import type { KnownType } from "../types/ndarray.ts";
import type { FastCheckModule } from "./arbitrary.ts";

/** Bounds on random shapes. */
export interface ShapeBounds {
  readonly minRank?: number;
  readonly maxRank?: number;
  /** Whether an extent may be 0; yes unless said otherwise. */
  readonly empty?: boolean;
}

/** An extent from 1 up. */
export const arbitraryExtent = (fc: FastCheckModule): FastCheck.Arbitrary<number> =>
  fc.oneof(
    { weight: 65, arbitrary: fc.integer({ min: 2, max: 5 }) },
    { weight: 22, arbitrary: fc.constant(1) },
    { weight: 13, arbitrary: fc.integer({ min: 6, max: 11 }) },
  );

/** A shape; in 8 of 100 one extent is 0. */
export const arbitraryShape = (
  fc: FastCheckModule,
  { minRank = 0, maxRank = 4, empty = true }: ShapeBounds = {},
): FastCheck.Arbitrary<readonly number[]> => {
  const shape = fc.array(arbitraryExtent(fc), { minLength: minRank, maxLength: maxRank });
  if (!empty) return shape;
  return fc
    .tuple(shape, fc.nat(99), fc.nat(3))
    .map(([extents, chance, at]) =>
      chance >= 92 && extents.length > 0 ? extents.with(at % extents.length, 0) : extents,
    );
};

/** One of the given element types. */
export const arbitraryDType = (fc: FastCheckModule, allowed: readonly DType[]): FastCheck.Arbitrary<DType> =>
  fc.constantFrom(...allowed);

/** A type of one of the given element types. */
export const arbitraryType = (
  fc: FastCheckModule,
  allowed: readonly DType[],
  bounds?: ShapeBounds,
): FastCheck.Arbitrary<KnownType> =>
  fc.record({ dtype: arbitraryDType(fc, allowed), shape: arbitraryShape(fc, bounds) });
