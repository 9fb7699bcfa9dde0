// What a drawn graph is fed and begins with, as arrays of its dtypes.
import { type DataArray, dtypes } from "../../src/ir/types/dtype.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import type { GraphCase } from "../../src/testing/arbitraries/graph.ts";

/** The numbers of an array in the array class of its dtype. */
export const toArray = ({ dtype, data }: NdArray): DataArray => {
  const array = dtypes[dtype].allocate(data.length);
  array.set(data);
  return array;
};

/** Inputs and parameters by name. */
export const feedsOf = ({ feeds, parameters }: GraphCase): ReadonlyMap<string, DataArray> =>
  new Map([...Object.entries(feeds), ...Object.entries(parameters)].map(([name, array]) => [name, toArray(array)]));
