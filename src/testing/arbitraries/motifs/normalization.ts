// Normalizations written by hand, as papers and tutorials do.
import { batchNorm, conv2d, layerNorm, maxPool2d, relu } from "../../../ir/functions/index.ts";
import type { Tensor } from "../../../ir/types/tensor.ts";
import type { Motif, MotifSite, Motifs } from "./motif.ts";

const last = { axes: [-1], keepDims: true } as const;

/** The last extent of a tensor with known extents. */
const featuresOf = (x: Tensor): number => Number(x.shape.at(-1));

const variances: readonly ((x: Tensor, centred: Tensor, mean: Tensor) => Tensor)[] = [
  (_, centred) => centred.mul(centred).mean(last),
  (_, centred) => centred.pow(2).mean(last),
  (x, _, mean) => x.mul(x).mean(last).sub(mean.mul(mean)).maximum(0),
  (_, centred) => centred.mul(centred).sum(last).div(featuresOf(centred)),
];

const scaledAndShifted = ({ weight, chance }: MotifSite, x: Tensor): Tensor => {
  const scaled = chance(0.8) ? x.mul(weight([featuresOf(x)])) : x;
  return chance(0.7) ? scaled.add(weight([featuresOf(x)])) : scaled;
};

/** (x - mean) / sqrt(variance + epsilon), with or without scale and shift. */
const layerNormByHand: Motif = (site) => {
  const { some, choose } = site;
  const x = some({ minRank: 1, maxRank: 3 });
  const mean = x.mean(last);
  const centred = x.sub(mean);
  const variance = choose(...variances)(x, centred, mean).add(choose(1e-5, 1e-3));
  const normalized = choose(
    () => centred.div(variance.sqrt()),
    () => centred.mul(variance.rsqrt()),
    () => centred.mul(variance.pow(-0.5)),
    () => centred.mul(variance.sqrt().reciprocal()),
  )();
  return scaledAndShifted(site, normalized);
};

/** x / sqrt(mean(x^2) + epsilon) * scale. */
const rmsNormByHand: Motif = ({ some, choose, weight }) => {
  const x = some({ minRank: 1, maxRank: 3 });
  const square = choose(
    () => x.mul(x),
    () => x.pow(2),
  )();
  const size = square.mean(last).add(1e-6);
  const normalized = choose(
    () => x.mul(size.rsqrt()),
    () => x.div(size.sqrt()),
  )();
  return normalized.mul(weight([featuresOf(x)]));
};

/** A residual branch with the normalization in front or behind (Vaswani and others 2017; Xiong and others 2020). */
const residual: Motif = (site) => {
  const { rows, extent, value, weight, choose, chance } = site;
  const features = extent();
  const x = value([...choose([], [rows()]), rows(), features]);
  const norm = (y: Tensor): Tensor => layerNorm(y, weight([features]), weight([features]));
  const branch = (y: Tensor): Tensor => {
    const inner = relu(y.matmul(weight([features, features])));
    return chance(0.5) ? inner.matmul(weight([features, features])) : inner;
  };
  return choose(
    () => x.add(branch(norm(x))),
    () => norm(x.add(branch(x))),
    () => branch(x).add(x),
  )();
};

/** Convolution, normalization of channels by running statistics or those of the batch, relu, perhaps pooling. */
const convNormRelu: Motif = ({ dtype, nat, longest, choose, chance, value, weight }) => {
  const upTo = (most: number): number => 1 + nat(Math.min(most, longest));
  const [channels, filters, kernel] = [upTo(3), upTo(3), upTo(3)];
  const [height, width] = [kernel + upTo(3), kernel + upTo(3)];
  const images = value([upTo(2), channels, height, width], dtype);
  const filtered = conv2d(images, weight([filters, channels, kernel, kernel]), {
    padding: choose(0, Math.floor(kernel / 2)),
    stride: choose(1, 1, 2),
  });
  const perChannel = (): Tensor => weight([filters]);
  const wide = (x: Tensor): Tensor => x.reshape([filters, 1, 1]);
  const normalized = choose(
    () => filtered.add(wide(perChannel())),
    () => filtered.mul(wide(perChannel())).add(wide(perChannel())),
    () => filtered.sub(wide(perChannel())).mul(wide(perChannel().abs().add(0.1).rsqrt())),
    () => {
      const running = { runningMean: perChannel(), runningVariance: perChannel().abs() };
      return batchNorm(filtered, { ...running, weight: perChannel(), bias: perChannel() }).y;
    },
  )();
  const active = relu(normalized);
  return chance(0.3) ? maxPool2d(active, 2, { padding: 1 }) : active;
};

export const normalizationMotifs: Motifs = { layerNormByHand, rmsNormByHand, residual, convNormRelu };
