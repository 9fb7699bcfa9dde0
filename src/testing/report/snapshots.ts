// The programs between the passes of a pipeline, and what each of them computes: graphs by the reference meaning, kernels by
// the interpreter of the loop language, which checks every access.
import { evaluateEntry } from "../../backends/reference/interpreter.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import { assertValid } from "../../ir/graph/verify.ts";
import { interpretEntry } from "../../ir/loop/interpret.ts";
import type { PlannedProgram, Port, Program } from "../../ir/loop/kernel.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { FusedGraph } from "../../passes/fused-graph.ts";
import type { Observer, Pass } from "../../passes/pass.ts";
import { planBuffers } from "../../passes/plan-buffers.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";

/** A program, and the pass that made it. */
export interface Snapshot {
  readonly pass: string;
  readonly program: unknown;
}

/** What a pipeline made of a graph, step by step; where a pass ended in an error, that is the last thing said. */
export interface Snapshots {
  readonly list: readonly Snapshot[];
  readonly broken?: { readonly pass: string; readonly error: unknown };
}

const isObject = (program: unknown): program is object => typeof program === "object" && program !== null;

const isGraph = (program: unknown): program is Graph =>
  isObject(program) && "nodes" in program && "entries" in program && "constants" in program;

const isFused = (program: unknown): program is FusedGraph =>
  isObject(program) && "graph" in program && "entries" in program;

const isProgram = (program: unknown): program is Program => isObject(program) && "kernels" in program;

const isPlanned = (program: Program): program is PlannedProgram => "memory" in program;

/** Whether a program is that of the whole graph, and not of a body in it. */
const isWhole = (program: unknown, { entries, inputs }: Graph): boolean =>
  !isGraph(program) ||
  (program.inputs.length === inputs.length &&
    program.entries.length === entries.length &&
    program.entries.every(({ name }, at) => name === entries[at]?.name));

/** Runs a pass, and keeps the whole program behind each step that changes it. */
export const snapshotsOf = (pass: Pass<Graph, unknown>, graph: Graph): Snapshots => {
  const list: Snapshot[] = [];
  let broken: Snapshots["broken"];
  let inBodies: string | undefined;
  let current: unknown = graph;
  const seen = (name: string, program: unknown): void => {
    if (program !== current) list.push({ pass: name, program });
    current = program;
  };
  const observer: Observer = {
    step: (inner, program) => {
      // What bodies have become shows when a pass is next given the whole graph.
      if (isWhole(program, graph)) seen(inBodies ?? inner.name, program);
      inBodies = undefined;
      try {
        const result = inner.run(program, observer);
        if (isWhole(result, graph)) seen(inner.name, result);
        else if (!Object.is(result, program)) inBodies = `${inner.name}, in a body`;
        return result;
      } catch (error) {
        broken ??= { pass: inner.name, error };
        throw error;
      }
    },
    changed: () => {},
    fired: () => {},
  };
  try {
    seen(pass.name, pass.run(graph, observer));
  } catch (error) {
    return { list, broken: broken ?? { pass: pass.name, error } };
  }
  return { list };
};

/** Arrays that an entry point gives: outputs, and new values of the parameters that it updates. */
export interface Results {
  readonly outputs: ReadonlyMap<string, NdArray>;
  readonly updates: ReadonlyMap<string, NdArray>;
}

/** Arrays for the ports of a program, and views of its memory to fill and to read. */
const interpreted = (program: PlannedProgram, drawn: GraphCase, entryName: string): Results => {
  const memory = new ArrayBuffer(program.memory.bytes);
  const view = (name: string) => {
    const buffer = program.buffers.get(name);
    invariant(buffer !== undefined, `program ${program.name} has a buffer ${name}`);
    return dtypes[buffer.dtype].view(memory, program.memory.offsets.get(name) ?? 0, buffer.length);
  };
  for (const { name, data } of program.buffers.values()) if (data !== undefined) view(name).set(data);
  const entry = program.entries.find(({ name }) => name === entryName);
  invariant(entry !== undefined, `program ${program.name} has an entry ${entryName}`);
  const fill = (ports: readonly Port[], arrays: GraphCase["feeds"]): void => {
    for (const { name, buffer } of ports) if (Object.hasOwn(arrays, name)) view(buffer).set(arrays[name]?.data ?? []);
  };
  fill(program.parameters, drawn.parameters);
  fill(entry.inputs, drawn.feeds);
  interpretEntry(program, entryName, memory);
  const read = ({ name, buffer, type }: Port): readonly [string, NdArray] => [
    name,
    { dtype: type.dtype, shape: type.shape.map(Number), data: Float64Array.from(view(buffer)) },
  ];
  const updated = program.parameters.filter(({ name }) => entry.updates.includes(name));
  return { outputs: new Map(entry.outputs.map(read)), updates: new Map(updated.map(read)) };
};

/** What a program computes on the values of a case. Throws where it is not well formed, or reaches out of its memory. */
export const resultsOf = (program: unknown, drawn: GraphCase, entry: string): Results => {
  if (isFused(program)) return resultsOf(program.graph, drawn, entry);
  if (isProgram(program)) return interpreted(isPlanned(program) ? program : planBuffers.run(program), drawn, entry);
  invariant(isGraph(program), "a program is a graph or has kernels");
  assertValid(program);
  const { outputs, updates } = evaluateEntry(program, entry, drawn.feeds, drawn.parameters);
  return { outputs: new Map(Object.entries(outputs)), updates: new Map(Object.entries(updates)) };
};
