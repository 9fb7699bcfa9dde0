// Who is at fault for a wrong result: the first pass of the pipeline behind which the program computes something else than the
// graph means, or the backend that runs what is right up to there.
import type { Backend } from "../../backends/backend.ts";
import { closureBackend } from "../../backends/closure/closure-backend.ts";
import { instantiateJavaScript } from "../../backends/javascript/instantiate-javascript.ts";
import { wasmBackend } from "../../backends/wasm/instantiate.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import type { PlannedProgram } from "../../ir/loop/kernel.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { Pass } from "../../passes/pass.ts";
import { compilation } from "../../passes/pipelines.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { poison, runInstance } from "../backends-agree.ts";
import { type Bounded, type BoundedResults, evaluateBounded } from "../oracle/evaluate-bounded.ts";
import { judge, type OutOfBound } from "../oracle/judge.ts";
import { type Results, resultsOf, type Snapshot, snapshotsOf } from "./snapshots.ts";

/** A wrong result: where it shows, and the whole arrays. */
export interface WrongResult extends OutOfBound {
  readonly output: string;
  readonly gotArray: NdArray;
  readonly wantedArray: NdArray;
}

/** Who is at fault, and what came of it. */
export interface Fault {
  /** `pass fuse-attention`, `backend wasm`. */
  readonly who: string;
  /** Among how many programs it was looked for. */
  readonly among: number;
  /** The wrong result; absent where a pass ended in an error, which is told instead. */
  readonly wrong?: WrongResult;
  readonly error?: string;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const wrongIn = (
  got: ReadonlyMap<string, NdArray>,
  wanted: Readonly<Record<string, Bounded>>,
): WrongResult | undefined => {
  for (const [output, bounded] of Object.entries(wanted)) {
    const array = got.get(output) ?? { ...bounded, data: new Float64Array(bounded.data.length).fill(Number.NaN) };
    const { violation } = judge(array.data, bounded);
    if (violation !== undefined) return { output, gotArray: array, wantedArray: bounded, ...violation };
  }
  return undefined;
};

/** What each entry point means, with the bounds of its elements. */
type Meaning = ReadonlyMap<string, BoundedResults>;

const meaningOf = ({ graph, feeds, parameters }: GraphCase): Meaning =>
  new Map(graph.entries.map(({ name }) => [name, evaluateBounded(graph, name, feeds, parameters)]));

const wrongAmong = (meaning: Meaning, resultsIn: (entry: string) => Results): WrongResult | undefined => {
  for (const [entry, { outputs, updates }] of meaning) {
    const got = resultsIn(entry);
    const wrong = wrongIn(got.outputs, outputs) ?? wrongIn(got.updates, updates);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

const isPlanned = (program: unknown): program is PlannedProgram =>
  typeof program === "object" && program !== null && "memory" in program && "kernels" in program;

const toArray = ({ dtype, data }: NdArray) => {
  const array = dtypes[dtype].allocate(data.length);
  array.set(data);
  return array;
};

/** A backend that runs a sound program into other results than its meaning. */
const wrongBackend = async (
  program: PlannedProgram,
  drawn: GraphCase,
  meaning: Meaning,
): Promise<readonly [string, WrongResult] | undefined> => {
  const made = async (name: string, backend?: Backend) =>
    [name, backend?.instantiate(program) ?? (await instantiateJavaScript(program))] as const;
  const feeds = new Map(
    [...Object.entries(drawn.feeds), ...Object.entries(drawn.parameters)].map(([n, a]) => [n, toArray(a)]),
  );
  for (const [name, instance] of [
    await made("closure", closureBackend),
    await made("javascript"),
    await made("wasm", wasmBackend),
  ]) {
    const wrong = wrongAmong(meaning, (entry) => {
      poison(program, instance);
      const { outputs, parameters } = runInstance(program, name, instance, entry, feeds);
      const known = resultsOf(program, drawn, entry);
      const typed = (arrays: typeof outputs, types: Results["outputs"]) =>
        new Map(
          [...types].map(([port, array]) => [port, { ...array, data: Float64Array.from(arrays.get(port) ?? []) }]),
        );
      return { outputs: typed(outputs, known.outputs), updates: typed(parameters, known.updates) };
    });
    if (wrong !== undefined) return [name, wrong];
  }
  return undefined;
};

/** The wrong result of one program, or the error that it ends in. */
const tried = (
  { pass, program }: Snapshot,
  drawn: GraphCase,
  meaning: Meaning,
): Pick<Fault, "who" | "wrong" | "error"> | undefined => {
  try {
    const wrong = wrongAmong(meaning, (entry) => resultsOf(program, drawn, entry));
    return wrong === undefined ? undefined : { who: `pass ${pass}`, wrong };
  } catch (error) {
    return { who: `pass ${pass}`, error: messageOf(error) };
  }
};

/**
 * Looks for who is at fault: runs the program behind each pass that changed something, and last the backends. Undefined where
 * all of them compute what the graph means.
 */
export const findFault = async (
  drawn: GraphCase,
  passes: Pass<Graph, unknown> = compilation,
): Promise<Fault | undefined> => {
  const meaning = meaningOf(drawn);
  const { list, broken } = snapshotsOf(passes, drawn.graph);
  for (const snapshot of list) {
    const fault = tried(snapshot, drawn, meaning);
    if (fault !== undefined) return { ...fault, among: list.length };
  }
  if (broken !== undefined) return { who: `pass ${broken.pass}`, among: list.length, error: messageOf(broken.error) };
  const last = list.at(-1)?.program;
  const found = isPlanned(last) ? await wrongBackend(last, drawn, meaning) : undefined;
  return found && { who: `backend ${found[0]}`, among: list.length, wrong: found[1] };
};
