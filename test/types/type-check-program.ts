// Type-checks programs that exist only as text, with the options of the project and one of the compilers that the types are made
// for. The library is what users have of it: declarations without bodies, written once for each file of tests.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** The compilers, by version: where they are installed. */
export const compilers = {
  "5.9": "node_modules/typescript-5",
  "6.0": "node_modules/typescript",
  "7.0": "node_modules/typescript-7",
} as const;

export type CompilerName = keyof typeof compilers;

/** One finding of the compiler; lines and columns count from 1. */
export interface Finding {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What the compiler says of a program. */
export interface TypeCheck {
  readonly errors: readonly Finding[];
  /** How many types were instantiated: what checking costs, whatever the machine. */
  readonly instantiations: number;
  /** How long checking took, in seconds: for reports, not for tests. */
  readonly seconds: number;
  /** How much memory it took, in MiB. */
  readonly mebibytes: number;
}

const configuration = {
  extends: join(root, "tsconfig.json"),
  compilerOptions: {
    noUnusedLocals: false,
    isolatedDeclarations: false,
    declaration: false,
    rewriteRelativeImportExtensions: false,
    typeRoots: [join(root, "node_modules/@types")],
  },
  include: ["program.ts"],
};

const relativeTypeScriptImport = /((?:from|import)\s*\(?\s*"\.{1,2}\/[^"]+)\.ts"/g;

/** The declarations of the library in a folder of their own, as a build would write them. */
const declarations = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "weft-declarations-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const flags = ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--noCheck", "--outDir", folder];
  const { status, stdout } = spawnSync(process.execPath, [join(root, compilers["7.0"], "bin/tsc"), ...flags], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the declarations were not written: ${stdout}`);
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(relativeTypeScriptImport, '$1.js"'));
  }
  return folder;
};

let library: string | undefined;

/** Programs with errors end with a code other than 0; what they print is what is wanted. */
const compilerOutput = (folder: string, compiler: CompilerName): string => {
  const script = join(root, compilers[compiler], "bin/tsc");
  // The parallel checkers of TypeScript 7 do some work twice, which would be counted twice.
  const single = compiler === "7.0" ? ["--singleThreaded"] : [];
  const flags = ["-p", folder, "--pretty", "false", "--extendedDiagnostics", ...single];
  const env = { ...process.env, GOMEMLIMIT: "3GiB" };
  return spawnSync(process.execPath, [script, ...flags], {
    encoding: "utf8",
    timeout: 300_000,
    maxBuffer: 2 ** 28,
    env,
  }).stdout;
};

/** Checks a program; `@/src/` in its imports stands for the library. */
export const typeCheck = (program: string, compiler: CompilerName = "7.0"): TypeCheck => {
  library ??= declarations();
  const text = program.replaceAll(/from "@\/src\/([^"]+)\.ts"/g, `from "${library}/$1.js"`);
  const folder = mkdtempSync(join(tmpdir(), "weft-types-"));
  try {
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "program.ts"), text);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    const output = compilerOutput(folder, compiler);
    const figure = (name: string): number => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(output)?.[1]);
    const instantiations = figure("Instantiations");
    if (Number.isNaN(instantiations)) throw new Error(`the compiler did not finish: ${output}`);
    const errors = [...output.matchAll(/^.*program\.ts\((\d+),(\d+)\): error TS\d+: (.*(?:\n {2}.*)*)/gm)].map(
      ([, line, column, message = ""]): Finding => ({ line: Number(line), column: Number(column), message }),
    );
    return { errors, instantiations, seconds: figure("Check time"), mebibytes: figure("Memory used") / 1024 };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The sentence of a rule, out of what the compiler says around it; the argument itself may be a text as well. */
export const sentenceOf = (message: string): string | undefined => /^(?:.*)type '"(.*)"'\.$/m.exec(message)?.[1];
