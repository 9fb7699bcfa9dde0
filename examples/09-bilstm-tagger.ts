// A bidirectional LSTM finds the words in text without spaces, the prose of this repository's documentation: it tags each
// letter as the last of a word or not. Whether "the" ends or goes on as "then" is seen later: by the way back, not the way forth.
import { strict as assert } from "node:assert";
import {
  type AnyLayer,
  argmax,
  compileSync,
  crossEntropy,
  defineModel,
  layer,
  reshape,
  spec,
  type Tensor,
  training,
} from "../src/index.ts";
import { embedding, linear, lstm } from "../src/nn/index.ts";
import { adam } from "../src/optim/index.ts";
import { randomNumbers } from "./support/random.ts";
import { windows, wordEnds } from "./support/word-ends.ts";

const [length, batch, steps] = [64, 24, process.argv.includes("--short") ? 100 : 600];

const [known, unknown] = [wordEnds((at) => at % 7 !== 3), wordEnds((at) => at % 7 === 3)];

type Letters = Tensor<["T", "B", 16], "f32">;
type Tagger = AnyLayer<(x: Letters) => Tensor<["T", "B", 2], "f32">>;

// h[t] = LSTM(x[t], h[t-1]);  y[t] = W h[t] + b
const oneWay: Tagger = layer(
  { memory: lstm(16, 32), output: linear(32, 2) },
  (p) => (x: Letters) => p.output(p.memory(x).output),
);
// →h[t] = LSTM(x[t], →h[t-1]);  ←h[t] = LSTM(x[t], ←h[t+1]);  y[t] = W (→h[t], ←h[t]) + b
const bothWays: Tagger = layer(
  { memory: lstm(16, 32, { bidirectional: true }), output: linear(64, 2) },
  (p) => (x: Letters) => p.output(p.memory(x).output),
);

/** Trains a tagger, prints how it reads some unknown text, and gives its F1 there. */
const scoreOf = (name: string, tagger: Tagger): number => {
  const model = defineModel({
    name,
    params: { table: embedding(96, 16), tagger },
    inputs: { text: spec("i32", ["T", "B"]) },
    forward: (p, { text }) => {
      const logits = p.tagger(p.table(text));
      return { logits, tags: argmax(logits, 2) };
    },
  });
  const learning = training(model, {
    inputs: { wanted: spec("i32", ["T", "B"]) },
    loss: ({ logits }, { wanted }) => crossEntropy(reshape(logits, ["T*B", 2]), reshape(wanted, ["T*B"])),
    optimizer: adam({ learningRate: 0.01 }),
    clip: { norm: 1 },
  });
  const trainer = compileSync(learning, { dims: { T: length, B: batch }, seed: 1 });
  const random = randomNumbers(5);
  const somewhere = (): number => Math.floor(random() * (known.length - length));
  for (let step = 0; step < steps; step++)
    trainer.step(windows(known, length, Array.from({ length: batch }, somewhere)));

  let [hits, said, there] = [0, 0, 0];
  for (let from = 0; from + length * batch <= unknown.length; from += length * batch) {
    const { text, wanted } = windows(
      unknown,
      length,
      Array.from({ length: batch }, (_, row) => from + row * length),
    );
    const tags = trainer.predict({ text }).tags.data;
    for (const [at, tag] of wanted.entries()) {
      const guess = tags[at] ?? 0;
      [hits, said, there] = [hits + tag * guess, said + guess, there + tag];
    }
    for (const row of from === 0 ? [0, 1, 2, 3] : []) {
      const read = Array.from(
        { length },
        (_, time) => `${unknown[row * length + time]?.letter}${tags[time * batch + row] === 1 ? " " : ""}`,
      );
      console.log(`${name.padEnd(10)}${read.join("")}`);
    }
  }
  return (2 * hits) / (said + there); // the harmonic mean of hits / said and hits / there
};

const [one, both] = [scoreOf("one way", oneWay), scoreOf("both ways", bothWays)];
assert.ok(both > 0.75 && both > one + 0.1, `F1 is ${both} with both ways, and ${one} with one`);
console.log(
  `F1 ${one.toFixed(2)} one way, ${both.toFixed(2)} both ways: who also reads backwards finds more of the words`,
);
