// The same small regression by three optimizers, from the same start: their losses as lines of text, one character for
// ten steps, and as a drawing in out/sgd-vs-adam.svg. An optimizer is one update rule written on tensors; compiling a
// training makes it part of the step's graph.
import { mkdirSync, writeFileSync } from "node:fs";
import { parse, View } from "vega";
import { compile as compileSpec } from "vega-lite";
import { compileSync, defineModel, meanSquaredError, spec, tanh, training } from "../src/index.ts";
import { linear } from "../src/nn/index.ts";
import { adam, type Optimizer, sgd } from "../src/optim/index.ts";

const count = 64;

const curve = defineModel({
  name: "curve",
  params: { hidden: linear(1, 24), output: linear(24, 1) },
  inputs: { x: spec("f32", ["B", 1]) },
  forward: (p, { x }) => ({ y: p.output(tanh(p.hidden(x))) }),
});

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd({ learningRate: 0.05 }),
  momentum: sgd({ learningRate: 0.05, momentum: 0.9 }),
  adam: adam({ learningRate: 0.02 }),
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
  return Array.from({ length: 600 }, () => trainer.step({ x, wanted }).loss);
};

/** Every tenth loss as a bar, on a logarithmic scale from 0.0001 to 1. */
const sparkline = (losses: readonly number[]): string =>
  losses
    .filter((_, at) => at % 10 === 0)
    .map((loss) => "▁▂▃▄▅▆▇█"[Math.min(7, Math.max(0, Math.round(2 * Math.log10(loss) + 7.5)))])
    .join("");

const runs = Object.entries(optimizers).map(([name, optimizer]) => ({ name, losses: lossesOf(optimizer) }));
for (const { name, losses } of runs)
  console.log(`${name.padEnd(9)}${sparkline(losses)} ${(losses.at(-1) ?? Number.NaN).toExponential(1)}`);

const values = runs.flatMap(({ name, losses }) => losses.map((loss, step) => ({ optimizer: name, step, loss })));
const drawing = compileSpec({
  width: 560,
  height: 280,
  data: { values },
  mark: "line",
  encoding: {
    x: { field: "step", type: "quantitative" },
    y: { field: "loss", type: "quantitative", scale: { type: "log" } },
    color: { field: "optimizer", type: "nominal" },
  },
});
mkdirSync("out", { recursive: true });
writeFileSync("out/sgd-vs-adam.svg", await new View(parse(drawing.spec), { renderer: "none" }).toSVG());
const best = runs.toSorted((a, b) => (a.losses.at(-1) ?? Infinity) - (b.losses.at(-1) ?? Infinity));
console.log(`best to worst: ${best.map(({ name }) => name).join(", ")}`);
