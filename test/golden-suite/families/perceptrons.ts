// Fully connected networks: one neuron, multilayer perceptrons, chains of layers, the variational autoencoder.
import { matvec, param, sigmoid, type Tensor, tanh } from "../../../src/index.ts";
import { binaryCrossEntropyWithLogits, dropout, linear } from "../../../src/nn/index.ts";
import { extentOf, flag, NotUnderstood, numbers, words } from "../config.ts";
import type { GoldenCase } from "../golden-case.ts";
import { type Family, network, output } from "../network.ts";
import { activationNamed, activationOf } from "./activations.ts";
import { chain, type Link } from "./chain.ts";
import { squaredErrorInWords } from "./losses.ts";

/** Layers of the sizes that the case says, with its activation between them. */
const perceptron = ({ config }: GoldenCase) => {
  const sizes = numbers(config, "sizes");
  const bias = flag(config, "bias", true);
  const layers = sizes.slice(1).map((size, at) => linear(sizes[at] ?? 0, size, { bias }));
  const activation = activationOf(config, "activation");
  return network({ layers }, ({ layers: [first, ...others] }, input) => ({
    y: others.reduce<Tensor>((hidden, layer) => layer(activation(hidden)), first?.(input("x")) ?? input("x")),
  }));
};

/** The perceptron with the loss that the case says. */
export const trainedPerceptron = (stored: GoldenCase) => ({
  ...perceptron(stored),
  loss: (outputs: Readonly<Record<string, Tensor>>, input: (name: string) => Tensor): Tensor =>
    squaredErrorInWords(stored.config, output(outputs, "y"), input("target")),
});

const multilayer: Family = {
  name: "multilayer perceptrons",
  includes: ({ model }) => model === "mlp",
  build: (stored) => (stored.config["loss"] === undefined ? perceptron(stored) : trainedPerceptron(stored)),
};

const neuron: Family = {
  name: "neuron",
  includes: ({ model }) => model === "y = sigmoid(w . x + b)",
  build: (stored) =>
    network({ w: param([extentOf(stored, "w", 0)]), b: param([extentOf(stored, "b", 0)]) }, ({ w, b }, input) => ({
      y: sigmoid(matvec(input("x"), w).add(b)),
    })),
};

/** A linear layer of the size that its stored weight has. */
export const linearLike = (stored: GoldenCase, name: string) =>
  linear(extentOf(stored, `${name}.weight`, 1), extentOf(stored, `${name}.weight`, 0), {
    bias: stored.parameters[`${name}.bias`] !== undefined,
  });

/** A number for each row: the sum over the other axis. */
const perRow = (x: Tensor): Tensor => x.sum({ axes: [1] });

/** Bernoulli decoder and Gaussian encoder with given noise (Kingma and Welling 2014): the loss is minus the lower bound. */
const variational: Family = {
  name: "variational autoencoder",
  includes: ({ model }) => typeof model === "string" && model.startsWith("variational autoencoder"),
  build: (stored) => {
    if (words(stored.config, "loss") !== "bce_logits summed per row + KL(q || N(0,1)), mean over rows")
      throw new NotUnderstood(`loss ${JSON.stringify(stored.config["loss"])}`);
    const layers = {
      e: linearLike(stored, "e"),
      mu: linearLike(stored, "mu"),
      lv: linearLike(stored, "lv"),
      d1: linearLike(stored, "d1"),
      d2: linearLike(stored, "d2"),
    };
    return network(
      layers,
      ({ e, mu, lv, d1, d2 }, input) => {
        const hidden = tanh(e(input("x")));
        const [mean, logVariance] = [mu(hidden), lv(hidden)];
        const z = mean.add(input("eps").mul(logVariance.mul(0.5).exp()));
        return { logits: d2(tanh(d1(z))), mean, logVariance };
      },
      (outputs, input) => {
        const [mean, logVariance] = [output(outputs, "mean"), output(outputs, "logVariance")];
        const unlikely = binaryCrossEntropyWithLogits(output(outputs, "logits"), input("x"), { reduction: "none" });
        const divergence = logVariance.add(1).sub(mean.mul(mean)).sub(logVariance.exp()).mul(-0.5);
        return perRow(unlikely).add(perRow(divergence)).mean();
      },
    );
  },
};

/** Items of a chain by position, as in PyTorch's `Sequential`: "linear-relu-dropout(0.5)-linear". */
const chained: Family = {
  name: "chains of layers",
  includes: ({ model }) => typeof model === "string" && model.startsWith("linear-"),
  build: (stored) => {
    const items = words(stored.config, "model").split("-");
    const links = items.map((item, at): Link => {
      const name = String(at);
      if (item === "linear") return { name, layer: linearLike(stored, name) };
      const [, rate] = /^dropout\(([\d.]+)\)$/.exec(item) ?? [];
      return rate === undefined ? { apply: activationNamed(item) } : { name, layer: dropout(Number(rate)) };
    });
    return chain(links);
  },
};

export const perceptronCases: readonly Family[] = [multilayer, neuron, variational, chained];
