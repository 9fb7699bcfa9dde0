// Runs a planned program on every backend with the same random values and compares all that comes out. Every run starts
// from fresh parameters, so that any one run can be repeated by its seed.
import { loadedJavaScript } from "../backends/javascript/instantiate-javascript.ts";
import { evaluateEntry, type NamedArrays } from "../backends/reference/interpreter.ts";
import { zeroInputs } from "../backends/reference/zero-inputs.ts";
import { differingElement } from "../backends/runtime/differing-element.ts";
import { type Executable, makeExecutable } from "../backends/runtime/executable.ts";
import { hostArray, type NDArray } from "../backends/runtime/host-array.ts";
import { instantiate } from "../compile/compile-graph.ts";
import type { PlannedGraph } from "../compile/plan-graph.ts";
import { type Diagnostic, diagnostic } from "../ir/diagnostics/diagnostic.ts";
import { graphName } from "../ir/graph/entry-inputs.ts";
import { indexFacts } from "../ir/graph/index-ranges.ts";
import type { EntryPoint } from "../ir/loop/kernel.ts";
import { isFloat } from "../ir/types/dtype.ts";
import type { NdArray } from "../ir/types/ndarray.ts";
import { printType } from "../ir/types/tensor-type.ts";
import type { AnyModel } from "../model/model.ts";
import { flattenSpecs } from "../model/parameter.ts";
import { initialize, parameterStore } from "../training/compiled-model.ts";
import { relativeError } from "./compare.ts";
import { randomValues, seedAt } from "./random-values.ts";
import type { Progress } from "./ui.ts";

/** How much is compared. */
export interface VerifyOptions {
  readonly runs: number;
  /** Of the first run; each further run has the next. */
  readonly seed: number;
  /** How many of the runs are also compared with the reference. */
  readonly referenceRuns: number;
  /** The relative error from which on the reference is contradicted. */
  readonly tolerance: number;
}

/** What was found of one tensor over all runs. */
export interface TensorReport {
  readonly entry: string;
  readonly tensor: string;
  readonly type: string;
  /** The backends that differ from the first. */
  readonly differing: readonly string[];
  /** The largest relative error; undefined where the reference was not run. */
  readonly error: number | undefined;
}

/** All that was compared. */
export interface VerifyReport {
  /** The names of the backends. */
  readonly backends: readonly string[];
  readonly tensors: readonly TensorReport[];
  /** The first difference of each tensor and backend. */
  readonly findings: readonly Diagnostic[];
}

/** The first is what the others are compared with. */
export type Contestants = readonly [Executable, ...Executable[]];

/** A program on every backend that promises the same bits. */
export const contestants = async (planned: PlannedGraph): Promise<Contestants> => {
  const backend = await loadedJavaScript([planned.program]);
  return [
    instantiate(planned, "wasm"),
    instantiate(planned, "closure"),
    makeExecutable(planned.program, backend, indexFacts(planned.graph)),
  ];
};

/**
 * Gives all parameters new values: those of a model as it initialises them, the state of its optimizer anything from 0 up
 * (a second moment is never negative), what indexes something what it may, those of a graph alone anything.
 */
const fillParameters = (
  [first, ...others]: Contestants,
  model: AnyModel | undefined,
  seed: number,
  ranges: ReadonlyMap<string, number> | undefined,
): void => {
  const initialized = new Set(model === undefined ? [] : flattenSpecs(model.params).map(([path]) => path));
  if (model !== undefined) initialize(first, model, seed);
  for (const [position, port] of first.parameters.entries()) {
    if (initialized.has(port.name)) continue;
    const values = randomValues(port, seedAt(seed, 1000 + position), "normal", ranges?.get(port.name));
    if (model !== undefined) for (const [at, value] of values.entries()) values[at] = Math.abs(value);
    first.write(port.name, values);
  }
  for (const { name } of first.parameters) {
    const value = first.read(name);
    for (const other of others) other.write(name, value);
  }
};

/** What an entry point gave and changed, by name; changed parameters are marked. */
const resultsOf = (
  executable: Executable,
  entry: EntryPoint,
  feeds: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, NDArray> => {
  const outputs = Object.entries(executable.run(entry.name, feeds));
  const updates = entry.updates.map((name) => [updated(name), executable.read(name)] as const);
  return new Map([...outputs, ...updates]);
};

const updated = (parameter: string): string => `updated ${parameter}`;

const toReference = ({ dtype, shape, data }: NDArray): NdArray => ({ dtype, shape, data: Float64Array.from(data) });

const asReference = (arrays: Readonly<Record<string, NDArray>>): NamedArrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, toReference(array)]));

