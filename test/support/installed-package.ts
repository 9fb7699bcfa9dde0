// A project with the package's declarations installed as they are packed, file for file: what editors and type checkers of users see.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rewriteAddresses } from "../../scripts/rewrite-addresses.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What declarations of the package import from others. */
const dependencies = ["immer", "ts-pattern", "fast-check"];

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

/** Writes the declarations, as `npm run build` does, but without checking the sources again. */
const emitDeclarations = (target: string): void => {
  const compiler = join(root, "node_modules/typescript-7/bin/tsc");
  const emitting = ["--emitDeclarationOnly", "--noCheck", "--outDir", target];
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json", ...emitting], {
    cwd: root,
    encoding: "utf8",
    timeout: 50_000,
  });
  if (status !== 0) throw new Error(`no declarations: ${stdout}`);
  rewriteAddresses(target);
};

/** Makes a project of files, given by their path and text; the caller removes it. */
export const installedPackage = (files: ReadonlyMap<string, string>): InstalledPackage => {
  const folder = mkdtempSync(join(tmpdir(), "weft-user-"));
  const installed = join(folder, "node_modules/weftgraph");
  emitDeclarations(join(installed, "dist"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const manifest = readFileSync(join(root, "package.json"), "utf8");
  write("node_modules/weftgraph/package.json", manifest);
  for (const name of dependencies) symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  for (const [path, text] of files) write(path, text);
  write("package.json", JSON.stringify({ type: "module", private: true }));
  write("tsconfig.json", JSON.stringify({ compilerOptions, files: [...files.keys()] }));
  const { exports } = JSON.parse(manifest) as Manifest; // the file is our own
  const entries = Object.values(exports).flatMap((entry) =>
    typeof entry === "string" ? [] : [join(installed, entry.types)],
  );
  return { folder, entries, remove: () => rmSync(folder, { recursive: true }) };
};
