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
import { callwise } from "../profile/callwise.ts";
import type { Profile, ProfileOptions } from "../profile/profile.ts";
import { profileEntry } from "../profile/profile-entry.ts";
import { firstValues } from "./first-values.ts";
import { checkedFeed, copyElements, hostArray, type NDArray } from "./host-array.ts";
import { checkedRunOptions, checkInto, type RunOptions, resultsOf } from "./results.ts";

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
  /** What it runs on: `wasm`, `closure`, `reference`. */
  readonly backend: string;
  /** The names of its entry points. */
  readonly entries: readonly string[];
  /** Runs an entry point on arrays by input name; gives arrays by output name, new ones unless told `into` which. Synchronous. */
  readonly run: (
    entry: string,
    feeds: Readonly<Record<string, unknown>>,
    options?: RunOptions,
  ) => Record<string, NDArray>;
  /**
   * Runs an entry point over and over, on a copy of the parameters, and says which kernels take how long and how much they
   * do. Refuses what `run` refuses, and a backend without kernels (W312).
   */
  readonly profile: (entry: string, feeds: Readonly<Record<string, unknown>>, options?: ProfileOptions) => Profile;
  /** The names and types of its parameters. */
  readonly parameters: readonly Port[];
  /** A copy of a parameter's present value. */
  readonly read: (parameter: string) => NDArray;
  /** Sets a parameter; `reject`s a value of another type. */
  readonly write: (parameter: string, value: unknown) => void;
  /** Says which value a parameter has until it is set; it is made, and checked like any other, when first it is needed. */
  readonly begin: (parameter: string, value: () => unknown) => void;
  /** How many threads the next run uses: those asked for, as far as there are, once they are ready; one otherwise. */
  readonly threads: number;
  /** Ends the threads beside the caller's own, where there are any; everything goes on working, on one. */
  readonly dispose: () => void;
  /** `dispose`, for `using`. */
  readonly [Symbol.dispose]: () => void;
}

/** Refuses indices outside their table, naming the first. */
export const checkIndices = (name: string, data: DataArray, range: number | undefined): void => {
  if (range === undefined) return;
  for (let position = 0; position < data.length; position++) {
    const index = data[position] ?? 0;
    if (index < 0 || index >= range) reject("W306", { name, position, index, range });
  }
};

/** Refuses to run an entry point for which there is no room left: state that would index outside (W520). */
export const checkStates = (
  entry: string,
  { states }: InputFacts,
  read: (parameter: string) => ArrayLike<number> | undefined,
): void => {
  const ranges = states.get(entry);
  if (ranges === undefined) return;
  for (const [name, range] of ranges) {
    const values = read(name) ?? [];
    for (let at = 0; at < values.length; at++) {
      const value = values[at] ?? 0;
      if (value < 0 || value >= range) reject("W520", { entry, name, value, range });
    }
  }
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
  for (const name in feeds)
    if (Object.hasOwn(feeds, name) && !known.includes(name)) reject("W302", { name, entry: entry.name, known });
  for (let at = 0; at < entry.inputs.length; at++) {
    const { name = "" } = entry.inputs[at] ?? {};
    if (!Object.hasOwn(feeds, name) || feeds[name] === undefined)
      reject("W301", { name, entry: entry.name, known: entry.inputs.map((input) => input.name) });
  }
};

/** Puts a planned program on a backend. */
export const makeExecutable = (program: PlannedProgram, backend: Backend, facts: InputFacts): Executable =>
  executableOver(backend.instantiate(program), backend, program, facts);

/** The same without blocking, where the backend can. */
export const makeExecutableAsync = async (
  program: PlannedProgram,
  backend: Backend,
  facts: InputFacts,
): Promise<Executable> => {
  const instance = await (backend.instantiateAsync ?? backend.instantiate)(program);
  return executableOver(instance, backend, program, facts);
};

type View = (port: Port) => DataArray;

/** The place of each port's buffer in memory, as an array. */
const viewsOf = (instance: Instance, program: PlannedProgram): View => {
  const viewOf = (buffer: string): DataArray => {
    const declared = program.buffers.get(buffer);
    const offset = program.memory.offsets.get(buffer);
    invariant(declared !== undefined && offset !== undefined, `buffer ${buffer} has its place`);
    return dtypes[declared.dtype].view(instance.memory, offset, declared.length);
  };
  const views = new Map<string, DataArray>();
  return ({ buffer }) => {
    const known = views.get(buffer) ?? viewOf(buffer);
    views.set(buffer, known);
    return known;
  };
};

