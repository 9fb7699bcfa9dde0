// Mutation testing with StrykerJS, on demand: `npm run mutate -- planning sharing` by name of scope, or `-- --files
// src/passes/simplify/arithmetic.ts` (scripts/mutate/scopes.ts says which tests a file is held against). Small changes that no
// test notices are printed; the score of each scope stands at the end.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { parseArgs } from "node:util";
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

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

/** How many mutants of a report ended how. */
const countsIn = (file: string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  // Written by StrykerJS in its published schema.
  const { files } = JSON.parse(readFileSync(file, "utf8")) as Report;
  for (const { mutants } of Object.values(files))
    for (const { status } of mutants) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/** Runs one scope, and gives its line of the summary. */
const mutate = (name: string, { files, tests }: Scope): string => {
  const report = join("out", "mutation", `${name}.json`);
  spawnSync(
    process.execPath,
    [stryker, "run", join("scripts", "mutate", "stryker.config.ts"), "--mutate", files.join(","), "--incremental"],
    {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, MUTATE_TESTS: tests.join("\n"), MUTATE_REPORT: report },
    },
  );
  const { Killed = 0, Timeout = 0, Survived = 0, NoCoverage = 0 } = countsIn(join(root, report));
  const [noticed, all] = [Killed + Timeout, Killed + Timeout + Survived + NoCoverage];
  return `${name}: ${((100 * noticed) / Math.max(all, 1)).toFixed(1)} % of ${all}, ${all - noticed} unnoticed`;
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { files: { type: "string" } } });

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
const lines = wanted.map(([name, scope]) => mutate(name, scope));
console.log(lines.join("\n"));
