// One graph, one result: compiling it twice gives the same program, text for text and place for place, and the program gives the same
// bits in every run, in a second executable, and when its work is cut for any number of threads.
import type { Graph } from "../../ir/graph/graph.ts";
import { interpretKernel } from "../../ir/loop/interpret.ts";
import type { PlannedProgram } from "../../ir/loop/kernel.ts";
import { printProgram } from "../../ir/loop/print.ts";
import type { DataArray } from "../../ir/types/dtype.ts";
import { compilationFor } from "../../passes/pipelines.ts";
import type { GraphCase } from "../arbitraries/graph.ts";
import type { GraphProperty } from "../property.ts";
import { attempt } from "./attempt.ts";
import { type Calling, runApart } from "./run-apart.ts";
import { type EntryResults, resultsDiffer, runProgram } from "./run-program.ts";

/** A compiler to a program for so many threads. */
export type CompileFor = (graph: Graph, threads: number) => PlannedProgram;

/** Work is cut however little it is. */
const compileFor: CompileFor = (graph, threads) =>
  compilationFor({ numerics: "exact", threads, least: { kernel: 0, entry: 0 } }).run(graph);

/** Makes a call as so many threads would, one after the other, each with its own copy of what there are copies of. */
const inParts = ({ sharing, buffers }: PlannedProgram, threads: number): Calling => {
  const own = new Map<string, DataArray>();
  const ownOf = (name: string, thread: number, array: DataArray): DataArray => {
    if (thread === 0 || (buffers.get(name)?.copies ?? 1) === 1) return array;
    const copy = own.get(`${thread} ${name}`) ?? array.slice();
    own.set(`${thread} ${name}`, copy);
    return copy;
  };
  return (kernel, arrays, call) => {
    if (sharing === undefined || !call.buffers.includes(sharing.buffer)) return interpretKernel(kernel, arrays);
    for (let thread = 0; thread < threads; thread++) {
      const given = call.buffers.map((name, at) => {
        const array = arrays[at] ?? Int32Array.of();
        return name === sharing.buffer ? Int32Array.of(thread, threads) : ownOf(name, thread, array);
      });
      interpretKernel(kernel, given);
    }
  };
};

/** Every entry point of a program for so many threads, its parts run in turn. */
const runInParts = (program: PlannedProgram, threads: number, drawn: GraphCase): readonly EntryResults[] =>
  program.entries.map((entry) => ({
    entry: entry.name,
    ...runApart(program, entry, drawn, inParts(program, threads)),
  }));

/** A program and its plan as text. */
const textOf = (program: PlannedProgram): string =>
  JSON.stringify([printProgram(program), [...program.memory.offsets], program.memory.bytes]);

/**
 * The same bits whenever and however often it is run, and on several threads.
 *
 * @param compile - the compiler under test; the package's own unless said otherwise.
 * @param threads - on how many threads it is run beside one.
 * @example
 * await forAll(graphs({ ops: ["reduce"], maxSteps: 2 }), deterministic(), { runs: 3 }); // undefined
 */
export const deterministic = (compile: CompileFor = compileFor, threads = 4): GraphProperty => ({
  name: "deterministic",
  check: (drawn) =>
    attempt("compiling and running", () => {
      const program = compile(drawn.graph, 1);
      const again = compile(drawn.graph, 1);
      if (textOf(program) !== textOf(again)) return { what: "compiling a second time gives another program" };
      const wanted = runProgram(program, drawn);
      const violation =
        resultsDiffer("a second run", wanted, runProgram(program, drawn)) ??
        resultsDiffer("a second executable", wanted, runProgram(again, drawn));
      if (violation !== undefined) return violation;
      for (let count = 2; count <= threads; count++) {
        const parts = runInParts(compile(drawn.graph, count), count, drawn);
        const shared = resultsDiffer(`the program for ${count} threads`, wanted, parts);
        if (shared !== undefined) return shared;
      }
      return undefined;
    }),
});
