// What the layers of encoders and decoders share: options, the feed-forward network, and how a sublayer is joined to what goes
// past it.
import { optionNames } from "../../ir/diagnostics/known-options.ts";
import { gelu, relu } from "../../ir/functions/activation.ts";
import { checkedChoice } from "../../ir/functions/argument.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import type { Layer } from "../../model/parameter.ts";
import { type LayerNormFunction, type LayerNormParams, layerNorm } from "../layer-norm.ts";

/** Options of the layers of a transformer, with PyTorch's defaults. */
export interface TransformerLayerOptions<F extends number> {
  /** Features inside the feed-forward network: PyTorch's `dim_feedforward`, 2048 unless said. */
  readonly feedForward?: F;
  /** Normalizes what goes into a sublayer (Xiong et al. 2020) and not what comes out of its sum (Vaswani et al. 2017). */
  readonly normFirst?: boolean;
  /** Between the two linear layers; relu unless said. */
  readonly activation?: "relu" | "gelu";
  /** What layer normalization adds to the variance; 1e-5 unless said. */
  readonly epsilon?: number;
  /** The rate of dropout in training: of attention weights, inside the feed-forward network, and of what a sublayer adds; 0 unless said. */
  readonly dropout?: number;
}

/** The names of these options. */
export const knownOfLayers: readonly string[] = optionNames<TransformerLayerOptions<number>>({
  feedForward: true,
  normFirst: true,
  activation: true,
  epsilon: true,
  dropout: true,
});

const checkedActivation = (given: "relu" | "gelu"): "relu" | "gelu" =>
  checkedChoice("transformer: activation", given, ["relu", "gelu"], 'activation: "gelu"');

type Sublayer = (x: Tensor) => Tensor;

/** The layer normalization of features that these options ask for. */
export const normalization = (
  features: number,
  { epsilon }: TransformerLayerOptions<number>,
): Layer<LayerNormParams<number>, LayerNormFunction<number>> =>
  layerNorm<number>(features, epsilon === undefined ? {} : { epsilon });

/** x + f(norm(x)) or norm(x + f(x)): a sublayer, with its residual connection and its normalization; f is dropped in training. */
export const residual =
  (dropout: Sublayer, { normFirst = false }: TransformerLayerOptions<number>) =>
  (x: Tensor, norm: Sublayer, sublayer: Sublayer): Tensor =>
    normFirst ? x.add(dropout(sublayer(norm(x)))) : norm(x.add(dropout(sublayer(x))));

/** linear2(activation(linear1(x))), at each position (Vaswani et al. 2017, equation 2). */
export const feedForward =
  (
    {
      linear1,
      linear2,
      dropout,
    }: { readonly linear1: Sublayer; readonly linear2: Sublayer; readonly dropout: Sublayer },
    { activation = "relu" }: TransformerLayerOptions<number>,
  ): Sublayer =>
  (x) =>
    linear2(dropout(checkedActivation(activation) === "gelu" ? gelu(linear1(x)) : relu(linear1(x))));
