// A program taken apart, to be timed: every call of an entry point becomes an entry point of its own, over the same memory
// and by the same kernels. Whatever backend runs it, the code that is timed is the code that runs otherwise, and nothing
// in it looks at a clock: who runs the calls one by one does that in between.
import type { Call, EntryPoint, PlannedProgram } from "../../ir/loop/kernel.ts";

/** The name of the entry point as it was. */
export const wholeName = "whole";

/** The name of the entry point that is one call: its position among them. */
export const callName = (position: number): string => String(position);

const nothingAround = { inputs: [], outputs: [], updates: [] } as const;

/** The program that has this entry point, whole and call by call. */
export const callwise = (program: PlannedProgram, { calls }: Pick<EntryPoint, "calls">): PlannedProgram => {
  const entry = (name: string, own: readonly Call[]): EntryPoint => ({ ...nothingAround, name, calls: own });
  return {
    ...program,
    entries: [entry(wholeName, calls), ...calls.map((call, position) => entry(callName(position), [call]))],
  };
};
