// The words of `npm run golden`, what it prints, and its exit code: 0 where every case passed, 1 where one failed, 2 where the
// words or the folder were wrong.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { parseArgs, renderUsage } from "citty";
import type { Ui } from "../../src/cli/ui.ts";
import { backendNames } from "../../src/compile/compile-graph.ts";
import type { BackendName } from "../../src/index.ts";
import { caseFiles, caseNameOf, missingCases } from "./case-folder.ts";
import { checkCase, type Verdict } from "./check-case.ts";
import { GoldenFileError } from "./checked-json.ts";
import { readCase } from "./golden-case.ts";

/** The cases that belong to the project. */
export const ownCases = resolve(import.meta.dirname, "../golden");

const options = {
  dir: { type: "string", valueHint: "FOLDER", description: "The folder of cases, test/golden unless given." },
  backend: {
    type: "string",
    valueHint: "NAME",
    description: `${backendNames.join(", ")} or all (the default); may be given several times.`,
  },
  case: {
    type: "string",
    valueHint: "PATTERN",
    description:
      "Only cases with this in their names, or with such names where * is any text; may be given several times.",
  },
  json: { type: "string", valueHint: "FILE", description: "Writes every verdict to a file as well." },
  help: { type: "boolean", description: "Show this help." },
} as const;

const description = "Runs networks against what PyTorch computed: outputs, losses, gradients, optimizer steps.";

/** A command line that makes no sense. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

type OptionName = keyof typeof options;

const isOption = (name: string): name is OptionName => Object.hasOwn(options, name);

/** The values of each option, in order; words that are no option of ours are refused, which citty would ignore. */
const valuesOf = (words: readonly string[]): ReadonlyMap<OptionName, readonly string[]> => {
  const values = new Map<OptionName, readonly string[]>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [, name = "", written] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (!isOption(name)) throw new UsageError(`${JSON.stringify(word)} is no option; --help lists them`);
    const { type } = options[name];
    const value = type === "boolean" ? "true" : (written ?? words[++at]);
    if (value === undefined || value === "")
      throw new UsageError(`--${name} needs a value: ${options[name].description}`);
    values.set(name, [...(values.get(name) ?? []), parsed(name, value)]);
  }
  return values;
};

const parsed = (name: OptionName, value: string): string => String(parseArgs([`--${name}=${value}`], options)[name]);

const isBackend = (name: string): name is BackendName => (backendNames as readonly string[]).includes(name);

/** In the order in which they are reported: the meaning first. */
const everyBackend: readonly BackendName[] = ["reference", "closure", "wasm"];

const backendsOf = (names: readonly string[]): readonly BackendName[] => {
  if (names.length === 0 || names.includes("all")) return everyBackend;
  for (const name of names)
    if (!isBackend(name))
      throw new UsageError(`--backend: ${JSON.stringify(name)} is none of ${[...everyBackend, "all"].join(", ")}`);
  return everyBackend.filter((name) => names.includes(name));
};

/** Whether a name begins with the first part, ends with the last, and has the others in between, in order. */
const fits = (name: string, [first = "", ...others]: readonly string[]): boolean => {
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const [position, part] of others.entries()) {
    const found = position === others.length - 1 ? name.length - part.length : name.indexOf(part, at);
    if (found < at || !name.startsWith(part, found)) return false;
    at = found + part.length;
  }
  return true;
};

/** Whether a case is wanted: no pattern at all, or one that is in the name, or that with its stars is the name. */
const wanted = (patterns: readonly string[]): ((name: string) => boolean) => {
  const isWanted = (name: string, pattern: string): boolean =>
    pattern.includes("*") ? fits(name, pattern.split("*")) : name.includes(pattern);
  return (name) => patterns.length === 0 || patterns.some((pattern) => isWanted(name, pattern));
};

/** What one run of the suite is to do. */
interface Work {
  readonly files: readonly string[];
  readonly backends: readonly BackendName[];
}

/** `reference 0.00` for a passed case with its largest share of a bound; the reason for a failed one. */
const cell = ({ backend, passed, worst, detail }: Verdict, { green, red }: Ui["palette"]): string =>
  passed ? `${backend} ${green("ok")} ${(worst ?? 0).toFixed(2)}` : `${backend} ${red("FAILED")} ${detail}`;

const checkFile = (file: string, backends: readonly BackendName[]): readonly Verdict[] => {
  try {
    const stored = readCase(file);
    return backends.map((backend) => checkCase(stored, backend));
  } catch (error) {
    if (!(error instanceof GoldenFileError)) throw error;
    return backends.map((backend) => ({
      case: caseNameOf(file),
      backend,
      passed: false,
      worst: undefined,
      detail: error.message,
    }));
  }
};

/** A line for each case as soon as it is done. On a terminal the lines are counted, elsewhere stderr says how far it is. */
const runAll = ({ files, backends }: Work, ui: Ui): readonly Verdict[] => {
  const onTerminal = process.stdout.isTTY;
  const progress = onTerminal ? undefined : ui.progress("golden", files.length);
  const width = Math.max(...files.map((file) => caseNameOf(file).length));
  const verdicts = files.flatMap((file, position) => {
    const row = checkFile(file, backends);
    const count = onTerminal ? `${ui.palette.dim(`${position + 1}/${files.length}`.padStart(7))}  ` : "";
    const cells = row.map((verdict) => cell(verdict, ui.palette)).join("  ");
    ui.print(`${count}${caseNameOf(file).padEnd(width)}  ${cells}`);
    progress?.step();
    return row;
  });
  progress?.end();
  return verdicts;
};

const totals = (verdicts: readonly Verdict[], backends: readonly BackendName[]): readonly string[] =>
  backends.map((backend) => {
    const of = verdicts.filter((verdict) => verdict.backend === backend);
    return `${backend} ${of.filter(({ passed }) => passed).length}/${of.length}`;
  });

const perform = async (words: readonly string[], ui: Ui): Promise<number> => {
  const values = valuesOf(words);
  if (values.has("help")) {
    const usage = await renderUsage({ meta: { name: "npm run golden --", description }, args: options });
    ui.print(ui.palette.isColorSupported ? usage : stripVTControlCharacters(usage));
    return 0;
  }
  const last = (name: OptionName): string | undefined => values.get(name)?.at(-1);
  // npm runs scripts in the package's own folder; paths are meant from where it was called.
  const here = process.env["INIT_CWD"] ?? process.cwd();
  const [dir, json] = [last("dir"), last("json")];
  const folder = dir === undefined ? ownCases : resolve(here, dir);
  const all = caseFiles(folder);
  const missing = missingCases(folder);
  if (missing.length > 0) ui.note(`golden: index.json lists cases that have no file: ${missing.join(", ")}`);
  const isWanted = wanted(values.get("case") ?? []);
  const files = all.filter((file) => isWanted(caseNameOf(file)));
  if (files.length === 0) throw new UsageError(`--case: none of the ${all.length} cases has such a name`);
  const backends = backendsOf(values.get("backend") ?? []);
  const verdicts = runAll({ files, backends }, ui);
  if (json !== undefined) writeFileSync(resolve(here, json), `${JSON.stringify(verdicts, null, 1)}\n`);
  for (const line of totals(verdicts, backends)) ui.print(line);
  return verdicts.every(({ passed }) => passed) ? 0 : 1;
};

/** Runs the command; gives the exit code. */
export const runGolden = async (words: readonly string[], ui: Ui): Promise<number> => {
  try {
    return await perform(words, ui);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof GoldenFileError)) throw error;
    ui.note(`golden: ${error.message}`);
    return 2;
  }
};
