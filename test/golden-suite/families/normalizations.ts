// Normalization layers and embeddings: cases that say no name of a module, and are known by their fields and parameters.
import { batchNorm, embedding, groupNorm, instanceNorm, layerNorm, rmsNorm } from "../../../src/nn/index.ts";
import { extentOf, NotUnderstood, numeric, shapeOf, words } from "../config.ts";
import type { ModuleCase } from "../golden-case.ts";
import { type Family, type Network, network } from "../network.ts";

/** PyTorch's, where a case does not say. */
const usual = { epsilon: 1e-5, momentum: 0.1 } as const;

const batch = (stored: ModuleCase): Network => {
  const [epsilon, momentum] = [numeric(stored.config, "eps"), numeric(stored.config, "momentum", usual.momentum)];
  const layer = batchNorm(extentOf(stored, "running_mean", 0), { epsilon, momentum });
  return network(layer, (normalize, input) => ({ y: normalize(input("x")) }));
};

const grouped = (stored: ModuleCase): Network => {
  const layer = groupNorm(numeric(stored.config, "groups"), extentOf(stored, "weight", 0), {
    epsilon: numeric(stored.config, "eps"),
  });
  return network(layer, (normalize, input) => ({ y: normalize(input("x")) }));
};

const instance = (stored: ModuleCase): Network => {
  const affine = stored.parameters["weight"] !== undefined;
  const layer = instanceNorm(extentOf(stored, "x", 1), { epsilon: numeric(stored.config, "eps"), affine });
  return network(layer, (normalize, input) => ({ y: normalize(input("x")) }));
};

const counts: Readonly<Record<string, number>> = { last: 1, "last two": 2, "last three": 3 };

/** The extents that are normalized: those of the weight, or as many as the words say. */
const normalizedShape = (stored: ModuleCase): readonly number[] => {
  if (stored.parameters["weight"] !== undefined) return shapeOf(stored, "weight");
  const axes = words(stored.config, "axes") || "last";
  const count = counts[axes];
  if (count === undefined) throw new NotUnderstood(`axes ${JSON.stringify(axes)}`);
  return shapeOf(stored, "x").slice(-count);
};

const layered = (stored: ModuleCase): Network => {
  const affine = stored.parameters["weight"] !== undefined;
  const layer = layerNorm(normalizedShape(stored), { epsilon: numeric(stored.config, "eps"), affine });
  return network(layer, (normalize, input) => ({ y: normalize(input("x")) }));
};

/** Whether the scale is one for each channel of images, which layer normalization never has. */
const perChannel = (stored: ModuleCase): boolean =>
  stored.config["axes"] === undefined &&
  shapeOf(stored, "x").length > 2 &&
  `${stored.parameters["weight"]?.shape}` === `${extentOf(stored, "x", 1)}`;

const normalizations: Family = {
  name: "normalizations",
  includes: ({ mode, eps, model }) => mode !== undefined && eps !== undefined && model === undefined,
  build: (stored) => {
    if (stored.buffers["running_mean"] !== undefined) return batch(stored);
    if (stored.config["groups"] !== undefined) return grouped(stored);
    return perChannel(stored) ? instance(stored) : layered(stored);
  },
};

const rootMeanSquare: Family = {
  name: "root mean square normalization",
  includes: ({ formula }) => formula === "x / sqrt(mean(x^2, last axis) + eps) * weight",
  build: (stored) => {
    const layer = rmsNorm(extentOf(stored, "weight", 0), { epsilon: numeric(stored.config, "eps") });
    return network(layer, (normalize, input) => ({ y: normalize(input("x")) }));
  },
};

const embeddings: Family = {
  name: "embeddings",
  includes: ({ vocab, dim, model }) => vocab !== undefined && dim !== undefined && model === undefined,
  build: ({ config }) => {
    const padding = config["padding_idx"];
    const options = padding === undefined || padding === null ? {} : { paddingIndex: numeric(config, "padding_idx") };
    const layer = embedding(numeric(config, "vocab"), numeric(config, "dim"), options);
    return network(layer, (lookUp, input) => ({ y: lookUp(input("ids")) }));
  },
};

export const normalizationCases: readonly Family[] = [normalizations, rootMeanSquare, embeddings];
