// The same small regression by three optimizers, from the same start: their losses as lines of text, one character for
// ten steps, and as a drawing in out/sgd-vs-adam.svg. An optimizer is one update rule written on tensors; compiling a
// training makes it part of the step's graph.
import { strict as assert } from "node:assert";
import { compileSync, defineModel, meanSquaredError, spec, tanh, training } from "../src/index.ts";
import { linear } from "../src/nn/index.ts";
import { adam, type Optimizer, sgd } from "../src/optim/index.ts";
import { draw, lines } from "./support/draw.ts";
import { sparkline } from "./support/terminal.ts";

const count = 64;

const curve = defineModel({
  name: "curve",
  params: { hidden: linear(1, 24), output: linear(24, 1) },
  inputs: { x: spec("f32", ["B", 1]) },
  forward: (p, { x }) => ({ y: p.output(tanh(p.hidden(x))) }),
});

const optimizers: Readonly<Record<string, Optimizer>> = {
  // p = p - η g
  sgd: sgd({ learningRate: 0.05 }),
  // v = μ v + g;  p = p - η v
  momentum: sgd({ learningRate: 0.05, momentum: 0.9 }),
  // m = β1 m + (1 - β1) g;  v = β2 v + (1 - β2) g²;  p = p - η (m / (1 - β1^t)) / (sqrt(v / (1 - β2^t)) + ε)
  adam: adam({ learningRate: 0.02, betas: [0.9, 0.999], epsilon: 1e-8 }),
};

const x = Float32Array.from({ length: count }, (_, at) => (4 * at) / (count - 1) - 2);
const wanted = x.map((value) => Math.sin(2.5 * value));

/** The loss of every step. */
const lossesOf = (optimizer: Optimizer): readonly number[] => {
  const learning = training(curve, {
    inputs: { wanted: spec("f32", ["B", 1]) },
    loss: ({ y }, { wanted: target }) => meanSquaredError(y, target),
    optimizer,
  });
  const trainer = compileSync(learning, { dims: { B: count }, seed: 3 });
  // Feeds and results lie in the same arrays each time, so that 600 steps leave nothing behind for the engine to collect.
  const [feeds, loss] = [{ x, wanted }, new Float32Array(1)];
  return Array.from({ length: 600 }, () => trainer.step(feeds, { into: { loss } }).loss[0] ?? Number.NaN);
};

/** Every tenth loss as a bar, on a logarithmic scale from 0.0001 to 1. */
const bars = (losses: readonly number[]): string =>
  sparkline(
    losses.filter((_, at) => at % 10 === 0).map((loss) => Math.log10(loss)),
    [-4, 0],
  );

const runs = Object.entries(optimizers).map(([name, optimizer]) => ({ name, losses: lossesOf(optimizer) }));
for (const { name, losses } of runs)
  console.log(`${name.padEnd(9)}${bars(losses)} ${(losses.at(-1) ?? Number.NaN).toExponential(1)}`);

const values = runs.flatMap(({ name, losses }) => losses.map((loss, step) => ({ optimizer: name, step, loss })));
await draw("sgd-vs-adam", lines(values, ["step", "loss", "optimizer"], { log: true }));
const best = runs.toSorted((a, b) => (a.losses.at(-1) ?? Infinity) - (b.losses.at(-1) ?? Infinity));
const order = best.map(({ name }) => name).join(", ");
assert.equal(order, "adam, momentum, sgd");
console.log(`best to worst: ${order}`);
