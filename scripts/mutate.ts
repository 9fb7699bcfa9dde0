// Mutation testing with StrykerJS, on demand: `npm run mutate -- planning sharing` by name of scope, or `-- --files
// src/passes/simplify/arithmetic.ts` (scripts/mutate/scopes.ts says which tests a file is held against); `--sample 300 --seed 1` tries
// so many mutants, drawn at random, and `--write` keeps the result for docs/small-mutants.md; `--static` does not leave out those of what
// runs while modules load. Small changes that no test notices are printed; the score of each scope stands at the end.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { processUi } from "../src/cli/ui.ts";
import { whyUnnoticed } from "./mutate/explained.ts";
import { type Outcome, outcomeIn, overall, percent, scoreOf } from "./mutate/outcome.ts";
import { type Measured, writeMeasured } from "./mutate/record.ts";
import type { Scope } from "./mutate/scope.ts";
import { scopes } from "./mutate/scopes.ts";
import { UsageError, type Values } from "./words/command.ts";
import { commands } from "./words/commands.ts";
import { perform } from "./words/perform.ts";

const root = join(import.meta.dirname, "..");
const folder = join(import.meta.dirname, "mutate");
const stryker = join(folder, "node_modules", "@stryker-mutator", "core", "bin", "stryker.js");

/** StrykerJS is installed when it is first asked for: it is as much as a third of what else the project needs. */
const install = (): void => {
  if (existsSync(stryker)) return;
  console.log("installing StrykerJS into scripts/mutate/node_modules (60 MB, once) ...");
  const npm = process.env["npm_execpath"];
  const [command, ...first] = npm === undefined ? ["npm"] : [process.execPath, npm];
  // Without its own vitest, it runs the project's.
  const { status } = spawnSync(command, [...first, "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("StrykerJS could not be installed");
};

/** Which mutants are tried. */
interface Trying {
  /** How many, drawn at random; all unless given. */
  readonly sample?: { readonly count: number; readonly seed: string };
  /** Whether those of what runs while modules load are among them. */
  readonly withStatic: boolean;
}

/** The files that patterns stand for: StrykerJS would split the patterns themselves at the commas within braces. */
const sourcesOf = (patterns: readonly string[]): readonly string[] => globSync([...patterns], { cwd: root });

/** Runs one scope, or a sample of its mutants. */
const mutate = (name: string, { files, tests }: Scope, { sample, withStatic }: Trying): Outcome => {
  const report = join("out", "mutation", `${name}.json`);
  const config = join("scripts", "mutate", "stryker.config.ts");
  const drawn = sample === undefined ? {} : { MUTATE_SAMPLE: String(sample.count), MUTATE_SEED: sample.seed };
  const { status } = spawnSync(
    process.execPath,
    // What an earlier run found out is used again where all mutants are tried.
    [
      stryker,
      "run",
      config,
      "--mutate",
      sourcesOf(files).join(","),
      ...(sample === undefined ? ["--incremental"] : []),
    ],
    {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        MUTATE_TESTS: tests.join("\n"),
        MUTATE_REPORT: report,
        MUTATE_STATIC: withStatic ? "1" : "",
        ...drawn,
      },
    },
  );
  // Or the report of an earlier run would be taken for this one's.
  if (status !== 0) throw new Error(`StrykerJS could not run ${name}`);
  return outcomeIn(join(root, report));
};

/** How many lines of code a scope has, by which a sample is divided among scopes. */
const linesOf = ({ files }: Scope): number =>
  sourcesOf(files)
    .flatMap((file) => readFileSync(join(root, file), "utf8").split("\n"))
    .filter((line) => !/^\s*(\/\/|\/?\*|import |$)/.test(line)).length;

/** The scopes that are asked for: by name, or those that hold a file, with that file alone. */
const scopesOf = (names: readonly string[], files: string | undefined): readonly (readonly [string, Scope])[] => {
  const named = Object.entries(scopes).filter(([name]) => names.length === 0 || names.includes(name));
  if (files === undefined) return named;
  const file = files.replace(/\*+$/, "index.ts");
  const wanted = named.filter(([, scope]) => scope.files.some((pattern) => matchesGlob(file, pattern)));
  if (wanted.length === 0)
    throw new UsageError(
      `--files: no scope that is meant holds ${files}; scripts/mutate/scopes.ts says what they hold`,
    );
  return wanted.map(([name, scope]) => [name, { ...scope, files: [files] }]);
};

const ui = processUi();

const print = (outcomes: readonly (readonly [string, Measured])[]): void => {
  for (const survivor of outcomes.flatMap(([, { survivors }]) => survivors)) {
    const { file, line, text, put, isRun } = survivor;
    const why = whyUnnoticed(survivor) ?? (isRun ? undefined : "not run");
    ui.print(`${file}:${line}  ${text}  ->  ${put}${why === undefined ? "" : `  (${why})`}`);
  }
  for (const [name, outcome] of outcomes) ui.print(scoreOf(name, outcome));
  if (outcomes.length > 1) {
    const [share, low, high] = overall(outcomes.map(([, outcome]) => outcome)).map(percent);
    ui.print(`in all: ${share} % (95 %: ${low} to ${high})`);
  }
};

const work = (values: Values<typeof commands.mutate.options>): number => {
  const { scope: names, files, sample, static: withStatic, write } = values;
  const seed = String(values.seed);
  const wanted = scopesOf(names, files);
  install();
  const lines = wanted.reduce((sum, [, scope]) => sum + linesOf(scope), 0);
  const outcomes = wanted.map(([name, scope]): readonly [string, Measured] => {
    if (sample === undefined) return [name, mutate(name, scope, { withStatic })];
    const count = Math.max(1, Math.round((sample * linesOf(scope)) / lines));
    return [name, { ...mutate(name, scope, { sample: { count, seed }, withStatic }), seed }];
  });
  print(outcomes);
  if (write) writeMeasured(Object.fromEntries(outcomes));
  return 0;
};

process.exitCode = await perform(commands.mutate, process.argv.slice(2), ui, work);
