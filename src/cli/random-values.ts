// Random values for inputs and parameters, from a seed; the same for every backend.
import type { Port } from "../ir/loop/kernel.ts";
import type { DataArray } from "../ir/types/dtype.ts";
import { knownType } from "../ir/types/shape.ts";
import { randomArray, type ValueProfile } from "../testing/arbitraries/values.ts";
import { toArray } from "../testing/case-arrays.ts";

/** Random elements for a port; indices lie below `range` where one is given. */
export const randomValues = ({ type }: Port, seed: number, profile: ValueProfile, range?: number): DataArray =>
  toArray(randomArray(knownType(type), seed, profile, range));
