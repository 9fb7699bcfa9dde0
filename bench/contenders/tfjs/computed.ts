// What TensorFlow.js computes, as arrays of JavaScript's.
import * as tf from "@tensorflow/tfjs";
import type { Arrays } from "../../workloads/computation.ts";
import { floats } from "../contender.ts";

/**
 * Reads what is computed, and lets go of all tensors made on the way. The arrays are not `tidy`'s result: it would look through
 * their elements for tensors, which takes ten times as long as the product of two matrices.
 */
export const computed = (compute: () => Readonly<Record<string, tf.Tensor>>): Arrays => {
  let results: Arrays = {};
  tf.tidy(() => {
    results = Object.fromEntries(Object.entries(compute()).map(([name, tensor]) => [name, floats(tensor.dataSync())]));
  });
  return results;
};
