// Networks of any number of nodes, for compilers: a deep chain of residual blocks, from which unrelated branches lead off. Widths
// differ from layer to layer, as in networks that a search has found; everything is small, for nothing of it is to be run for long.
import { networkBuilder } from "../builder.ts";
import type { Activation, Network, Value } from "../network.ts";

type Builder = ReturnType<typeof networkBuilder>;

/** Whole numbers from a seed (Lehmer's generator), in [least, most]. */
const numbersFrom = (seed: number): ((least: number, most: number) => number) => {
  let state = seed;
  return (least, most) => {
    state = (state * 48271) % 2147483647;
    return least + (state % (most - least + 1));
  };
};

const activations: readonly Activation[] = ["relu", "gelu", "tanh", "sigmoid"];

const trunk = 24;

/** x + W2 f(W1 norm(x)), of some inner width. */
const residual = (build: Builder, x: Value, width: number, by: Activation): Value => {
  const inner = build.activate(build.linear(build.layerNorm(x), width), by);
  return build.add(x, build.linear(inner, trunk));
};

/** A perceptron beside the trunk. */
const branch = (build: Builder, x: Value, widths: readonly number[], by: Activation): Value => {
  let y = x;
  for (const width of widths) y = build.scale(build.activate(build.linear(y, width), by), 1.25);
  return build.linear(y, 8);
};

/** How many nodes and parameters of a graph come of one node of a network, on average. */
const graphNodesPerNode = 2.8;

/** A network whose graph has about `count` nodes. */
export const wideAndDeep = (count: number): Network => {
  const build = networkBuilder();
  const next = numbersFrom(2026);
  const activation = (): Activation => activations[next(0, activations.length - 1)] ?? "relu";
  let x = build.input("x", [4, trunk]);
  let ends = build.linear(x, 8);
  while (build.size() * graphNodesPerNode < count) {
    x = residual(build, x, next(8, 64), activation());
    if (next(0, 2) > 0) continue;
    const widths = Array.from({ length: next(1, 5) }, () => next(8, 64));
    ends = build.add(ends, branch(build, x, widths, activation()));
  }
  return build.finish(build.layerNorm(x), ends);
};
