// A number that answers as a tensor of rank 0, so that derivative rules can be evaluated without a graph.

import type { DType } from "../../../../src/ir/types/dtype.ts";
import type { Operand, Tensor } from "../../../../src/ir/types/tensor.ts";

const values = new WeakMap<Tensor, number>();

/** The number that an operand stands for. */
export const valueOf = (operand: Operand): number => {
  if (typeof operand === "number") return operand;
  const value = values.get(operand);
  if (value === undefined) throw new Error("a tensor of another kind");
  return value;
};

const elementwiseOnly = (): never => {
  throw new Error("a derivative of a scalar function is elementwise, and of simpler functions");
};

/** The number as a tensor. */
export const numberTensor = (x: number, dtype: DType = "f64"): Tensor => {
  const number = (value: number): Tensor => numberTensor(value, dtype);
  const truth = (value: boolean): Tensor => numberTensor(value ? 1 : 0, "bool");
  const answers: Readonly<Record<keyof Tensor, unknown>> = {
    type: { dtype, shape: [] },
    shape: [],
    dtype,
    add: (other: Operand) => number(x + valueOf(other)),
    sub: (other: Operand) => number(x - valueOf(other)),
    mul: (other: Operand) => number(x * valueOf(other)),
    div: (other: Operand) => number(x / valueOf(other)),
    pow: (other: Operand) => number(x ** valueOf(other)),
    maximum: (other: Operand) => number(Math.max(x, valueOf(other))),
    minimum: (other: Operand) => number(Math.min(x, valueOf(other))),
    neg: () => number(-x),
    abs: () => number(Math.abs(x)),
    sign: () => number(Math.sign(x)),
    exp: () => number(Math.exp(x)),
    log: () => number(Math.log(x)),
    sqrt: () => number(Math.sqrt(x)),
    rsqrt: () => number(1 / Math.sqrt(x)),
    reciprocal: () => number(1 / x),
    sin: () => number(Math.sin(x)),
    cos: () => number(Math.cos(x)),
    tanh: () => number(Math.tanh(x)),
    sigmoid: () => number(1 / (1 + Math.exp(-x))),
    equal: (other: Operand) => truth(x === valueOf(other)),
    less: (other: Operand) => truth(x < valueOf(other)),
    lessEqual: (other: Operand) => truth(x <= valueOf(other)),
    greater: (other: Operand) => truth(x > valueOf(other)),
    greaterEqual: (other: Operand) => truth(x >= valueOf(other)),
    logicalAnd: (other: Operand) => truth(x !== 0 && valueOf(other) !== 0),
    logicalNot: () => truth(x === 0),
    relu: elementwiseOnly,
    gelu: elementwiseOnly,
    silu: elementwiseOnly,
    softmax: elementwiseOnly,
    select: (whenTrue: Operand, whenFalse: Operand) => numberTensor(valueOf(x === 0 ? whenFalse : whenTrue)),
    cast: (to: DType) => numberTensor(x, to),
    sum: elementwiseOnly,
    max: elementwiseOnly,
    min: elementwiseOnly,
    prod: elementwiseOnly,
    mean: elementwiseOnly,
    argmax: elementwiseOnly,
    matmul: elementwiseOnly,
    reshape: elementwiseOnly,
    transpose: elementwiseOnly,
    broadcastTo: elementwiseOnly,
    sumTo: elementwiseOnly,
    slice: elementwiseOnly,
    pad: elementwiseOnly,
    concat: elementwiseOnly,
    flip: elementwiseOnly,
    gather: elementwiseOnly,
    scatterAdd: elementwiseOnly,
    oneHot: elementwiseOnly,
  };
  // A number has no shape that its methods could be typed by.
  const tensor = answers as unknown as Tensor;
  values.set(tensor, x);
  return tensor;
};
