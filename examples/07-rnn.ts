// A recurrent network, written out: one step as a formula, and `scan` runs it over time. It learns to say the next value of
// two added sine waves, and then goes on alone, each value it says being its next input. See out/rnn.svg.
import { strict as assert } from "node:assert";
import { add, compileSync, defineModel, meanSquaredError, scan, spec, tanh, training } from "../src/index.ts";
import { linear } from "../src/nn/index.ts";
import { adam, cosine } from "../src/optim/index.ts";
import { draw } from "./support/draw.ts";
import { sparkline } from "./support/terminal.ts";

const hidden = 32;
const [length, batch, steps] = [60, 32, 600];

const network = defineModel({
  name: "rnn",
  params: { fromInput: linear(1, hidden), fromHidden: linear(hidden, hidden), output: linear(hidden, 1) },
  inputs: { x: spec("f32", ["T", "B", 1]), before: spec("f32", ["B", hidden]) },
  forward: (p, { x, before }) => {
    const { carry, outputs } = scan({
      carry: { h: before },
      over: { x },
      step: ({ h }, { x: now }) => {
        // h[t] = tanh(W_x x[t] + b_x + W_h h[t-1] + b_h)
        const next = tanh(add(p.fromInput(now), p.fromHidden(h)));
        return { carry: { h: next }, output: { h: next } };
      },
    });
    // y[t] = W_y h[t] + b_y
    return { y: p.output(outputs.h), after: carry.h };
  },
});

const learning = training(network, {
  inputs: { wanted: spec("f32", ["T", "B", 1]) },
  loss: ({ y }, { wanted }) => meanSquaredError(y, wanted),
  optimizer: adam({ learningRate: cosine(1e-2, steps) }),
  clip: { norm: 1 },
});

const wave = (time: number): number => 0.5 * Math.sin(0.4 * time) + 0.4 * Math.sin(1.1 * time);

/** `batch` stretches of the wave, [T, B, 1], and the same one step later. */
const stretches = (step: number) => {
  const at = (position: number): number => Math.floor(position / batch) + 37 * (position % batch) + 11 * step;
  const x = Float32Array.from({ length: length * batch }, (_, position) => wave(at(position)));
  return { x, wanted: x.map((_, position) => wave(at(position) + 1)), before: new Float32Array(batch * hidden) };
};

const trainer = compileSync(learning, { dims: { T: length, B: batch }, seed: 7 });
for (let step = 1; step <= steps; step++) {
  const { loss } = trainer.step(stretches(step));
  if (step % 150 === 0) console.log(`step ${step}: loss ${loss.toExponential(2)}`);
}

// The same description for one step of one sequence: it hears the wave for `heard` steps, then itself.
const [heard, total] = [60, 220];
const alone = compileSync(network, { dims: { T: 1, B: 1 } });
alone.parameters.restore(trainer.parameters.all());
let state = new Float32Array(hidden);
const said: number[] = [];
for (let time = 0; time < total; time++) {
  const { y, after } = alone({ x: Float32Array.of(time <= heard ? wave(time) : (said.at(-1) ?? 0)), before: state });
  said.push(y.data[0] ?? Number.NaN);
  state = after.data;
}

const truth = said.map((_, time) => wave(time + 1));
console.log(`wave   ${sparkline(truth.slice(heard, heard + 90), [-1, 1])}`);
console.log(`network${sparkline(said.slice(heard, heard + 90), [-1, 1])}`);
const values = said.map((network, time) => ({
  time,
  network,
  wave: truth[time],
  hears: time > heard ? "itself" : "the wave",
}));
const x = { field: "time", type: "quantitative" } as const;
await draw("rnn", {
  width: 700,
  height: 240,
  data: { values },
  layer: [
    {
      mark: { type: "line", strokeWidth: 6, color: "#dddddd" },
      encoding: { x, y: { field: "wave", type: "quantitative" } },
    },
    {
      mark: "line",
      encoding: { x, y: { field: "network", type: "quantitative" }, color: { field: "hears", type: "nominal" } },
    },
  ],
});
const error = Math.max(...said.map((value, time) => Math.abs(value - (truth[time] ?? 0))).slice(heard));
assert.ok(error < 0.1, `on its own it was off by ${error}`);
console.log(`${total - heard} steps on its own, never off by more than 0.1`);
