// Activations alone, and the table of their names that every other family reads.
import {
  elu,
  gelu,
  geluTanh,
  hardswish,
  leakyRelu,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  type Tensor,
  tanh,
} from "../../../src/index.ts";
import { parts, rowOf, words } from "../config.ts";
import type { Config } from "../golden-case.ts";
import { type Family, functionOf } from "../network.ts";

export type Activation = (x: Tensor) => Tensor;

const activations: Readonly<Record<string, Activation>> = {
  elu: (x) => elu(x),
  gelu: (x) => gelu(x),
  gelu_erf: (x) => gelu(x),
  gelu_tanh: (x) => geluTanh(x),
  hardswish: (x) => hardswish(x),
  identity: (x) => x,
  leaky_relu: (x) => leakyRelu(x),
  mish: (x) => mish(x),
  relu: (x) => relu(x),
  relu6: (x) => relu6(x),
  selu: (x) => selu(x),
  sigmoid: (x) => sigmoid(x),
  silu: (x) => silu(x),
  softplus: (x) => softplus(x),
  tanh: (x) => tanh(x),
};

/** Whether it is the name of an activation. */
export const isActivation = (name: string): boolean => Object.hasOwn(activations, name);

/** The activation of that name. */
export const activationNamed = (name: string): Activation => rowOf(activations, name, "activation");

/** The activation that a field names, its slope taken from the formula beside it. */
export const activationOf = (config: Config, key: string): Activation => {
  const name = words(config, key);
  const formula = words(config, "formula");
  if (name !== "leaky_relu" || formula === "") return activationNamed(name);
  const [slope = ""] = parts(formula, /^x>=0 \? x : (\S+) x$/, "formula");
  return (x) => leakyRelu(x, Number(slope));
};

/** Elementwise functions: `op` names one. */
export const activationCases: Family = {
  name: "activations",
  includes: ({ op }) => op !== undefined,
  build: ({ config }) => functionOf((input) => ({ y: activationOf(config, "op")(input("x")) })),
};
