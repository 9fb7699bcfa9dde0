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
import { flag, NotUnderstood, numeric, perAxis } from "../config.ts";
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

/** What sums over windows are divided by, where it is not how many elements they have. */
const divisorOf = (config: Config): number | undefined =>
  (config["divisor_override"] ?? undefined) === undefined ? undefined : numeric(config, "divisor_override");

const average = <T>(config: Config, axes: number, form: (list: readonly number[]) => T) => {
  const { kernel, options } = windows(config, axes, form);
  const countPadding = divisorOf(config) !== undefined || flag(config, "count_include_pad", true);
  return { kernel, options: { ...options, countPadding } };
};

/**
 * What means over windows are multiplied by where the case says a divisor of its own. The sum of a window is its mean times the
 * kernel's size where every window is whole, padding included.
 */
const rescale = (config: Config, kernel: readonly number[]): number => {
  const divisor = divisorOf(config);
  if (divisor === undefined) return 1;
  if (flag(config, "ceil_mode")) throw new NotUnderstood("a divisor of windows that may be cut off");
  return kernel.reduce((product, extent) => product * extent, 1) / divisor;
};

/** Means of windows, times what the divisor asks for. */
const averaged = (config: Config, axes: number, pool: (x: Tensor) => Tensor): Network => {
  const factor = rescale(config, perAxis(config, "kernel_size", axes));
  return ofX((x) => (factor === 1 ? pool(x) : pool(x).mul(factor)));
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
    return averaged(config, 1, (x) => averagePool1d(x, kernel, options));
  },
  AvgPool2d: ({ config }) => {
    const { kernel, options } = average(config, 2, pair);
    return averaged(config, 2, (x) => averagePool2d(x, kernel, options));
  },
  AvgPool3d: ({ config }) => {
    const { kernel, options } = average(config, 3, triple);
    return averaged(config, 3, (x) => averagePool3d(x, kernel, options));
  },
  AdaptiveAvgPool1d: global,
  AdaptiveAvgPool2d: global,
  AdaptiveAvgPool3d: global,
};
