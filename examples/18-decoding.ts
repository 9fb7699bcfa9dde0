// A language model that writes, one letter at a time: it reads only what is new, and keeps the keys and values of everything before
// in its own memory. A GPT learns the prose of this repository's pages; the same parameters are then decoded.
import { strict as assert } from "node:assert";
import { compileSync, crossEntropy, decoding, defineModel, reshape, spec, training } from "../src/index.ts";
import { gpt } from "../src/nn/index.ts";
import { adamW, cosine } from "../src/optim/index.ts";
import { paragraphs } from "./support/docs-text.ts";
import { randomNumbers } from "./support/random.ts";

const short = process.argv.includes("--short");
const [context, batch, blocks, steps] = short ? [48, 8, 2, 120] : [128, 16, 3, 1500];
const text = paragraphs().join("\n");
const letters = [...new Set(text)].sort();
const tokens = Int32Array.from(text, (letter) => letters.indexOf(letter));
const [vocabulary, random] = [letters.length, randomNumbers(1)];

const writer = defineModel({
  name: "writer",
  params: { gpt: gpt({ vocabulary, context, features: 64, heads: 4, blocks }) },
  inputs: { seen: spec("i32", ["B", "T"]) },
  forward: (p, { seen }) => ({ logits: p.gpt(seen) }),
});

const learning = training(writer, {
  inputs: { next: spec("i32", ["B", "T"]) },
  loss: ({ logits }, { next }) => crossEntropy(reshape(logits, ["B*T", vocabulary]), reshape(next, ["B*T"])),
  optimizer: adamW({ learningRate: cosine(5e-3, steps) }),
  clip: { norm: 1 },
});

const trainer = compileSync(learning, { dims: { B: batch, T: context }, seed: 1 });
let mean = Math.log(vocabulary);
for (let step = 1; step <= steps; step++) {
  const starts = Array.from({ length: batch }, () => Math.floor(random() * (tokens.length - context)));
  const from = (shift: number) =>
    Int32Array.from(starts.flatMap((at) => Array.from(tokens.subarray(at + shift, at + shift + context))));
  mean = 0.95 * mean + 0.05 * trainer.step({ seen: from(0), next: from(1) }).loss;
}
console.log(`${steps} steps: ${mean.toFixed(2)} nats a letter`);

// The same model, read in pieces: a prompt of 16 letters in one call, then one letter at a time. What it keeps of a position is a row
// of keys and a row of values for each block:   K[p] = x[p] Wk, V[p] = x[p] Wv,   y[p] = softmax(q[p] K[..p]ᵀ / √d) V[..p]
const prompt = "The compiler is ";
const decoder = compileSync(
  decoding(writer, { positions: "T", capacity: context, entries: { decode: 1, prefill: prompt.length } }),
  { dims: { B: 1 } },
);
decoder.parameters.restore(trainer.parameters.all());
console.log(
  `it keeps ${decoder.state.names.length - 1} caches of ${context} positions: ${decoder.state.names.join(" ")}`,
);

/** The last row of logits as a letter: drawn from softmax(logits), a little sharpened. */
const drawn = (logits: Float32Array): number => {
  const last = logits.subarray(-vocabulary);
  const most = last.reduce((a, b) => Math.max(a, b));
  const weights = last.map((logit) => Math.exp(1.4 * (logit - most)));
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  return weights.findIndex((weight) => (rest -= weight) <= 0);
};

const written = Array.from(prompt, (letter) => letters.indexOf(letter));
const rows: number[] = [];
let logits = decoder.prefill({ seen: Int32Array.from(written) }).logits.data;
rows.push(...logits);
const times: number[] = [];
while (decoder.position() < context) {
  const letter = drawn(logits);
  written.push(letter);
  const start = performance.now();
  logits = decoder.decode({ seen: Int32Array.of(letter) }).logits.data;
  times.push(performance.now() - start);
  rows.push(...logits);
}
console.log(written.map((token) => letters[token]).join(""));

// Read whole, the text gives the same logits at every position.
const whole = compileSync(writer, { dims: { B: 1, T: context } });
whole.parameters.restore(trainer.parameters.all());
const seen = Int32Array.from(written);
const wanted = whole({ seen }).logits.data;
const worst = rows.reduce((most, row, at) => Math.max(most, Math.abs(row - (wanted[at] ?? Number.NaN))), 0);
const equal = rows.filter((row, at) => Object.is(row, wanted[at])).length;
console.log(
  `${rows.length} logits, ${equal} of them equal in every bit, none further off than ${worst.toExponential(1)}`,
);
assert.ok(rows.length === wanted.length && worst < 1e-4);

// But for attention, which looks at more keys, a letter costs at the end what it does at the beginning: far less than reading all again.
const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const again = median(
  Array.from({ length: 9 }, () => {
    const start = performance.now();
    whole({ seen });
    return performance.now() - start;
  }),
);
const half = times.length >> 1;
const [early, late] = [median(times.slice(0, half)), median(times.slice(half))];
console.log(
  `µs a letter: ${(1e3 * early).toFixed(0)} in the first half, ${(1e3 * late).toFixed(0)} in the second; ${(1e3 * again).toFixed(0)} without a cache`,
);
assert.ok(late < again, "reading one letter is faster than reading all of them");

// Full is full: nothing is overwritten silently.
assert.throws(() => decoder.decode({ seen: Int32Array.of(0) }), /W520/);
decoder.reset();
console.log(`the text is the same read letter by letter or whole, and position ${decoder.position()} is free again`);
