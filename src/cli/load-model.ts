// From a file to the models in it. Exports are told by their form (`kind`, or the tables of a graph), never by their class.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { reject, weftError } from "../ir/diagnostics/diagnostic.ts";
import { InvariantError, invariant } from "../ir/diagnostics/invariant.ts";
import { nearestName } from "../ir/diagnostics/nearest.ts";
import type { Graph } from "../ir/graph/graph.ts";
import { parseGraph } from "../ir/text/parse.ts";
import { type Subject, subjectOf } from "../testing/kit/subject.ts";
import { asWeftError, oneLine, thrownAt } from "./foreign-error.ts";
import { type Exports, importModule } from "./import-module.ts";
import { handOver, otherInstallation } from "./other-installation.ts";

/** Something that was described, out of a file. Its `graph` `reject`s (W617) what the description throws. */
export interface LoadedModel extends Subject {
  /** The name of its export; a text has none. */
  readonly exported: string | undefined;
}

const extensions: readonly string[] = [".ts", ".mts", ".js", ".mjs", ".weft"];

/** Describes the graph; errors that are not ours get their place and a code. */
const traced = (name: string, describe: () => Graph): Graph => {
  try {
    return describe();
  } catch (error) {
    const isOurs = asWeftError(error) !== undefined || error instanceof InvariantError;
    throw isOurs
      ? error
      : weftError("W617", { model: name, error: oneLine(error) }, { location: thrownAt(error), cause: error });
  }
};

const loadedFrom = (value: unknown, exported?: string): LoadedModel | undefined => {
  const subject = subjectOf(value);
  return subject && { ...subject, exported, graph: () => traced(subject.name, subject.graph) };
};

const whatIs = (value: unknown): string => {
  const loaded = loadedFrom(value);
  if (loaded !== undefined) return `a ${loaded.kind}`;
  if (typeof value === "function") return "a function";
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "a list" : `a${typeof value === "object" ? "n" : ""} ${typeof value}`;
};

const exportedList = (exports: Exports): readonly { readonly name: string; readonly what: string }[] =>
  Object.entries(exports).map(([name, value]) => ({ name, what: whatIs(value) }));

/** What is exported under several names counts once, by the first of them; the default export goes before all. */
const loadedExports = (exports: Exports): readonly LoadedModel[] => {
  const found = new Map<unknown, LoadedModel>();
  const entries = Object.entries(exports).toSorted(([a], [b]) => Number(b === "default") - Number(a === "default"));
  for (const [name, value] of entries) {
    const loaded = found.has(value) ? undefined : loadedFrom(value, name);
    if (loaded !== undefined) found.set(value, loaded);
  }
  return [...found.values()];
};

const filesNear = (file: string): readonly string[] => {
  const folder = dirname(resolve(file));
  return existsSync(folder) ? readdirSync(folder).filter((name) => extensions.includes(extname(name))) : [];
};

/** Refuses a file that is not there (W610) and what is no kind of model file (W611). */
export const requireModelFile = (file: string): void => {
  if (!existsSync(file)) {
    const near = nearestName(basename(file), filesNear(file));
    reject("W610", { file, nearest: near === undefined ? undefined : join(dirname(file), near) });
  }
  if (!extensions.includes(extname(file))) reject("W611", { file, known: extensions });
};

const readText = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    return reject("W403", { file, why: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
};

const loadText = (file: string): LoadedModel => {
  const graph = parseGraph(readText(file), { file: resolve(file) });
  return { name: graph.name, kind: "graph", exported: undefined, model: undefined, graph: () => graph };
};

/** Loads what a file exports under a name, or all that it exports. */
export const loadModels = async (file: string, name?: string): Promise<readonly LoadedModel[]> => {
  requireModelFile(file);
  if (extname(file) === ".weft") return [loadText(file)];
  const other = otherInstallation(file);
  if (other !== undefined) return handOver(other);
  const exports = await importModule(resolve(file));
  if (name !== undefined) {
    const chosen = Object.hasOwn(exports, name) ? loadedFrom(exports[name], name) : undefined;
    return [chosen ?? reject("W616", { file, name, exported: exportedList(exports) })];
  }
  const loaded = loadedExports(exports);
  return loaded.length === 0 ? reject("W614", { file, exported: exportedList(exports) }) : loaded;
};

/** Loads one model: the one of that name, the default export, or the only one there is. */
export const loadModel = async (file: string, name?: string): Promise<LoadedModel> => {
  const [first, ...others] = await loadModels(file, name);
  invariant(first !== undefined, `${file} has a model`);
  if (others.length === 0 || first.exported === "default") return first;
  return reject("W615", { file, names: [first, ...others].flatMap(({ exported }) => exported ?? []) });
};
