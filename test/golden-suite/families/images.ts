// Networks of images: chains of layers written in words (LeNet, the autoencoder, the inverted residual), residual blocks, and the
// causal convolution of sequences. What words leave out is in the shapes of the parameters: channels, groups, kernels.

import { flatten, meanSquaredError, pad, relu, type Tensor } from "../../../src/index.ts";
import { averagePool2d, batchNorm, conv1d, conv2d, convTranspose2d, maxPool2d } from "../../../src/nn/index.ts";
import { extentOf, NotUnderstood, numeric, parts, shapeOf, words } from "../config.ts";
import type { ModuleCase } from "../golden-case.ts";
import { type Family, type Inputs, type Network, network, output } from "../network.ts";
import { activationNamed, isActivation } from "./activations.ts";
import { chain, type Link, type Transform } from "./chain.ts";
import { crossEntropyInWords } from "./losses.ts";
import { linearLike } from "./perceptrons.ts";
import { pair } from "./spatial.ts";

/** The options of a convolution that its stored weight [out, in / groups, height, width] says, given how many channels enter. */
const conv2dLike = (
  stored: ModuleCase,
  name: string,
  inputs: number,
  placement: { readonly stride?: number; readonly padding?: number | readonly [number, number] } = {},
) => {
  const [outputs = 0, perGroup = 1, ...kernel] = shapeOf(stored, `${name}.weight`);
  const { stride = 1, padding = 0 } = placement;
  const bias = stored.parameters[`${name}.bias`] !== undefined;
  return conv2d(inputs, outputs, pair(kernel), { stride, padding, groups: inputs / perGroup, bias });
};

/** Half a kernel on every side, so that extents stay. */
const half = (stored: ModuleCase, name: string): readonly [number, number] =>
  pair(
    shapeOf(stored, `${name}.weight`)
      .slice(2)
      .map((extent) => (extent - 1) / 2),
  );

/** The kernel in words must be that of the weight. */
const requireKernel = (stored: ModuleCase, name: string, height: string, width: string): void => {
  const kernel = shapeOf(stored, `${name}.weight`).slice(2);
  if (`${kernel}` !== `${height},${width}`)
    throw new NotUnderstood(`${name} is ${height}x${width} in words and ${kernel.join("x")} in its weight`);
};

/** "conv3x3 1->3 stride 2 pad 1", of which all but the kernel may be left out; "transposed" may stand before it. */
const convolutionWords = /^(transposed )?conv(\d+)x(\d+)(?: \d+->\d+)?(?: stride (\d+))?(?: pad (\d+))?$/;

const convolution = (stored: ModuleCase, name: string, text: string): Link => {
  const [transposed = "", height = "", width = "", stride = "", padding = ""] = parts(text, convolutionWords, "layer");
  requireKernel(stored, name, height, width);
  const placement = { stride: Number(stride || 1), padding: Number(padding || 0) };
  const [first = 0, second = 0, ...kernel] = shapeOf(stored, `${name}.weight`);
  if (transposed === "") return { name, layer: conv2dLike(stored, name, second, placement) };
  const bias = stored.parameters[`${name}.bias`] !== undefined;
  return { name, layer: convTranspose2d(first, second, pair(kernel), { ...placement, bias }) };
};

/** The words of a model behind its name: "autoencoder: a, b, c". */
const itemsOf = (stored: ModuleCase): readonly string[] => {
  const [items = ""] = parts(words(stored.config, "model"), /^[^:]+: (.*)$/, "model");
  return items.split(", ");
};

/** Items as "4 transposed conv4x4 4->3 stride 2 pad 1", numbered like PyTorch's `Sequential`, and activations. */
const autoencoder: Family = {
  name: "autoencoder",
  includes: ({ model }) => typeof model === "string" && model.startsWith("autoencoder: "),
  build: (stored) => {
    if (!/^mse\(y, x\), mean\b/.test(words(stored.config, "loss")))
      throw new NotUnderstood(`loss ${JSON.stringify(stored.config["loss"])}`);
    const links = itemsOf(stored).map((item): Link => {
      if (isActivation(item)) return { apply: activationNamed(item) };
      const [name = "", text = ""] = parts(item, /^(\d+) (.*)$/, "layer");
      return convolution(stored, name, text);
    });
    return chain(links, "y", (outputs, input) => meanSquaredError(output(outputs, "y"), input("x")));
  },
};

/** Convolutions are conv1, conv2, ... and linear layers fc1, fc2, ..., with the last activation between them, too. */
const lenet: Family = {
  name: "LeNet",
  includes: ({ model }) => typeof model === "string" && model.startsWith("LeNet: "),
  build: (stored) => {
    let activation: Transform = relu;
    let convolutions = 0;
    const links = itemsOf(stored).flatMap((item): readonly Link[] => {
      if (isActivation(item)) return [{ apply: (activation = activationNamed(item)) }];
      if (item.startsWith("conv")) return [convolution(stored, `conv${++convolutions}`, item)];
      if (item.startsWith("flatten")) return [{ apply: (x) => flatten(x) }];
      const [, kind, window] = /^(max|avg)pool (\d+)$/.exec(item) ?? [];
      if (kind === "max") return [{ apply: (x) => maxPool2d(x, Number(window)) }];
      if (kind === "avg") return [{ apply: (x) => averagePool2d(x, Number(window)) }];
      const [count = ""] = parts(item, /^(\d+) linear$/, "layer");
      return Array.from({ length: Number(count) }, (_, at): readonly Link[] => {
        const layer: Link = { name: `fc${at + 1}`, layer: linearLike(stored, `fc${at + 1}`) };
        return at === 0 ? [layer] : [{ apply: activation }, layer];
      }).flat();
    });
    const loss: Network["loss"] = ({ logits }, input) =>
      crossEntropyInWords(stored.config, logits ?? input("x"), input("label"));
    return chain(links, "logits", loss);
  },
};

