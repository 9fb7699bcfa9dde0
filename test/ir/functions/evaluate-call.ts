// Calls of public functions evaluated in double precision: tensors in, arrays out.
import { evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import { WeftError } from "../../../src/ir/diagnostics/diagnostic.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { withTrace } from "../../../src/ir/graph/trace.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import type { Dims, Tensor } from "../../../src/ir/types/tensor.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";

/** A fed array, f64 unless said otherwise. */
export const fed = (shape: readonly number[], elements: readonly number[], dtype: DType = "f64"): NdArray => {
  if (elements.length !== sizeOf(shape)) throw new Error(`${elements.length} elements for [${shape}]`);
  return { dtype, shape, data: Float64Array.from(elements) };
};

/** The result of a call on fed arrays, whose static shapes are unknown. */
export const evaluated = (inputs: readonly NdArray[], call: (...tensors: Tensor[]) => Tensor): NdArray => {
  const trace = traceOver(graphBuilder());
  const tensors = inputs.map((input, at) => trace.input(`x${at}`, input));
  const result = withTrace(trace, () => call(...tensors));
  const outputs = [{ name: "result", value: trace.value(result) }];
  const graph = trace.builder.finish("call", [{ name: "main", outputs, updates: [] }]);
  const { result: array } = evaluateGraph(
    graph,
    "main",
    Object.fromEntries(inputs.map((input, at) => [`x${at}`, input])),
  );
  if (array === undefined) throw new Error("no result");
  return array;
};

/** The elements of a result, next to its shape. */
export const elements = (inputs: readonly NdArray[], call: (...tensors: Tensor[]) => Tensor): unknown => {
  const { shape, data } = evaluated(inputs, call);
  return { shape, data: [...data] };
};

/** What a call refused to describe: the sentence, and the line of the test it happened at. */
export const refusal = (
  types: readonly (readonly [dtype: DType, shape: Dims])[],
  call: (...tensors: Tensor[]) => unknown,
): { readonly message: string; readonly file: string | undefined } => {
  const trace = traceOver(graphBuilder());
  const tensors = types.map(([dtype, shape], at) => trace.input(`x${at}`, tensorType(dtype, shape)));
  try {
    withTrace(trace, () => call(...tensors));
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    const frame = error.diagnostics[0]?.location?.();
    return { message: error.message, file: frame?.file.split("/").at(-1) };
  }
  throw new Error("the call is accepted");
};
