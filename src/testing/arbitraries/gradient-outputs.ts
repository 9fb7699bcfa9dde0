// Whole gradient graphs: a number made of a graph's results, and its gradients by all float leaves, as further results. What
// derivative rules generate is then compiled like everything else.
import type { NamedValue, ValueId } from "../../ir/graph/graph.ts";
import { withTrace } from "../../ir/graph/trace.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import { differentiate } from "../../passes/differentiate.ts";
import { drawArray, type Growth, plantArray } from "./growth.ts";

/** The sum of all float results, each element times a weight from outside, so that no two cotangents are alike. */
const weightedSum = (growth: Growth, results: readonly Tensor[]): Tensor => {
  const { trace } = growth;
  const terms = results.map((result): Tensor => {
    const type = { dtype: result.dtype, shape: result.shape.map(Number) };
    const weights = plantArray(growth, drawArray(growth, type, 0), "input");
    return result.mul(trace.tensor(weights)).sum().cast("f64");
  });
  return terms.reduce((sum, term) => sum.add(term), trace.constant(0, "f64"));
};

/** The loss and the gradients, named `loss` and `d_x0`, `d_x1`, ... */
export const gradientOutputs = (growth: Growth, wanted: readonly ValueId[]): readonly NamedValue[] => {
  const { trace } = growth;
  const names = [...growth.inputs, ...growth.parameters]
    .filter(([, { dtype }]) => isFloat(dtype))
    .map(([name]) => name);
  return withTrace(trace, () => {
    const results = [...new Set(wanted)].map(trace.tensor).filter(({ dtype }) => isFloat(dtype));
    const loss = weightedSum(growth, results);
    const leaves = names.map((name) => trace.tensor(growth.leaves.get(name) ?? unknown(name)));
    const gradients = differentiate(loss, leaves);
    return [
      { name: "loss", value: trace.value(loss) },
      ...gradients.map((gradient, at) => ({ name: `d_${names[at]}`, value: trace.value(gradient) })),
    ];
  });
};

const unknown = (name: string): never => {
  throw new TypeError(`${name} is a leaf`);
};
