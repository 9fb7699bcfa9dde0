// What is written to a file is what was there: the tensors of a case, under their own and under hostile names, come back with their
// types and every bit, payloads of NaN included.
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
  type StoredTensors,
} from "../../formats/safetensors.ts";
import { type DataArray, dtypes } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { printType } from "../../ir/types/tensor-type.ts";
import type { GraphCase } from "../arbitraries/graph.ts";
import { knownHostileNames } from "../arbitraries/hostile-names.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { attempt } from "./attempt.ts";

/** A way to keep tensors as bytes. */
export interface TensorFormat {
  /** What it is called in reports. */
  readonly name: string;
  /** The bytes of some tensors. */
  readonly write: (tensors: StoredTensors) => Uint8Array;
  /** The tensors of some bytes. */
  readonly read: (bytes: Uint8Array) => StoredTensors;
}

/** The safetensors format, in which weights are kept. */
export const safetensors: TensorFormat = {
  name: "safetensors",
  write: (tensors) => encodeSafetensors(tensors),
  read: (bytes) => decodeSafetensors(bytes),
};

const stored = ({ dtype, shape, data }: NdArray): StoredTensor => {
  const array = dtypes[dtype].allocate(data.length);
  array.set(data);
  return { dtype, shape, data: array };
};

/** NaN with a payload, and the smallest number below 0. */
const oddBits = (): StoredTensor => {
  const data = new Float32Array(Uint32Array.of(0x7fa00001, 0xffc12345, 0x80000001).buffer);
  return { dtype: "f32", shape: [3], data };
};

/** Everything that a case holds, and the same under hostile names. */
const everything = ({ graph, feeds, parameters }: GraphCase): StoredTensors => {
  const named = Object.entries({ ...feeds, ...parameters }).map(([name, array]) => [name, stored(array)] as const);
  const constants = [...graph.constants].map(([name, { dtype, data }]): readonly [string, StoredTensor] => [
    name,
    { dtype, shape: [data.length], data },
  ]);
  const all = [...named, ...constants, ["odd bits", oddBits()] as const];
  const hostile = all.map(
    ([, tensor], at) => [`${knownHostileNames[at % knownHostileNames.length]}${at}`, tensor] as const,
  );
  return Object.fromEntries([...all, ...hostile]);
};

const bytesOf = ({ buffer, byteOffset, byteLength }: DataArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const tensorDiffers = (name: string, wanted: StoredTensor, got: StoredTensor | undefined): Violation | undefined => {
  const called = JSON.stringify(name);
  if (got === undefined) return { what: `${called} is not in the file`, output: name };
  if (printType(wanted) !== printType(got))
    return { what: `${called} is read as ${printType(got)}, and was ${printType(wanted)}`, output: name };
  const [bytes, others] = [bytesOf(wanted.data), bytesOf(got.data)];
  const at = bytes.findIndex((byte, position) => byte !== others[position]);
  if (at < 0 && bytes.length === others.length) return undefined;
  const element = Math.floor(Math.max(at, 0) / dtypes[wanted.dtype].bytes);
  return { what: `byte ${at} of ${called} is read as another one`, output: name, element };
};

/** The parameters of a case alone, for formats that hold nothing else. */
export const parametersOf = ({ parameters }: GraphCase): StoredTensors =>
  Object.fromEntries(Object.entries(parameters).map(([name, array]) => [name, stored(array)]));

/**
 * `read(write(tensors))` is the tensors, in bits.
 *
 * @param format - how they are written and read; safetensors unless said otherwise.
 * @param tensorsOf - which tensors of a case; its feeds and parameters unless said otherwise.
 * @example
 * await forAll(graphs({ ops: ["unary"], maxSteps: 1 }), serializeRoundTrip(), { runs: 5 }); // undefined
 */
export const serializeRoundTrip = (
  format: TensorFormat = safetensors,
  tensorsOf: (drawn: GraphCase) => StoredTensors = everything,
): GraphProperty => ({
  name: `${format.name} round trip`,
  check: (drawn) =>
    attempt(`writing and reading ${format.name}`, () => {
      const tensors = tensorsOf(drawn);
      const back = format.read(format.write(tensors));
      for (const [name, tensor] of Object.entries(tensors)) {
        const violation = tensorDiffers(name, tensor, Object.hasOwn(back, name) ? back[name] : undefined);
        if (violation !== undefined) return violation;
      }
      const more = Object.keys(back).find((name) => !Object.hasOwn(tensors, name));
      return more === undefined ? undefined : { what: `${JSON.stringify(more)} was not written` };
    }),
});
