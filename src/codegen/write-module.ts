// `emit`: a standalone module on disk. Every file is generated before the first is written, and each is written whole.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../formats/safetensors-file.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { type Emittable, type GenerateOptions, generate } from "./generate.ts";

/** How and where a module is written. */
export interface EmitOptions extends GenerateOptions {
  /** Created where it is missing. */
  readonly directory: string;
}

/** A file that was written. */
export interface EmittedFile {
  /** Its path. */
  readonly file: string;
  /** Its size in bytes. */
  readonly bytes: number;
}

/**
 * Writes the standalone module of something compiled, with the parameters it has now, each file whole or not at all;
 * gives the files and their sizes.
 *
 * @throws W402 what the disk refuses; and what `generate` refuses (W140, W404, W405).
 * @example
 * const files = await emit(compileSync(classifier, { dims: { B: 1 } }), { directory: "digits" });
 * files[0]?.file; // "digits/classifier.mjs"
 * files.length; // 6
 */
export const emit = async (compiled: Emittable, settings: EmitOptions): Promise<readonly EmittedFile[]> => {
  expect(isRecord(settings), "emit", "a record of options", settings, 'emit(model, { directory: "dist" })');
  const { directory, ...options } = settings;
  const files = generate(compiled, options);
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    reject("W402", { file: directory, why: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
  const written: EmittedFile[] = [];
  for (const { name, contents } of files) {
    const file = join(directory, name);
    await writeWhole(file, contents);
    written.push({
      file,
      bytes: typeof contents === "string" ? new TextEncoder().encode(contents).length : contents.length,
    });
  }
  return written;
};
