// Imports a user's module. Node itself takes the types away where it can; where it cannot (before Node 22.18, enums, imports
// without extension) tsx is registered and does. What goes wrong becomes a finding with a place in the user's file.
import { spawnSync } from "node:child_process";
import { Console } from "node:console";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Note, type WeftError, weftError } from "../ir/diagnostics/diagnostic.ts";
import { at, type Location } from "../ir/diagnostics/location.ts";
import { asWeftError, oneLine, thrownAt } from "./foreign-error.ts";

/** The exports of a module, by name. */
export type Exports = Readonly<Record<string, unknown>>;

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** What Node says when it meets TypeScript that it cannot run by itself, or that only tsx resolves. */
const needsTsx: ReadonlySet<string> = new Set([
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
  "ERR_INVALID_TYPESCRIPT_SYNTAX",
  "ERR_MODULE_NOT_FOUND",
  "ERR_UNSUPPORTED_DIR_IMPORT",
]);

/** A syntax error and where it is. */
interface SyntaxFault {
  readonly why: string;
  readonly location?: Location;
}

/** esbuild's form, in which columns count from 0. */
const esbuildFault = ({ message }: Error): SyntaxFault | undefined => {
  const [, file, line, column, why] = /^(.+):(\d+):(\d+): ERROR: (.*)$/m.exec(message) ?? [];
  return file === undefined || why === undefined
    ? undefined
    : { why, location: at(file, Number(line), Number(column) + 1) };
};

/** Node's form: the place, the line, a caret below it. */
const caretLocation = (text: string): Location | undefined => {
  const [, file, line, indent] = /^((?:file:\/\/|\/|[A-Za-z]:[\\/]).*):(\d+)\r?\n.*\r?\n(\s*)\^/m.exec(text) ?? [];
  if (file === undefined || indent === undefined) return undefined;
  return at(file.startsWith("file:") ? fileURLToPath(file) : file, Number(line), indent.length + 1);
};

/** V8 keeps the place of a syntax error to itself; a process that only checks the file prints it. */
const checkedLocation = (file: string): Location | undefined => {
  const { stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 10_000 });
  return caretLocation(stderr);
};

const syntaxFault = (error: unknown, file: string): SyntaxFault | undefined => {
  if (!(error instanceof Error)) return undefined;
  if (error.name === "TransformError") return esbuildFault(error) ?? { why: oneLine(error) };
  // A syntax error with a frame in the user's files was thrown there, by JSON.parse for example.
  if (!(error instanceof SyntaxError) || thrownAt(error) !== undefined) return undefined;
  const location = caretLocation(error.stack ?? "") ?? (/\.[cm]?js$/.test(file) ? checkedLocation(file) : undefined);
  return { why: error.message, ...(location === undefined ? {} : { location }) };
};

/** Whether the nearest package.json leaves it to Node to guess what a file is. */
const isGuessed = (file: string): boolean => {
  if (!/\.[jt]s$/.test(file)) return false;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) return !/"type"\s*:\s*"module"/.test(readFileSync(manifest, "utf8"));
    if (folder === dirname(folder)) return true;
  }
};

const guessed: Note = {
  label: "note",
  text: 'the nearest package.json has no "type": "module", so the file is taken for CommonJS; call it .mts or .mjs, or add that',
};

/** The finding for whatever an import threw. */
const loadingError = (error: unknown, path: string): WeftError => {
  const file = relative(process.cwd(), path);
  const ours = asWeftError(error);
  if (ours !== undefined) return ours;
  const fault = syntaxFault(error, path);
  const context = { notes: isGuessed(path) ? [guessed] : [], cause: error };
  if (fault !== undefined) return weftError("W612", { file, why: fault.why }, { ...context, location: fault.location });
  return weftError("W613", { file, error: oneLine(error) }, { ...context, location: thrownAt(error) });
};

const importByTsx = async (address: string): Promise<unknown> => {
  const { register } = await import("tsx/esm/api");
  register();
  return import(address);
};

/** Whether Node runs TypeScript by itself; the types of Node 20 do not know the question. */
const stripsTypes = (): boolean => "typescript" in process.features && Boolean(process.features.typescript);

const importAny = async (file: string): Promise<unknown> => {
  const address = pathToFileURL(file).href;
  const isTypeScript = /\.[cm]?ts$/.test(file);
  // Under the query Node 20 also loads a file that it takes for CommonJS as one module and not as two.
  if (isTypeScript && !stripsTypes()) return importByTsx(`${address}?weft`);
  try {
    return await import(address);
  } catch (error) {
    if (!isTypeScript || !needsTsx.has(codeOf(error))) throw error;
    return importByTsx(address);
  }
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Fails when there is nothing left to do, which ends a process that waits for a promise nobody keeps. */
const nothingLeft = (file: string): Promise<never> =>
  new Promise((_, fail) => {
    const error = "what it awaits at its top level never comes";
    process.once("beforeExit", () => fail(weftError("W613", { file: relative(process.cwd(), file), error })));
  });

/** The exports of a module; of one that was loaded as CommonJS those of its `module.exports`, which is its default. */
const exportsOf = (module: unknown): Exports => {
  if (!isObject(module)) return {};
  const whole = "default" in module ? module.default : undefined;
  const isAlone = Object.keys(module).length === 1 && isObject(whole) && !("kind" in whole || "nodes" in whole);
  const isCommonJs = isObject(whole) && (isAlone || "__esModule" in whole);
  return Object.fromEntries(Object.entries(isCommonJs ? whole : module));
};

/**
 * Imports a file. `reject`s syntax errors (W612) and whatever it throws (W613). From here on `console` writes to stderr,
 * because stdout is for results.
 */
export const importModule = async (file: string): Promise<Exports> => {
  globalThis.console = new Console(process.stderr);
  try {
    return exportsOf(await Promise.race([importAny(file), nothingLeft(file)]));
  } catch (error) {
    throw loadingError(error, file);
  }
};
