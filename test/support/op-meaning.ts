// Ops one at a time, in double precision: what an op means, what its derivative rule gives, and whether the rule agrees
// with differences of the meaning along random directions.
import { expect } from "vitest";
import { evaluateGraph, evaluateNode } from "../../src/backends/reference/interpreter.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import type { Node } from "../../src/ir/graph/graph.ts";
import { emitMany, traceOver } from "../../src/ir/graph/traced-tensor.ts";
import type { Attributes } from "../../src/ir/ops/attributes.ts";
import { type AnyOp, type OpKind, opOf } from "../../src/ir/ops/index.ts";
import { isFloat } from "../../src/ir/types/dtype.ts";
import { type KnownType, type NdArray, sizeOf } from "../../src/ir/types/ndarray.ts";
import type { TensorType } from "../../src/ir/types/tensor-type.ts";
import { toolsOf } from "../../src/passes/differentiate.ts";

/** An array of a shape from its elements, f64 unless said otherwise. */
export const array = (
  shape: readonly number[],
  elements: Iterable<number>,
  dtype: KnownType["dtype"] = "f64",
): NdArray => {
  const data = Float64Array.from(elements);
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} elements for [${shape}]`);
  return { dtype, shape, data };
};

/** A generator of numbers evenly spread over [-1, 1), the same for the same seed (mulberry32). */
export const randomNumbers = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
};

/** A random array in [-1, 1). */
export const randomArray = (type: KnownType, random: () => number): NdArray => ({
  ...type,
  data: Float64Array.from({ length: sizeOf(type.shape) }, random),
});

const only = <T>(list: readonly T[]): T => {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new Error(`one result expected, ${list.length} given`);
  return first;
};

/** The result types of an op. */
export const typeOf = (kind: OpKind, operands: readonly TensorType[], attrs: object): TensorType =>
  only(opOf(kind).infer(operands, attrs));

/** The results of an op; a composite means its decomposition. */
export const meanings = (kind: OpKind, operands: readonly NdArray[], attrs: object): readonly NdArray[] =>
  // The union of nodes cannot say that these attributes are those of this op; its typing rule checks them.
  evaluateNode({ op: kind, attrs } as Pick<Node, "op" | "attrs">, operands);

/** The one result of an op. */
export const meaning = (kind: OpKind, operands: readonly NdArray[], attrs: object): NdArray =>
  only(meanings(kind, operands, attrs));

/** What the derivative rule of an op gives for each operand, given the cotangent of its one result. */
export const gradients = (
  kind: OpKind,
  operands: readonly NdArray[],
  attrs: object,
  cotangent: NdArray,
): readonly (NdArray | null)[] => {
  const op: AnyOp = opOf(kind);
  const trace = traceOver(graphBuilder());
  const tensors = operands.map((operand, position) => trace.input(`operand${position}`, operand));
  const flow = trace.input("cotangent", cotangent);
  const found = op.vjp({
    attrs,
    operands: tensors,
    results: emitMany(trace, kind, tensors, attrs as Attributes),
    cotangents: [flow],
    flows: [true],
    ...toolsOf(trace),
  });
  const outputs = found.flatMap((tensor, position) =>
    tensor === null ? [] : [{ name: `gradient${position}`, value: trace.value(tensor) }],
  );
  const graph = trace.builder.finish("gradients", [{ name: "all", outputs, updates: [] }]);
  const feeds = Object.fromEntries(operands.map((operand, position) => [`operand${position}`, operand]));
  const values = evaluateGraph(graph, "all", { ...feeds, cotangent });
  return found.map((tensor, position) => (tensor === null ? null : (values[`gradient${position}`] ?? null)));
};

/** Same shape, and no element further off than 1e-9 times `scale`. */
export const expectClose = (actual: NdArray | null | undefined, wanted: NdArray, scale = 1, tolerance = 1e-9): void => {
  expect(actual?.shape).toEqual(wanted.shape);
  const difference = wanted.data.reduce(
    (worst, element, at) => Math.max(worst, Math.abs(element - (actual?.data[at] ?? Number.NaN))),
    0,
  );
  expect(difference).toBeLessThanOrEqual(tolerance * Math.max(1, scale));
};

const dot = (x: NdArray, y: NdArray): number =>
  x.data.reduce((sum, element, at) => sum + element * (y.data[at] ?? 0), 0);

/**
 * Compares the derivative rule of an op with differences of fourth order: along a random direction for each operand that
 * has a gradient, and for the rest that it has none.
 */
export const expectGradientsMatch = (
  kind: OpKind,
  operands: readonly NdArray[],
  attrs: object,
  random: () => number,
  constants: readonly number[] = [],
): void => {
  const result = meaning(kind, operands, attrs);
  const cotangent = randomArray(result, random);
  const found = gradients(kind, operands, attrs, cotangent);
  expect(found.length).toBe(operands.length);
  for (const [position, operand] of operands.entries()) {
    const gradient = found[position] ?? null;
    if (!isFloat(operand.dtype) || constants.includes(position)) {
      expect(gradient).toBeNull();
      continue;
    }
    if (gradient === null) throw new Error(`${kind}: operand ${position} has no gradient`);
    expect(gradient.shape).toEqual(operand.shape);
    const direction = randomArray(operand, random);
    const along = (step: number): number => {
      const moved = { ...operand, data: operand.data.map((element, at) => element + step * (direction.data[at] ?? 0)) };
      return dot(meaning(kind, operands.with(position, moved), attrs), cotangent);
    };
    const step = 1e-3;
    const slope = (8 * (along(step) - along(-step)) - (along(2 * step) - along(-2 * step))) / (12 * step);
    const expected = dot(gradient, direction);
    const scale = 1 + Math.abs(slope) + cotangent.data.reduce((sum, element) => sum + Math.abs(element), 0);
    expect(Math.abs(expected - slope)).toBeLessThanOrEqual(1e-9 * scale);
  }
};
