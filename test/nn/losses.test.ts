// Losses against PyTorch: values and gradients in double precision, and both again in f32 on the compiled backends.
import { describe, expect, expectTypeOf, it } from "vitest";
import { evaluateGraph } from "../../src/backends/reference/interpreter.ts";
import { type BackendName, compileGraph } from "../../src/compile/compile-graph.ts";
import {
  constant,
  crossEntropy,
  differentiate,
  graphBuilder,
  logSoftmax,
  meanSquaredError,
  type Reduction,
  softmax,
  type Tensor,
  traceOver,
  withTrace,
} from "../../src/index.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { dtypes } from "../../src/ir/types/dtype.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import { isFloat } from "../../src/ir/types/dtype.ts";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropyWithProbabilities,
  hinge,
  hingeEmbedding,
  huber,
  klDivergence,
  meanAbsoluteError,
  multiMargin,
  negativeLogLikelihood,
  smoothL1,
  squaredHinge,
} from "../../src/nn/index.ts";
import { golden } from "../support/golden.ts";
import { array, expectClose } from "../support/op-meaning.ts";

type Arrays = Readonly<Record<string, NdArray>>;
type Loss = (operands: readonly Tensor[], reduction: Reduction) => Tensor;

/** A graph that gives a loss of inputs and its gradients, with the floats among the inputs as `real`. */
const graphOf = (
  inputs: Arrays,
  wanted: readonly string[],
  real: "f32" | "f64",
  loss: (operands: readonly Tensor[]) => Tensor,
): Graph => {
  const trace = traceOver(graphBuilder());
  return withTrace(trace, () => {
    const operands = Object.entries(inputs).map(([name, { dtype, shape }]) =>
      trace.input(name, { dtype: isFloat(dtype) ? real : dtype, shape }),
    );
    const value = loss(operands);
    const sources = wanted.map((name) => operands[Object.keys(inputs).indexOf(name)] ?? value);
    const gradients = differentiate(value.sum(), sources).map((gradient, at) => ({
      name: `gradient of ${wanted[at]}`,
      value: trace.value(gradient),
    }));
    const outputs = [{ name: "loss", value: trace.value(value) }, ...gradients];
    return trace.builder.finish("loss", [{ name: "all", outputs, updates: [] }]);
  });
};

const inDouble = (inputs: Arrays, wanted: readonly string[], loss: (operands: readonly Tensor[]) => Tensor): Arrays =>
  evaluateGraph(graphOf(inputs, wanted, "f64", loss), "all", inputs);

const compiled = (
  backend: BackendName,
  inputs: Arrays,
  wanted: readonly string[],
  loss: (operands: readonly Tensor[]) => Tensor,
): Arrays => {
  const { executable } = compileGraph(graphOf(inputs, wanted, "f32", loss), { backend });
  const feeds = Object.entries(inputs).map(([name, { dtype, data }]) => {
    const fed = dtypes[isFloat(dtype) ? "f32" : dtype].allocate(data.length);
    fed.set(data);
    return [name, fed] as const;
  });
  const results = Object.entries(executable.run("all", Object.fromEntries(feeds)));
  return Object.fromEntries(results.map(([name, { shape, data }]) => [name, array(shape, data)]));
};

/** What each case is called with, and what it gives gradients of. */
const cases: Readonly<Record<string, readonly [operands: readonly string[], gradients: readonly string[], Loss]>> = {
  mae: [["pred", "target"], ["pred", "target"], ([x, t], reduction) => meanAbsoluteError(x!, t!, { reduction })],
};
