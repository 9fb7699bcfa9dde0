// Safetensors on disk. A file is written beside its place under a temporary name, synced, and renamed, so that whatever
// happens there is either the old file or the new one, whole.
import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensors } from "./safetensors.ts";

const whyOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Writes a whole file or none: temporary file, sync, rename, sync of the folder. `reject`s (W402) what the disk refuses. */
export const writeWhole = async (file: string, bytes: Uint8Array | string): Promise<void> => {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    reject("W402", { file, why: whyOf(cause) }, { cause });
  }
  await syncFolder(dirname(file));
};

/** Makes the rename itself durable, where the system can sync folders. */
const syncFolder = async (folder: string): Promise<void> => {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Some systems cannot open or sync folders; the file itself is safe by then.
  }
};

/**
 * Saves tensors in a file, which is written whole or not at all: what was there stays until the new one is complete.
 *
 * @throws W402 what the disk refuses; W406 a tensor that no file could hold.
 * @example
 * await saveSafetensors("weights.safetensors", { w: { dtype: "i32", shape: [], data: Int32Array.of(7) } });
 * await loadSafetensors("weights.safetensors"); // { w: 7 }
 */
export const saveSafetensors = (file: string, tensors: StoredTensors): Promise<void> =>
  writeWhole(file, encodeSafetensors(tensors));

/**
 * Loads the tensors of a file. A model takes them by `parameters.restore`.
 *
 * @throws W403 a file that cannot be read; W401 one that is not safetensors.
 * @example
 * const { parameters } = compileSync(classifier, { dims: { B: 1 } });
 * await saveSafetensors("classifier.safetensors", parameters.all());
 * const weights = await loadSafetensors("classifier.safetensors");
 * parameters.restore(weights);
 * Object.keys(weights); // ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]
 */
export const loadSafetensors = async (file: string): Promise<StoredTensors> => {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    return reject("W403", { file, why: whyOf(cause) }, { cause });
  }
  return decodeSafetensors(bytes, file);
};
