// Compilers with a mistake in each, and how many random graphs it takes to see it: `npm run mutants`, some of them by parts of
// their names, `-- --only gradient`, more seeds, `-- --seeds 5`. `-- --write` makes docs/mutants.md of the result.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processUi } from "../src/cli/ui.ts";
import type { Prey } from "./mutants/hunt.ts";
import { mutants, withMistake } from "./mutants/mistake.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { mutantsPage, type Outcome, summaryOf } from "./mutants/page.ts";
import { UsageError } from "./words/command.ts";
import { commands } from "./words/commands.ts";
import { perform } from "./words/perform.ts";

const root = join(import.meta.dirname, "..");

/** Runs something over the compiler with the mistake; gives what it printed last, and how it ended. */
const run = ({ name }: Mutant, args: readonly string[]): { readonly last: string; readonly failed: boolean } => {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, MUTANT: name, NODE_COMPILE_CACHE: join(root, "out", "compile-cache") },
    maxBuffer: 2 ** 26,
  });
  const last = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";
  return { last: last(stdout) || last(stderr), failed: status !== 0 };
};

/** What one seed gives: graphs, of so many at most, until a property fails. A compiler that cannot even be loaded is found by none. */
const hunted = (mutant: Mutant, seed: number, graphs: number): Prey => {
  const hook = "./scripts/mutants/apply.ts";
  const options = ["--seed", String(seed), "--graphs", String(graphs)];
  const { last, failed } = run(mutant, ["--import", hook, "scripts/mutants/hunt.ts", ...options]);
  if (failed) return { graphs: 0, milliseconds: 0, property: "loading", says: last, nodes: [0, 0] };
  // The last line of a hunt is its result.
  return JSON.parse(last) as Prey;
};

/** Whether the tests that know about such things fail, for mistakes that no graph shows. */
const tested = (mutant: Mutant, files: readonly string[]): boolean =>
  run(mutant, ["node_modules/vitest/vitest.mjs", "run", "--config", "scripts/mutants/vitest.config.ts", ...files])
    .failed;

const ui = processUi();

process.exitCode = await perform(commands.mutants, process.argv.slice(2), ui, ({ only = "", graphs, seeds, write }) => {
  const chosen = mutants.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new UsageError(`--only: no mutant has ${JSON.stringify(only)} in its name`);
  for (const mutant of mutants) withMistake(mutant, readFileSync(join(root, mutant.file), "utf8"));
  const outcomes: Outcome[] = [];
  for (const mutant of chosen) {
    const { tests } = mutant;
    const preys = tests === undefined ? Array.from({ length: seeds }, (_, at) => hunted(mutant, at + 1, graphs)) : [];
    const outcome: Outcome = { mutant, preys, ...(tests === undefined ? {} : { failed: tested(mutant, tests) }) };
    outcomes.push(outcome);
    ui.print(summaryOf(outcome));
  }
  const alive = outcomes.filter(
    ({ preys, failed }) => failed === false || preys.some(({ property }) => property === undefined),
  );
  ui.print(`${outcomes.length - alive.length} of ${outcomes.length} mutants found`);
  for (const { mutant } of alive) ui.print(`alive: ${mutant.name}: ${mutant.says}`);
  if (write) writeFileSync(join(root, "docs", "mutants.md"), mutantsPage(outcomes));
  return alive.length === 0 ? 0 : 1;
});
