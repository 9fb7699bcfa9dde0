// Mutation testing with StrykerJS, on demand: `npm run mutate -- planning sharing` by name of scope, or `-- --files
// src/passes/simplify/arithmetic.ts` (scripts/mutate/scopes.ts says which tests a file is held against); `--sample 300 --seed 1` tries
// so many mutants, drawn at random, and `--write` keeps the result for docs/small-mutants.md; `--static` does not leave out those of what
// runs while modules load. Small changes that no test notices are printed; the score of each scope stands at the end.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { parseArgs } from "node:util";
import { whyUnnoticed } from "./mutate/explained.ts";
import { type Outcome, outcomeIn, overall, percent, scoreOf } from "./mutate/outcome.ts";
import { type Measured, writeMeasured } from "./mutate/record.ts";
import type { Scope } from "./mutate/scope.ts";
import { scopes } from "./mutate/scopes.ts";

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

/** How many of its mutants are tried. */
interface Sample {
  readonly count: number;
  readonly seed: string;
}

/** The files that patterns stand for: StrykerJS would split the patterns themselves at the commas within braces. */
const sourcesOf = (patterns: readonly string[]): readonly string[] => globSync([...patterns], { cwd: root });

/** Runs one scope, or a sample of its mutants. */
const mutate = (name: string, { files, tests }: Scope, sample?: Sample): Outcome => {
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
        MUTATE_STATIC: values.static ? "1" : "",
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: "string" },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    static: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

/** The scopes that are asked for: by name, or those that hold a file, with that file alone. */
const wanted = Object.entries(scopes).flatMap(([name, scope]): readonly (readonly [string, Scope])[] => {
  const { files } = values;
  if (files === undefined) return positionals.length === 0 || positionals.includes(name) ? [[name, scope]] : [];
  const holds = scope.files.some((pattern) => matchesGlob(files.replace(/\*+$/, "index.ts"), pattern));
  return holds ? [[name, { ...scope, files: [files] }]] : [];
});
if (wanted.length === 0)
  throw new Error(`no scope of scripts/mutate/scopes.ts is meant: ${Object.keys(scopes).join(", ")}`);
install();
const lines = wanted.reduce((sum, [, scope]) => sum + linesOf(scope), 0);
const outcomes = wanted.map(([name, scope]): readonly [string, Measured] => {
  const { sample, seed } = values;
  if (sample === undefined) return [name, mutate(name, scope)];
  const count = Math.max(1, Math.round((Number(sample) * linesOf(scope)) / lines));
  return [name, { ...mutate(name, scope, { count, seed }), seed }];
});
for (const survivor of outcomes.flatMap(([, { survivors }]) => survivors)) {
  const { file, line, text, put, isRun } = survivor;
  const why = whyUnnoticed(survivor) ?? (isRun ? undefined : "not run");
  console.log(`${file}:${line}  ${text}  ->  ${put}${why === undefined ? "" : `  (${why})`}`);
}
for (const [name, outcome] of outcomes) console.log(scoreOf(name, outcome));
if (outcomes.length > 1) {
  const [share, low, high] = overall(outcomes.map(([, outcome]) => outcome)).map(percent);
  console.log(`in all: ${share} % (95 %: ${low} to ${high})`);
}
if (values.write) writeMeasured(Object.fromEntries(outcomes));
