// All tests of the types: `npm run test:types`. `-- --cases 20000 --seed 5` draws more random calls for the agreement of types and run
// time, and only those; `-- --figures` prints what checking costs, with each compiler.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { printFigures } from "../test/types/figures.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string" },
    seed: { type: "string" },
    figures: { type: "boolean", default: false },
  },
});

if (values.figures) printFigures((line) => process.stdout.write(`${line}\n`));
else {
  const isLong = values.cases !== undefined || values.seed !== undefined;
  const { status } = spawnSync(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", isLong ? "test/types/agreement" : "test/types"],
    {
      stdio: "inherit",
      env: {
        ...process.env,
        ...(values.cases === undefined ? {} : { WEFT_TYPES_CASES: values.cases }),
        ...(values.seed === undefined ? {} : { WEFT_TYPES_SEED: values.seed }),
      },
    },
  );
  process.exitCode = status ?? 1;
}
