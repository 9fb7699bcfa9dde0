// Where does the time of a training step go? The program is a list of kernel calls, so each can be timed by itself, and what it
// should take can be counted: a product of [M, K] and [K, N] is 2 M N K operations. The profile shows both, by kernel and
// by layer, and writes the runs down for a trace viewer (open out/profile-trace.json in ui.perfetto.dev).
import { strict as assert } from "node:assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { compileSync, crossEntropy, defineModel, mean, relu, spec, training } from "../src/index.ts";
import { linear } from "../src/nn/index.ts";
import { sgd } from "../src/optim/index.ts";

const [batch, inputs, hidden, classes] = [32, 784, 256, 12];

const classifier = defineModel({
  name: "classifier",
  params: { hidden: linear(inputs, hidden), output: linear(hidden, classes) },
  inputs: { image: spec("f32", ["B", inputs]) },
  forward: (p, { image }) => ({ logits: p.output(relu(p.hidden(image))) }),
});

const trainer = compileSync(
  training(classifier, {
    inputs: { label: spec("i32", ["B"]) },
    loss: ({ logits }, { label }) => mean(crossEntropy(logits, label)),
    optimizer: sgd({ learningRate: 0.1 }),
  }),
  { dims: { B: batch } },
);

const image = Float32Array.from({ length: batch * inputs }, (_, at) => Math.sin(at));
const label = Int32Array.from({ length: batch }, (_, at) => at % classes);

const profile = trainer.profile("step", { image, label });
console.log(profile.text({ top: 8 }));
console.log();
console.log(profile.text({ by: "layer" }));

mkdirSync("out", { recursive: true });
writeFileSync("out/profile-trace.json", JSON.stringify(profile.trace()));

// Forward both layers multiply by their weights; backward both ask for the gradient of their weights, and the second for that of
// what it was given. Nobody asks for the gradient of the image.
const work = (layer: string): number =>
  profile.calls
    .filter((call) => call.layer === layer && call.operations.includes("matmul"))
    .reduce((operations, { flops }) => operations + flops, 0);
const product = (m: number, n: number, k: number): number => 2 * m * n * k;
const least = {
  hidden: 2 * product(batch, hidden, inputs),
  output: 3 * product(batch, classes, hidden),
};
for (const [layer, operations] of Object.entries(least)) {
  // Biases, relu and the update of the weights are done while products are written.
  const more = work(layer) / operations - 1;
  console.log(
    `${layer}: ${(operations / 1e6).toFixed(2)} million operations of products, and ${(100 * more).toFixed(1)} % more`,
  );
  assert.ok(more >= 0 && more < 0.2);
}
const shares = profile.layers.reduce((sum, { share }) => sum + share, 0);
assert.ok(Math.abs(shares - 1) < 1e-9);
assert.equal(trainer.steps(), 0);
console.log("every operation of a product is accounted for, and no step was taken");
