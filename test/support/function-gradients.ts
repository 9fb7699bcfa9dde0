// Gradients of functions of tensors, whatever they are made of, against central differences of fourth order in double precision.
import { expect } from "vitest";
import { evaluateGraph } from "../../src/backends/reference/interpreter.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { isFloat } from "../../src/ir/types/dtype.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { differentiate } from "../../src/passes/differentiate.ts";
import { randomArray } from "./op-meaning.ts";

/** Compares the gradients of a random weighting of a function's result with differences along random directions. */
export const expectFunctionGradients = (
  inputs: readonly NdArray[],
  call: (...tensors: Tensor[]) => Tensor,
  random: () => number,
): void => {
  const trace = traceOver(graphBuilder());
  const graph = withTrace(trace, () => {
    const tensors = inputs.map((input, at) => trace.input(`x${at}`, input));
    const result = call(...tensors);
    const { data } = randomArray({ dtype: "f64", shape: result.shape.map(Number) }, random);
    const loss = result.mul(trace.data("f64", result.shape.map(Number), Float64Array.from(data))).sum();
    const sources = tensors.filter(({ dtype }) => isFloat(dtype));
    const gradients = differentiate(loss, sources);
    const named = sources.map((source, at) => ({
      name: `d${tensors.indexOf(source)}`,
      value: trace.value(gradients[at] ?? loss),
    }));
    const outputs = [{ name: "loss", value: trace.value(loss) }, ...named];
    return trace.builder.finish("call", [{ name: "main", outputs, updates: [] }]);
  });
  const run = (arrays: readonly NdArray[]) =>
    evaluateGraph(graph, "main", Object.fromEntries(arrays.map((array, at) => [`x${at}`, array])));
  const found = run(inputs);
  for (const [position, input] of inputs.entries()) {
    if (!isFloat(input.dtype)) continue;
    const direction = randomArray(input, random);
    const along = (step: number): number => {
      const data = input.data.map((element, at) => element + step * (direction.data[at] ?? 0));
      return run(inputs.with(position, { ...input, data }))["loss"]?.data[0] ?? Number.NaN;
    };
    const step = 1e-3;
    const slope = (8 * (along(step) - along(-step)) - (along(2 * step) - along(-2 * step))) / (12 * step);
    const gradient = found[`d${position}`]?.data;
    const expected = direction.data.reduce((sum, each, at) => sum + each * (gradient?.[at] ?? Number.NaN), 0);
    expect(Math.abs(expected - slope)).toBeLessThanOrEqual(1e-7 * (1 + Math.abs(slope)));
  }
};
