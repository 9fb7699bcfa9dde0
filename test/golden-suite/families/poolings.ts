// Pooling. PyTorch's stride is the kernel unless said.

import type { Tensor } from "../../../src/index.ts";
import {
  averagePool1d,
  averagePool2d,
  averagePool3d,
  globalAveragePool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "../../../src/nn/index.ts";
import { flag, NotUnderstood, perAxis } from "../config.ts";
import type { Config } from "../golden-case.ts";
import { functionOf, type ModuleTable, type Network } from "../network.ts";
import { pair, single, triple } from "./spatial.ts";

/** A network of one function of `x`. */
const ofX = (of: (x: Tensor) => Tensor): Network => functionOf((input) => ({ y: of(input("x")) }));

const windows = <T>(config: Config, axes: number, form: (list: readonly number[]) => T) => {
  const kernel = perAxis(config, "kernel_size", axes);
  const stride = config["stride"] === undefined || config["stride"] === null ? kernel : perAxis(config, "stride", axes);
  const padding = perAxis(config, "padding", axes, 0);
  return {
    kernel: form(kernel),
    options: { stride: form(stride), padding: form(padding), ceil: flag(config, "ceil_mode") },
  };
};

const maximum = <T>(config: Config, axes: number, form: (list: readonly number[]) => T) => {
  const { kernel, options } = windows(config, axes, form);
  return { kernel, options: { ...options, dilation: form(perAxis(config, "dilation", axes, 1)) } };
};

const average = <T>(config: Config, axes: number, form: (list: readonly number[]) => T) => {
  const { kernel, options } = windows(config, axes, form);
  return { kernel, options: { ...options, countPadding: flag(config, "count_include_pad", true) } };
};

/** Adaptive pooling to one place, which is the mean over all places. */
const global = ({ config }: { readonly config: Config }): Network => {
  const sizes = [config["output_size"]].flat();
  if (!sizes.every((size) => size === 1))
    throw new NotUnderstood(`output_size ${JSON.stringify(config["output_size"])}`);
  return ofX((x) => globalAveragePool(x).reshape([...x.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)]));
};

export const poolingModules: ModuleTable = {
  MaxPool1d: ({ config }) => {
    const { kernel, options } = maximum(config, 1, single);
    return ofX((x) => maxPool1d(x, kernel, options));
  },
  MaxPool2d: ({ config }) => {
    const { kernel, options } = maximum(config, 2, pair);
    return ofX((x) => maxPool2d(x, kernel, options));
  },
  MaxPool3d: ({ config }) => {
    const { kernel, options } = maximum(config, 3, triple);
    return ofX((x) => maxPool3d(x, kernel, options));
  },
  AvgPool1d: ({ config }) => {
    const { kernel, options } = average(config, 1, single);
    return ofX((x) => averagePool1d(x, kernel, options));
  },
  AvgPool2d: ({ config }) => {
    const { kernel, options } = average(config, 2, pair);
    return ofX((x) => averagePool2d(x, kernel, options));
  },
  AvgPool3d: ({ config }) => {
    const { kernel, options } = average(config, 3, triple);
    return ofX((x) => averagePool3d(x, kernel, options));
  },
  AdaptiveAvgPool1d: global,
  AdaptiveAvgPool2d: global,
  AdaptiveAvgPool3d: global,
};
