// Defects of the kinds that compilers have had, put into an interpreter that rounds as f32 programs do: what a test of numbers is worth is
// how many of them it catches, on graphs where they change a bit. (The kinds, and rates to compare with, are those of fixed
// tolerances on the same defects: docs/testing.md.)
import { type Evaluator, walkBody, walkDecomposition } from "../../src/backends/reference/interpreter.ts";
import type { Node } from "../../src/ir/graph/graph.ts";
import { opOf } from "../../src/ir/ops/index.ts";
import type { UnaryFn } from "../../src/ir/scalar/unary.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";

type Use = Pick<Node, "op" | "attrs">;

/** What an op gives instead of what it should; undefined for ops that are as they should be. */
type Wrong = (
  node: Use,
  operands: readonly NdArray[],
  right: () => readonly NdArray[],
) => readonly NdArray[] | undefined;

const rounded = (array: NdArray): NdArray =>
  array.dtype === "f32" ? { ...array, data: array.data.map(Math.fround) } : array;

/** An interpreter that rounds each f32 result, with one op gone wrong. */
export const roundingInterpreter = (wrong: Wrong = () => undefined): Evaluator<NdArray> => {
  const right = (node: Use, operands: readonly NdArray[]): readonly NdArray[] => {
    const { evaluate, lower } = opOf(node.op);
    return evaluate === undefined || lower.by === "ops"
      ? walkDecomposition(node, operands, evaluator)
      : evaluate(operands, node.attrs, (body, inputs) => walkBody(body, inputs, evaluator)).map(rounded);
  };
  const evaluator: Evaluator<NdArray> = {
    leaf: rounded,
    node: (node, operands) => wrong(node, operands, () => right(node, operands))?.map(rounded) ?? right(node, operands),
  };
  return evaluator;
};

/** A wrong function of f32 numbers, from the operand and the right result. */
const wrongFunction =
  (fns: readonly UnaryFn[], wrong: (x: number, y: number) => number): Wrong =>
  (node, [operand], right) => {
    if (node.op !== "unary" || operand?.dtype !== "f32" || !("fn" in node.attrs)) return undefined;
    const { fn } = node.attrs;
    if (!fns.some((name) => name === fn)) return undefined;
    return right().map((result) => ({
      ...result,
      data: result.data.map((y, at) => wrong(operand.data[at] ?? 0, y)),
    }));
  };

const slightlyMore = (_: number, y: number): number => y * (1 + 1e-5);
const eightUlp = (_: number, y: number): number => y + 8 * 2 ** (Math.floor(Math.log2(y)) - 23);

/** The Pade approximant [5/6] of tanh with a coefficient that is too large by 2e-4, as if typed in with too few digits. */
const rationalTanh = (x: number): number => {
  const s = x * x;
  return (x * (10397 + s * (1260 + 21 * s))) / (10395 + s * (4725 + s * (210 + s)));
};

/** The last element of each sum is forgotten. */
const forgottenTerm: Wrong = (node, [operand], right) => {
  if (node.op !== "reduce" || operand === undefined || operand.data.length === 0) return undefined;
  const { fn, axes } = node.attrs as { readonly fn: string; readonly axes: readonly number[] };
  if (fn !== "sum" || axes.length === 0) return undefined;
  const strides = operand.shape.map((_, axis) =>
    operand.shape.slice(axis + 1).reduce((size, extent) => size * extent, 1),
  );
  const isLast = (position: number): boolean =>
    axes.every((axis) => {
      const extent = operand.shape[axis] ?? 1;
      return Math.floor(position / (strides[axis] ?? 1)) % extent === extent - 1;
    });
  const kept = { ...operand, data: operand.data.map((value, at) => (isLast(at) ? 0 : value)) };
  return right().length === 0 ? undefined : opOf("reduce").evaluate?.([kept], node.attrs);
};

/** A softmax of plain exponentials, which overflow. */
const plainSoftmax: Wrong = (node, [operand]) => {
  if (node.op !== "softmax" || operand?.dtype !== "f32") return undefined;
  const { axis } = node.attrs as { readonly axis: number };
  const exponentialsOf = { ...operand, data: operand.data.map((x) => Math.fround(Math.exp(x))) };
  const [sums] = opOf("reduce").evaluate?.([exponentialsOf], { fn: "sum", axes: [axis], keepDims: true }) ?? [];
  if (sums === undefined) return undefined;
  const [repeated] = opOf("broadcast").evaluate?.([rounded(sums)], { shape: operand.shape }) ?? [];
  return [{ ...operand, data: exponentialsOf.data.map((y, at) => y / (repeated?.data[at] ?? 1)) }];
};

/** A defect, and how large the leaves of a graph are beside ordinary ones so that it shows. */
export interface Defect {
  readonly wrong: Wrong;
  readonly scale: number;
}

/** The defects by name. */
export const defects: { readonly [name: string]: Defect } = {
  "exp 1e-5 relative": { wrong: wrongFunction(["exp"], slightlyMore), scale: 1 },
  "exp 8 ulp": { wrong: wrongFunction(["exp"], eightUlp), scale: 1 },
  "tanh clamped at 3": {
    wrong: wrongFunction(["tanh"], (x, y) => (Math.abs(x) > 3 ? Math.sign(x) : y)),
    scale: 2,
  },
  "tanh rational 2e-4": {
    wrong: wrongFunction(["tanh"], (x) => Math.min(Math.max(rationalTanh(x), -1), 1)),
    scale: 1,
  },
  "sum drops last": { wrong: forgottenTerm, scale: 1 },
  "softmax weights 8 ulp": { wrong: wrongFunction(["decay"], eightUlp), scale: 1 },
  "softmax without max-subtraction": { wrong: plainSoftmax, scale: 100 },
};
