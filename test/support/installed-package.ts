// A project of files with the package installed, for editors to open.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { userProject } from "./published-types.ts";

/** The options of a strict project; the library is a dependency, whose declarations nobody checks again. */
const compilerOptions = {
  strict: true,
  noEmit: true,
  target: "es2023",
  module: "nodenext",
  types: [],
  skipLibCheck: true,
  allowJs: true,
};

/** A folder in which `weftgraph` and its entries can be imported by a type checker. */
export interface InstalledPackage {
  readonly folder: string;
  /** The declarations of its entries. */
  readonly entries: readonly string[];
  readonly remove: () => void;
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

/** Makes a project of files, given by their path and text; the caller removes it. */
export const installedPackage = (files: ReadonlyMap<string, string>): InstalledPackage => {
  const { folder, write, dispose } = userProject({ library: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  write("tsconfig.json", JSON.stringify({ compilerOptions, files: [...files.keys()] }));
  const installed = join(folder, "node_modules/weftgraph");
  const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Manifest; // the file is our own
  const entries = Object.values(exports).flatMap((entry) =>
    typeof entry === "string" ? [] : [join(installed, entry.types)],
  );
  return { folder, entries, remove: dispose };
};
