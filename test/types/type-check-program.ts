// Type-checks programs that exist only as text, with the compiler and the options of the project.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** One finding of the compiler; lines count from 1. */
export interface Finding {
  readonly line: number;
  readonly message: string;
}

/** What the compiler says of a program. */
export interface TypeCheck {
  readonly errors: readonly Finding[];
  /** How many types were instantiated: what checking costs, whatever the machine. */
  readonly instantiations: number;
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

/** Programs with errors end with a code other than 0; what they print is what is wanted. */
const compilerOutput = (folder: string): string => {
  const compiler = join(root, "node_modules/typescript-7/bin/tsc");
  const flags = ["-p", folder, "--pretty", "false", "--singleThreaded", "--extendedDiagnostics"];
  const env = { ...process.env, GOMEMLIMIT: "3GiB" };
  return spawnSync(process.execPath, [compiler, ...flags], { encoding: "utf8", timeout: 300_000, env }).stdout;
};

/** Checks a program; `@/` in its imports stands for the root of the project. */
export const typeCheck = (program: string): TypeCheck => {
  const folder = mkdtempSync(join(tmpdir(), "weft-types-"));
  try {
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "program.ts"), program.replaceAll('from "@/', `from "${root}/`));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    const output = compilerOutput(folder);
    const instantiations = /^Instantiations:\s+(\d+)/m.exec(output)?.[1];
    if (instantiations === undefined) throw new Error(`the compiler did not finish: ${output}`);
    const errors = [...output.matchAll(/^.*program\.ts\((\d+),\d+\): error TS\d+: (.*(?:\n {2}.*)*)/gm)].map(
      ([, line, message = ""]): Finding => ({ line: Number(line), message }),
    );
    return { errors, instantiations: Number(instantiations) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The sentence of a rule, out of what the compiler says around it; the argument itself may be a text as well. */
export const sentenceOf = (message: string): string | undefined => /^(?:.*)type '"(.*)"'\.$/m.exec(message)?.[1];
