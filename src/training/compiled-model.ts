// A model compiled: a typed function from feeds to results, with its parameters by path.

import type { Profile, ProfileOptions } from "../backends/profile/profile.ts";
import type { Executable } from "../backends/runtime/executable.ts";
import { checkedFeed, type NDArray } from "../backends/runtime/host-array.ts";
import type { RunOptions } from "../backends/runtime/results.ts";
import type { CompiledGraph, CompileOptions } from "../compile/compile-graph.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { PlannedProgram, Port } from "../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../ir/types/dtype.ts";
import type { Named, NamedAs } from "../ir/types/named.ts";
import { knownShape } from "../ir/types/shape.ts";
import type { CheckFeeds, Feed, FeedRule, Feeds } from "../ir/types/static/feeds.ts";
import type { CheckInto, Into } from "../ir/types/static/into.ts";
import { randomStream } from "../model/initializer.ts";
import type { AnyModel } from "../model/model.ts";
import { flattenSpecs } from "../model/parameter.ts";
import type { PassTrace } from "../passes/trace.ts";
import { averageParameter, isTrainingState, seedParameter } from "./training-state.ts";

/** Results by name: arrays of the shapes and dtypes that `forward` gave. */
export type Fetches<O extends Named = Named> = { readonly [T in O as T["name"]]: NDArray<T["shape"], T["dtype"]> };

/**
 * An entry point as a function of its inputs (what other entry points read may be fed `Also`): to new arrays, or into given ones,
 * which then are what it gives; that allocates nothing. `reject`s inputs that are missing (W301), names that are none (W302) or no
 * result (W313), and arrays of another class, shape or length (W303 to W305).
 */
export interface Call<Entry extends string, I extends Named, O extends Named, Also extends Named = never> {
  <Given = Feeds<I>>(feeds: CheckFeeds<Entry, I, Given, Also>): Fetches<O>;
  <R = Into<O>, Given = Feeds<I>>(
    feeds: CheckFeeds<Entry, I, Given, Also>,
    options: { readonly into: CheckInto<Entry, O, R> },
  ): R;
}

/** How parameters are restored. */
export interface RestoreOptions {
  /** Parameters that are not given keep their values. */
  readonly partial?: boolean;
}

/** Parameters by path, living in the program's memory. */
export interface ParameterStore<W extends Named = Named> {
  /** All paths, in the order of the tree. */
  readonly names: readonly W["name"][];
  /** A copy of the present value. `reject`s a name that is unknown (W307). */
  readonly get: <const Name extends W["name"]>(
    name: Name,
  ) => NDArray<NamedAs<W, Name>["shape"], NamedAs<W, Name>["dtype"]>;
  /**
   * Sets a value; a typed array of the parameter's dtype, or that with its shape. `reject`s a name that is unknown (W307) and a
   * value of another type (W303 to W305).
   */
  readonly set: <const Name extends W["name"], Given>(
    name: Name,
    value: FeedRule<Name, NamedAs<W, Name>["dtype"], Given>,
  ) => void;
  /** Copies of all values, by name: what is saved. */
  readonly all: () => Fetches<W>;
  /**
   * Sets all parameters, or none: every name and type is checked first. `reject`s names that are unknown (W307) or missing
   * (W309, unless `partial`), and values of another type (W303 to W305). A model takes the parameters of its trainer too:
   * what only the training keeps (optimizer state, averages) is left out.
   */
  readonly restore: (values: Readonly<Record<string, Feed>>, options?: RestoreOptions) => void;
}

/** Options of `compile`. */
export interface ModelOptions extends CompileOptions {
  /** From which parameters are initialised; 0 unless said otherwise. */
  readonly seed?: number;
}

/** What every compiled description has. */
export interface Compiled<W extends Named = Named> {
  /** Their parameters by path. */
  readonly parameters: ParameterStore<W>;
  /** The program on its backend. */
  readonly executable: Executable;
  /** The loop program that runs. */
  readonly program: PlannedProgram;
  /** What each pass did. */
  readonly trace: PassTrace;
  /** What it was compiled from. */
  readonly compiled: CompiledGraph;
}

