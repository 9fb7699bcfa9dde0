// Cases computed by PyTorch in double precision, one JSON file each in test/golden. Floats are read as f64, whatever width
// they are stored in, so that what is compared is the meaning and not its rounding.
import { readFileSync } from "node:fs";
import { type NdArray, sizeOf } from "../../src/ir/types/ndarray.ts";

/** A tensor as the files hold it: base64 of its little-endian elements. */
export interface StoredTensor {
  readonly dtype: "f64" | "f32" | "i32" | "u8";
  readonly shape: readonly number[];
  readonly data: string;
}

interface StoredCase {
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, StoredTensor>>;
  readonly params: Readonly<Record<string, StoredTensor>>;
  readonly buffers: Readonly<Record<string, StoredTensor>>;
  readonly cotangents: Readonly<Record<string, StoredTensor>>;
  readonly expected: {
    readonly outputs: Readonly<Record<string, StoredTensor>>;
    readonly loss: StoredTensor;
    readonly grad_inputs: Readonly<Record<string, StoredTensor>>;
    readonly grad_params: Readonly<Record<string, StoredTensor>>;
    readonly buffers_after: Readonly<Record<string, StoredTensor>>;
  };
  readonly scale: { readonly forward: number; readonly grads: number };
  readonly float32_max_abs_err: { readonly forward: number; readonly loss: number; readonly grads: number };
}

/** A case: arrays by name, and gradients of the inputs and parameters alike by the name of what they belong to. */
export interface GoldenCase {
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of what is fed, of the parameters, and of what is computed. */
  readonly inputs: readonly string[];
  readonly parameters: readonly string[];
  readonly buffers: readonly string[];
  readonly outputs: readonly string[];
  /** Names of the outputs that the loss is made of, where it is one of cotangents. */
  readonly cotangents: readonly string[];
  /** The buffers that a run in training mode changes, and what they are after it. */
  readonly changedBuffers: readonly string[];
  readonly bufferAfter: (name: string) => NdArray;
  readonly array: (name: string) => NdArray;
  readonly cotangent: (name: string) => NdArray;
  readonly output: (name: string) => NdArray;
  readonly gradient: (name: string) => NdArray;
  readonly loss: number;
  readonly scale: { readonly forward: number; readonly grads: number };
  /** What PyTorch itself loses when it runs the case in f32. */
  readonly float32Error: { readonly forward: number; readonly loss: number; readonly grads: number };
}

const elementsOf = { f64: Float64Array, f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const;

/** The array of a stored tensor. */
export const decode = ({ dtype, shape, data }: StoredTensor): NdArray => {
  const bytes = new Uint8Array(Buffer.from(data, "base64"));
  const elements = Float64Array.from(new elementsOf[dtype](bytes.buffer));
  if (elements.length !== sizeOf(shape))
    throw new Error(`a golden tensor has ${elements.length} elements for [${shape}]`);
  return { dtype: dtype === "f32" ? "f64" : dtype, shape, data: elements };
};

/** The files are ours and of one format, which the decoding checks. */
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8"));

/** Reads a case by name. */
export const golden = (name: string): GoldenCase => {
  const stored = read(name) as StoredCase;
  const { expected } = stored;
  const from = (...groups: readonly Readonly<Record<string, StoredTensor>>[]) => {
    return (key: string): NdArray => {
      const found = groups.map((group) => group[key]).find((tensor) => tensor !== undefined);
      if (found === undefined) throw new Error(`golden case ${name} has no ${key}`);
      return decode(found);
    };
  };
  return {
    config: stored.config,
    inputs: Object.keys(stored.inputs),
    parameters: Object.keys(stored.params),
    buffers: Object.keys(stored.buffers),
    outputs: Object.keys(expected.outputs),
    cotangents: Object.keys(stored.cotangents),
    changedBuffers: Object.keys(expected.buffers_after),
    bufferAfter: from(expected.buffers_after),
    array: from(stored.inputs, stored.params, stored.buffers),
    cotangent: from(stored.cotangents),
    output: from(expected.outputs),
    gradient: from(expected.grad_inputs, expected.grad_params),
    loss: decode(expected.loss).data[0] ?? Number.NaN,
    scale: stored.scale,
    float32Error: stored.float32_max_abs_err,
  };
};

interface StoredRun {
  readonly inputs: Readonly<Record<string, StoredTensor>>;
  readonly params: Readonly<Record<string, StoredTensor>>;
  readonly expected: {
    readonly steps: readonly { readonly loss: number; readonly params: Readonly<Record<string, StoredTensor>> }[];
  };
  readonly float32_max_abs_err: { readonly forward: number; readonly loss: number };
}

/** A run of an optimizer: the loss before each step, and the parameters after it. */
export interface GoldenRun {
  readonly inputs: Readonly<Record<string, NdArray>>;
  readonly parameters: Readonly<Record<string, NdArray>>;
  readonly steps: readonly { readonly loss: number; readonly parameters: Readonly<Record<string, NdArray>> }[];
  /** What PyTorch itself loses when it runs the case in f32: of the parameters, and of the loss. */
  readonly float32Error: { readonly forward: number; readonly loss: number };
}

const decodeAll = (tensors: Readonly<Record<string, StoredTensor>>): Readonly<Record<string, NdArray>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, decode(tensor)]));

/** Reads a run of an optimizer by name. */
export const goldenRun = (name: string): GoldenRun => {
  const { inputs, params, expected, float32_max_abs_err } = read(name) as StoredRun;
  return {
    inputs: decodeAll(inputs),
    parameters: decodeAll(params),
    steps: expected.steps.map(({ loss, params }) => ({ loss, parameters: decodeAll(params) })),
    float32Error: float32_max_abs_err,
  };
};
