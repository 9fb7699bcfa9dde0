// What the bench uses of its peers. They are installed when they are first measured (see install.ts), so the checker must know
// them from here.

declare module "onnxruntime-web" {
  import type { OnnxRuntime } from "./onnx/session.ts";

  export const env: { readonly wasm: { numThreads: number } };
  export const Tensor: OnnxRuntime["Tensor"];
  export const InferenceSession: OnnxRuntime["InferenceSession"];
}

declare module "onnxruntime-node" {
  import type { OnnxRuntime } from "./onnx/session.ts";

  export const Tensor: OnnxRuntime["Tensor"];
  export const InferenceSession: OnnxRuntime["InferenceSession"];
}

declare module "@jax-js/jax" {
  type Pair = [number, number];
  export interface Array {
    readonly ref: Array;
    readonly shape: number[];
    add(other: Array | number): Array;
    sub(other: Array | number): Array;
    mul(other: Array | number): Array;
    div(other: Array | number): Array;
    sum(): Array;
    mean(axes: number[]): Array;
    max(axes?: number[]): Array;
    reshape(shape: number[]): Array;
    slice(index: number): Array;
    dispose(): void;
    dataSync(): unknown;
  }
  export function init(device: "wasm"): Promise<unknown>;
  export function defaultDevice(device: "wasm"): unknown;
  export function jit<A extends Array[], R>(f: (...args: A) => R): (...args: A) => R;
  export function grad<A extends Array[]>(
    f: (...args: A) => Array,
    options: { readonly argnums: readonly [0, 1, 2] },
  ): (...args: A) => [Array, Array, Array];
  export function valueAndGrad(
    f: (...args: Array[]) => Array,
    options: { readonly argnums: readonly number[] },
  ): (...args: Array[]) => [Array, Array[]];
  export const numpy: {
    array(data: Float32Array | Int32Array): Array;
    zeros(shape: number[]): Array;
    matmul(a: Array, b: Array): Array;
    transpose(x: Array, axes: number[]): Array;
    sum(x: Array): Array;
    sqrt(x: Array): Array;
    tanh(x: Array): Array;
    pad(x: Array, width: Pair[]): Array;
    take(x: Array, indices: Array, axis: number): Array;
    split(x: Array, parts: number, axis: number): Array[];
    stack(arrays: Array[]): Array;
    concatenate(arrays: Array[], axis: number): Array;
  };
  export const nn: {
    relu(x: Array): Array;
    gelu(x: Array, options: { readonly approximate: boolean }): Array;
    sigmoid(x: Array): Array;
    softmax(x: Array, axis: number): Array;
    logSoftmax(x: Array, axis: number): Array;
    oneHot(x: Array, classes: number): Array;
    standardize(x: Array, axis: number, options: { readonly epsilon: number }): Array;
    dotProductAttention(q: Array, k: Array, v: Array, options: { readonly isCausal: boolean }): Array;
  };
  export const lax: {
    convGeneralDilated(
      images: Array,
      filters: Array,
      strides: number[],
      padding: Pair[],
      options: { readonly featureGroupCount: number },
    ): Array;
    reduceWindow(x: Array, reduce: (window: Array) => Array, window: number[], strides: number[]): Array;
  };
}

declare module "@tensorflow/tfjs" {
  export interface Tensor {
    readonly shape: number[];
    dataSync(): unknown;
    dispose(): void;
  }
  export type Padding = "valid" | readonly (readonly [number, number])[];
  export function setBackend(name: "wasm" | "cpu"): Promise<boolean>;
  export function tensor(
    data: Float32Array | Int32Array,
    shape: readonly number[],
    dtype?: "float32" | "int32",
  ): Tensor;
  export function keep(tensor: Tensor): Tensor;
  export function zeros(shape: readonly number[]): Tensor;
  export function tidy(f: () => void): void;
  export function add(a: Tensor, b: Tensor | number): Tensor;
  export function mul(a: Tensor, b: Tensor | number): Tensor;
  export function sum(x: Tensor): Tensor;
  export function softmax(x: Tensor): Tensor;
  export function matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  export function transpose(x: Tensor, axes: readonly number[]): Tensor;
  export function stack(tensors: readonly Tensor[]): Tensor;
  export function unstack(x: Tensor): Tensor[];
  export function relu(x: Tensor): Tensor;
  export function tanh(x: Tensor): Tensor;
  export function sigmoid(x: Tensor): Tensor;
  export function erf(x: Tensor): Tensor;
  export function sub(a: Tensor, b: Tensor | number): Tensor;
  export function rsqrt(x: Tensor): Tensor;
  export function square(x: Tensor): Tensor;
  export function mean(x: Tensor, axis?: number | readonly number[], keepDims?: boolean): Tensor;
  export function reshape(x: Tensor, shape: readonly number[]): Tensor;
  export function gather(x: Tensor, indices: Tensor): Tensor;
  export function split(x: Tensor, parts: number, axis: number): Tensor[];
  export function concat(tensors: readonly Tensor[], axis: number): Tensor;
  export function maxPool(x: Tensor, window: number, stride: number, padding: Padding): Tensor;
  export function cast(x: Tensor, dtype: "float32"): Tensor;
  export function oneHot(indices: Tensor, depth: number): Tensor;
  export function logSoftmax(x: Tensor): Tensor;
  export const fused: {
    matMul(operands: {
      readonly a: Tensor;
      readonly b: Tensor;
      readonly bias: Tensor;
      readonly activation?: "relu";
    }): Tensor;
    conv2d(operands: {
      readonly x: Tensor;
      readonly filter: Tensor;
      readonly bias: Tensor;
      readonly strides: number;
      readonly pad: Padding;
      readonly activation?: "relu";
    }): Tensor;
    depthwiseConv2d(operands: {
      readonly x: Tensor;
      readonly filter: Tensor;
      readonly bias: Tensor;
      readonly strides: number;
      readonly pad: Padding;
      readonly activation?: "relu";
    }): Tensor;
  };
  export type Variable = Tensor;
  export function variable(tensor: Tensor, trainable?: boolean, name?: string): Variable;
  export interface Optimizer {
    minimize(f: () => Tensor, returnCost: true, variables: readonly Variable[]): Tensor;
  }
  export const train: {
    sgd(learningRate: number): Optimizer;
    adam(learningRate: number, beta1: number, beta2: number, epsilon: number): Optimizer;
  };
  export function grads(f: (q: Tensor, k: Tensor, v: Tensor) => Tensor): (operands: readonly Tensor[]) => Tensor[];
}

declare module "@tensorflow/tfjs-backend-wasm" {
  export function setThreadsCount(threads: number): void;
}
