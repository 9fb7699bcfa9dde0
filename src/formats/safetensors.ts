// The safetensors format: eight bytes of header length, a JSON header, the bytes of the tensors one after the other. Reading
// is checking: every length is compared before anything is allocated, tensors must cover the data without holes or
// overlaps, and nothing in a file is ever run. Format: https://github.com/huggingface/safetensors.

import { reject, WeftError } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { type DataArray, type DType, dtypes } from "../ir/types/dtype.ts";
import { limits } from "../ir/types/limits.ts";
import { sizeOf } from "../ir/types/ndarray.ts";
import { duplicateName } from "./duplicate-name.ts";

/** A tensor in a file. */
export interface StoredTensor {
  /** Its element type. */
  readonly dtype: DType;
  /** Its extents. */
  readonly shape: readonly number[];
  /** Its elements in row-major order, in the typed array of its element type. */
  readonly data: DataArray;
}

/** Tensors by name. */
export type StoredTensors = Readonly<Record<string, StoredTensor>>;

const codes: { readonly [D in DType]: string } = { f32: "F32", f64: "F64", i32: "I32", u8: "U8", bool: "BOOL" };

const dtypeOfCode: ReadonlyMap<string, DType> = new Map([
  ["F32", "f32"],
  ["F64", "f64"],
  ["I32", "i32"],
  ["U8", "u8"],
  ["BOOL", "bool"],
]);

/** Where a header keeps texts about the file. */
const metadataName = "__metadata__";

const bytesOf = ({ data }: StoredTensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Refuses what a file could not give back: W406. */
const requireStorable = (name: string, { dtype, shape, data }: StoredTensor): void => {
  const fail = (why: string): never => reject("W406", { name, why });
  if (name === metadataName) fail("the format keeps that name for itself");
  if (!Object.hasOwn(codes, dtype)) fail(`${inWords(dtype)} is not a dtype`);
  const wanted = dtypes[dtype].arrayName;
  if (data.constructor.name !== wanted) fail(`${dtype} is held by a ${wanted}, not by ${inWords(data)}`);
  if (data.length !== sizeOf(shape)) fail(`[${shape.join(", ")}] has ${sizeOf(shape)} elements, not ${data.length}`);
};

const isDType = (name: unknown): boolean => typeof name === "string" && Object.hasOwn(dtypes, name);

/**
 * The bytes of a file with these tensors, wider elements first so that each starts aligned, else in the order given;
 * `metadata` are texts that the file keeps about itself.
 *
 * @throws W406 a tensor that no file could hold.
 * @see https://github.com/huggingface/safetensors
 * @example
 * const bytes = encodeSafetensors({ w: { dtype: "f32", shape: [2], data: Float32Array.of(1, 2) } }, { step: "7" });
 * decodeSafetensors(bytes); // { w: [1, 2] }
 * safetensorsMetadata(bytes); // { step: "7" }
 */
export const encodeSafetensors = (
  tensors: StoredTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> => {
  const isStorable = isRecord(tensors) && Object.values(tensors).every((each) => isRecord(each) && isDType(each.dtype));
  expect(isStorable, "encodeSafetensors", "a record of tensors", tensors, "encodeSafetensors(model.parameters.all())");
  const ordered = Object.entries(tensors).toSorted(([, a], [, b]) => dtypes[b.dtype].bytes - dtypes[a.dtype].bytes);
  for (const [name, tensor] of ordered) requireStorable(name, tensor);
  let end = 0;
  const entries = ordered.map(([name, tensor]): [string, unknown] => {
    const start = end;
    end += tensor.data.byteLength;
    return [name, { dtype: codes[tensor.dtype], shape: tensor.shape, data_offsets: [start, end] }];
  });
  if (Object.keys(metadata).length > 0) entries.unshift([metadataName, metadata]);
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + end).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const [, tensor] of ordered) {
    bytes.set(bytesOf(tensor), at);
    at += tensor.data.byteLength;
  }
  return bytes;
};

interface Header {
  readonly entries: readonly (readonly [name: string, entry: unknown])[];
  readonly metadata: unknown;
  /** Where the data begins. */
  readonly start: number;
}

