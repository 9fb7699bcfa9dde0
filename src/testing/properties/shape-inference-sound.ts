// Typing rules say what evaluation gives. At each node of a graph: the rule gives the type of the value that comes out; with a symbol
// for an extent it gives a type that becomes the right one whatever number the symbol is bound to; and for operands of other types
// and numbers it either refuses in words, or accepts what evaluation can take, without a read beside an operand.
import { evaluateEntry, evaluateNode } from "../../backends/reference/interpreter.ts";
import { WeftError } from "../../ir/diagnostics/diagnostic.ts";
import { dimAttributes, typeOf } from "../../ir/graph/analysis.ts";
import type { Graph, Node } from "../../ir/graph/graph.ts";
import { type Attributes, type AttributeValue, isBody } from "../../ir/ops/attributes.ts";
import { type OpKind, opOf } from "../../ir/ops/index.ts";
import { bindDim, type Dim, isKnown } from "../../ir/types/dim.ts";

import { type NdArray, sizeOf } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import { printType, sameType, type TensorType, tensorType } from "../../ir/types/tensor-type.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { attempt } from "./attempt.ts";

/** The typing rules of ops. */
export type Inference = (op: OpKind, operands: readonly TensorType[], attrs: Attributes) => readonly TensorType[];

/** The rules that ops state. */
const ownRules: Inference = (op, operands, attrs) => opOf(op).infer(operands, attrs);

const printTypes = (types: readonly TensorType[]): string => types.map(printType).join(", ");

const sameTypes = (a: readonly TensorType[], b: readonly TensorType[]): boolean =>
  a.length === b.length && a.every((type, position) => sameType(type, b[position] ?? type));

/** What a rule says, or that it refuses; other errors are thrown on. */
const inferred = (
  infer: Inference,
  op: OpKind,
  operands: readonly TensorType[],
  attrs: Attributes,
): readonly TensorType[] | undefined => {
  try {
    return infer(op, operands, attrs);
  } catch (error) {
    if (error instanceof WeftError) return undefined;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new TypeError(`${op} of ${printTypes(operands)} is neither accepted nor refused: ${message}`, {
      cause: error,
    });
  }
};

const symbol = "N";

const replaceDim =
  (change: (dim: Dim) => Dim) =>
  ({ dtype, shape }: TensorType): TensorType =>
    tensorType(dtype, shape.map(change));

const replaceValue = (value: AttributeValue, change: (dim: Dim) => Dim): AttributeValue => {
  if (typeof value === "number" || typeof value === "string") return change(value);
  return typeof value === "object" && !isBody(value) ? value.map(change) : value;
};

const replaceDims = (op: OpKind, attrs: Attributes, change: (dim: Dim) => Dim): Attributes => {
  const dims = dimAttributes(op);
  return Object.fromEntries(
    Object.entries(attrs).map(([name, value]) => [name, dims.includes(name) ? replaceValue(value, change) : value]),
  );
};

/** With a symbol for an extent, a rule says what it says of any number in its place, as far as it accepts that. */
const symbolicDiffers = (
  infer: Inference,
  { op, attrs }: Node,
  operands: readonly TensorType[],
): Violation | undefined => {
  // Interior padding of no elements is none, and of N elements it is N - 1: symbols stand for 1 or more.
  const extents = new Set(operands.flatMap(({ shape }) => shape.filter((extent) => isKnown(extent) && extent > 0)));
  for (const extent of extents) {
    const named = (dim: Dim): Dim => (dim === extent ? symbol : dim);
    const symbolic = operands.map(replaceDim(named));
    for (const symbolicAttrs of [replaceDims(op, attrs, named), attrs]) {
      const general = inferred(infer, op, symbolic, symbolicAttrs);
      if (general === undefined) continue;
      for (const value of [Number(extent), Number(extent) + 1, 2 * Number(extent) + 3, 1]) {
        const bind = (dim: Dim): Dim => bindDim(dim, { [symbol]: value });
        const special = inferred(infer, op, symbolic.map(replaceDim(bind)), replaceDims(op, symbolicAttrs, bind));
        const bound = general.map(replaceDim(bind));
        if (special !== undefined && !sameTypes(bound, special))
          return {
            what: `${op} of ${printTypes(symbolic)} is ${printTypes(general)}, but for ${symbol} = ${value} it is ${printTypes(special)}`,
          };
      }
    }
  }
  return undefined;
};

