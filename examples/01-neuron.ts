// One neuron, two weights and a bias, learns AND and then OR from their four rows: the smallest thing that can be
// described, compiled and trained. Run it as `npx tsx examples/01-neuron.ts`.
import { strict as assert } from "node:assert";
import { compileSync, defineModel, meanSquaredError, sigmoid, spec, training } from "../src/index.ts";
import { linear } from "../src/nn/index.ts";
import { adam } from "../src/optim/index.ts";

const neuron = defineModel({
  name: "neuron",
  params: { cell: linear(2, 1) },
  inputs: { x: spec("f32", ["B", 2]) },
  // y = σ(w · x + b)
  forward: (p, { x }) => ({ y: sigmoid(p.cell(x)) }),
});

const learning = training(neuron, {
  inputs: { wanted: spec("f32", ["B", 1]) },
  loss: ({ y }, { wanted }) => meanSquaredError(y, wanted),
  optimizer: adam({ learningRate: 0.1 }),
});

const x = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
const truths = { AND: Float32Array.of(0, 0, 0, 1), OR: Float32Array.of(0, 1, 1, 1) };
const rounded = (numbers: ArrayLike<number>): string =>
  Array.from(numbers, (value) => value.toFixed(2).padStart(6)).join(" ");

let right = 0;
for (const [name, wanted] of Object.entries(truths)) {
  const trainer = compileSync(learning, { dims: { B: 4 }, seed: 1 });
  let loss = Number.NaN;
  for (let step = 0; step < 200; step++) loss = trainer.step({ x, wanted }).loss;

  const { data } = trainer.predict({ x }).y;
  console.log(`${name}: loss ${loss.toFixed(4)} after ${trainer.steps()} steps`);
  console.log(`  weights ${rounded(trainer.parameters.get("cell.weight").data)}`);
  console.log(`  bias    ${rounded(trainer.parameters.get("cell.bias").data)}`);
  for (const [row, value] of data.entries()) {
    console.log(`  ${x[2 * row]} ${name} ${x[2 * row + 1]} = ${wanted[row]}, the neuron says ${value.toFixed(2)}`);
    if (Math.round(value) === wanted[row]) right++;
  }
}
assert.equal(right, 8);
console.log(`${right} of 8 rows right`);