const readHeader = (file: string, bytes: Uint8Array): Header => {
  if (!(bytes instanceof Uint8Array)) return reject("W401", { file, why: `its bytes are ${inWords(bytes)}` });
  if (bytes.length < 8)
    return reject("W401", { file, why: `it has ${bytes.length} bytes, fewer than the 8 of a header length` });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > limits.header || 8 + length > bytes.length)
    return reject("W401", { file, why: `its header says ${length} bytes, but ${bytes.length - 8} follow` });
  if (bytes[8] !== openingBrace) return reject("W401", { file, why: "its header does not begin with {" });
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length));
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
      return reject("W401", { file, why: "its header is not a JSON object" });
    const entries: readonly (readonly [string, unknown])[] = Object.entries(parsed);
    const twice = duplicateName(text);
    if (twice !== undefined) return reject("W401", { file, why: `its header has the name ${inWords(twice)} twice` });
    const metadata = entries.find(([name]) => name === metadataName)?.[1] ?? {};
    return { entries: entries.filter(([name]) => name !== metadataName), metadata, start: 8 + length };
  } catch (cause) {
    if (cause instanceof WeftError || !(cause instanceof Error)) throw cause;
    return reject("W401", { file, why: `its header is not JSON: ${cause.message}` }, { cause });
  }
};

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const openingBrace = 0x7b;

/** What a tensor takes; above 2^53, where doubles are no longer exact, Infinity, which no file has. */
const bytesOfShape = (shape: readonly number[], bytesPerElement: number): number => {
  const bytes = sizeOf(shape.map((extent) => Math.max(1, extent))) * bytesPerElement;
  if (!Number.isSafeInteger(bytes)) return Number.POSITIVE_INFINITY;
  return shape.includes(0) ? 0 : bytes;
};

const isExtent = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const readEntry = (file: string, name: string, entry: unknown): Entry => {
  const fail = (why: string): never => reject("W401", { file, why: `tensor ${inWords(name)}: ${why}` });
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return fail("its entry is not an object");
  const { dtype: code, shape, data_offsets: offsets } = entry as Readonly<Record<string, unknown>>;
  const dtype = typeof code === "string" ? dtypeOfCode.get(code) : undefined;
  if (dtype === undefined)
    return fail(`its dtype is ${inWords(code)}, not one of ${[...dtypeOfCode.keys()].join(", ")}`);
  if (!Array.isArray(shape) || !shape.every(isExtent)) return fail("its shape is not a list of whole numbers");
  if (shape.length > limits.rank) return fail(`its shape has ${shape.length} axes, more than ${limits.rank}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isExtent))
    return fail("its data_offsets are not two whole numbers");
  const [begin = 0, end = 0] = offsets;
  const size = bytesOfShape(shape, dtypes[dtype].bytes);
  if (end - begin !== size)
    return fail(`${String(code)} of shape [${shape.join(", ")}] takes ${size} bytes, but it has ${end - begin}`);
  return { name, dtype, shape, begin, end };
};

/**
 * The tensors of a file, each in memory of its own. Every length is compared before anything is allocated; `file` is
 * for messages.
 *
 * @throws W401 bytes that are not exactly a safetensors file.
 * @see https://github.com/huggingface/safetensors
 * @example
 * const bytes = encodeSafetensors({ w: { dtype: "f32", shape: [2], data: Float32Array.of(1, 2) } });
 * decodeSafetensors(bytes); // { w: [1, 2] }
 * decodeSafetensors(bytes.slice(1)); // throws W401
 */
export const decodeSafetensors = (bytes: Uint8Array, file = "safetensors"): StoredTensors => {
  const { entries, start } = readHeader(file, bytes);
  const read = entries.map(([name, entry]) => readEntry(file, name, entry));
  let covered = 0;
  for (const { name, begin, end } of read.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered)
      reject("W401", {
        file,
        why: `tensor ${inWords(name)} begins at byte ${begin} of the data, expected ${covered}`,
      });
    covered = end;
  }
  if (start + covered !== bytes.length)
    reject("W401", { file, why: `its tensors take ${covered} bytes, but ${bytes.length - start} are there` });
  return Object.fromEntries(
    read.map(({ name, dtype, shape, begin, end }): [string, StoredTensor] => {
      // A copy that starts aligned; the slice of a Buffer of Node's would be a view.
      const data = new Uint8Array(bytes.subarray(start + begin, start + end));
      return [name, { dtype, shape, data: dtypes[dtype].view(data.buffer, 0, sizeOf(shape)) }];
    }),
  );
};

/**
 * The texts that a file keeps about itself, by name.
 *
 * @throws W401 bytes without a safetensors header, and metadata that are no texts.
 * @see https://github.com/huggingface/safetensors
 * @example
 * safetensorsMetadata(encodeSafetensors({}, { format: "pt" })); // { format: "pt" }
 */
export const safetensorsMetadata = (bytes: Uint8Array, file = "safetensors"): Readonly<Record<string, string>> => {
  const { metadata } = readHeader(file, bytes);
  const fail = (why: string): never => reject("W401", { file, why });
  if (typeof metadata !== "object" || metadata === null) return fail("its metadata are no record");
  const texts = Object.entries(metadata).map(([name, text]: readonly [string, unknown]) =>
    typeof text === "string" ? ([name, text] as const) : fail(`its metadata ${inWords(name)} is no text`),
  );
  return Object.fromEntries(texts);
};
