// What a case is fed and begins with, as arrays of its dtypes: what backends take.
import { type DataArray, dtypes } from "../ir/types/dtype.ts";
import type { NdArray } from "../ir/types/ndarray.ts";
import type { GraphCase } from "./arbitraries/graph-case.ts";

/** The numbers of an array in the array class of its dtype. */
export const toArray = ({ dtype, data }: NdArray): DataArray => {
  const array = dtypes[dtype].allocate(data.length);
  array.set(data);
  return array;
};

/** Inputs and parameters by name. */
export const feedsOf = ({ feeds, parameters }: GraphCase): ReadonlyMap<string, DataArray> =>
  new Map([...Object.entries(feeds), ...Object.entries(parameters)].map(([name, array]) => [name, toArray(array)]));
