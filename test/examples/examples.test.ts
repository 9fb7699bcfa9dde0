// Every example runs by itself, as its reader would run it, and ends with the line that says it reached what it promises.
// The digits are the main job (npm start) and take longer; .ci/run has them.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const lastLines: Readonly<Record<string, string | RegExp>> = {
  "01-neuron.ts": "8 of 8 rows right",
  "02-mlp-moons.ts": "256 of 256 unseen points on the right side",
  "03-activations.ts": "11 functions and their slopes are what their formulas say",
  "04-losses.ts": "9 losses are what their formulas say",
  "05-sgd-vs-adam.ts": "best to worst: adam, momentum, sgd",
  "07-rnn.ts": "160 steps on its own, never off by more than 0.1",
  "08-lstm.ts": "marked numbers are added over 30 steps, and the layer gives the same bits",
  "09-bilstm-tagger.ts": /^F1 0.\d\d one way, 0.\d\d both ways: who also reads backwards finds more of the words$/,
  "10-gru.ts": "the gated networks remember over 30 steps, the plain one does not",
  "11-attention.ts": "192 of 192 questions answered, and attention(q, k, v) gives the same but for rounding",
  "12-self-attention-fused.ts": "less than half the memory, the same meaning, and no T x T scores",
  "13-character-transformer.ts": "it knows more of the next letter than a table of pairs",
  "14-standalone-module.ts": "2 of 2 modules give the bits of the compiled model",
  "15-property-test-your-op.ts": "the naive form is refuted, the stable one holds in 300 cases",
  "16-checkpoints.ts": "killed and resumed, it ends in the bits of the undisturbed run",
  "17-read-the-wat.ts": "kernels: pack, matmul_add_relu",
  "18-decoding.ts": "the text is the same read letter by letter or whole, and position 0 is free again",
  "19-attention-scores.ts": "each head has found its distance, and no tensor holds a score for each query and key",
  "20-profile.ts": "every operation of a product is accounted for, and no step was taken",
  "21-threads.ts": "the same bits",
};
const elsewhere: readonly string[] = ["06-cnn-digits.ts"];

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const tsx = fileURLToPath(import.meta.resolve("tsx/cli"));

/** Runs an example in a folder of its own, so that what it writes is gone with it; what it draws must hold something. */
const linesOf = async (file: string): Promise<readonly string[]> => {
  const cwd = mkdtempSync(join(tmpdir(), "weft-example-"));
  try {
    const run = promisify(execFile)(process.execPath, [tsx, join(examples, file), "--short"], { cwd, timeout: 50_000 });
    const lines = (await run).stdout.trimEnd().split("\n");
    for (const [, drawing = ""] of lines.map((line) => /^drawn: (.*)$/.exec(line) ?? []))
      if (drawing !== "")
        expect(readFileSync(join(cwd, drawing), "utf8")).toMatch(/aria-roledescription="(line|rect) mark"/);
    return lines;
  } finally {
    rmSync(cwd, { recursive: true });
  }
};

describe("examples", () => {
  it.each(Object.entries(lastLines))("%s", async (file, last) => {
    expect((await linesOf(file)).at(-1)).toMatch(last);
  });

  it("has a row for each, here and in the table of their page", () => {
    const files = readdirSync(examples).filter((file) => file.endsWith(".ts"));
    expect(files).toEqual([...Object.keys(lastLines), ...elsewhere].sort());
    const table = readFileSync(join(examples, "README.md"), "utf8");
    const linked = Array.from(table.matchAll(/^\| \[\d\d [^\]]+\]\(([^)]+)\)/gm), ([, file]) => file);
    expect(linked).toEqual(files);
  });
});
