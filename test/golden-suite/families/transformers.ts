// Multi-head attention and the layers of the Transformer, as PyTorch's modules, and models that are made of them.
import { cast, concat, type Dims, param, slice, type Tensor } from "../../../src/index.ts";
import {
  conv2d,
  linear,
  multiHeadAttention,
  transformer,
  transformerDecoderLayer,
  transformerEncoderLayer,
  translationTransformer,
} from "../../../src/nn/index.ts";
import { boundOf, largestError } from "../bounds.ts";
import { countOf, extentOf, flag, NotUnderstood, numeric, parts, shapeOf, words } from "../config.ts";
import type { Config, ModuleCase } from "../golden-case.ts";
import { type Family, type ModuleTable, type Network, network, output } from "../network.ts";
import { runModule } from "../run-module.ts";
import { crossEntropyInWords } from "./losses.ts";
import { pair } from "./spatial.ts";
import { shifted } from "./tokens.ts";

/** What the remark behind a module's name says: "self, causal + key padding". */
const remark = (config: Config): string => words(config, "module").replace(/^\w+,? ?/, "");

const multiHead = (stored: ModuleCase): Network => {
  const { config } = stored;
  const [features, heads, said] = [numeric(config, "embed"), numeric(config, "heads"), remark(config)];
  if (said.startsWith("cross")) {
    const options = {
      keyFeatures: numeric(config, "kdim", features),
      valueFeatures: numeric(config, "vdim", features),
    };
    return network(multiHeadAttention(features, heads, options), (attend, input) => ({
      y: attend(input("q"), { keys: input("k"), values: input("v") }),
    }));
  }
  if (!said.startsWith("self")) throw new NotUnderstood(`module ${JSON.stringify(config["module"])}`);
  return network(multiHeadAttention(features, heads), (attend, input) => {
    const causal = said.includes("causal");
    const padding = stored.inputs["pad"] === undefined ? {} : { keyPadding: cast(input("pad"), "bool") };
    const { output, weights } = attend(input("x"), { causal, ...padding, weights: true });
    return { y: output, weights };
  });
};

const activationOf = (config: Config): "relu" | "gelu" => {
  const name = words(config, "activation") || "relu";
  if (name === "relu" || name === "gelu") return name;
  throw new NotUnderstood(`activation ${JSON.stringify(name)}`);
};

/** The options of a layer. PyTorch's gelu is that of the error function. */
const layerOptions = (config: Config) => ({
  epsilon: numeric(config, "layer_norm_eps", 1e-5),
  feedForward: numeric(config, "ff"),
  normFirst: flag(config, "norm_first"),
  activation: activationOf(config),
});

const sizes = (config: Config): readonly [features: number, heads: number] => [
  numeric(config, "d_model"),
  numeric(config, "heads"),
];

const requireCausalTarget = (config: Config): { readonly causal: boolean } => ({
  causal: words(config, "module").includes("causal target mask"),
});

export const transformerModules: ModuleTable = {
  MultiheadAttention: multiHead,
  TransformerEncoderLayer: ({ config }) =>
    network(transformerEncoderLayer(...sizes(config), layerOptions(config)), (layer, input) => ({
      y: layer(input("x")),
    })),
  TransformerDecoderLayer: ({ config }) =>
    network(transformerDecoderLayer(...sizes(config), layerOptions(config)), (layer, input) => ({
      y: layer(input("tgt"), input("memory"), requireCausalTarget(config)),
    })),
  Transformer: ({ config }) => {
    const layers = {
      encoderLayers: numeric(config, "encoder_layers"),
      decoderLayers: numeric(config, "decoder_layers"),
    };
    const options = { ...layerOptions(config), ...layers };
    return network(transformer(...sizes(config), options), (run, input) => ({
      y: run(input("src"), input("tgt"), requireCausalTarget(config)),
    }));
  },
};

/** How the layers of a model in words are built: "post-norm, relu" or "pre-norm gelu". */
const layerWords = (config: Config) => {
  const [norm, activation] = parts(words(config, "model"), /\b(pre|post)-norm,? (relu|gelu)\b/, "model");
  return { normFirst: norm === "pre", activation: activation === "gelu" ? ("gelu" as const) : ("relu" as const) };
};

