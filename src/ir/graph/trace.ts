// The graph that is being described: what its tensors are made with, and which one it is while a user's function runs.
import { reject } from "../diagnostics/diagnostic.ts";
import type { Emitter } from "../ops/op.ts";
import type { DataArray, DType } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";
import type { TensorType } from "../types/tensor-type.ts";
import type { GraphBuilder } from "./builder.ts";
import type { ValueId } from "./graph.ts";

/** Tensors of one graph under construction. */
export interface Trace extends Emitter {
  /** The graph under construction. */
  readonly builder: GraphBuilder;
  /** The graph around this one, whose tensors may be used here too: for the body of an op that repeats it. */
  readonly outer?: Trace;
  /** A tensor that the caller feeds. */
  readonly input: (name: string, type: TensorType) => Tensor;
  /** A tensor that persists between runs. */
  readonly parameter: (name: string, type: TensorType) => Tensor;
  /** A constant of these elements, in row-major order. */
  readonly data: (dtype: DType, shape: readonly number[], data: DataArray) => Tensor;
  /** The tensor of a value. */
  readonly tensor: (value: ValueId) => Tensor;
  /** The value of a tensor; `reject`s a tensor of another graph. */
  readonly value: (tensor: Tensor, what?: string) => ValueId;
}

/** The graph around a graph under construction, and what becomes of a tensor of it that is used within. */
export interface Enclosure {
  /** The graph around this one. */
  readonly outer?: Trace | undefined;
  /** Makes a tensor of the outer graph usable here. */
  readonly capture: (tensor: Tensor, what: string) => ValueId;
}

const traces: Trace[] = [];

/**
 * Describes a graph: within `describe`, functions without a tensor among their operands, such as `constant`, make
 * tensors of this one.
 *
 * @example
 * const inner = traceOver(graphBuilder());
 * withTrace(inner, () => constant(1, [2]).shape); // [2]
 */
export const withTrace = <R>(trace: Trace, describe: () => R): R => {
  traces.push(trace);
  try {
    return describe();
  } finally {
    traces.pop();
  }
};

/** The graph being described; `reject`s where there is none. */
export const currentTrace = (what: string): Trace => traces.at(-1) ?? reject("W102", { what });

/** The graph being described, if there is one. */
export const surroundingTrace = (): Trace | undefined => traces.at(-1);

const circumstances: string[] = [];

/** Describes under a circumstance on which descriptions may depend, such as the mode of a network; "" for the usual one. */
export const under = <R>(circumstance: string, describe: () => R): R => {
  circumstances.push(circumstance);
  try {
    return describe();
  } finally {
    circumstances.pop();
  }
};

/** What descriptions depend on at the moment: a description may be used again under the same alone. */
export const currentCircumstances = (): string => circumstances.join("/");
