// A planned program on every backend with the same random values: all that comes out is compared in bits, and with what
// the graph means. It is compiled once, and every run starts from fresh parameters, so that one run is repeated by its seed.
import { loadedJavaScript } from "../../backends/javascript/instantiate-javascript.ts";
import { differingElement } from "../../backends/runtime/differing-element.ts";
import { type Executable, makeExecutable } from "../../backends/runtime/executable.ts";
import { hostArray, type NDArray } from "../../backends/runtime/host-array.ts";
import { instantiate } from "../../compile/compile-graph.ts";
import type { PlannedGraph } from "../../compile/plan-graph.ts";
import { graphName } from "../../ir/graph/entry-inputs.ts";
import { indexFacts } from "../../ir/graph/index-ranges.ts";
import type { EntryPoint } from "../../ir/loop/kernel.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { printType } from "../../ir/types/tensor-type.ts";
import type { AnyModel } from "../../model/model.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import type { ValueProfile } from "../arbitraries/values.ts";
import { toArray } from "../case-arrays.ts";
import { type Bounded, type BoundedResults, evaluateBounded } from "../oracle/evaluate-bounded.ts";
import { type Judgement, judge } from "../oracle/judge.ts";
import { randomCase } from "./random-case.ts";

/** How much is compared. */
export interface ExamineOptions {
  readonly runs: number;
  /** Of the first run; each further run has the next. */
  readonly seed: number;
  /** How many of the runs are also judged by what the graph means. */
  readonly referenceRuns: number;
  /** Called after each entry point of each run. */
  readonly onProgress?: () => void;
}

/** What was found of one tensor over all runs. */
export interface TensorReport {
  readonly entry: string;
  readonly tensor: string;
  readonly type: string;
  /** The backends that differ from the first. */
  readonly differing: readonly string[];
  /** The largest error, and that as a share of the largest its element may have; undefined where it was not judged. */
  readonly error: { readonly absolute: number; readonly share: number } | undefined;
  /** Elements judged, and those of them of which rounding leaves little. */
  readonly judged: number;
  readonly illConditioned: number;
  /** Those about which nothing is known. */
  readonly uninformative: number;
}

/** One way in which a program is wrong: with the case that shows it. */
export interface Failure {
  readonly kind: "bits" | "bound";
  readonly entry: string;
  readonly tensor: string;
  readonly type: string;
  readonly element: number;
  /** Who said what: two backends, or a backend and the meaning. */
  readonly left: string;
  readonly right: string;
  readonly got: number;
  readonly wanted: number;
  readonly bound: number;
  readonly run: number;
  readonly seed: number;
  readonly drawn: GraphCase;
}

