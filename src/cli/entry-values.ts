// The entry point that a command runs, and random values for what it reads.
import type { Executable, InputFacts } from "../backends/runtime/executable.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import type { EntryPoint, PlannedProgram } from "../ir/loop/kernel.ts";
import type { DataArray } from "../ir/types/dtype.ts";
import { seedAt } from "../testing/kit/random-case.ts";
import { randomValues } from "./random-values.ts";

/** The entry point of a name; without a name the first of the usual ones that there is, or the first at all. W308 otherwise. */
export const entryOf = (
  { entries }: PlannedProgram,
  name: string | undefined,
  usual: readonly string[],
): EntryPoint => {
  const known = entries.map((entry) => entry.name);
  const wanted = name ?? usual.find((each) => known.includes(each)) ?? known[0] ?? "";
  return entries.find((entry) => entry.name === wanted) ?? reject("W308", { name: wanted, known });
};

/** Random values for the inputs of an entry point; indices lie within what they index. */
export const randomFeeds = (entry: EntryPoint, seed: number, { ranges }: InputFacts): Record<string, DataArray> =>
  Object.fromEntries(
    entry.inputs.map((port, position) => [
      port.name,
      randomValues(port, seedAt(seed, position), "normal", ranges.get(port.name)),
    ]),
  );

/** Random values for all parameters: those of a graph alone, which no model initialises. */
export const fillParameters = (
  { parameters, write }: Executable,
  { name, inputs }: EntryPoint,
  seed: number,
  { states }: InputFacts,
): void => {
  for (const [position, port] of parameters.entries())
    write(
      port.name,
      randomValues(port, seedAt(seed, inputs.length + position), "normal", states.get(name)?.get(port.name)),
    );
};
