// Scaled dot-product attention, written out, and a picture of its weights. The network is given pairs of a letter and a
// digit, and is asked for the digits of some of the letters: each question must look at the pair with its own letter.
import { strict as assert } from "node:assert";
import {
  argmax,
  compileSync,
  crossEntropy,
  defineModel,
  div,
  matmul,
  reshape,
  softmax,
  spec,
  training,
  transpose,
} from "../src/index.ts";
import { embedding, linear } from "../src/nn/index.ts";
import { adam } from "../src/optim/index.ts";
import { draw, heatMap } from "./support/draw.ts";
import { randomNumbers } from "./support/random.ts";
import { shades } from "./support/terminal.ts";

const d = 16;
const [batch, pairs, steps] = [32, 12, 400];

const network = defineModel({
  name: "lookup",
  params: {
    letters: embedding(26, d),
    digits: embedding(10, d),
    query: linear(d, d, { bias: false }),
    key: linear(d, d, { bias: false }),
    value: linear(d, d, { bias: false }),
    output: linear(d, 10),
  },
  inputs: { letter: spec("i32", ["B", "S"]), digit: spec("i32", ["B", "S"]), asked: spec("i32", ["B", "Q"]) },
  forward: (p, { letter, digit, asked }) => {
    const q = p.query(p.letters(asked)); //  Q = questions W_Q [B, Q, d]
    const k = p.key(p.letters(letter)); //   K = letters W_K   [B, S, d]
    const v = p.value(p.digits(digit)); //   V = digits W_V    [B, S, d]
    // A = softmax(Q K^T / √d), and the answer is A V
    const weights = softmax(div(matmul(q, transpose(k, [0, 2, 1])), Math.sqrt(d)), 2);
    const logits = p.output(matmul(weights, v));
    return { logits, weights, said: argmax(logits, 2) };
  },
});

const learning = training(network, {
  inputs: { wanted: spec("i32", ["B", "Q"]) },
  loss: ({ logits }, { wanted }) => crossEntropy(reshape(logits, ["B*Q", 10]), reshape(wanted, ["B*Q"])),
  optimizer: adam({ learningRate: 0.01 }),
});

/** Different letters with digits, and questions about some of them. */
const questions = (seed: number) => {
  const random = randomNumbers(seed);
  const rows = Array.from({ length: batch }, () => {
    const letter = Array.from({ length: 26 }, (_, at) => ({ at, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ at }) => at)
      .slice(0, pairs);
    const digit = letter.map(() => Math.floor(10 * random()));
    const places = Array.from({ length: pairs / 2 }, () => Math.floor(pairs * random()));
    return {
      letter,
      digit,
      asked: places.map((place) => letter[place] ?? 0),
      wanted: places.map((place) => digit[place] ?? 0),
    };
  });
  const column = (name: keyof (typeof rows)[number]) => Int32Array.from(rows.flatMap((row) => row[name]));
  return { letter: column("letter"), digit: column("digit"), asked: column("asked"), wanted: column("wanted") };
};

const trainer = compileSync(learning, { dims: { B: batch, S: pairs, Q: pairs / 2 }, seed: 1 });
for (let step = 1; step <= steps; step++) {
  const { loss } = trainer.step(questions(step));
  if (step % 100 === 0) console.log(`step ${step}: loss ${loss.toFixed(4)}`);
}