/** All that was compared. */
export interface Examination {
  readonly backends: readonly string[];
  readonly tensors: readonly TensorReport[];
  /** The first failure of each tensor and backend. */
  readonly failures: readonly Failure[];
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

const toHost = (array: NdArray): NDArray => hostArray(array, toArray(array));

const updated = (parameter: string): string => `updated ${parameter}`;

/** What an entry point gave and changed, by name; changed parameters are marked. */
const resultsOf = (executable: Executable, entry: EntryPoint, graphCase: GraphCase): ReadonlyMap<string, NDArray> => {
  const { graph, feeds, parameters } = graphCase;
  for (const { name } of executable.parameters) {
    const value = parameters[name];
    if (value !== undefined) executable.write(name, toHost(value));
  }
  const fed = entry.inputs.flatMap(({ name }) => {
    const value = feeds[graphName(graph, entry.name, name)];
    return value === undefined ? [] : [[name, toHost(value)] as const];
  });
  const outputs = Object.entries(executable.run(entry.name, Object.fromEntries(fed)));
  const updates = entry.updates.map((name) => [updated(name), executable.read(name)] as const);
  return new Map([...outputs, ...updates]);
};

const meaningOf = ({ outputs, updates }: BoundedResults): ReadonlyMap<string, Bounded> =>
  new Map([
    ...Object.entries(outputs),
    ...Object.entries(updates).map(([name, bounded]) => [updated(name), bounded] as const),
  ]);

/** A report while it is being written. */
interface Row extends TensorReport {
  readonly differing: string[];
  error: TensorReport["error"];
  judged: number;
  illConditioned: number;
  uninformative: number;
}

/** One run of one entry point on all backends. */
interface Trial {
  readonly entry: string;
  readonly run: number;
  readonly seed: number;
  readonly drawn: GraphCase;
  readonly backends: readonly string[];
  readonly results: readonly ReadonlyMap<string, NDArray>[];
  /** What the entry point means; undefined where that was not asked. */
  readonly meaning: ReadonlyMap<string, Bounded> | undefined;
}

const failureOf = (
  { entry, run, seed, drawn }: Trial,
  { tensor, type }: Row,
  found: Pick<Failure, "kind" | "element" | "left" | "right" | "got" | "wanted" | "bound">,
): Failure => ({ ...found, entry, tensor, type, run, seed, drawn });

const compareBits = (row: Row, trial: Trial): readonly Failure[] => {
  const [left = "", ...others] = trial.backends;
  return others.flatMap((right, position) => {
    const [mine, theirs] = [trial.results[0]?.get(row.tensor), trial.results[position + 1]?.get(row.tensor)];
    if (row.differing.includes(right) || mine === undefined || theirs === undefined) return [];
    const element = differingElement(mine.data, theirs.data);
    if (element === undefined) return [];
    row.differing.push(right);
    const [got, wanted] = [theirs.data[element] ?? Number.NaN, mine.data[element] ?? Number.NaN];
    return [failureOf(trial, row, { kind: "bits", element, left, right, got, wanted, bound: 0 })];
  });
};

const judgeRow = (row: Row, trial: Trial): readonly Failure[] => {
  const [mine, wanted] = [trial.results[0]?.get(row.tensor), trial.meaning?.get(row.tensor)];
  if (mine === undefined || wanted === undefined) return [];
  const judgement: Judgement = judge(mine.data, wanted);
  const before = row.error;
  row.judged += judgement.elements;
  row.illConditioned += judgement.illConditioned;
  row.uninformative += judgement.uninformative;
  row.error = {
    absolute: Math.max(before?.absolute ?? 0, judgement.largestError),
    share: Math.max(before?.share ?? 0, judgement.largestShare),
  };
  const { violation } = judgement;
  if (violation === undefined || (before?.share ?? 0) > 1) return [];
  return [
    failureOf(trial, row, { kind: "bound", left: "float64 meaning", right: trial.backends[0] ?? "", ...violation }),
  ];
};

/** Of four seeds, three give ordinary values; the others NaN, infinities and extremes. */
const profileOf = (seed: number): ValueProfile => (seed % 4 === 3 ? "special" : "normal");

/** Runs and compares. `model` is the one whose initialisers fill the parameters; a graph alone has none. */
export const examine = async (
  planned: PlannedGraph,
  model: AnyModel | undefined,
  { runs, seed: start, referenceRuns, onProgress = () => {} }: ExamineOptions,
): Promise<Examination> => {
  const executables = await contestants(planned);
  const backends = executables.map(({ backend }) => backend);
  const rows = new Map<string, Row>();
  const failures: Failure[] = [];
  const record = (trial: Trial): void => {
    for (const [tensor, array] of trial.results[0] ?? []) {
      const key = JSON.stringify([trial.entry, tensor]);
      const { entry } = trial;
      const row: Row = rows.get(key) ?? {
        entry,
        tensor,
        type: printType(array),
        differing: [],
        error: undefined,
        judged: 0,
        illConditioned: 0,
        uninformative: 0,
      };
      rows.set(key, row);
      failures.push(...compareBits(row, trial), ...judgeRow(row, trial));
    }
  };
  for (let run = 1; run <= runs; run++) {
    const seed = start + run - 1;
    const drawn = randomCase(planned.graph, model, { seed, profile: profileOf(seed) });
    for (const entry of planned.program.entries) {
      const results = executables.map((executable) => resultsOf(executable, entry, drawn));
      const { graph, feeds, parameters } = drawn;
      const meaning =
        run <= referenceRuns ? meaningOf(evaluateBounded(graph, entry.name, feeds, parameters)) : undefined;
      record({ entry: entry.name, run, seed, drawn, backends, results, meaning });
      onProgress();
    }
  }
  for (const executable of executables) executable.dispose();
  return { backends, tensors: [...rows.values()], failures };
};