const normalizationLike = (stored: ModuleCase, name: string) =>
  batchNorm(extentOf(stored, `${name}.weight`, 0), {
    epsilon: numeric(stored.config, "eps", 1e-5),
    momentum: numeric(stored.config, "momentum", 0.1),
  });

/** Items are numbered by position, and the input is added at the end (Sandler et al. 2018). */
const invertedResidual: Family = {
  name: "inverted residual",
  includes: ({ model }) => typeof model === "string" && model.startsWith("inverted residual: "),
  build: (stored) => {
    const items = itemsOf(stored);
    if (items.at(-1) !== "plus x") throw new NotUnderstood(`a block that ends with ${items.at(-1)}`);
    let channels = extentOf(stored, "x", 1);
    const links = items.slice(0, -1).map((item, at): Link => {
      const name = String(at);
      if (isActivation(item)) return { apply: activationNamed(item) };
      if (item === "BN") return { name, layer: normalizationLike(stored, name) };
      const [height = "", width = ""] = parts(item, /^(?:depthwise )?(\d+)x(\d+)(?: conv)?$/, "layer");
      requireKernel(stored, name, height, width);
      const layer = conv2dLike(stored, name, channels, { padding: half(stored, name) });
      channels = extentOf(stored, `${name}.weight`, 0);
      return { name, layer };
    });
    const { params, forward } = chain(links);
    return {
      params,
      forward: (bound: never, input: Inputs) => ({ y: output(forward(bound, input), "y").add(input("x")) }),
    };
  },
};

/** The least stride by which windows of the first convolution give as many rows as the block does. */
const strideOf = (stored: ModuleCase): number => {
  const [rows, kernel] = [extentOf(stored, "x", 2), extentOf(stored, "conv1.weight", 2)];
  const wanted = stored.expected.outputs["y"]?.shape[2];
  const given = (stride: number): number => Math.floor((rows - 1) / stride) + 1;
  if (kernel % 2 === 0) throw new NotUnderstood(`a residual block with an even kernel ${kernel}`);
  for (let stride = 1; stride <= rows; stride++) if (given(stride) === wanted) return stride;
  throw new NotUnderstood(`a stride from ${rows} rows to ${wanted}`);
};

/** A basic block of ResNet (He et al. 2016, figure 5), with the input projected where the block changes its shape. */
const residual: Family = {
  name: "residual blocks",
  includes: ({ model }) => typeof model === "string" && model.startsWith("ResNet basic block"),
  build: (stored) => {
    const [channels, inner] = [extentOf(stored, "x", 1), extentOf(stored, "conv1.weight", 0)];
    const stride = strideOf(stored);
    const body = {
      conv1: conv2dLike(stored, "conv1", channels, { stride, padding: half(stored, "conv1") }),
      bn1: normalizationLike(stored, "bn1"),
      conv2: conv2dLike(stored, "conv2", inner, { padding: half(stored, "conv2") }),
      bn2: normalizationLike(stored, "bn2"),
    };
    const inside = (p: { readonly [K in keyof typeof body]: Transform }, x: Tensor): Tensor =>
      p.bn2(p.conv2(relu(p.bn1(p.conv1(x)))));
    if (stored.parameters["down.weight"] === undefined)
      return network(body, (p, input) => ({ y: relu(inside(p, input("x")).add(input("x"))) }));
    const projection = {
      down: conv2dLike(stored, "down", channels, { stride, padding: half(stored, "down") }),
      dbn: normalizationLike(stored, "dbn"),
    };
    return network({ ...body, ...projection }, (p, input) => ({
      y: relu(inside(p, input("x")).add(p.dbn(p.down(input("x"))))),
    }));
  },
};

/** One level of a temporal convolutional network (Bai et al. 2018): no step sees a later one. */
const temporal: Family = {
  name: "temporal convolution",
  includes: ({ model }) => typeof model === "string" && model.startsWith("causal dilated convolution with skip: "),
  build: (stored) => {
    const { config } = stored;
    const [k, dilation] = [numeric(config, "k"), numeric(config, "dilation")];
    const [outputs, perGroup] = [extentOf(stored, "weight", 0), extentOf(stored, "weight", 1)];
    const channels = extentOf(stored, "x", 1);
    const bias = stored.parameters["bias"] !== undefined;
    const layer = conv1d(channels, outputs, k, { dilation, groups: channels / perGroup, bias });
    return network(layer, (convolve, input) => {
      const x = input("x");
      return { y: relu(x.add(convolve(pad(x, [{}, {}, { low: (k - 1) * dilation }])))) };
    });
  },
};

export const imageCases: readonly Family[] = [autoencoder, lenet, invertedResidual, residual, temporal];
