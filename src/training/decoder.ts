// A decoding compiled: its entry points read on from where the sequence stands, which lives in the program's memory.
import type { CompiledGraph } from "../compile/compile-graph.ts";
import { dtypes } from "../ir/types/dtype.ts";
import { sizeOf } from "../ir/types/ndarray.ts";
import { knownShape } from "../ir/types/shape.ts";
import type { Feeds, InputSpecs, Outputs } from "../model/model.ts";
import type { Path, SpecTree } from "../model/parameter.ts";
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
import type { AnyDecoding, PieceLengths } from "./decoding.ts";

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
  P extends SpecTree = SpecTree,
  I extends InputSpecs = InputSpecs,
  O extends Outputs = Outputs,
  E extends PieceLengths = PieceLengths,
> = Compiled<Path<P>> & DecodedSequence & { readonly [Name in keyof E]: Call<Feeds<I>, O> };

/** A decoder of which the exact types do not matter. */
type AnyDecoder = Compiled & DecodedSequence;

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
    executable,
    program,
    trace,
    compiled,
  };
};