/** What the graph means, under the names of `resultsOf`. */
const meaningOf = (
  { graph }: PlannedGraph,
  entry: EntryPoint,
  feeds: NamedArrays,
  parameters: NamedArrays,
): ReadonlyMap<string, NdArray> => {
  const named = Object.entries(feeds).map(([name, array]) => [graphName(graph, entry.name, name), array] as const);
  const arrays = { ...zeroInputs(graph), ...Object.fromEntries(named) };
  const { outputs, updates } = evaluateEntry(graph, entry.name, arrays, parameters);
  return new Map([
    ...Object.entries(outputs),
    ...Object.entries(updates).map(([name, array]) => [updated(name), array] as const),
  ]);
};

/** A report while it is being written. */
interface Row extends TensorReport {
  readonly differing: string[];
  error: number | undefined;
}

/** One run of one entry point on all backends. */
interface Trial {
  readonly entry: EntryPoint;
  readonly run: number;
  readonly seed: number;
  readonly results: readonly ReadonlyMap<string, NDArray>[];
  /** What the reference gives; undefined where it was not run. */
  readonly meaning: ReadonlyMap<string, NdArray> | undefined;
}

/** An element with all its digits and its sign. */
const exact = ({ data }: NDArray, element: number): string =>
  Object.is(data[element], -0) ? "-0" : String(data[element]);

const compareBits = (row: Row, trial: Trial, backends: readonly string[]): readonly Diagnostic[] => {
  const [left = "", ...others] = backends;
  return others.flatMap((right, position) => {
    const [mine, theirs] = [trial.results[0]?.get(row.tensor), trial.results[position + 1]?.get(row.tensor)];
    if (row.differing.includes(right) || mine === undefined || theirs === undefined) return [];
    const element = differingElement(mine.data, theirs.data);
    if (element === undefined) return [];
    row.differing.push(right);
    const values = { left, leftValue: exact(mine, element), right, rightValue: exact(theirs, element) };
    const where = `entry ${row.entry}, ${row.tensor}: ${row.type}`;
    return [diagnostic("W630", { where, element, ...values, run: trial.run, seed: trial.seed })];
  });
};

const compareReference = (row: Row, trial: Trial, tolerance: number): readonly Diagnostic[] => {
  const [mine, wanted] = [trial.results[0]?.get(row.tensor), trial.meaning?.get(row.tensor)];
  if (mine === undefined || wanted === undefined || !isFloat(mine.dtype)) return [];
  const error = relativeError(mine.data, wanted.data);
  const before = row.error ?? 0;
  row.error = Math.max(before, error);
  if (error <= tolerance || before > tolerance) return [];
  return [
    diagnostic("W631", { where: `entry ${row.entry}, ${row.tensor}: ${row.type}`, error, tolerance, run: trial.run }),
  ];
};

/** Every fourth seed gives NaN, infinities and extremes, which the reference (it never overflows) is not asked about. */
const profileOf = (seed: number): "normal" | "special" => (seed % 4 === 3 ? "special" : "normal");

/** Runs and compares. `model` is the one whose initialisers fill the parameters; a graph alone has none. */
export const verifyBackends = (
  planned: PlannedGraph,
  model: AnyModel | undefined,
  executables: Contestants,
  { runs, seed: start, referenceRuns, tolerance }: VerifyOptions,
  progress: Progress,
): VerifyReport => {
  const backends = executables.map(({ backend }) => backend);
  const { ranges, states } = indexFacts(planned.graph);
  const rows = new Map<string, Row>();
  const findings: Diagnostic[] = [];
  const record = (trial: Trial): void => {
    for (const [tensor, array] of trial.results[0] ?? []) {
      const entry = trial.entry.name;
      const key = JSON.stringify([entry, tensor]);
      const row: Row = rows.get(key) ?? { entry, tensor, type: printType(array), differing: [], error: undefined };
      rows.set(key, row);
      findings.push(...compareBits(row, trial, backends), ...compareReference(row, trial, tolerance));
    }
  };
  let asked = 0;
  for (let run = 1; run <= runs; run++) {
    const seed = start + run - 1;
    const profile = profileOf(seed);
    const withReference = profile === "normal" && asked < referenceRuns;
    if (withReference) asked++;
    for (const entry of planned.program.entries) {
      fillParameters(executables, model, seed, states.get(entry.name));
      const feeds = Object.fromEntries(
        entry.inputs.map((port, position) => {
          const data = randomValues(port, seedAt(seed, position), profile, ranges.get(port.name));
          return [port.name, hostArray(port.type, data)];
        }),
      );
      const before = asReference(parameterStore(executables[0]).all());
      const results = executables.map((executable) => resultsOf(executable, entry, feeds));
      const meaning = withReference ? meaningOf(planned, entry, asReference(feeds), before) : undefined;
      record({ entry, run, seed, results, meaning });
      progress.step();
    }
  }
  return { backends, tensors: [...rows.values()], findings };
};
