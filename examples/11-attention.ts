// Scaled dot-product attention, written out, and a picture of its weights. The network is given pairs of a letter and a
// digit, and is asked for the digits of some of the letters: each question must look at the pair with its own letter.
import { strict as assert } from "node:assert";
import {
  argmax,
  attention,
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
import { lookups } from "./support/lookups.ts";
import { shades } from "./support/terminal.ts";

const d = 16;
const [batch, pairs, steps] = [32, 12, 120];

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
    const attended = matmul(weights, v);
    const logits = p.output(attended);
    return { logits, said: argmax(logits, 2), weights, attended, builtIn: attention(q, k, v) };
  },
});

const learning = training(network, {
  inputs: { wanted: spec("i32", ["B", "Q"]) },
  loss: ({ logits }, { wanted }) => crossEntropy(reshape(logits, ["B*Q", 10]), reshape(wanted, ["B*Q"])),
  optimizer: adam({ learningRate: 0.01 }),
});

const trainer = compileSync(learning, { dims: { B: batch, S: pairs, Q: pairs / 2 }, seed: 1 });
for (let step = 1; step <= steps; step++) {
  const { loss } = trainer.step(lookups(step, batch, pairs));
  if (step % 40 === 0) console.log(`step ${step}: loss ${loss.toFixed(4)}`);
}

const test = lookups(2026, batch, pairs);
const { said, weights, attended, builtIn } = trainer.predict(test);
const right = said.data.filter((digit, at) => digit === test.wanted[at]).length;
const nameOf = (letter = 0): string => String.fromCharCode(97 + letter);

// The weights of the first row: questions down, pairs across.
console.log(
  `   ${Array.from({ length: pairs }, (_, pair) => `${nameOf(test.letter[pair])}${test.digit[pair]}`).join("")}`,
);
const cells: object[] = [];
for (let question = 0; question < pairs / 2; question++) {
  const row = Array.from(weights.data.slice(question * pairs, (question + 1) * pairs));
  const asked = `${nameOf(test.asked[question])}?`;
  console.log(`${asked} ${shades(row)} = ${said.data[question]}`);
  for (const [pair, weight] of row.entries())
    cells.push({ question: asked, pair: `${nameOf(test.letter[pair])} ${test.digit[pair]}`, weight });
}
await draw("attention", heatMap(cells, ["pair", "question", "weight"], { title: "softmax(Q K^T / √d)" }));
// The op sums in another order, and keeps no weights.
const apart = Math.max(...attended.data.map((value, at) => Math.abs(value - (builtIn.data[at] ?? Number.NaN))));
assert.ok(apart < 1e-5, "attention(q, k, v) is something else");
assert.equal(right, test.wanted.length);
console.log(
  `${right} of ${test.wanted.length} questions answered, and attention(q, k, v) gives the same but for rounding`,
);
