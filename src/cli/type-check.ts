// What the type checker says of a model file, as findings in our style. It is the project's own TypeScript that is asked, 5.9,
// 6 or 7, as a process, because 7 has no other way; with the project's options, and of the model file and what it imports.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { catalogue, isCode } from "../ir/diagnostics/catalogue.ts";
import { type Diagnostic, diagnostic } from "../ir/diagnostics/diagnostic.ts";
import { at } from "../ir/diagnostics/location.ts";

/** What the type checker found, and what kept it from looking. */
export interface TypeCheck {
  readonly findings: readonly Diagnostic[];
  /** One line for the reader, where types were not checked as they should be. */
  readonly notice?: string;
}

/** How long it may take, in milliseconds. */
const patience = 120_000;

/** The folders from that of a file up to the root. */
const foldersAbove = (file: string): readonly string[] => {
  const folder = dirname(file);
  return folder === dirname(folder) ? [folder] : [folder, ...foldersAbove(folder)];
};

/** The compiler of the project that a file belongs to. */
const compilerOf = (file: string): string | undefined => {
  try {
    const manifest = createRequire(pathToFileURL(file)).resolve("typescript/package.json");
    return join(dirname(manifest), "bin/tsc");
  } catch {
    return undefined;
  }
};

/** Options of files that belong to no project: those of a new one that runs on Node. */
const optionsOfNone = {
  target: "es2023",
  module: "nodenext",
  moduleResolution: "nodenext",
  strict: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
};

/** A project of one file, with the options of the one around it; nothing is written. */
const projectOf = (file: string): object => {
  const above = foldersAbove(file);
  const around = above.map((folder) => join(folder, "tsconfig.json")).find((path) => existsSync(path));
  const types = above.map((folder) => join(folder, "node_modules/@types")).filter((path) => existsSync(path));
  const options = {
    ...(around === undefined ? optionsOfNone : {}),
    ...(/\.[cm]?js$/.test(file) ? { allowJs: true } : {}),
    // Looked for above the project's folder otherwise, which this one is not in.
    ...(types.length === 0 ? {} : { typeRoots: types }),
    noEmit: true,
    incremental: false,
    composite: false,
    tsBuildInfoFile: null,
  };
  return { ...(around === undefined ? {} : { extends: around }), compilerOptions: options, files: [file], include: [] };
};

interface Output {
  readonly text: string;
  readonly ended: boolean;
}

const runCompiler = (compiler: string, project: string, cwd: string): Promise<Output> =>
  new Promise((done) => {
    const words = [compiler, "-p", project, "--pretty", "false"];
    const options = { cwd, timeout: patience, maxBuffer: 2 ** 26 };
    execFile(process.execPath, words, options, (error, out, err) => done({ text: out + err, ended: !error?.killed }));
  });

/** Where our own sources are, which are not the user's to mend. */
const ours = realpathSync(fileURLToPath(new URL("../", import.meta.url)));

const isUsers = (file: string): boolean => !file.includes("/node_modules/") && !file.startsWith(ours);

/** Names of types that are ours alone: a type written with them says nothing to a reader. */
const internal = /'[^']*\b(?:NoInfer|Check|Resolved|[A-Z]\w*(?:Shape|DType|Type))<[^']*'/g;

/** What the checker says of the place, without our internal types. */
const inPublicWords = (text: string): string => text.replaceAll(internal, "what is taken here").replaceAll(/\s+/g, " ");

/** A sentence of ours within a type: that is what the mistake is, whatever the checker says around it. */
const sentence = /"(W\d{3}): ((?:[^"\\]|\\.)*)"/;

const findingOf = (code: string, text: string, location: ReturnType<typeof at>): Diagnostic => {
  const [, own = "", message = ""] = sentence.exec(text) ?? [];
  if (!isCode(own)) return diagnostic("W618", { code, text: inPublicWords(text) }, { location });
  return { code: own, message: message.replaceAll("\\", ""), help: catalogue[own].explanation, location, notes: [] };
};

/** The findings in the text of a compiler: a line with place and code, and further lines that are indented. */
const readFindings = (text: string, folder: string): readonly Diagnostic[] =>
  Array.from(text.matchAll(/^(\S.*)\((\d+),(\d+)\): error (TS\d+): (.*(?:\r?\n[ \t].*)*)/gm)).flatMap(
    ([, path = "", line, column, code = "", said = ""]) => {
      const file = resolve(folder, path).replaceAll("\\", "/");
      return isUsers(file) ? [findingOf(code, said, at(file, Number(line), Number(column)))] : [];
    },
  );

/** Has the project's own TypeScript look at a model file. */
export const checkTypes = async (model: string): Promise<TypeCheck> => {
  const file = realpathSync(resolve(model));
  const compiler = compilerOf(file);
  if (compiler === undefined)
    return {
      findings: [],
      notice: "types were not checked: the project has no TypeScript (npm install --save-dev typescript)",
    };
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "weft-types-"));
  try {
    const project = join(folder, "tsconfig.json");
    writeFileSync(project, JSON.stringify(projectOf(file)));
    const { text, ended } = await runCompiler(compiler, project, dirname(file));
    const [general] = /^error TS\d+: .*$/m.exec(text) ?? [];
    const stopped = ended ? general : `the compiler took longer than ${patience / 1000} s`;
    const findings = readFindings(text, dirname(file));
    return stopped === undefined ? { findings } : { findings, notice: `types were not checked: ${stopped}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
