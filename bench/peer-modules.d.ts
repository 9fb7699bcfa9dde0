// What the bench uses of its peers. They are installed when they are first measured (see install.ts), so the checker must know
// them from here.

declare module "onnxruntime-web" {
  import type { OnnxRuntime } from "./onnx/contender.ts";

  export const env: { readonly wasm: { numThreads: number } };
  export const Tensor: OnnxRuntime["Tensor"];
  export const InferenceSession: OnnxRuntime["InferenceSession"];
}

declare module "onnxruntime-node" {
  import type { OnnxRuntime } from "./onnx/contender.ts";

  export const Tensor: OnnxRuntime["Tensor"];
  export const InferenceSession: OnnxRuntime["InferenceSession"];
}

declare module "@jax-js/jax" {
  export interface Array {
    readonly ref: Array;
    add(other: Array): Array;
    mul(other: Array | number): Array;
    reshape(shape: number[]): Array;
    dataSync(): unknown;
  }
  export function init(device: "wasm"): Promise<unknown>;
  export function defaultDevice(device: "wasm"): unknown;
  export function jit<A extends Array[], R>(f: (...args: A) => R): (...args: A) => R;
  export function grad<A extends Array[]>(
    f: (...args: A) => Array,
    options: { readonly argnums: readonly [0, 1, 2] },
  ): (...args: A) => [Array, Array, Array];
  export const numpy: {
    array(data: Float32Array): Array;
    matmul(a: Array, b: Array): Array;
    transpose(x: Array, axes: number[]): Array;
    sum(x: Array): Array;
  };
  export const nn: {
    softmax(x: Array, axis: number): Array;
    dotProductAttention(q: Array, k: Array, v: Array, options: { readonly isCausal: boolean }): Array;
  };
}

declare module "@tensorflow/tfjs" {
  export interface Tensor {
    dataSync(): unknown;
  }
  export function setBackend(name: "wasm"): Promise<boolean>;
  export function tensor(data: Float32Array, shape: readonly number[]): Tensor;
  export function tidy(f: () => void): void;
  export function add(a: Tensor, b: Tensor): Tensor;
  export function mul(a: Tensor, b: Tensor | number): Tensor;
  export function sum(x: Tensor): Tensor;
  export function softmax(x: Tensor): Tensor;
  export function matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  export function transpose(x: Tensor, axes: readonly number[]): Tensor;
  export function stack(tensors: readonly Tensor[]): Tensor;
  export function unstack(x: Tensor): Tensor[];
  export function grads(f: (q: Tensor, k: Tensor, v: Tensor) => Tensor): (operands: readonly Tensor[]) => Tensor[];
}

declare module "@tensorflow/tfjs-backend-wasm" {
  export function setThreadsCount(threads: number): void;
}
