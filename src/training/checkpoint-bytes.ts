// A checkpoint as one safetensors file: the parameters under their own names, so that any reader of the format finds them,
// the best ones under a prefix, and everything else as metadata. A checksum over all of it tells a whole file from one that
// was cut off, changed or made by something else.
import { createHash } from "node:crypto";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensors,
  safetensorsMetadata,
} from "../formats/safetensors.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { Figures } from "./figures.ts";
import type { ParameterValues, RunIdentity, RunState } from "./run-state.ts";

/** Says that a file is a checkpoint, and which version of this layout it has. */
const format = "checkpoint 1";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** An identity short enough for a file: the text of the program as its hash. */
export const condensed = ({ program = "", ...facts }: RunIdentity): RunIdentity => ({
  ...facts,
  program: sha256(program),
});

/** JSON has no NaN, no infinities and no -0: those are texts. */
const numberToJson = (value: number): number | string => {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
};

/** Records of the same names as names and rows. */
const recordsToJson = (records: readonly Figures[]): string => {
  const names = Object.keys(records[0] ?? {});
  const rows = records.map((record) => names.map((name) => numberToJson(record[name] ?? Number.NaN)));
  return JSON.stringify({ names, rows });
};

/** The prefix of the best parameters: one that no parameter has. */
const freePrefix = (names: readonly string[], prefix = "best/"): string =>
  names.some((name) => name.startsWith(prefix)) ? freePrefix(names, `/${prefix}`) : prefix;

const prefixed = (values: ParameterValues, prefix: string): StoredTensors =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));

/** A hash of everything in a file: the texts, the tensors' names and types, their bytes. */
const checksumOf = (tensors: StoredTensors, metadata: Readonly<Record<string, string>>): string => {
  const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
  const named = Object.entries(tensors).sort(byName);
  const types = named.map(([name, { dtype, shape }]) => [name, dtype, shape]);
  const hash = createHash("sha256").update(JSON.stringify([Object.entries(metadata).sort(byName), types]));
  for (const [, { data }] of named) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest("hex");
};

/** The texts of a checkpoint with the checksum over them and its tensors. */
export const sealed = (
  tensors: StoredTensors,
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const { checksum: _, ...texts } = metadata;
  return { ...texts, checksum: checksumOf(tensors, texts) };
};

/** The bytes of a checkpoint. */
export const encodeCheckpoint = (state: RunState, identity: RunIdentity): Uint8Array<ArrayBuffer> => {
  const { step, epoch, position, parameters, best, steps, epochs } = state;
  const prefix = freePrefix(Object.keys(parameters));
  const metadata = {
    weftgraph: format,
    identity: JSON.stringify(condensed(identity)),
    place: JSON.stringify({ step, epoch, position }),
    steps: recordsToJson(steps),
    epochs: recordsToJson(epochs),
    ...(best === undefined ? {} : { best: prefix }),
  };
  const tensors = { ...parameters, ...prefixed(best ?? {}, prefix) };
  return encodeSafetensors(tensors, sealed(tensors, metadata));
};

/** A checkpoint read back. */
export interface ReadCheckpoint {
  readonly state: RunState;
  /** As `condensed` gives it. */
  readonly identity: RunIdentity;
}

type Fail = (why: string) => never;

const recordIn = (text: string | undefined, fail: Fail): Readonly<Record<string, unknown>> => {
  try {
    const parsed: unknown = JSON.parse(text ?? "");
    if (isRecord(parsed)) return parsed;
  } catch {
    // Said below, as for any other text that is no record.
  }
  return fail("its metadata are not those of a checkpoint");
};

const isText = (value: unknown): value is string => typeof value === "string";

/** What `numberToJson` gives. Other values are never converted: a list of lists could be as deep as the file is long. */
const isFigure = (value: unknown): value is number | string => typeof value === "number" || isText(value);

const recordsIn = (text: string | undefined, fail: Fail): readonly Figures[] => {
  const { names, rows } = recordIn(text, fail);
  if (!Array.isArray(names) || !names.every(isText) || !Array.isArray(rows)) return fail("its history is no table");
  return rows.map((row: unknown): Figures => {
    if (!Array.isArray(row) || row.length !== names.length || !row.every(isFigure))
      return fail("its history is no table");
    return Object.freeze(Object.fromEntries(names.map((name, at) => [name, Number(row[at])])));
  });
};

const countIn = (place: Readonly<Record<string, unknown>>, name: string, fail: Fail): number => {
  const count = place[name];
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : fail(`it has no ${name}`);
};

const withoutPrefix = (tensors: StoredTensors, prefix: string): ParameterValues =>
  Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  );

/** A checkpoint from its bytes; `reject`s (W401, W407) whatever is not exactly what `encodeCheckpoint` gave. */
export const decodeCheckpoint = (bytes: Uint8Array, file: string): ReadCheckpoint => {
  const fail: Fail = (why) => reject("W407", { file, why });
  const { checksum, ...metadata } = safetensorsMetadata(bytes, file);
  if (metadata["weftgraph"] === undefined) fail("it is a safetensors file of something else");
  if (metadata["weftgraph"] !== format)
    fail(`it is a ${metadata["weftgraph"]?.slice(0, 40)}, and this version reads a ${format}`);
  const tensors = decodeSafetensors(bytes, file);
  if (checksumOf(tensors, metadata) !== checksum) fail("its checksum is not that of its contents");
  const place = recordIn(metadata["place"], fail);
  const identity = Object.entries(recordIn(metadata["identity"], fail)).map(
    ([name, fact]) => [name, isText(fact) ? fact : fail(`its ${inWords(name)} is no text`)] as const,
  );
  const prefix = metadata["best"];
  const parameters = Object.entries(tensors).filter(([name]) => prefix === undefined || !name.startsWith(prefix));
  const state: RunState = {
    step: countIn(place, "step", fail),
    epoch: countIn(place, "epoch", fail),
    position: countIn(place, "position", fail),
    parameters: Object.fromEntries(parameters),
    best: prefix === undefined ? undefined : withoutPrefix(tensors, prefix),
    steps: recordsIn(metadata["steps"], fail),
    epochs: recordsIn(metadata["epochs"], fail),
  };
  return { state, identity: Object.fromEntries(identity) };
};
