// Where results go: into new arrays, or into arrays of the caller's, so that a run allocates nothing. That is why loops here
// count, and why functions that run each time make no others: an iterator is an object, and what a closure sees is another.

import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { inWords } from "../../ir/diagnostics/in-words.ts";
import { requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import type { EntryPoint, Port } from "../../ir/loop/kernel.ts";
import type { DataArray } from "../../ir/types/dtype.ts";
import { checkedArray, copyElements, hostArray, type NDArray } from "./host-array.ts";

/** Arrays by the names of results, before they are looked at. */
export type UncheckedResults = Readonly<Record<string, unknown>>;

/** How an entry point is run. */
export interface RunOptions<Into = UncheckedResults> {
  /**
   * Arrays by the names of results: typed arrays, or what a run has given before. The results are written into them, and the record
   * itself is what the run gives. What it does not name is not copied. Such a run allocates nothing.
   */
  readonly into?: Into | undefined;
}

const known: readonly string[] = ["into"];

/** The options of a run; W140 for what is no record, W142 for one that there is not. */
export const checkedRunOptions = (entry: string, options: RunOptions): RunOptions => {
  if (typeof options !== "object" || options === null) requireKnownOptions(entry, options, known);
  for (const name in options) if (name !== "into") requireKnownOptions(entry, options, known);
  return options;
};

/** Refuses names that are no result of the entry point (W313), and arrays of another class, shape or length (W303 to W305). */
export const checkInto = (
  entry: EntryPoint,
  into: UncheckedResults | undefined,
  lengthOf: (port: Port) => number,
): void => {
  if (into === undefined) return;
  if (typeof into !== "object" || into === null) {
    const write = `{ into: { ${entry.outputs.map(({ name }) => JSON.stringify(name)).join(", ")} } }`;
    reject("W140", { what: `${entry.name}: into`, expected: "a record of arrays", given: inWords(into), write });
  }
  for (const name in into)
    if (Object.hasOwn(into, name)) {
      const port = resultOf(entry, name);
      if (into[name] !== undefined) checkedArray(name, port.type, into[name], lengthOf(port));
    }
};

const resultOf = ({ name: entry, outputs }: EntryPoint, name: string): Port => {
  for (let at = 0; at < outputs.length; at++) {
    const port = outputs[at];
    if (port?.name === name) return port;
  }
  return reject("W313", { name, entry, known: outputs.map((output) => output.name) });
};

const newResults = ({ outputs }: EntryPoint, dataOf: (port: Port) => DataArray): Record<string, NDArray> =>
  Object.fromEntries(outputs.map((port) => [port.name, hostArray(port.type, dataOf(port).slice())]));

/** The results: copies of what `dataOf` gives for each, in new arrays or in those that were checked. */
export const resultsOf = (
  entry: EntryPoint,
  dataOf: (port: Port) => DataArray,
  into: UncheckedResults | undefined,
): Record<string, NDArray> => {
  if (into === undefined) return newResults(entry, dataOf);
  const { outputs } = entry;
  for (let at = 0; at < outputs.length; at++) {
    const port = outputs[at];
    if (port === undefined || !Object.hasOwn(into, port.name) || into[port.name] === undefined) continue;
    const data = dataOf(port);
    copyElements(data, checkedArray(port.name, port.type, into[port.name], data.length));
  }
  // Typed arrays among them are what the caller gave, who knows them.
  return into as Record<string, NDArray>;
};
