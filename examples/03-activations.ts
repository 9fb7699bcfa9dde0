// The activation functions: formula, curve and slope. The library's values are held against the formula as it stands here,
// in double precision, and the slopes that it differentiates against differences of that formula. See out/activations.svg.
import { strict as assert } from "node:assert";
import {
  compileSync,
  defineModel,
  differentiate,
  elu,
  gelu,
  hardswish,
  leakyRelu,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  spec,
  sum,
  type Tensor,
  tanh,
} from "../src/index.ts";
import { draw, lines } from "./support/draw.ts";
import { sparkline } from "./support/terminal.ts";

const { exp, log, max, min } = Math;
/** Φ(x), the share of the normal distribution below x: the sum of its density from -8 on. */
const Φ = (x: number): number => {
  const ts = Array.from({ length: 2000 }, (_, at) => -8 + ((x + 8) * (at + 0.5)) / 2000);
  return (((x + 8) / 2000) * ts.reduce((total, t) => total + exp((-t * t) / 2), 0)) / Math.sqrt(2 * Math.PI);
};

type Activation = (x: Tensor<["N"], "f32">) => Tensor<["N"], "f32">;

/** Each function of the library beside its formula. */
const activations: Readonly<Record<string, readonly [Activation, formula: (x: number) => number]>> = {
  relu: [relu, (x) => max(0, x)],
  sigmoid: [sigmoid, (x) => 1 / (1 + exp(-x))],
  tanh: [tanh, (x) => (exp(x) - exp(-x)) / (exp(x) + exp(-x))],
  leakyRelu: [leakyRelu, (x) => (x > 0 ? x : 0.01 * x)],
  elu: [elu, (x) => (x > 0 ? x : exp(x) - 1)],
  selu: [selu, (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (exp(x) - 1))],
  gelu: [gelu, (x) => x * Φ(x)],
  silu: [silu, (x) => x / (1 + exp(-x))],
  mish: [mish, (x) => x * Math.tanh(log(1 + exp(x)))],
  softplus: [softplus, (x) => log(1 + exp(x))],
  hardswish: [hardswish, (x) => (x * min(6, max(0, x + 3))) / 6],
};

const xs = Float32Array.from({ length: 81 }, (_, at) => (at - 40) / 10 + 0.001); // kinks lie between the points
const curves: object[] = [];
for (const [name, [activation, formula]] of Object.entries(activations)) {
  const model = defineModel({
    name,
    params: {},
    inputs: { x: spec("f32", ["N"]) },
    forward: (_, { x }) => {
      const y = activation(x);
      // The slope of each element: the gradient of the sum of all.
      const [slope] = differentiate(sum(y), [x]);
      return { y, slope };
    },
  });
  const { y, slope } = compileSync(model, { dims: { N: xs.length } })({ x: xs });
  const curveOf = (data: Float32Array): number[] => Array.from(data.filter((_, at) => at % 2 === 0));
  console.log(`${name.padEnd(10)} f  ${sparkline(curveOf(y.data), [-1, 4])}`);
  console.log(`${" ".repeat(10)} f' ${sparkline(curveOf(slope.data), [-0.2, 1.2])}`);
  for (const [at, x] of xs.entries()) {
    const [value = Number.NaN, derivative = Number.NaN] = [y.data[at], slope.data[at]];
    // f'(x) = (f(x + h) - f(x - h)) / 2h, for a small h
    const difference = (formula(x + 1e-4) - formula(x - 1e-4)) / 2e-4;
    assert.ok(Math.abs(value - formula(x)) < 1e-5, `${name}(${x}) is ${value}, and its formula ${formula(x)}`);
    assert.ok(Math.abs(derivative - difference) < 1e-5, `${name}'(${x}) is ${derivative} and not ${difference}`);
    curves.push({ name, x, value, curve: "f" }, { name, x, value: derivative, curve: "f'" });
  }
}

const { data, ...panel } = lines(curves, ["x", "value", "curve"], { width: 170, height: 130 });
const facet = { field: "name", type: "nominal", title: null, sort: Object.keys(activations) } as const;
await draw("activations", { data, facet, columns: 4, spec: panel });
console.log(`${Object.keys(activations).length} functions and their slopes are what their formulas say`);
