// Long attacks on whatever reads files: `npm run hostile -- --inputs 100000 --seed 7 --reader text`. Prints for each reader how many
// mutants were read and refused, and each that did harm with the seed that makes it again. Exit code 1 if any did.
import { parseArgs } from "node:util";
import { processUi } from "../src/cli/ui.ts";
import { guardedAttack } from "../test/hostile/guard.ts";
import { isReaderName, readers } from "../test/hostile/readers.ts";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1e9) },
    reader: { type: "string", multiple: true, default: Object.keys(readers) },
  },
});

const ui = processUi();
const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
ui.print(`${inputs} inputs each, seed ${seed}`);
let harmful = 0;
for (const reader of values.reader) {
  if (!isReaderName(reader)) throw new Error(`--reader is one of ${Object.keys(readers).join(", ")}`);
  const progress = ui.progress(reader, inputs);
  let shown = 0;
  const start = performance.now();
  const { accepted, refused, harms, longest } = await guardedAttack(reader, inputs, seed, (done) => {
    for (; shown < done; shown++) progress.step();
  });
  progress.end();
  const codes = [...refused].toSorted(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  ui.print(
    `${reader}: ${accepted} read, ${inputs - accepted - harms.length} refused, ${harms.length} did harm; the longest took ${longest.toFixed(0)} ms, all ${seconds} s
  ${codes.join(", ")}`,
  );
  for (const { seed: at, what, input } of harms.slice(0, 20)) ui.print(`  seed ${at}: ${what}\n    ${input}`);
  harmful += harms.length;
}
ui.print(`memory at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
process.exitCode = harmful === 0 ? 0 : 1;
