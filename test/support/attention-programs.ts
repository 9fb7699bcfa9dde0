// Programs of one use of attention: both results and all gradients of a random weighting of them, on every backend and in double
// precision.
import { evaluateGraph } from "../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { constant } from "../../src/ir/functions/index.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import type { PlannedProgram } from "../../src/ir/loop/kernel.ts";
import { type DataArray, dtypes, isFloat } from "../../src/ir/types/dtype.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { differentiate } from "../../src/passes/differentiate.ts";
import { firstDifference, type PortArrays, runEverywhere } from "../../src/testing/run-everywhere.ts";
import { graphOf } from "../passes/support.ts";
import { type AttentionSetup, attend, type Named } from "./attention-cases.ts";
import { randomArray, randomNumbers } from "./op-meaning.ts";

/** The sum of the elements, each times a random number. */
const weighed = (x: Tensor, seed: number): Tensor => {
  const shape = x.shape.map(Number);
  const { data } = randomArray({ dtype: "f64", shape }, randomNumbers(seed));
  return x.mul(constant(x.dtype === "f64" ? Float64Array.from(data) : Float32Array.from(data), shape)).sum();
};

/** The results, and gradients of their weighting, named d and the name of the array; those that are wanted, all unless said. */
export const attentionGraph = (
  setup: AttentionSetup,
  arrays: Named<NdArray>,
  isWanted: (name: string) => boolean = () => true,
): Graph =>
  graphOf((trace) => {
    const inputs = Object.entries(arrays).map(([name, array]) => [name, trace.input(name, array)] as const);
    const { output, logSumExp } = attend(setup, Object.fromEntries(inputs));
    const sums = logSumExp.greater(-1e30).select(logSumExp, 0);
    const loss = weighed(output, 1).add(weighed(sums, 2));
    const sources = inputs.filter(([, { dtype }]) => isFloat(dtype));
    const gradients = differentiate(
      loss,
      sources.map(([, tensor]) => tensor),
    );
    const named = sources.flatMap(([name], at): (readonly [string, Tensor])[] =>
      gradients[at] === undefined ? [] : [[`d${name}`, gradients[at]]],
    );
    const all: Named<Tensor> = { output, logSumExp, ...Object.fromEntries(named) };
    return Object.fromEntries(Object.entries(all).filter(([name]) => isWanted(name)));
  });

/** The program of a graph. */
export const programOf = (graph: Graph): PlannedProgram => planGraph(graph, { verify: "ends" }).program;

const stored = ({ dtype, data }: NdArray): DataArray => {
  const array = dtypes[dtype].allocate(data.length);
  array.set(data);
  return array;
};

/** Arrays as memory holds them. */
export const storedArrays = (arrays: Named<NdArray>): PortArrays =>
  new Map(Object.entries(arrays).map(([name, array]) => [name, stored(array)]));

const kindOf = (value: number): string => (Number.isFinite(value) ? "finite" : String(value));

/** Where an output is not what it means: another class of number, or further off than the tolerance times its scale. */
const differenceOf = (
  name: string,
  actual: DataArray | undefined,
  { data }: NdArray,
  tolerance: number,
): string | undefined => {
  const scale = data.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1);
  for (const [at, wanted] of data.entries()) {
    const found = actual?.[at] ?? Number.NaN;
    const isNear = !Number.isFinite(wanted) || Math.abs(found - wanted) <= tolerance * scale;
    if (kindOf(found) !== kindOf(wanted) || !isNear) return `${name}[${at}]: ${found}, not ${wanted} (scale ${scale})`;
  }
  return undefined;
};

/**
 * What is wrong with a graph on arrays: two backends that differ in a bit, or one output that is not what it means. Nothing
 * for a graph that is right.
 */
export const faultsOf = async (graph: Graph, arrays: Named<NdArray>, tolerance: number): Promise<readonly string[]> => {
  const program = programOf(graph);
  const [closure, javascript, wasm] = await runEverywhere(program, "main", storedArrays(arrays));
  const different = [firstDifference(closure, javascript), firstDifference(closure, wasm)];
  const faults = different.flatMap((difference) => (difference === undefined ? [] : [JSON.stringify(difference)]));
  const wanted = evaluateGraph(graph, "main", arrays);
  const wrong = Object.entries(wanted).flatMap(
    ([name, array]) => differenceOf(name, wasm.outputs.get(name), array, tolerance) ?? [],
  );
  return [...faults, ...wrong];
};
