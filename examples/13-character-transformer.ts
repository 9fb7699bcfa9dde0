// A small Transformer learns to write like this repository's documentation, letter by letter: vectors of letters and positions, blocks
// of causal self-attention and a feed-forward network, and at each position the probabilities of the next letter.
import { strict as assert } from "node:assert";
import {
  add,
  compileSync,
  crossEntropy,
  defineModel,
  gelu,
  iota,
  repeat,
  reshape,
  softmax,
  spec,
  training,
} from "../src/index.ts";
import { embedding, layerNorm, linear, multiHeadAttention } from "../src/nn/index.ts";
import { adamW, cosine } from "../src/optim/index.ts";
import { paragraphs } from "./support/docs-text.ts";
import { tableEntropy } from "./support/frequency-table.ts";
import { randomNumbers } from "./support/random.ts";

const features = 64;
const short = process.argv.includes("--short");
const [context, batch, blocks, steps] = short ? [32, 16, 1, 280] : [64, 16, 3, 1500];
const text = paragraphs().join("\n");
const letters = [...new Set(text)].sort();
const tokens = Int32Array.from(text, (letter) => letters.indexOf(letter));
const [vocabulary, random] = [letters.length, randomNumbers(1)];

/** A block, normalized in front: it looks back over the letters, then thinks about each. */
const block = () => ({
  norm1: layerNorm(features),
  attend: multiHeadAttention(features, 4),
  norm2: layerNorm(features),
  up: linear(features, 4 * features),
  down: linear(4 * features, features),
});

const writer = defineModel({
  name: "writer",
  params: {
    letters: embedding(vocabulary, features),
    positions: embedding(context, features),
    blocks: repeat(blocks, block),
    norm: layerNorm(features),
    output: linear(features, vocabulary),
  },
  inputs: { seen: spec("i32", ["B", "T"]) },
  forward: (p, { seen }) => {
    const embedded = add(p.letters(seen), p.positions(iota(["T"]))); //          x = E[letter] + P[position]
    const thought = p.blocks.reduce((x, { norm1, attend, norm2, up, down }) => {
      const h = add(x, attend(norm1(x), { causal: true })); //            h = x + MultiHead(LayerNorm(x)), only looking back
      return add(h, down(gelu(up(norm2(h))))); //                         x = h + W2 gelu(W1 LayerNorm(h) + b1) + b2
    }, embedded);
    const logits = p.output(p.norm(thought));
    return { logits, next: softmax(logits, 2) }; //                       p(next | seen) = softmax(W LayerNorm(x) + b)
  },
});

const learning = training(writer, {
  inputs: { next: spec("i32", ["B", "T"]) },
  // -log p(x[t+1] | x[1], ..., x[t]), the mean over all positions
  loss: ({ logits }, { next }) => crossEntropy(reshape(logits, ["B*T", vocabulary]), reshape(next, ["B*T"])),
  optimizer: adamW({ learningRate: cosine(1e-2, steps) }),
  clip: { norm: 1 },
});

const trainer = compileSync(learning, { dims: { B: batch, T: context }, seed: 1 });
let mean = Math.log(vocabulary);
for (let step = 1; step <= steps; step++) {
  const starts = Array.from({ length: batch }, () => Math.floor(random() * (tokens.length - context)));
  const from = (shift: number) =>
    Int32Array.from(starts.flatMap((at) => Array.from(tokens.subarray(at + shift, at + shift + context))));
  mean = 0.98 * mean + 0.02 * trainer.step({ seen: from(0), next: from(1) }).loss;
  if (step % (steps / 4) === 0) console.log(`step ${String(step).padStart(4)}: ${mean.toFixed(2)} nats a letter`);
}

const bars = {
  "any letter alike": Math.log(vocabulary),
  "letters by frequency": tableEntropy(text, 0),
  "pairs by frequency": tableEntropy(text, 1),
  transformer: mean,
};
for (const [name, nats] of Object.entries(bars))
  console.log(`${name.padEnd(22)}${"█".repeat(10 * nats)} ${nats.toFixed(2)}`);

// It writes on, a letter at a time: drawn from p(next | the last letters), a little sharpened.
const reader = compileSync(writer, { dims: { B: 1, T: context } });
reader.parameters.restore(trainer.parameters.all());
const written = Array.from("The compiler ", (letter) => letters.indexOf(letter));
while (written.length < 400) {
  const seen = written.slice(-context);
  const { data } = reader({ seen: Int32Array.from({ length: context }, (_, at) => seen[at] ?? 0) }).next;
  const last = data.slice((seen.length - 1) * vocabulary, seen.length * vocabulary).map((p) => p ** 1.4);
  let rest = random() * last.reduce((sum, p) => sum + p, 0);
  written.push(last.findIndex((p) => (rest -= p) <= 0));
}
console.log(written.map((token) => letters[token]).join(""));
assert.ok(mean < bars["pairs by frequency"], `${mean} nats a letter`);
console.log("it knows more of the next letter than a table of pairs");
