// Arrays of jax-js from arrays of JavaScript's, and back.
import { type Array as JaxArray, numpy } from "@jax-js/jax";
import type { Floats } from "../../workloads/computation.ts";
import { floats } from "../contender.ts";

/** `.ref` before each use: a function takes the arrays that it is given away. */
export const arrayOf = (data: Floats | Int32Array, shape: readonly number[]): JaxArray =>
  numpy.array(data).reshape([...shape]);

export const read = (array: JaxArray): Floats => floats(array.dataSync());
