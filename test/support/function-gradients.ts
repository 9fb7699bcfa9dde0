// Gradients of functions of tensors, whatever they are made of, against forward duals and differences in double precision.
import { expect } from "vitest";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { spec } from "../../src/model/model.ts";
import { checkGradients } from "../../src/testing/gradients/check-gradients.ts";
import { functionGraph } from "../../src/testing/gradients/gradients-match.ts";
import { projected } from "../../src/testing/gradients/projected.ts";

/** Compares the gradients of a random weighting of a function's result with its slopes. */
export const expectFunctionGradients = (
  inputs: readonly NdArray[],
  call: (...tensors: Tensor[]) => Tensor,
  random: () => number,
): void => {
  const seed = Math.floor(1e9 * random());
  const specs = inputs.map(({ dtype, shape }) => spec(dtype, shape));
  const feeds = Object.fromEntries(inputs.map((input, at) => [`x${at}`, input]));
  const made = projected(functionGraph(call, specs), "main", { order: 1, seed });
  const { mismatches, finite } = checkGradients(made, { feeds, parameters: {} }, { seed });
  expect(mismatches).toEqual([]);
  expect(finite).toBe(true);
};
