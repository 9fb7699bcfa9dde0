// A planned program run on a backend, every entry point on the values of a case, from memory filled with garbage.
import type { Backend } from "../../backends/backend.ts";
import { closureBackend } from "../../backends/closure/closure-backend.ts";
import type { PlannedProgram } from "../../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../../ir/types/dtype.ts";
import type { GraphCase } from "../arbitraries/graph.ts";
import type { Violation } from "../property.ts";
import { poison } from "../run-everywhere.ts";
import { fillInputs, fillParameters, resultsOf } from "./run-apart.ts";
import { differenceIn, type ElementsByName } from "./same-arrays.ts";

/** What one entry point left. */
export interface EntryResults {
  readonly entry: string;
  readonly outputs: ElementsByName;
  readonly updates: ElementsByName;
}

/** Runs each entry point from the parameters of the case; closures unless said otherwise. */
export const runProgram = (
  program: PlannedProgram,
  drawn: GraphCase,
  backend: Backend = closureBackend,
): readonly EntryResults[] => {
  const instance = backend.instantiate(program);
  const arrays = new Map<string, DataArray>();
  for (const { name, dtype, length } of program.buffers.values())
    arrays.set(name, dtypes[dtype].view(instance.memory, program.memory.offsets.get(name) ?? 0, length));
  return program.entries.map((entry) => {
    poison(program, instance);
    fillParameters(program, arrays, drawn);
    instance.prepare();
    fillInputs(entry, arrays, drawn);
    instance.run(entry.name);
    return { entry: entry.name, ...resultsOf(program, entry, arrays) };
  });
};

/** The first bit in which two runs over all entry points differ. */
export const resultsDiffer = (
  who: string,
  wanted: readonly EntryResults[],
  got: readonly EntryResults[],
): Violation | undefined => {
  for (const [at, { entry, outputs, updates }] of wanted.entries()) {
    const other = got[at];
    if (other?.entry !== entry) return { what: `${who} has no entry ${JSON.stringify(entry)}` };
    const violation =
      differenceIn(who, outputs, other.outputs) ?? differenceIn(`${who}, as parameters,`, updates, other.updates);
    if (violation !== undefined) return violation;
  }
  return undefined;
};
