// A program taken apart, to be timed: every call of an entry point, and of the preparation, becomes an entry point of its own,
// over the same memory and by the same kernels. Whatever backend runs it, the code that is timed is the code that runs otherwise, and nothing
// in it looks at a clock: who runs the calls one by one does that in between.
import type { Call, EntryPoint, PlannedProgram } from "../../ir/loop/kernel.ts";

/** The name of the entry point as it was. */
export const wholeName = "whole";

/** The names of the entry points that are one call each. */
export const callNames = (calls: readonly Call[]): readonly string[] => calls.map((_, at) => `call ${at}`);

/** The names of those that are one call of the preparation each. */
export const preparationNames = (calls: readonly Call[]): readonly string[] => calls.map((_, at) => `prepare ${at}`);

const nothingAround = { inputs: [], outputs: [], updates: [] } as const;

/** The program that has this entry point, whole and call by call, and the preparation call by call. */
export const callwise = (program: PlannedProgram, { calls }: Pick<EntryPoint, "calls">): PlannedProgram => {
  const entry = (name: string, own: readonly Call[]): EntryPoint => ({ ...nothingAround, name, calls: own });
  const apart = (all: readonly Call[], names: readonly string[]): readonly EntryPoint[] =>
    all.map((call, at) => entry(names[at] ?? "", [call]));
  const { prepare } = program;
  return {
    ...program,
    entries: [entry(wholeName, calls), ...apart(calls, callNames(calls)), ...apart(prepare, preparationNames(prepare))],
  };
};
