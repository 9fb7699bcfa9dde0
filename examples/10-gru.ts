// The gated recurrent unit, written out as a layer of your own, and a race on the adding problem: a plain RNN forgets the first
// mark, LSTM and GRU carry it over all steps. See out/gru.svg.
import { strict as assert } from "node:assert";
import {
  type AnyLayer,
  add,
  compileSync,
  constant,
  defineModel,
  layer,
  meanSquaredError,
  mul,
  reshape,
  scan,
  sigmoid,
  spec,
  sub,
  type Tensor,
  tanh,
  training,
} from "../src/index.ts";
import { gru, linear, lstm, rnn } from "../src/nn/index.ts";
import { adam } from "../src/optim/index.ts";
import { additions } from "./support/adding-problem.ts";
import { draw, lines } from "./support/draw.ts";
import { sparkline } from "./support/terminal.ts";

const hidden = 16;
const [length, batch, steps] = [30, 32, 480];
type Sequence = Tensor<["T", "B", 2], "f32">;
const gate = () => ({ x: linear(2, hidden), h: linear(hidden, hidden) });

const gruByHand = layer({ r: gate(), z: gate(), n: gate() }, (p) => (sequence: Sequence) => {
  const one = constant(1);
  const { carry } = scan({
    carry: { h: constant(0, ["B", hidden]) },
    over: { x: sequence },
    step: ({ h }, { x }) => {
      const r = sigmoid(add(p.r.x(x), p.r.h(h))); //       reset gate   r[t] = σ(W_r x[t] + U_r h[t-1] + b_r)
      const z = sigmoid(add(p.z.x(x), p.z.h(h))); //       update gate  z[t] = σ(W_z x[t] + U_z h[t-1] + b_z)
      const n = tanh(add(p.n.x(x), mul(r, p.n.h(h)))); //  candidate    n[t] = tanh(W_n x[t] + b_n + r[t] * (U_n h[t-1] + c_n))
      return { carry: { h: add(mul(sub(one, z), n), mul(z, h)) } }; //    h[t] = (1 - z[t]) * n[t] + z[t] * h[t-1]
    },
  });
  return carry.h;
});

/** Readers of a sequence, each giving its last hidden state. */
const readers: Readonly<Record<string, AnyLayer<(x: Sequence) => Tensor>>> = {
  RNN: layer({ cell: rnn(2, hidden) }, (p) => (x: Sequence) => p.cell(x).hidden),
  LSTM: layer({ cell: lstm(2, hidden) }, (p) => (x: Sequence) => p.cell(x).hidden),
  GRU: layer({ cell: gru(2, hidden) }, (p) => (x: Sequence) => p.cell(x).hidden),
  "GRU by hand": gruByHand,
};

/** The loss of every step of a network that adds what a reader has read, as a running mean. */
const lossesOf = (reader: AnyLayer<(x: Sequence) => Tensor>): readonly number[] => {
  const adder = defineModel({
    name: "adder",
    params: { reader, output: linear(hidden, 1) },
    inputs: { x: spec("f32", ["T", "B", 2]) },
    forward: (p, { x }) => ({ sum: reshape(p.output(p.reader(x)), ["B"]) }),
  });
  const learning = training(adder, {
    inputs: { wanted: spec("f32", ["B"]) },
    loss: ({ sum }, { wanted }) => meanSquaredError(sum, wanted),
    optimizer: adam({ learningRate: 0.02 }),
    clip: { norm: 1 },
  });
  const trainer = compileSync(learning, { dims: { T: length, B: batch }, seed: 1 });
  let mean = 1 / 6;
  return Array.from({ length: steps }, (_, step) => {
    mean = 0.95 * mean + 0.05 * trainer.step(additions(length, batch, step)).loss;
    return mean;
  });
};

const losses = Object.fromEntries(Object.entries(readers).map(([name, reader]) => [name, lossesOf(reader)]));
for (const [name, all] of Object.entries(losses)) {
  const some = all.filter((_, step) => step % 10 === 9);
  console.log(`${name.padEnd(12)}${sparkline(some, [0, 0.2])} ${all.at(-1)?.toFixed(4)}`);
}
const points = Object.entries(losses).flatMap(([name, all]) => all.map((loss, step) => ({ name, step, loss })));
await draw("gru", lines(points, ["step", "loss", "name"], { log: true }));
for (const [name, all] of Object.entries(losses)) {
  const last = all.at(-1) ?? Number.NaN;
  assert.ok(name === "RNN" ? last > 0.1 : last < 0.01, `the loss of ${name} is ${last}`);
}
console.log("the gated networks remember over 30 steps, the plain one does not");
