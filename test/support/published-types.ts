// The declarations of the library as they are published, and programs checked against them by the three supported versions of
// TypeScript: each takes a second or two, where checking the sources takes twenty.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** The supported versions of TypeScript, by the package that holds them. */
export const compilers = ["typescript-5", "typescript", "typescript-7"] as const;

/** A version of TypeScript. */
export type Compiler = (typeof compilers)[number];

/** How strict users may be: with every check that is not a matter of taste. */
const strictest = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  skipDefaultLibCheck: true,
  noEmit: true,
  target: "es2023",
  lib: ["es2023", "esnext.disposable", "dom"],
  types: [],
};

const runCompiler = (compiler: Compiler, parts: readonly string[]): string => {
  const path = join(root, "node_modules", compiler, "bin/tsc");
  const { stdout, stderr } = spawnSync(process.execPath, [path, ...parts, "--pretty", "false"], { encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  return stdout;
};

/** A finding of a compiler. */
export interface Found {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A folder with programs of users. */
export interface UserProject {
  readonly folder: string;
  readonly write: (file: string, text: string) => void;
  /** What a version of TypeScript says of files, under options beside the strictest. */
  readonly check: (
    compiler: Compiler,
    files: readonly string[],
    options?: Readonly<Record<string, unknown>>,
  ) => readonly Found[];
  readonly dispose: () => void;
}

/** A new project; with the declarations of the library as the package `weftgraph`, if asked for. */
export const userProject = ({ library }: { readonly library: boolean }): UserProject => {
  const folder = mkdtempSync(join(tmpdir(), "weft-user-"));
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  write("package.json", '{ "name": "user", "type": "module" }');
  mkdirSync(join(folder, "node_modules"));
  if (library) {
    // What its declarations import.
    for (const name of ["immer", "ts-pattern", "fast-check"])
      symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name), "junction");
    const built = join(folder, "node_modules/weftgraph");
    mkdirSync(built);
    copyFileSync(join(root, "package.json"), join(built, "package.json"));
    const configuration = join(root, "tsconfig.build.json");
    runCompiler("typescript-7", [
      "-p",
      configuration,
      "--emitDeclarationOnly",
      "--noCheck",
      "--outDir",
      join(built, "dist"),
    ]);
  }
  return {
    folder,
    write,
    check: (compiler, files, options = {}) => {
      write(
        "tsconfig.json",
        JSON.stringify({ compilerOptions: { ...strictest, module: "nodenext", ...options }, files }),
      );
      const output = runCompiler(compiler, ["-p", folder]);
      return [...output.matchAll(/^(\S[^(\n]*)(?:\((\d+),\d+\))?: error TS\d+: (.*(?:\n {2}.*)*)/gm)].map(
        ([, file = "", line, message = ""]) => ({ file, line: Number(line), message }),
      );
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
};
