// Uses of ops as graphs that run: values for their operands, and one graph of several uses with their results, or with
// the gradients of sum(c y) for given cotangents c.
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import type { Graph, NamedValue } from "../../src/ir/graph/graph.ts";
import { type Trace, withTrace } from "../../src/ir/graph/trace.ts";
import { emitMany, traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { dtypes, isFloat } from "../../src/ir/types/dtype.ts";
import { type KnownType, type NdArray, sizeOf } from "../../src/ir/types/ndarray.ts";
import { knownExtent, knownShape } from "../../src/ir/types/shape.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { toolsOf } from "../../src/passes/differentiate.ts";
import { randomFrom } from "../../src/testing/arbitraries/values.ts";
import type { Subject, Use } from "./uses.ts";

/** A graph with one entry, `main`, and what it is fed. */
export interface Runnable {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, NdArray>>;
}

/** A use with values for its operands and cotangents. */
interface Case {
  /** What the names of its inputs and outputs begin with: `u0` and so on. */
  readonly name: string;
  readonly use: Use;
  readonly operands: readonly NdArray[];
  readonly cotangents: readonly NdArray[];
}

const shuffled = (length: number, random: () => number): readonly number[] =>
  Array.from({ length }, (_, at) => ({ at, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ at }) => at);

/** Floats that lie well apart, so that no maximum changes place where gradients are compared with differences. */
const spread = (length: number, [low, high]: readonly [number, number], random: () => number): readonly number[] =>
  shuffled(length, random).map((at) => low + ((high - low) * (at + 0.37)) / length);

const valuesOf = (
  { dtype, shape }: KnownType,
  domain: readonly [number, number],
  range: number | undefined,
  random: () => number,
): NdArray => {
  const length = sizeOf(shape);
  const whole = (below: number, from = 0): Float64Array<ArrayBuffer> =>
    Float64Array.from({ length }, () => from + Math.floor(random() * below));
  if (range !== undefined) return { dtype, shape, data: whole(range) };
  if (dtype === "bool") return { dtype, shape, data: whole(2) };
  if (dtype === "u8") return { dtype, shape, data: whole(256) };
  if (dtype === "i32") return { dtype, shape, data: whole(19, -9) };
  const data = Float64Array.from(spread(length, domain, random));
  return { dtype, shape, data: dtype === "f32" ? data.map(Math.fround) : data };
};

const caseOf = ({ op, domain }: Subject, use: Use, at: number): Case => {
  const random = randomFrom(at);
  const results = op.infer(use.operands, use.attrs);
  return {
    name: `u${at}`,
    use,
    operands: use.operands.map((type, position) => {
      const range = op.operandRange?.(position, use.operands, use.attrs);
      return valuesOf(type, domain(position), range === undefined ? undefined : knownExtent(range), random);
    }),
    cotangents: results.map(({ dtype, shape }) =>
      valuesOf({ dtype, shape: knownShape(shape) }, [-1, 1], undefined, random),
    ),
  };
};

/** Fed values as tensors, under names of their own. */
const fedTensors = (trace: Trace, feeds: Record<string, NdArray>, name: string, arrays: readonly NdArray[]): Tensor[] =>
  arrays.map((array, position) => {
    feeds[`${name}${position}`] = array;
    return trace.input(`${name}${position}`, array);
  });

/** The results of a use. Leaves are no computation: what stands in them is fed, or kept with the graph. */
const resultsOf = (
  trace: Trace,
  feeds: Record<string, NdArray>,
  { kind, op }: Subject,
  { name, use, operands }: Case,
  tensors: readonly Tensor[],
): readonly Tensor[] => {
  if (op.lower.by !== "memory") return emitMany(trace, kind, tensors, use.attrs);
  const [type] = op.infer(operands, use.attrs);
  if (type === undefined) return [];
  const leaf = { dtype: type.dtype, shape: knownShape(type.shape) };
  const array = valuesOf(leaf, [-2, 2], undefined, randomFrom(3));
  if (kind === "data") {
    const data = dtypes[leaf.dtype].allocate(array.data.length);
    data.set(array.data);
    return [trace.data(leaf.dtype, leaf.shape, data)];
  }
  feeds[`${name}leaf`] = array;
  return [kind === "parameter" ? trace.parameter(`${name}leaf`, leaf) : trace.input(`${name}leaf`, leaf)];
};

/** What a case contributes to a graph: named tensors. */
type Outputs = (
  trace: Trace,
  results: readonly Tensor[],
  operands: readonly Tensor[],
  which: Case,
) => readonly NamedTensor[];

interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

const graphOf = (subject: Subject, cases: readonly Case[], outputsOf: Outputs): Runnable => {
  const trace = traceOver(graphBuilder());
  const feeds: Record<string, NdArray> = {};
  const outputs = withTrace(trace, () =>
    cases.flatMap((which): NamedValue[] => {
      const operands = fedTensors(trace, feeds, `${which.name}x`, which.operands);
      const results = resultsOf(trace, feeds, subject, which, operands);
      const named = outputsOf(trace, results, operands, which);
      return named.map(({ name, tensor }) => ({ name: `${which.name}${name}`, value: trace.value(tensor) }));
    }),
  );
  // Cotangents are computed from constants of the graph, so that operands alone are fed.
  return { graph: trace.builder.finish("uses", [{ name: "main", outputs, updates: [] }]), feeds };
};

const dense = (trace: Trace, { dtype, shape, data }: NdArray): Tensor => {
  const contents = dtypes[dtype].allocate(data.length);
  contents.set(data);
  return trace.data(dtype, shape, contents);
};

/** A graph that gives the results of uses. */
export const forward = (subject: Subject, uses: readonly Use[]): Runnable =>
  graphOf(
    subject,
    uses.map((use, at) => caseOf(subject, use, at)),
    (_, results) => results.map((tensor, position) => ({ name: `y${position}`, tensor })),
  );

/** A graph that gives sum(c y) for each float result of a use. */
const lossOf = (subject: Subject, which: Case): Runnable =>
  graphOf(subject, [which], (trace, results, _, { cotangents }) =>
    results.flatMap((result, position): readonly NamedTensor[] => {
      const cotangent = cotangents[position];
      if (!isFloat(result.dtype) || cotangent === undefined) return [];
      return [{ name: `y${position}`, tensor: result.mul(dense(trace, cotangent)).sum() }];
    }),
  );

/** The gradients of uses of an op; an output `u0d1` is that of the input `u0x1`, and of the loss of `u0`. */
export interface Gradients {
  readonly gradients: Runnable;
  readonly loss: (use: string) => Runnable | undefined;
}

/** The gradients of uses by the op's own rule; undefined where none flows. */
export const backward = (subject: Subject, uses: readonly Use[]): Gradients | undefined => {
  const { vjp } = subject.op;
  const cases = uses.map((use, at) => caseOf(subject, use, at));
  const gradients = graphOf(subject, cases, (trace, results, operands, { use, cotangents }) => {
    // Cotangents arrive at results of floats alone: the rule is not asked about others.
    if (!results.some(({ dtype }) => isFloat(dtype))) return [];
    const found = vjp({
      ...toolsOf(trace),
      flows: results.map(() => true),
      attrs: use.attrs,
      operands,
      results,
      cotangents: cotangents.map((cotangent) => dense(trace, cotangent)),
    });
    return found.flatMap((tensor, position) => (tensor === null ? [] : [{ name: `d${position}`, tensor }]));
  });
  const flows = gradients.graph.entries.some(({ outputs }) => outputs.length > 0);
  if (!flows) return undefined;
  const losses = new Map(cases.map((which) => [which.name, lossOf(subject, which)]));
  return { gradients, loss: (use) => losses.get(use) };
};