/** What is fed, between being checked and being copied in. */
interface Feeding {
  /** Checks all that is fed before anything is changed. */
  readonly accept: (entry: EntryPoint, feeds: Readonly<Record<string, unknown>>) => void;
  /** Copies what was accepted to its place. */
  readonly copyIn: (entry: EntryPoint) => void;
  /** What was accepted, in the order of the inputs. */
  readonly accepted: (entry: EntryPoint) => readonly DataArray[];
}

const nothing = new Uint8Array(0);

/** Feeding over a memory. A run allocates nothing of its own, so there is one list for all of them. */
const feedingOver = (facts: InputFacts, view: View, stateOf: (parameter: string) => DataArray): Feeding => {
  const fed: DataArray[] = [];
  const copyIn = (port: Port, position: number): void => {
    copyElements(fed[position] ?? nothing, view(port));
    fed[position] = nothing;
  };
  return {
    accept: (entry, feeds) => {
      checkNames(entry, feeds, facts.names);
      for (let position = 0; position < entry.inputs.length; position++) {
        const port = entry.inputs[position];
        if (port === undefined) continue;
        const data = checkedFeed(port.name, port.type, feeds[port.name], view(port).length);
        checkIndices(port.name, data, facts.ranges.get(port.name));
        fed[position] = data;
      }
      checkStates(entry.name, facts, stateOf);
    },
    copyIn: (entry) => entry.inputs.forEach(copyIn),
    accepted: (entry) => fed.slice(0, entry.inputs.length),
  };
};

/** What is computed from parameters alone, and whether that is still so. */
interface Preparation {
  readonly changed: (buffer: string) => void;
  readonly renew: () => void;
}

const preparationOver = (instance: Instance, { prepare }: PlannedProgram): Preparation => {
  const readFrom = new Set(prepare.flatMap(({ buffers }) => buffers));
  let isStale = prepare.length > 0;
  return {
    changed: (buffer) => {
      isStale ||= readFrom.has(buffer);
    },
    renew: () => {
      if (isStale) instance.prepare();
      isStale = false;
    },
  };
};

/** Where parameters are set, and what follows from that. */
interface Parameters extends Pick<Executable, "read" | "write" | "begin"> {
  /** The place of a parameter, which has its value. */
  readonly valueOf: (name: string) => DataArray;
  /** Makes all values, and what is prepared from them, ready for a run. */
  readonly ready: () => void;
}

const parametersOver = (instance: Instance, program: PlannedProgram, view: View): Parameters => {
  const ports = new Map(program.parameters.map((port) => [port.name, port]));
  const preparation = preparationOver(instance, program);
  const portOf = (name: string): Port => ports.get(name) ?? reject("W307", { name, known: [...ports.keys()] });
  const write: Executable["write"] = (name, value) => {
    const port = portOf(name);
    view(port).set(checkedFeed(name, port.type, value));
    first.drop(name);
    preparation.changed(port.buffer);
  };
  const first = firstValues(write);
  const valueOf = (name: string): DataArray => {
    const port = portOf(name);
    first.need(name);
    return view(port);
  };
  return {
    write,
    begin: (name, value) => first.add(portOf(name).name, value),
    read: (name) => hostArray(portOf(name).type, valueOf(name).slice()),
    valueOf,
    ready: () => {
      first.needAll();
      preparation.renew();
    },
  };
};

const executableOver = (
  instance: Instance,
  backend: Backend,
  program: PlannedProgram,
  facts: InputFacts,
): Executable => {
  const view = viewsOf(instance, program);
  const entries = new Map(program.entries.map((entry) => [entry.name, entry]));
  const { valueOf, ready, read, write, begin } = parametersOver(instance, program, view);
  const lengthOf = (port: Port): number => view(port).length;
  const entryOf = (name: string): EntryPoint =>
    entries.get(name) ?? reject("W308", { name, known: [...entries.keys()] });
  const dispose = (): void => instance.dispose?.();
  const feeding = feedingOver(facts, view, valueOf);
  return {
    backend: backend.name,
    get threads() {
      return instance.threads?.() ?? 1;
    },
    dispose,
    [Symbol.dispose]: dispose,
    entries: [...entries.keys()],
    parameters: program.parameters,
    run: (name, feeds, options = {}) => {
      const { into } = checkedRunOptions(name, options);
      const entry = entryOf(name);
      feeding.accept(entry, feeds);
      checkInto(entry, into, lengthOf);
      ready();
      feeding.copyIn(entry);
      instance.run(name);
      return resultsOf(entry, view, into);
    },
    profile: (name, feeds, options) => {
      const entry = entryOf(name);
      feeding.accept(entry, feeds);
      const parameter = (port: Port): DataArray => valueOf(port.name);
      const subject = { program, entry, inputs: feeding.accepted(entry), parameter };
      return profileEntry(backend.instantiate(callwise(program, entry)), backend.name, subject, options);
    },
    read,
    write,
    begin,
  };
};
