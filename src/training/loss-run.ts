// Entry points that have a loss, as a trainer gives their results: the loss as a number, beside it metrics or gradients, in new arrays or
// in those of the caller's. With the latter nothing is allocated (but for a number, which engines may keep as an object), so what every
// run needs is made once.
import type { Executable } from "../backends/runtime/executable.ts";
import { hostArray } from "../backends/runtime/host-array.ts";
import { checkedRunOptions, type RunOptions } from "../backends/runtime/results.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { EntryPoint, Port } from "../ir/loop/kernel.ts";

/** Results by name; a loss among them may be a number. */
export type LossResults = Record<string, unknown>;

/** Runs an entry point, and gives new results, or those that `into` names. */
export type LossRun = (feeds: Readonly<Record<string, unknown>>, options?: RunOptions) => LossResults;

/** What a caller sees of the results of an entry point. */
export interface LossRunForm {
  /** The record within the results that holds all but the loss, and what stands before their names in the program. */
  readonly within?: { readonly record: string; readonly prefix: string };
  /** A flag that a caller does not see, and what is thrown where it is not set. */
  readonly flag?: { readonly name: string; readonly error: (feeds: LossResults, loss: number) => Error };
}

/** A result beside the loss: its name as callers know it, and as the program does. */
interface Shown {
  readonly name: string;
  readonly port: Port;
}

const lossName = "loss";

const checkRecord = (what: string, given: unknown, write: string): void => {
  if (typeof given === "object" && given !== null) return;
  reject("W140", { what, expected: "a record of arrays", given: inWords(given), write });
};

/** Refuses names of no result (W313). Like all that runs each time, it makes no objects. */
const checkNames = (entry: string, given: object, known: ReadonlySet<string>): void => {
  for (const name in given)
    if (!known.has(name) && Object.hasOwn(given, name)) reject("W313", { name, entry, known: [...known] });
};

/** Refuses what results cannot be written into: W140, W313. Arrays are looked at by the run. */
const checkerOf = (entry: string, names: readonly string[], within: string | undefined) => {
  const inner = new Set(names);
  const outer = new Set([lossName, ...(within === undefined ? names : [within])]);
  // Texts that are put together are objects too.
  const what = `${entry}: into`;
  const write = `${entry}(feeds, { into: { loss: 0 } })`;
  const inWhat = `${what}: ${within}`;
  const inWrite = `${entry}(feeds, { into: { ${within}: {} } })`;
  return (into: LossResults): void => {
    checkRecord(what, into, write);
    checkNames(entry, into, outer);
    if (typeof into[lossName] === "number" && Object.isFrozen(into))
      reject("W140", { what, expected: "a record that may change", given: "a frozen one", write });
    const record = within === undefined ? undefined : into[within];
    if (record === undefined) return;
    checkRecord(inWhat, record, inWrite);
    checkNames(entry, record as object, inner); // a record, as was just checked
  };
};

/** The elements of what a result was written into: a typed array, or that with its shape. */
const elementsOf = (given: unknown): ArrayLike<number> =>
  // The run has checked that it is one of the two.
  (ArrayBuffer.isView(given) ? given : (given as { readonly data: unknown }).data) as ArrayLike<number>;

/** The results that a caller sees beside the loss. As keys of a record names are one with those of callers, to which engines compare them. */
const shownOf = (ports: readonly Port[], prefix: string): readonly Shown[] =>
  Object.entries(Object.fromEntries(ports.map((port) => [port.name.slice(prefix.length), port]))).map(
    ([name, port]): Shown => ({ name, port }),
  );

/** New results, to be written into. */
const freshResults = (shown: readonly Shown[], within: string | undefined): LossResults => {
  const arrays = Object.fromEntries(shown.map(({ name, port }) => [name, hostArray(port.type)]));
  return within === undefined ? { ...arrays, [lossName]: 0 } : { [lossName]: 0, [within]: arrays };
};

/** An entry point that has a loss, with results of this form. */
export const lossRun = (executable: Executable, entry: EntryPoint, { within, flag }: LossRunForm): LossRun => {
  const { record, prefix = "" } = within ?? {};
  const isShown = ({ name }: Port): boolean => name !== lossName && name !== flag?.name;
  const shown = shownOf(entry.outputs.filter(isShown), prefix);
  const check = checkerOf(
    entry.name,
    shown.map(({ name }) => name),
    record,
  );
  // Arrays of our own for the numbers, and where all results of a run go, by their names in the program.
  const own: Readonly<LossResults> = Object.fromEntries(
    entry.outputs.map((port) => [port.name, isShown(port) ? undefined : hostArray(port.type).data]),
  );
  const places: LossResults = { ...own };
  const ports = new Map(shown.map(({ name, port }) => [name, port.name]));
  const unplaced = Object.fromEntries(shown.map(({ port }) => [port.name, undefined]));
  const placed: RunOptions = { into: places };
  const place = (into: LossResults): void => {
    const loss = into[lossName];
    places[lossName] = loss === undefined || typeof loss === "number" ? own[lossName] : loss;
    // A record, if there is any, as was checked.
    const arrays = (record === undefined ? into : into[record]) as LossResults | undefined;
    for (const port in unplaced) places[port] = undefined;
    for (const name in arrays) {
      const port = ports.get(name);
      if (port !== undefined) places[port] = arrays[name];
    }
  };
  const ownLoss = elementsOf(own[lossName]);
  const flags = flag === undefined ? [] : elementsOf(own[flag.name]);
  return (feeds, options = {}) => {
    const { into } = checkedRunOptions(entry.name, options);
    const results: LossResults = into ?? freshResults(shown, record);
    check(results);
    place(results);
    executable.run(entry.name, feeds, placed);
    if (flag !== undefined && flags[0] === 0) throw flag.error(feeds, elementsOf(places[lossName])[0] ?? Number.NaN);
    if (typeof results[lossName] === "number") results[lossName] = ownLoss[0];
    return results;
  };
};
