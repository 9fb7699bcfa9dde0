/// <reference lib="esnext.disposable" preserve="true" />
// A compiled program in use: checks what is fed, copies it in, runs an entry point, copies results out. Parameters live in
// the program's memory between runs. The same code serves every backend, because every backend is an instance over one
// memory at planned offsets.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { inWords } from "../../ir/diagnostics/in-words.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { EntryPoint, PlannedProgram, Port } from "../../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../../ir/types/dtype.ts";
import type { Backend, Instance } from "../backend.ts";
import { checkedFeed, hostArray, type NDArray } from "./host-array.ts";

/** What is known of the inputs of a whole description. */
export interface InputFacts {
  /** All inputs; an entry point may read only some of them, and the others may be fed all the same. */
  readonly names: readonly string[];
  /** For inputs that index something: how many rows they may address. */
  readonly ranges: ReadonlyMap<string, number>;
  /** The same for parameters, by entry point. */
  readonly states: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** A graph made runnable, by whatever backend. */
export interface Executable {
  readonly backend: string;
  readonly entries: readonly string[];
  /** Runs an entry point on arrays by input name; gives fresh arrays by output name. Synchronous. */
  readonly run: (entry: string, feeds: Readonly<Record<string, unknown>>) => Record<string, NDArray>;
  readonly parameters: readonly Port[];
  /** A copy of a parameter's present value. */
  readonly read: (parameter: string) => NDArray;
  /** Sets a parameter; `reject`s a value of another type. */
  readonly write: (parameter: string, value: unknown) => void;
  /** How many threads the next run uses: those asked for, as far as there are, once they are ready; one otherwise. */
  readonly threads: number;
  /** Ends the threads beside the caller's own, where there are any; everything goes on working, on one. */
  readonly dispose: () => void;
  readonly [Symbol.dispose]: () => void;
}

/** Refuses indices outside their table, naming the first. */
export const checkIndices = (name: string, data: DataArray, range: number | undefined): void => {
  if (range === undefined) return;
  for (const [position, index] of data.entries())
    if (index < 0 || index >= range) reject("W306", { name, position, index, range });
};

/** Refuses to run an entry point for which there is no room left: state that would index outside (W520). */
export const checkStates = (
  entry: string,
  { states }: InputFacts,
  read: (parameter: string) => ArrayLike<number> | undefined,
): void => {
  for (const [name, range] of states.get(entry) ?? [])
    for (const value of Array.from(read(name) ?? []))
      if (value < 0 || value >= range) reject("W520", { entry, name, value, range });
};

/** Refuses names that are no input of the entry point, and inputs that are not fed. */
export const checkNames = (
  entry: EntryPoint,
  feeds: Readonly<Record<string, unknown>>,
  known: readonly string[],
): void => {
  if (typeof feeds !== "object" || feeds === null) {
    const write = `${entry.name}({ ${entry.inputs.map(({ name }) => JSON.stringify(name)).join(", ")} })`;
    reject("W140", { what: entry.name, expected: "a record of arrays", given: inWords(feeds), write });
  }
  for (const name of Object.keys(feeds)) if (!known.includes(name)) reject("W302", { name, entry: entry.name, known });
  for (const { name } of entry.inputs)
    if (!Object.hasOwn(feeds, name) || feeds[name] === undefined)
      reject("W301", { name, entry: entry.name, known: entry.inputs.map((input) => input.name) });
};

/** Puts a planned program on a backend. */
export const makeExecutable = (program: PlannedProgram, backend: Backend, facts: InputFacts): Executable =>
  executableOver(backend.instantiate(program), backend.name, program, facts);

/** The same without blocking, where the backend can. */
export const makeExecutableAsync = async (
  program: PlannedProgram,
  backend: Backend,
  facts: InputFacts,
): Promise<Executable> => {
  const instance = await (backend.instantiateAsync ?? backend.instantiate)(program);
  return executableOver(instance, backend.name, program, facts);
};

const executableOver = (
  instance: Instance,
  backend: string,
  program: PlannedProgram,
  facts: InputFacts,
): Executable => {
  const viewOf = (buffer: string): DataArray => {
    const declared = program.buffers.get(buffer);
    const offset = program.memory.offsets.get(buffer);
    invariant(declared !== undefined && offset !== undefined, `buffer ${buffer} has its place`);
    return dtypes[declared.dtype].view(instance.memory, offset, declared.length);
  };
  const views = new Map<string, DataArray>();
  const view = ({ buffer }: Port): DataArray => {
    const known = views.get(buffer) ?? viewOf(buffer);
    views.set(buffer, known);
    return known;
  };
  const entries = new Map(program.entries.map((entry) => [entry.name, entry]));
  const parameters = new Map(program.parameters.map((port) => [port.name, port]));
  let stale = program.prepare.length > 0;
  const parameterPort = (name: string): Port =>
    parameters.get(name) ?? reject("W307", { name, known: [...parameters.keys()] });
  const dispose = (): void => instance.dispose?.();
  return {
    backend,
    get threads() {
      return instance.threads?.() ?? 1;
    },
    dispose,
    [Symbol.dispose]: dispose,
    entries: [...entries.keys()],
    parameters: program.parameters,
    run: (name, feeds) => {
      const entry = entries.get(name) ?? reject("W308", { name, known: [...entries.keys()] });
      checkNames(entry, feeds, facts.names);
      const checked = entry.inputs.map((port) => {
        const data = checkedFeed(port.name, port.type, feeds[port.name]);
        checkIndices(port.name, data, facts.ranges.get(port.name));
        return data;
      });
      checkStates(name, facts, (parameter) => view(parameterPort(parameter)));
      if (stale) instance.prepare();
      stale = false;
      for (const [position, port] of entry.inputs.entries()) view(port).set(checked[position] ?? []);
      instance.run(name);
      return Object.fromEntries(entry.outputs.map((port) => [port.name, hostArray(port.type, view(port).slice())]));
    },
    read: (name) => {
      const port = parameterPort(name);
      return hostArray(port.type, view(port).slice());
    },
    write: (name, value) => {
      const port = parameterPort(name);
      view(port).set(checkedFeed(name, port.type, value));
      stale = program.prepare.length > 0;
    },
  };
};
