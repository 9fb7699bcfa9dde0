// A decoding compiled: its entry points read on from where the sequence stands, which lives in the program's memory.
import type { Profile, ProfileOptions } from "../backends/profile/profile.ts";
import type { Executable } from "../backends/runtime/executable.ts";
import type { CompiledGraph } from "../compile/compile-graph.ts";
import { dtypes } from "../ir/types/dtype.ts";
import type { Named } from "../ir/types/named.ts";
import { sizeOf } from "../ir/types/ndarray.ts";
import { knownShape } from "../ir/types/shape.ts";
import type { Feeds } from "../ir/types/static/feeds.ts";
import { isDecodingState, positionState } from "../model/past.ts";
import {
  type AnyCall,
  type Call,
  type Compiled,
  initialize,
  type ModelOptions,
  type ParameterStore,
  parameterStore,
} from "./compiled-model.ts";
import type { AnyDecoding } from "./decoding.ts";

/** The sequence that a decoder has read so far. */
export interface DecodedSequence {
  /** How many positions it has. */
  readonly position: () => number;
  /** Begins anew: the sequence has no positions. */
  readonly reset: () => void;
  /** The sequence as arrays: what to restore to go on from here again. */
  readonly state: ParameterStore;
}

/**
 * A compiled decoding. Each entry point reads the next positions of every input, as many as its name was given, and throws W520
 * and changes nothing where there is no room for them.
 */
export type Decoder<
  I extends Named = Named,
  O extends Named = Named,
  W extends Named = Named,
  Entry extends string = string,
> = DecoderParts<I, W, Entry> & { readonly [Name in Entry]: Call<Name, I, O> };

/** What a decoder has beside its entry points. */
export interface DecoderParts<I extends Named, W extends Named, Entry extends string>
  extends Compiled<W>,
    DecodedSequence {
  /** Where the time of reading a piece goes, at the position where the sequence stands. It is not read: see `Profile`. */
  readonly profile: (entry: Entry, feeds: Feeds<I>, options?: ProfileOptions) => Profile;
}

/** A decoder of which the exact types do not matter. */
type AnyDecoder = Compiled & DecodedSequence & Pick<Executable, "profile">;

/** A decoding graph as a decoder: its parameters are initialised, its sequence is empty. `compile` gives the exact type. */
export const bindDecoder = (
  { model, options: { entries } }: AnyDecoding,
  compiled: CompiledGraph,
  { seed = 0 }: ModelOptions,
): AnyDecoder => {
  const { executable, program, trace } = compiled;
  initialize(executable, model, seed);
  const state = parameterStore(executable, isDecodingState);
  const call =
    (entry: string): AnyCall =>
    (feeds, options) =>
      executable.run(entry, feeds, options);
  return {
    ...Object.fromEntries(Object.keys(entries).map((entry) => [entry, call(entry)])),
    position: () => executable.read(positionState).data[0] ?? 0,
    reset: () => {
      for (const { name, type } of program.parameters)
        if (isDecodingState(name)) executable.write(name, dtypes[type.dtype].allocate(sizeOf(knownShape(type.shape))));
    },
    state,
    parameters: parameterStore(executable, (name) => !isDecodingState(name)),
    profile: executable.profile,
    executable,
    program,
    trace,
    compiled,
  };
};
