// What a computation makes of given numbers, on every backend: printed JavaScript and WebAssembly must have the closures' bits (NaN is
// one class), and closures the meaning's value, as closely as the function promises where it rounds.
import { evaluateGraph } from "../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { type DType, dtypes } from "../../src/ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { firstDifference, runEverywhere } from "../../src/testing/run-everywhere.ts";
import { errorInUlp } from "../accuracy/sweep.ts";

/** Numbers as an operand. */
export const operand = (dtype: DType, shape: readonly number[], values: readonly number[]): NdArray => ({
  dtype,
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
    const value = values[at % values.length] ?? 0;
    return dtype === "f32" ? Math.fround(value) : value;
  }),
});

/** What is computed of operands: results by name. */
export type Computation = (operands: readonly Tensor[]) => Readonly<Record<string, Tensor>>;

/** A computation of one operand. */
export const ofOne =
  (compute: (x: Tensor) => Readonly<Record<string, Tensor>>): Computation =>
  ([x]) =>
    x === undefined ? {} : compute(x);

/** Results by name. */
export type Results = ReadonlyMap<string, readonly number[]>;

/** The results on closures, and whatever is wrong with them. */
export interface Evaluated {
  readonly results: Results;
  readonly complaints: readonly string[];
}

/** Promised errors by the name of the result; 0 where a result is not named. */
export type Promises = Readonly<Record<string, number>>;

const isNear = (got: number, want: number, dtype: DType, ulp: number): boolean =>
  Object.is(got, dtype === "f32" ? Math.fround(want) : want) || (dtype === "f32" && errorInUlp(got, want) <= ulp);

/** Runs a computation on every backend, and compares. */
export const evaluate = async (
  what: string,
  operands: readonly NdArray[],
  compute: Computation,
  promises: Promises = {},
): Promise<Evaluated> => {
  const trace = traceOver(graphBuilder());
  const feeds = Object.fromEntries(operands.map((array, at) => [`x${at}`, array]));
  const outputs = withTrace(trace, () => {
    const tensors = Object.entries(feeds).map(([name, { dtype, shape }]) => trace.input(name, { dtype, shape }));
    return Object.entries(compute(tensors)).map(([name, tensor]) => ({ name, value: trace.value(tensor) }));
  });
  const graph = trace.builder.finish("edges", [{ name: "main", outputs, updates: [] }]);
  const meaning = evaluateGraph(graph, "main", feeds, {});
  const fed = new Map(
    Object.entries(feeds).map(([name, { dtype, data }]) => {
      const array = dtypes[dtype].allocate(data.length);
      array.set(data);
      return [name, array];
    }),
  );
  const [closure, javascript, wasm] = await runEverywhere(planGraph(graph).program, "main", fed);
  const complaints: string[] = [];
  for (const other of [javascript, wasm]) {
    const difference = firstDifference(closure, other);
    if (difference !== undefined)
      complaints.push(
        `${what}: ${difference.name}[${difference.element}] is ${difference.values[1]} on ${other.backend}, and ${difference.values[0]} on closures`,
      );
  }
  const results = new Map([...closure.outputs].map(([name, data]) => [name, Array.from(data, Number)]));
  for (const [name, { dtype, data }] of Object.entries(meaning))
    for (const [at, want] of data.entries()) {
      const got = results.get(name)?.[at] ?? Number.NaN;
      if (!isNear(got, want, dtype, promises[name] ?? 0))
        complaints.push(
          `${what}: ${name}[${at}] is ${Object.is(got, -0) ? "-0" : got}, and means ${Object.is(want, -0) ? "-0" : want}`,
        );
    }
  return { results, complaints };
};
