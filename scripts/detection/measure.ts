// How many defects the oracle catches: random graphs run by an interpreter with a defect, of those in which it changes a bit the share
// whose outputs leave their bounds. Beside it what the bound costs: how far it is from the actual error.
import fc from "fast-check";
import { walkEntry } from "../../src/backends/reference/interpreter.ts";
import type { Graph, Node } from "../../src/ir/graph/graph.ts";
import type { BinaryFn } from "../../src/ir/scalar/binary.ts";
import type { UnaryFn } from "../../src/ir/scalar/unary.ts";
import { isFloat } from "../../src/ir/types/dtype.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import { type GraphCase, graphs } from "../../src/testing/arbitraries/graph.ts";
import { conditioning } from "../../src/testing/oracle/conditioning.ts";
import { type Bounded, evaluateBounded } from "../../src/testing/oracle/evaluate-bounded.ts";
import { type Counts, judge } from "../../src/testing/oracle/judge.ts";
import { type Defect, defects, roundingInterpreter } from "./defects.ts";

/** What became of one defect. */
export interface Detection {
  readonly name: string;
  /** Graphs with an output that the defect changes. */
  readonly touched: number;
  /** Those of them in which an output left its bound. */
  readonly caught: number;
}

/** Everything that a run measures. */
export interface Measurement extends Counts {
  readonly graphs: number;
  readonly falseAlarms: number;
  readonly detections: readonly Detection[];
  /** Bound divided by actual error, ascending, of all elements that have an error. */
  readonly tightness: readonly number[];
}

const functions: readonly UnaryFn[] = ["exp", "tanh", "sigmoid", "exp", "tanh", "relu", "neg", "square"];
const pairings: readonly BinaryFn[] = ["add", "mul", "sub", "max", "add", "mul", "div"];

/** The graph with functions of the networks' kind, most of them those that the defects are in. */
const ordinary = (graph: Graph): Graph => {
  const chosen = <T>(among: readonly T[], node: Node): T | undefined => among[node.id % among.length];
  const retold = (node: Node): Node => {
    const dtype = node.results[0]?.type.dtype;
    if (dtype === undefined || !isFloat(dtype)) return node;
    const fn =
      node.op === "unary" ? chosen(functions, node) : node.op === "binary" ? chosen(pairings, node) : undefined;
    // Functions of one arity and of floats, so the node stays well-typed.
    return fn === undefined ? node : ({ ...node, attrs: { ...node.attrs, fn } } as Node);
  };
  return { ...graph, nodes: new Map([...graph.nodes].map(([id, node]) => [id, retold(node)])) };
};

const times = (arrays: GraphCase["feeds"], by: number): GraphCase["feeds"] =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [
      name,
      isFloat(array.dtype) ? { ...array, data: array.data.map((value) => Math.fround(value * by)) } : array,
    ]),
  );

/** The same graph on larger leaves. */
const scaled = (drawn: GraphCase, by: number): GraphCase =>
  by === 1 ? drawn : { ...drawn, feeds: times(drawn.feeds, by), parameters: times(drawn.parameters, by) };

const drawnCases = (count: number, seed: number): readonly GraphCase[] =>
  fc
    .sample(
      graphs({
        ops: ["unary", "binary", "unary", "binary", "reduce", "matmul", "softmax", "transpose", "broadcast"],
        values: ["normal"],
        maxSteps: 10,
        maxElements: 256,
      }),
      { numRuns: count, seed },
    )
    .map((drawn) => ({ ...drawn, graph: ordinary(drawn.graph) }));

type Outputs = Readonly<Record<string, NdArray>>;

const outputsOf = ({ graph, feeds, parameters }: GraphCase, defect?: Defect): Outputs =>
  walkEntry(graph, "main", feeds, parameters, roundingInterpreter(defect?.wrong)).outputs;

/** A graph run as it should be, and the bounds of its outputs. */
interface Run {
  readonly right: Outputs;
  readonly bounds: Readonly<Record<string, Bounded>>;
}

const runOf = (drawn: GraphCase): Run => ({
  right: outputsOf(drawn),
  bounds: evaluateBounded(drawn.graph, "main", drawn.feeds, drawn.parameters).outputs,
});

const nothing = new Float64Array(0);

const differ = (a: NdArray, b: NdArray | undefined): boolean =>
  a.dtype === "f32" && a.data.some((value, at) => !Object.is(value, b?.data[at]));

const leavesBounds = (outputs: Outputs, { bounds }: Run): boolean =>
  Object.entries(bounds).some(
    ([name, bounded]) => judge(outputs[name]?.data ?? nothing, bounded).violation !== undefined,
  );

/** Bound divided by actual error, of f32 elements that have an error. */
const tightnessOf = ({ right, bounds }: Run): readonly number[] =>
  Object.entries(bounds).flatMap(([name, { dtype, data, error }]) =>
    dtype !== "f32"
      ? []
      : [...data].flatMap((wanted, at) => {
          const [bound, off] = [error[at] ?? Infinity, Math.abs((right[name]?.data[at] ?? 0) - wanted)];
          return bound < Infinity && off > 0 ? [bound / off] : [];
        }),
  );

/** Runs so many graphs through all defects. */
export const measure = (count: number, seed: number): Measurement => {
  const found = Object.keys(defects).map((name) => ({ name, touched: 0, caught: 0 }));
  const counted = conditioning();
  const tightness: number[] = [];
  let falseAlarms = 0;
  for (const drawn of drawnCases(count, seed)) {
    const ordinaryRun = runOf(drawn);
    if (leavesBounds(ordinaryRun.right, ordinaryRun)) falseAlarms += 1;
    tightness.push(...tightnessOf(ordinaryRun));
    for (const [name, bounded] of Object.entries(ordinaryRun.bounds))
      counted.add(judge(ordinaryRun.right[name]?.data ?? nothing, bounded));
    for (const record of found) {
      const defect = defects[record.name];
      if (defect === undefined) continue;
      const own = scaled(drawn, defect.scale);
      const run = own === drawn ? ordinaryRun : runOf(own);
      const wrong = outputsOf(own, defect);
      if (!Object.entries(wrong).some(([name, array]) => differ(array, run.right[name]))) continue;
      record.touched += 1;
      if (leavesBounds(wrong, run)) record.caught += 1;
    }
  }
  const sorted = tightness.sort((a, b) => a - b);
  return { graphs: count, falseAlarms, detections: found, tightness: sorted, ...counted.counts() };
};
