// Cases that once failed, in a folder: one file each, named after what is in it, so that the same case is kept once. They
// are tried before anything is drawn.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../../formats/safetensors-file.ts";
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { parseCase, printCase } from "./case-text.ts";

const extension = ".weft";

/** A case of a corpus, and the file that holds it. */
export interface SavedCase {
  readonly file: string;
  readonly drawn: GraphCase;
}

const whyOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT";

const filesIn = async (directory: string): Promise<readonly string[]> => {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith(extension)).sort();
  } catch (cause) {
    if (isMissing(cause)) return [];
    return reject("W403", { file: directory, why: whyOf(cause) }, { cause });
  }
};

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    return reject("W403", { file, why: whyOf(cause) }, { cause });
  }
};

/**
 * The cases in a folder, by file name; none where there is no folder. `reject`s files that cannot be read (W403) or are no
 * cases (W410, and what the parser says).
 */
export const readCorpus = async (directory: string): Promise<readonly SavedCase[]> => {
  const saved: SavedCase[] = [];
  for (const name of await filesIn(directory)) {
    const file = join(directory, name);
    saved.push({ file, drawn: parseCase(await textOf(file), file) });
  }
  return saved;
};

/** Keeps a case, whole or not at all, and says in which file. */
export const saveCase = async (directory: string, drawn: GraphCase, remarks: readonly string[]): Promise<string> => {
  const name = createHash("sha256").update(printCase(drawn)).digest("hex").slice(0, 12);
  const file = join(directory, `${name}${extension}`);
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    reject("W402", { file, why: whyOf(cause) }, { cause });
  }
  await writeWhole(file, printCase(drawn, remarks));
  return file;
};
