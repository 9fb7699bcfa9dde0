// Long attacks on whatever reads files: `npm run hostile -- --inputs 100000 --seed 7 --reader text`. Prints for each reader how many
// mutants were read and refused, and each that did harm with the seed that makes it again. Exit code 1 if any did.
import { processUi } from "../src/cli/ui.ts";
import { guardedAttack } from "../test/hostile/guard.ts";
import { type ReaderName, readerNames } from "../test/hostile/reader-names.ts";
import { commands } from "./words/commands.ts";
import { perform } from "./words/perform.ts";

const ui = processUi();

/** Attacks one reader; gives how many inputs did harm. */
const attackReader = async (reader: ReaderName, inputs: number, seed: number): Promise<number> => {
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
  return harms.length;
};

process.exitCode = await perform(commands.hostile, process.argv.slice(2), ui, async (values) => {
  const { inputs, seed = Date.now() % 1e9, reader: readers } = values;
  ui.print(`${inputs} inputs each, seed ${seed}`);
  let harmful = 0;
  for (const reader of readers.length === 0 ? readerNames : readers)
    harmful += await attackReader(reader, inputs, seed);
  ui.print(`memory at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
  return harmful === 0 ? 0 : 1;
});
