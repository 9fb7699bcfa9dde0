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

/** Saves tensors. */
export const saveSafetensors = (file: string, tensors: StoredTensors): Promise<void> =>
  writeWhole(file, encodeSafetensors(tensors));

/** Loads tensors; `reject`s files that are not there (W403) or not safetensors (W401). */
export const loadSafetensors = async (file: string): Promise<StoredTensors> => {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    return reject("W403", { file, why: whyOf(cause) }, { cause });
  }
  return decodeSafetensors(bytes, file);
};
