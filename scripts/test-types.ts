// All tests of the types: `npm run test:types`. `-- --cases 20000 --seed 5` draws more random calls for the agreement of types and run
// time, and only those; `-- --figures` prints what checking costs, with each compiler.
import { spawnSync } from "node:child_process";
import { processUi } from "../src/cli/ui.ts";
import { printFigures } from "../test/types/figures.ts";
import { commands } from "./words/commands.ts";
import { perform } from "./words/perform.ts";

/** Runs the tests, those that draw calls alone where it is said how; gives the exit code. */
const runTests = (cases: number | undefined, seed: number | undefined): number => {
  const isLong = cases !== undefined || seed !== undefined;
  const { status } = spawnSync(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", isLong ? "test/types/agreement" : "test/types"],
    {
      stdio: "inherit",
      env: {
        ...process.env,
        ...(cases === undefined ? {} : { WEFT_TYPES_CASES: String(cases) }),
        ...(seed === undefined ? {} : { WEFT_TYPES_SEED: String(seed) }),
      },
    },
  );
  return status ?? 1;
};

const ui = processUi();

process.exitCode = await perform(commands["test:types"], process.argv.slice(2), ui, ({ cases, seed, figures }) => {
  if (!figures) return runTests(cases, seed);
  printFigures(ui.print);
  return 0;
});
