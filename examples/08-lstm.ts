// Long short-term memory, written out gate by gate: the formulas, and `scan` over time. It learns to add two marked numbers
// that lie far apart, which needs the conveyor belt c; out/lstm.svg shows what lies on it. The layer `lstm` of the library has
// the same gates in one matrix (PyTorch's layout): given the same weights it says the same, to the bit.
import { strict as assert } from "node:assert";
import {
  add,
  compileSync,
  constant,
  defineModel,
  meanSquaredError,
  mul,
  reshape,
  scan,
  sigmoid,
  spec,
  tanh,
  training,
} from "../src/index.ts";
import { linear, lstm } from "../src/nn/index.ts";
import { adam } from "../src/optim/index.ts";
import { additions } from "./support/adding-problem.ts";
import { draw, heatMap } from "./support/draw.ts";

const hidden = 16;
const [length, batch, steps] = [30, 32, 480];
/** W x + b_x + U h + b_h: what a gate sees. */
const gate = () => ({ x: linear(2, hidden), h: linear(hidden, hidden) });

const byHand = defineModel({
  name: "lstm",
  params: { i: gate(), f: gate(), g: gate(), o: gate(), output: linear(hidden, 1) },
  inputs: { x: spec("f32", ["T", "B", 2]) },
  forward: (p, { x: sequence }) => {
    const { carry, outputs } = scan({
      carry: { h: constant(0, ["B", hidden]), c: constant(0, ["B", hidden]) },
      over: { x: sequence },
      step: ({ h, c }, { x }) => {
        const i = sigmoid(add(p.i.x(x), p.i.h(h))); //  input gate   i[t] = σ(W_i x[t] + U_i h[t-1] + b_i)
        const f = sigmoid(add(p.f.x(x), p.f.h(h))); //  forget gate  f[t] = σ(W_f x[t] + U_f h[t-1] + b_f)
        const g = tanh(add(p.g.x(x), p.g.h(h))); //     candidate    g[t] = tanh(W_g x[t] + U_g h[t-1] + b_g)
        const o = sigmoid(add(p.o.x(x), p.o.h(h))); //  output gate  o[t] = σ(W_o x[t] + U_o h[t-1] + b_o)
        const belt = add(mul(f, c), mul(i, g)); //      the belt     c[t] = f[t] * c[t-1] + i[t] * g[t]
        const said = mul(o, tanh(belt)); //                          h[t] = o[t] * tanh(c[t])
        return { carry: { h: said, c: belt }, output: { h: said, c: belt } };
      },
    });
    return { sum: reshape(p.output(carry.h), ["B"]), ...outputs };
  },
});

const learning = training(byHand, {
  inputs: { wanted: spec("f32", ["B"]) },
  loss: ({ sum }, { wanted }) => meanSquaredError(sum, wanted),
  optimizer: adam({ learningRate: 0.02 }),
  clip: { norm: 1 },
});
const trainer = compileSync(learning, { dims: { T: length, B: batch }, seed: 1 });
let recent = 0;
for (let step = 1; step <= steps; step++) {
  recent = 0.95 * recent + 0.05 * trainer.step(additions(length, batch, step)).loss;
  if (step % 100 === 0) console.log(`step ${step}: loss ${recent.toFixed(4)}`);
}

// The same network by the layer: rows of its matrices are the gates i, f, g, o, one under the other.
const layer = defineModel({
  name: "layer",
  params: { cell: lstm(2, hidden) },
  inputs: { x: spec("f32", ["T", "B", 2]) },
  forward: (p, { x: sequence }) => ({ h: p.cell(sequence).output }),
});
const gates = ["i", "f", "g", "o"] as const;
const stacked = (end: "x.weight" | "x.bias" | "h.weight" | "h.bias") =>
  Float32Array.from(gates.flatMap((name) => Array.from(trainer.parameters.get(`${name}.${end}`).data)));
const twin = compileSync(layer, { dims: { T: length, B: batch } });
twin.parameters.restore({
  "cell.weight_ih_l0": stacked("x.weight"),
  "cell.weight_hh_l0": stacked("h.weight"),
  "cell.bias_ih_l0": stacked("x.bias"),
  "cell.bias_hh_l0": stacked("h.bias"),
});
const { x } = additions(length, batch, 0);
const { c, h } = trainer.predict({ x });
const same = twin({ x }).h.data.every((value, at) => Object.is(value, h.data[at]));

const belt = Array.from({ length: length * hidden }, (_, at) => {
  const [time, cell] = [Math.floor(at / hidden), at % hidden];
  return { time, cell, c: c.data[time * batch * hidden + cell] };
});
const frames = belt.filter(({ time, cell }) => cell === 0 && x[2 * time * batch + 1] === 1);
const title = "the belt c of one sequence, the marked steps framed";
await draw("lstm", heatMap(belt, ["time", "cell", "c"], { title, scheme: "redblue", frames }));
assert.ok(recent < 0.01, `the mean loss is ${recent}, where 1/6 needs no memory`);
assert.ok(same, "by hand and by the layer, the hidden states are not the same");
console.log("marked numbers are added over 30 steps, and the layer gives the same bits");
