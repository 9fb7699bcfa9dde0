// Folders of cases: a file each, and perhaps an index that names them all.
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { GoldenFileError, parseJson, readText } from "./checked-json.ts";

/** The table of contents that may lie beside the cases. */
const indexFile = "index.json";

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    const why =
      error instanceof Error && "code" in error && error.code === "ENOENT" ? "there is no such folder" : error;
    throw new GoldenFileError(`${folder}: ${why instanceof Error ? why.message : String(why)}`);
  }
};

/** The files of a folder that hold cases, sorted by name. */
export const caseFiles = (folder: string): readonly string[] => {
  const names = namesIn(folder).filter((name) => name.endsWith(".json") && name !== indexFile);
  if (names.length === 0) throw new GoldenFileError(`${folder}: there are no cases (*.json) in this folder`);
  return names.toSorted().map((name) => join(folder, name));
};

/** The name of the case that a file holds, which is known before it is read. */
export const caseNameOf = (file: string): string => basename(file, ".json");

/** Cases that the index of a folder names and that have no file there. */
export const missingCases = (folder: string): readonly string[] => {
  const path = join(folder, indexFile);
  if (!existsSync(path)) return [];
  const index = parseJson(readText(path), path);
  if (!Array.isArray(index)) return [];
  const listed = index.flatMap((row: unknown) =>
    typeof row === "object" && row !== null && "case" in row && typeof row.case === "string" ? [row.case] : [],
  );
  return listed.filter((name) => !existsSync(join(folder, `${name}.json`)));
};
