// How large the code of emitted modules may be, under `gzip -9` and without weights: what is promised of small modules, and
// for the others what they had when this was written, with a little room. `npm run size` prints the sizes.
import { describe, expect, it } from "vitest";
import { codeOf, standardModules } from "../../bench/standard-modules.ts";
import type { ModuleFormat } from "../../src/codegen/index.ts";

/** The promise: a perceptron for inference in 4 kB, the training of an LSTM over characters in 20 kB. */
const inference = 4000;
const training = 20_000;

const limits: Readonly<Record<string, { readonly [F in ModuleFormat]: number }>> = {
  "MLP, inference, batch 1": { wasm: inference, js: inference },
  "MLP, inference, batch 32": { wasm: inference, js: 5500 },
  "MLP, training with Adam": { wasm: 10_000, js: 18_000 },
  "LeNet, inference, batch 1": { wasm: 5900, js: 9000 },
  "LeNet, inference, batch 32": { wasm: 6400, js: 10_000 },
  "LeNet, training with Adam": { wasm: 19_000, js: 40_000 },
  "LSTM, inference, batch 1": { wasm: 6000, js: 7000 },
  "LSTM, training with Adam": { wasm: training, js: 26_000 },
};

describe.each(standardModules)("$name", ({ name, compile }) => {
  const compiled = compile();

  it.each<ModuleFormat>(["wasm", "js"])("is small as %s", (format) => {
    const files = codeOf(compiled, format);
    const size = files.reduce((sum, { gzip }) => sum + gzip, 0);
    const limit = limits[name]?.[format];
    if (limit === undefined) throw new Error(`${name} has no limit`);
    expect(size).toBeLessThanOrEqual(limit);
    // Code that shrank much has a limit that says nothing.
    expect(size).toBeGreaterThan(limit / 3);
  });
});
