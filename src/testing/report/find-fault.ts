// Who is at fault for a wrong result: the first pass of the pipeline behind which the program computes something else than the
// graph means, or the backend that runs what is right up to there.

import { closureBackend } from "../../backends/closure/closure-backend.ts";
import { instantiateJavaScript } from "../../backends/javascript/instantiate-javascript.ts";
import { differingElement } from "../../backends/runtime/differing-element.ts";
import { wasmBackend } from "../../backends/wasm/instantiate.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import type { PlannedProgram } from "../../ir/loop/kernel.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { lower } from "../../passes/lower.ts";
import type { Pass } from "../../passes/pass.ts";
import { compilation } from "../../passes/pipelines.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { toArray } from "../case-arrays.ts";
import { type Bounded, type BoundedResults, evaluateBounded } from "../oracle/evaluate-bounded.ts";
import { judge, type OutOfBound } from "../oracle/judge.ts";
import { separate } from "../properties/fused-equals-unfused.ts";
import { type PortArrays, poison, runInstance } from "../run-everywhere.ts";
import { isFused, type Results, resultsOf, type Snapshot, snapshotsOf } from "./snapshots.ts";

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

/** The first bit in which a backend leaves other results than the interpreter of the same program. */
const otherBits = (wanted: ReadonlyMap<string, NdArray>, got: PortArrays): WrongResult | undefined => {
  for (const [output, array] of wanted) {
    const given = got.get(output) ?? [];
    const element = differingElement(array.data, given);
    if (element === undefined) continue;
    const gotArray = { ...array, data: Float64Array.from(given) };
    const values = { got: given[element] ?? Number.NaN, wanted: array.data[element] ?? Number.NaN };
    return { output, element, bound: 0, ...values, gotArray, wantedArray: array };
  }
  return undefined;
};

/** A backend that runs a program into other results than its meaning, which the interpreter gives to the bit. */
const wrongBackend = async (
  program: PlannedProgram,
  drawn: GraphCase,
): Promise<readonly [string, WrongResult] | undefined> => {
  const feeds = new Map(
    [...Object.entries(drawn.feeds), ...Object.entries(drawn.parameters)].map(([name, array]) => [
      name,
      toArray(array),
    ]),
  );
  for (const [name, instance] of [
    ["closure", closureBackend.instantiate(program)],
    ["javascript", await instantiateJavaScript(program)],
    ["wasm", wasmBackend.instantiate(program)],
  ] as const)
    for (const entry of program.entries) {
      const wanted = resultsOf(program, drawn, entry.name);
      poison(program, instance);
      const { outputs, parameters } = runInstance(program, name, instance, entry.name, feeds);
      const wrong = otherBits(wanted.outputs, outputs) ?? otherBits(wanted.updates, parameters);
      if (wrong !== undefined) return [name, wrong];
    }
  return undefined;
};

type Found = Omit<Fault, "among">;

/** The wrong result of one program, or the error that it ends in. */
const tried = ({ pass, program }: Snapshot, drawn: GraphCase, meaning: Meaning): Found | undefined => {
  try {
    const wrong = wrongAmong(meaning, (entry) => resultsOf(program, drawn, entry));
    return wrong === undefined ? undefined : { who: `pass ${pass}`, wrong };
  } catch (error) {
    return { who: `pass ${pass}`, error: messageOf(error) };
  }
};

/**
 * Lowering shows what is wrong with groups of nodes as well: where the same graph comes out right with a kernel for each node,
 * it is fusion that put together what does not belong together.
 */
const blamed = (fault: Found, before: Snapshot | undefined, drawn: GraphCase, meaning: Meaning): Found => {
  if (before === undefined || !isFused(before.program) || fault.who !== "pass lower") return fault;
  const apart = { pass: "lower", program: lower.run(separate(before.program.graph)) };
  return tried(apart, drawn, meaning) === undefined ? { ...fault, who: `pass ${before.pass}` } : fault;
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
  for (const [at, snapshot] of list.entries()) {
    const fault = tried(snapshot, drawn, meaning);
    if (fault !== undefined) return { ...blamed(fault, list[at - 1], drawn, meaning), among: list.length };
  }
  if (broken !== undefined) return { who: `pass ${broken.pass}`, among: list.length, error: messageOf(broken.error) };
  const last = list.at(-1)?.program;
  const found = isPlanned(last) ? await wrongBackend(last, drawn) : undefined;
  return found && { who: `backend ${found[0]}`, among: list.length, wrong: found[1] };
};