/** A compiled model: call it with feeds. Its inputs, results and parameters by name. */
export interface CompiledModel<I extends Named = Named, O extends Named = Named, W extends Named = Named>
  extends Compiled<W>,
    Call<"predict", I, O> {
  /** Where the time of a call goes: which kernels and layers take how long, and how much they do. See `Profile`. */
  readonly profile: (feeds: Feeds<I>, options?: ProfileOptions) => Profile;
}

/** Feeds and results where the description's exact types do not matter. */
export type AnyFeeds = Readonly<Record<string, unknown>>;
export type AnyFetches = Readonly<Record<string, NDArray>>;

const restore = (
  { write }: Executable,
  parameters: readonly Port[],
  values: Readonly<Record<string, unknown>>,
  options: RestoreOptions,
): void => {
  expect(isRecord(options), "restore", "a record of options", options, "restore(values, { partial: true })");
  const { partial = false } = options;
  if (typeof values !== "object" || values === null || ArrayBuffer.isView(values) || values instanceof ArrayBuffer) {
    const details = { what: "restore", expected: "a record of arrays", given: inWords(values) };
    const write =
      ArrayBuffer.isView(values) || values instanceof ArrayBuffer
        ? "decodeSafetensors(bytes)"
        : "trainer.parameters.all()";
    reject("W140", { ...details, write: `parameters.restore(${write})` });
  }
  const ports = new Map(parameters.map((port) => [port.name, port]));
  const known = [...ports.keys()];
  const given = Object.entries(values).filter(([name]) => ports.has(name) || !isTrainingState(name));
  for (const [name, value] of given) {
    const port = ports.get(name) ?? reject("W307", { name, known });
    checkedFeed(name, port.type, value);
  }
  const names = new Set(given.map(([name]) => name));
  const missing = known.filter((name) => !names.has(name));
  if (missing.length > 0 && !partial) reject("W309", { missing });
  for (const [name, value] of given) write(name, value);
};

/** The parameters of an executable as a store: all of them, or those of some names. */
export const parameterStore = (
  executable: Executable,
  isKept: (name: string) => boolean = () => true,
): ParameterStore => {
  const ports = executable.parameters.filter(({ name }) => isKept(name));
  const names = ports.map(({ name }) => name);
  return {
    names,
    get: executable.read,
    set: executable.write,
    all: () => Object.fromEntries(names.map((name) => [name, executable.read(name)])),
    restore: (values, options = {}) => restore(executable, ports, values, options),
  };
};

/** Lets a model's parameters begin as its specifications say, the averages of them alike, and sets the seed of random masks. */
export const initialize = (executable: Executable, model: AnyModel, seed: number): void => {
  const ports = new Map(executable.parameters.map((port) => [port.name, port]));
  if (ports.has(seedParameter)) executable.write(seedParameter, Int32Array.of(seed));
  for (const [path, { initializer, dtype }] of flattenSpecs(model.params)) {
    const port = ports.get(path);
    if (port === undefined) continue;
    const begins = (): DataArray => {
      const values = initializer.fill(knownShape(port.type.shape), randomStream(seed, path));
      const data = dtypes[dtype].allocate(values.length);
      data.set(values);
      return data;
    };
    executable.begin(path, begins);
    if (ports.has(averageParameter(path))) executable.begin(averageParameter(path), begins);
  }
};

/** A compiled model of which the exact types do not matter. */
type AnyCompiledModel = Compiled &
  AnyCall & { readonly profile: (feeds: AnyFeeds, options?: ProfileOptions) => Profile };

/** An entry point of which the exact types do not matter. */
export type AnyCall = (feeds: AnyFeeds, options?: RunOptions) => AnyFetches;

/** A compiled model graph as a function, its parameters initialised. `compile` gives the result its exact type. */
export const bindModel = (model: AnyModel, compiled: CompiledGraph, { seed = 0 }: ModelOptions): AnyCompiledModel => {
  const { executable, program, trace } = compiled;
  initialize(executable, model, seed);
  const call: AnyCall = (feeds, options) => executable.run("predict", feeds, options);
  const profile = (feeds: AnyFeeds, options?: ProfileOptions): Profile => executable.profile("predict", feeds, options);
  return Object.assign(call, { profile, parameters: parameterStore(executable), executable, program, trace, compiled });
};
