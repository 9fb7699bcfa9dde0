// The loss functions: regression losses over the error y - t, classification losses over the score f of the right answer.
// Every curve is held against its formula as it stands here, in double precision. See out/losses.svg.
import { strict as assert } from "node:assert";
import {
  compileSync,
  constant,
  crossEntropy,
  defineModel,
  logSoftmax,
  meanSquaredError,
  mul,
  spec,
  stack,
  sum,
  type Tensor,
} from "../src/index.ts";
import {
  binaryCrossEntropyWithLogits,
  hinge,
  huber,
  klDivergence,
  meanAbsoluteError,
  smoothL1,
  squaredHinge,
} from "../src/nn/index.ts";
import { draw, lines } from "./support/draw.ts";
import { sparkline } from "./support/terminal.ts";

const { abs, exp, log, max } = Math;
const σ = (f: number): number => 1 / (1 + exp(-f));
const none = { reduction: "none" } as const;

const likely = Float32Array.of(0.8, 0.2);

type Curve = readonly [(y: Tensor<["N"], "f32">) => Tensor<["N"], "f32">, formula: (x: number) => number];

/** The target is 0, so that y is the error. */
const regression: Readonly<Record<string, Curve>> = {
  "mean squared error": [(y) => meanSquaredError(y, 0, none), (e) => e ** 2],
  "mean absolute error": [(y) => meanAbsoluteError(y, 0, none), (e) => abs(e)],
  "Huber, δ = 1": [(y) => huber(y, 0, none), (e) => (abs(e) <= 1 ? e ** 2 / 2 : abs(e) - 1 / 2)],
  "smooth L1, β = 1/2": [
    (y) => smoothL1(y, 0, { ...none, beta: 0.5 }),
    (e) => (abs(e) < 0.5 ? e ** 2 : abs(e) - 1 / 4),
  ],
};

/** The right answer is yes, or the first of two classes with the scores f and 0; σ(f) = 1 / (1 + e^-f) is its probability. */
const classification: Readonly<Record<string, Curve>> = {
  // -log p, where p = e^f / (e^f + e^0) is softmax's probability of the right class
  "cross-entropy": [
    (f) => crossEntropy(stack([f, mul(f, 0)], 1), constant(0, ["N"], "i32"), none),
    (f) => -log(exp(f) / (exp(f) + 1)),
  ],
  // -t log σ(f) - (1 - t) log(1 - σ(f)), here for t = 0.8
  "binary cross-entropy, t = 0.8": [
    (f) => binaryCrossEntropyWithLogits(f, 0.8, none),
    (f) => -0.8 * log(σ(f)) - 0.2 * log(1 - σ(f)),
  ],
  // Σ t log(t / p) of the distributions t = (0.8, 0.2) and p = softmax(f, 0) = (σ(f), 1 - σ(f)); zero where they are equal
  "KL divergence, t = 0.8": [
    (f) => sum(klDivergence(logSoftmax(stack([f, mul(f, 0)], 1), 1), constant(likely), none), { axes: [1] }),
    (f) => 0.8 * log(0.8 / σ(f)) + 0.2 * log(0.2 / (1 - σ(f))),
  ],
  hinge: [(f) => hinge(f, 1, none), (f) => max(0, 1 - f)],
  "squared hinge": [(f) => squaredHinge(f, 1, none), (f) => max(0, 1 - f) ** 2],
};

const xs = Float32Array.from({ length: 61 }, (_, at) => (at - 30) / 10);

/** Evaluates a family of losses, holds each against its formula, and gives the points of its curves. */
const curvesOf = (family: Readonly<Record<string, Curve>>): object[] =>
  Object.entries(family).flatMap(([name, [loss, formula]]) => {
    const model = defineModel({
      name,
      params: {},
      inputs: { y: spec("f32", ["N"]) },
      forward: (_, { y }) => ({ loss: loss(y) }),
    });
    const losses = Array.from(compileSync(model, { dims: { N: xs.length } })({ y: xs }).loss.data);
    console.log(`${name.padEnd(30)}${sparkline(losses, [0, 4])}`);
    return losses.map((value, at) => {
      const x = xs[at] ?? Number.NaN;
      assert.ok(Math.abs(value - formula(x)) < 1e-5, `${name} at ${x} is ${value}, and its formula ${formula(x)}`);
      return { name, x, loss: value };
    });
  });

const axes = ["x", "loss", "name"] as const;
await draw("losses", {
  hconcat: [
    lines(curvesOf(regression), axes, { width: 330, title: "error y - t" }),
    lines(curvesOf(classification), axes, { width: 330, title: "score f of the right answer" }),
  ],
  resolve: { scale: { color: "independent" } },
});
console.log(`${Object.keys({ ...regression, ...classification }).length} losses are what their formulas say`);
