// Convolutions and transposed ones over one, two and three spatial axes.
import { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from "../../../src/nn/index.ts";
import { flag, NotUnderstood, numeric, perAxis } from "../config.ts";
import type { Config } from "../golden-case.ts";
import { type ModuleTable, network } from "../network.ts";
import { pair, single, triple } from "./spatial.ts";

const inputLayout = "N,C,spatial";

/** Padding by numbers or by name: PyTorch's "valid" is none. */
const paddingOf = <T>(config: Config, axes: number, form: (list: readonly number[]) => T): T | "same" => {
  const { padding } = config;
  if (padding === "same") return padding;
  return form(perAxis(padding === "valid" ? {} : config, "padding", axes, 0));
};

/** The options of a convolution, in a form for its number of axes. */
const placement = <T>(config: Config, axes: number, form: (list: readonly number[]) => T) => {
  const layout = config["input_layout"] ?? inputLayout;
  if (layout !== inputLayout) throw new NotUnderstood(`input_layout ${JSON.stringify(layout)}`);
  const mode = config["padding_mode"] ?? "zeros";
  if (mode !== "zeros") throw new NotUnderstood(`padding_mode ${JSON.stringify(mode)}`);
  return {
    stride: form(perAxis(config, "stride", axes, 1)),
    padding: paddingOf(config, axes, form),
    dilation: form(perAxis(config, "dilation", axes, 1)),
    groups: numeric(config, "groups", 1),
    bias: flag(config, "bias", true),
  };
};

/** The same, with the rows more at the end that a transposed convolution may have. */
const transposedPlacement = <T>(config: Config, axes: number, form: (list: readonly number[]) => T) => ({
  ...placement(config, axes, form),
  padding: form(perAxis(config, "padding", axes, 0)),
  outputPadding: form(perAxis(config, "output_padding", axes, 0)),
});

const channels = (config: Config): readonly [inputs: number, outputs: number] => [
  numeric(config, "in_channels"),
  numeric(config, "out_channels"),
];

const kernel = <T>(config: Config, axes: number, form: (list: readonly number[]) => T): T =>
  form(perAxis(config, "kernel_size", axes));

export const convolutionModules: ModuleTable = {
  Conv1d: ({ config }) =>
    network(conv1d(...channels(config), kernel(config, 1, single), placement(config, 1, single)), (layer, input) => ({
      y: layer(input("x")),
    })),
  Conv2d: ({ config }) =>
    network(conv2d(...channels(config), kernel(config, 2, pair), placement(config, 2, pair)), (layer, input) => ({
      y: layer(input("x")),
    })),
  Conv3d: ({ config }) =>
    network(conv3d(...channels(config), kernel(config, 3, triple), placement(config, 3, triple)), (layer, input) => ({
      y: layer(input("x")),
    })),
  ConvTranspose1d: ({ config }) =>
    network(
      convTranspose1d(...channels(config), kernel(config, 1, single), transposedPlacement(config, 1, single)),
      (layer, input) => ({ y: layer(input("x")) }),
    ),
  ConvTranspose2d: ({ config }) =>
    network(
      convTranspose2d(...channels(config), kernel(config, 2, pair), transposedPlacement(config, 2, pair)),
      (layer, input) => ({ y: layer(input("x")) }),
    ),
  ConvTranspose3d: ({ config }) =>
    network(
      convTranspose3d(...channels(config), kernel(config, 3, triple), transposedPlacement(config, 3, triple)),
      (layer, input) => ({ y: layer(input("x")) }),
    ),
};