/** Other operands than a node has: of another dtype, rank or extent; for ops of any number of operands, one fewer and one more. */
const mistaken = (op: OpKind, operands: readonly TensorType[]): readonly (readonly TensorType[])[] => [
  ...(opOf(op).arity === "many" ? [operands.slice(1), [...operands, ...operands.slice(0, 1)]] : []),
  ...operands.flatMap(({ dtype, shape }, position) => {
    const others: readonly TensorType[] = [
      tensorType(dtype === "f32" ? "i32" : "f32", shape),
      tensorType(dtype === "bool" ? "u8" : "bool", shape),
      tensorType(dtype, [2, ...shape]),
      tensorType(dtype, shape.slice(1)),
      ...shape.map((extent, axis) => tensorType(dtype, shape.with(axis, isKnown(extent) ? extent + 1 : extent))),
    ];
    return others.map((other) => operands.with(position, other));
  }),
];

/** Elements that say when they are read where there are none. */
const watched = (data: Float64Array, outside: (at: string) => void): Float64Array =>
  new Proxy(data, {
    get: (target, name) => {
      if (typeof name === "string" && /^-?\d+$/.test(name) && !(name in target)) outside(name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });

/** What evaluation makes of operands that a rule accepted; zeros are fine as numbers, as indices, and as truth values. */
const evaluationDiffers = (
  op: OpKind,
  operands: readonly TensorType[],
  attrs: Attributes,
  accepted: readonly TensorType[],
): Violation | undefined => {
  const use = `${op} of ${printTypes(operands)}`;
  let beside: string | undefined;
  const arrays = operands.map((type, position): NdArray => {
    const known = knownType(type);
    const note = (at: string): void => {
      beside ??= `${use} reads element ${at} of operand ${position + 1}`;
    };
    return { ...known, data: watched(new Float64Array(sizeOf(known.shape)), note) };
  });
  const results = evaluateNode({ op, attrs }, arrays);
  if (beside !== undefined) return { what: beside };
  if (!sameTypes(accepted, results))
    return { what: `${use} is typed ${printTypes(accepted)} and gives ${printTypes(results)}` };
  const short = results.find(({ shape, data }) => data.length !== sizeOf(shape));
  return short === undefined
    ? undefined
    : { what: `${use} gives ${short.data.length} elements for ${printType(short)}` };
};

/** Whether some operand indexes an axis of no extent, where there is nothing to read. */
const indexesNothing = ({ op }: Node, operands: readonly TensorType[], attrs: Attributes): boolean => {
  const { operandRange } = opOf(op);
  return operands.some((_, position) => operandRange?.(position, operands, attrs) === 0);
};

/** The largest tensor that is evaluated for a mistake. */
const largest = 512;

const mistakesDiffer = (infer: Inference, node: Node, operands: readonly TensorType[]): Violation | undefined => {
  const { op, attrs } = node;
  for (const other of mistaken(op, operands)) {
    const accepted = inferred(infer, op, other, attrs);
    if (accepted === undefined || indexesNothing(node, other, attrs)) continue;
    const sizes = [...other, ...accepted].map((type) => sizeOf(knownType(type).shape));
    if (Math.max(0, ...sizes) > largest) continue;
    const violation = evaluationDiffers(op, other, attrs, accepted);
    if (violation !== undefined) return violation;
  }
  return undefined;
};

const isLeaf = ({ op }: Node): boolean => op === "input" || op === "parameter" || op === "data" || op === "constant";

const nodeDiffers = (infer: Inference, graph: Graph, node: Node): Violation | undefined => {
  const operands = node.operands.map((operand) => typeOf(graph, operand));
  const types = inferred(infer, node.op, operands, node.attrs);
  const results = node.results.map(({ type }) => type);
  if (types === undefined || !sameTypes(types, results))
    return {
      what: `${node.op} of ${printTypes(operands)} is ${printTypes(results)}, and typed ${printTypes(types ?? [])}`,
    };
  if (isLeaf(node)) return undefined;
  return symbolicDiffers(infer, node, operands) ?? mistakesDiffer(infer, node, operands);
};

/**
 * The inferred types are those of what evaluation gives, symbols and mistakes included.
 *
 * @example
 * await forAll(graphs({ ops: ["matmul"], maxSteps: 2 }), shapeInferenceSound(), { runs: 3 }); // undefined
 */
export const shapeInferenceSound = (infer: Inference = ownRules): GraphProperty => ({
  name: "shape inference is sound",
  check: (drawn) =>
    attempt("typing and evaluating", () => {
      const { graph, feeds, parameters } = drawn;
      for (const node of graph.nodes.values()) {
        const violation = nodeDiffers(infer, graph, node);
        if (violation !== undefined) return violation;
      }
      let violation: Violation | undefined;
      const observe = ({ op, results: typed }: Node, results: readonly NdArray[]): void => {
        for (const [position, { type }] of typed.entries()) {
          const got = results[position];
          const isRight = got !== undefined && sameType(got, type) && got.data.length === sizeOf(got.shape);
          if (!isRight) violation ??= { what: `${op} gives something else than a ${printType(type)}` };
        }
      };
      for (const { name } of graph.entries) evaluateEntry(graph, name, feeds, parameters, { observe });
      return violation;
    }),
});
