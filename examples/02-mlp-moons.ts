// Two half moons that no straight line separates: a network with one hidden layer learns the border between them, and
// draws it as text. The same compiled module trains and predicts, because both read the same memory.
import { strict as assert } from "node:assert";
import { argmax, compileSync, crossEntropy, defineModel, spec, tanh, training } from "../src/index.ts";
import { linear } from "../src/nn/index.ts";
import { adam } from "../src/optim/index.ts";
import { randomNumbers } from "./support/random.ts";

const batch = 256;

const classifier = defineModel({
  name: "moons",
  params: { hidden: linear(2, 16), output: linear(16, 2) },
  inputs: { point: spec("f32", ["B", 2]) },
  forward: (p, { point }) => {
    // W2 tanh(W1 x + b1) + b2
    const logits = p.output(tanh(p.hidden(point)));
    return { logits, moon: argmax(logits, 1) };
  },
});

const learning = training(classifier, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: adam({ learningRate: 0.02 }),
});

/** Points on two interleaved half circles, with noise. */
const moons = (seed: number): { point: Float32Array<ArrayBuffer>; label: Int32Array<ArrayBuffer> } => {
  const random = randomNumbers(seed);
  const label = Int32Array.from({ length: batch }, (_, at) => at % 2);
  const point = new Float32Array(2 * batch);
  for (const [at, moon] of label.entries()) {
    const angle = Math.PI * random();
    const [x, y] = moon === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    point.set([x + 0.2 * (random() - 0.5), y + 0.2 * (random() - 0.5)], 2 * at);
  }
  return { point, label };
};

const trainer = compileSync(learning, { dims: { B: batch } });
for (let step = 1; step <= 400; step++) {
  const { loss } = trainer.step(moons(step));
  if (step % 100 === 0) console.log(`step ${step}: loss ${loss.toFixed(4)}`);
}

const [width, height] = [64, 20];
const grid = Float32Array.from({ length: 2 * width * height }, (_, at) => {
  const [row, column] = [Math.floor(at / 2 / width), Math.floor(at / 2) % width];
  return at % 2 === 0 ? -1.5 + (4 * column) / (width - 1) : 1.5 - (2.5 * row) / (height - 1);
});
const sides: number[] = [];
for (let start = 0; start < grid.length; start += 2 * batch)
  sides.push(...trainer.predict({ point: grid.slice(start, start + 2 * batch) }).moon.data);
for (let row = 0; row < height; row++)
  console.log(
    sides
      .slice(row * width, (row + 1) * width)
      .map((side) => (side === 0 ? "." : "#"))
      .join(""),
  );

const test = moons(2026);
const { data } = trainer.predict({ point: test.point }).moon;
const right = test.label.reduce((count, label, at) => count + (data[at] === label ? 1 : 0), 0);
assert.equal(right, batch);
console.log(`${right} of ${batch} unseen points on the right side`);