/** Ids are stored as i32. */
const tokens = (ids: Tensor) => ids as Tensor<Dims, "i32">;

const translation: Family = {
  name: "translation",
  includes: ({ model }) => typeof model === "string" && model.startsWith("'Attention is all you need' in small"),
  build: (stored) => {
    const { config, parameters } = stored;
    const [padding = ""] = parts(words(config, "padding"), /^token (\d+), masked as a key/, "padding");
    const model = translationTransformer({
      sourceVocabulary: extentOf(stored, "src_emb.weight", 0),
      targetVocabulary: extentOf(stored, "tgt_emb.weight", 0),
      features: numeric(config, "d_model"),
      heads: numeric(config, "heads"),
      feedForward: numeric(config, "ff"),
      encoderLayers: countOf(parameters, "tr.encoder.layers"),
      decoderLayers: countOf(parameters, "tr.decoder.layers"),
      padding: Number(padding),
      ...layerWords(config),
    });
    return network(
      model,
      (predict, input) => ({ logits: predict(tokens(input("src")), tokens(shifted(input("tgt")).before)) }),
      (outputs, input) => crossEntropyInWords(config, output(outputs, "logits"), shifted(input("tgt")).next),
    );
  },
};

/** Patches as tokens behind a class token (Dosovitskiy et al. 2021), `heads` of which the case may not say. */
const vision = (stored: ModuleCase, heads: number): Network => {
  const { config } = stored;
  const [features, channels, ...patch] = shapeOf(stored, "patch.weight");
  const [positions = 0, width = 0] = shapeOf(stored, "pos").slice(1);
  const options = { ...layerWords(config), feedForward: extentOf(stored, "layer.linear1.weight", 0) };
  const layers = {
    cls: param([1, 1, width]),
    pos: param([1, positions, width]),
    patch: conv2d(channels ?? 1, features ?? 1, pair(patch), { stride: pair(patch) }),
    layer: transformerEncoderLayer(width, heads, options),
    head: linear(width, extentOf(stored, "head.weight", 0)),
  };
  return network(
    layers,
    (p, input) => {
      const grid: Tensor = p.patch(input("x"));
      const [rows = 0] = grid.shape;
      const patches = grid.reshape([rows, width, positions - 1]).transpose([0, 2, 1]);
      const classToken: Tensor = p.cls.broadcastTo([rows, 1, width]);
      const tokens = concat<readonly Tensor[], number>([classToken, patches], 1);
      const encoded: Tensor = p.layer(tokens.add(p.pos));
      const first: Tensor = slice(encoded, [{}, { end: 1 }]);
      return { logits: p.head(first.reshape([rows, width])) };
    },
    ({ logits }, input) => crossEntropyInWords(config, logits ?? input("x"), input("label")),
  );
};
/**
 * How many heads. The parameters are the same for any number, so where the case does not say it, it is the divisor of the
 * features with which the outputs come out in double precision; that gradients come out too is then still to be shown.
 */
const headsOf = (stored: ModuleCase): number => {
  if (stored.config["heads"] !== undefined) return numeric(stored.config, "heads");
  const features = extentOf(stored, "pos", 2);
  const bound = boundOf(stored, "reference", "forward");
  for (let heads = 1; heads <= features; heads++) {
    if (features % heads !== 0) continue;
    const { outputs } = runModule(vision(stored, heads), stored, "reference");
    const wanted = Object.entries(stored.expected.outputs);
    if (wanted.every(([name, array]) => largestError(outputs[name], array) <= bound)) return heads;
  }
  throw new NotUnderstood("heads, of which no number gives the outputs");
};

const visionTransformer: Family = {
  name: "vision transformer",
  includes: ({ model }) => typeof model === "string" && model.startsWith("vision transformer: patch convolution"),
  build: (stored) => vision(stored, headsOf(stored)),
};

export const transformerCases: readonly Family[] = [translation, visionTransformer];
