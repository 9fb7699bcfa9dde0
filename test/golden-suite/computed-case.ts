// Cases that are computed here, by plain loops in double precision, and gradients by differences: what shows that the suite is
// fitted to no shape or number of test/golden.
import { type NdArray, sizeOf } from "../../src/ir/types/ndarray.ts";
import { randomArray, randomNumbers } from "../support/op-meaning.ts";
import type { Arrays, Config } from "./golden-case.ts";

/** A case before it is computed. All shapes are of floats. */
export interface Sketch {
  readonly name: string;
  readonly config: Config;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  /** The outputs, smooth functions of the inputs and parameters. */
  readonly outputs: (arrays: Arrays) => Arrays;
}

/** An element by its index. */
export const element = ({ shape, data }: NdArray, ...index: readonly number[]): number =>
  data[index.reduce((position, at, axis) => position * (shape[axis] ?? 1) + at, 0)] ?? Number.NaN;

/** The weights of central differences of sixth order, for steps of 1, 2 and 3. */
const differences = [45 / 60, -9 / 60, 1 / 60];

const step = 1e-3;

const derivative = (loss: () => number, data: Float64Array, at: number): number => {
  const middle = data[at] ?? Number.NaN;
  const lossAt = (offset: number): number => {
    data[at] = middle + offset * step;
    return loss();
  };
  const sum = differences.reduce(
    (total, weight, position) => total + weight * (lossAt(position + 1) - lossAt(-position - 1)),
    0,
  );
  data[at] = middle;
  return sum / step;
};

const encode = (dtype: "f32" | "f64", { shape, data }: NdArray) => {
  const elements = dtype === "f32" ? Float32Array.from(data) : Float64Array.from(data);
  return { dtype, shape, data: Buffer.from(elements.buffer).toString("base64") };
};

const encodeAll = (dtype: "f32" | "f64", arrays: Arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, encode(dtype, array)]));

const largest = (arrays: Arrays): number =>
  Math.max(0, ...Object.values(arrays).flatMap(({ data }) => Array.from(data, Math.abs)));

/** The file of a case with random inputs and parameters, all within [-1, 1] and exactly f32. */
export const computedCase = ({ name, config, inputs, parameters, outputs }: Sketch, seed: number): string => {
  const random = randomNumbers(seed);
  const draw = (shape: readonly number[]): NdArray => {
    const array = randomArray({ dtype: "f64", shape }, random);
    return { ...array, data: array.data.map(Math.fround) };
  };
  const drawAll = (shapes: Sketch["inputs"]): Arrays =>
    Object.fromEntries(Object.entries(shapes).map(([of, shape]) => [of, draw(shape)]));
  const [fed, given] = [drawAll(inputs), drawAll(parameters)];
  const arrays = { ...fed, ...given };
  const results = outputs(arrays);
  const cotangents = Object.fromEntries(Object.entries(results).map(([of, { shape }]) => [of, draw(shape)]));
  const loss = (): number =>
    Object.entries(outputs(arrays)).reduce(
      (total, [of, { data }]) => data.reduce((sum, y, at) => sum + y * (cotangents[of]?.data[at] ?? 0), total),
      0,
    );
  const gradientsOf = (of: Arrays): Arrays =>
    Object.fromEntries(
      Object.entries(of).map(([key, { dtype, shape, data }]) => [
        key,
        { dtype, shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, at) => derivative(loss, data, at)) },
      ]),
    );
  const [grad_inputs, grad_params] = [gradientsOf(fed), gradientsOf(given)];
  return JSON.stringify({
    format: "golden-1",
    case: name,
    kind: "module",
    config,
    loss_rule: "loss = sum over outputs of sum(cotangent * output)",
    inputs: encodeAll("f32", fed),
    params: encodeAll("f32", given),
    cotangents: encodeAll("f32", cotangents),
    expected: {
      outputs: encodeAll("f64", results),
      loss: encode("f64", { dtype: "f64", shape: [], data: Float64Array.of(loss()) }),
      grad_inputs: encodeAll("f64", grad_inputs),
      grad_params: encodeAll("f64", grad_params),
    },
    // The least that the bounds allow.
    float32_max_abs_err: { forward: 0, loss: 0, grads: 0 },
    scale: { forward: largest(results), grads: Math.max(largest(grad_inputs), largest(grad_params)) },
  });
};
