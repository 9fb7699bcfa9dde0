// Losses, by hand and by the library's functions: a number, of predictions and targets.

import { crossEntropy } from "../../../ir/functions/loss.ts";
import { logSoftmax, softmax } from "../../../ir/functions/normalization.ts";
import { logSumExp } from "../../../ir/functions/statistics.ts";
import type { Tensor } from "../../../ir/types/tensor.ts";
import type { Motif, MotifSite, Motifs } from "./motif.ts";

const last = { axes: [-1] } as const;
const kept = { axes: [-1], keepDims: true } as const;

/** The sum of all, its mean, or a number for each row. */
const reduced = ({ choose }: MotifSite, losses: Tensor): Tensor =>
  choose(
    () => losses.sum(),
    () => losses.mean(),
    () => losses,
  )();

/** Softmax along an axis, written out: with the largest subtracted, or as it should not be done. */
const softmaxByHand: Motif = ({ some, nat, choose }) => {
  const x = some({ minRank: 1, maxRank: 3 });
  const over = { axes: [nat(x.shape.length)], keepDims: true };
  return choose(
    () => {
      const lower = x.sub(x.max(over)).exp();
      return lower.div(lower.sum(over));
    },
    () => x.exp().div(x.exp().sum(over)),
    () => x.sub(x.exp().sum(over).log()).exp(),
    () => {
      const raised = x.exp();
      return raised.mul(raised.sum(over).reciprocal());
    },
  )();
};

/** Minus the logarithm of the probability of a class. */
const crossEntropyByHand: Motif = (site) => {
  const { extent, value, indices, choose } = site;
  const [rows, classes] = [extent(), extent()];
  const [logits, labels] = [value([rows, classes]), indices([rows], classes)];
  const wanted = (): Tensor => labels.oneHot(classes, site.dtype);
  const losses = choose(
    () => logSumExp(logits, last).sub(logits.mul(wanted()).sum(last)),
    () => logSoftmax(logits).mul(wanted()).sum(last).neg(),
    () => softmax(logits).log().mul(wanted()).sum(last).neg(),
    () => crossEntropy(logits, labels, { reduction: "none" }),
    () => {
      const shifted = logits.sub(logits.max(kept));
      return shifted.exp().sum(last).log().sub(shifted.mul(wanted()).sum(last));
    },
  )();
  return reduced(site, losses);
};

/** Mean squared error and its kin. */
const regressionLoss: Motif = (site) => {
  const { some, value, choose } = site;
  const predictions = some({ maxRank: 3 });
  const targets = value(predictions.shape.map(Number));
  const difference = predictions.sub(targets);
  const size = difference.abs();
  return reduced(
    site,
    choose(
      () => difference.mul(difference),
      () => difference.pow(2),
      () => size,
      () => size.less(1).select(difference.mul(difference).mul(0.5), size.sub(0.5)),
    )(),
  );
};

/** max(0, 1 - t x), with targets of -1 and 1. */
const hingeLoss: Motif = (site) => {
  const { extent, value, leaf, chance, dtype } = site;
  const shape = [extent(), extent()];
  const targets = leaf(dtype, shape, () => (chance(0.5) ? 1 : -1));
  const margins = targets.mul(value(shape)).neg().add(1).maximum(0);
  return reduced(site, chance(0.3) ? margins.mul(margins) : margins);
};

/** The divergence of Kullback and Leibler between two softmaxes. */
const divergence: Motif = (site) => {
  const { extent, value, chance } = site;
  const shape = [extent(), extent()];
  const [p, q] = [value(shape), value(shape)];
  const weights = softmax(p);
  const losses = chance(0.5)
    ? weights.mul(logSoftmax(p).sub(logSoftmax(q)))
    : weights.mul(weights.log().sub(softmax(q).log()));
  return reduced(site, losses.sum(last));
};

/** -t log sigmoid(x) - (1 - t) log(1 - sigmoid(x)), plainly and without overflow. */
const binaryCrossEntropy: Motif = (site) => {
  const { extent, value, leaf, chance, dtype } = site;
  const shape = [extent()];
  const [x, t] = [value(shape), leaf(dtype, shape, () => (chance(0.5) ? 1 : 0))];
  const p = x.sigmoid();
  const losses = chance(0.5)
    ? x.maximum(0).sub(x.mul(t)).add(x.abs().neg().exp().add(1).log())
    : t
        .mul(p.log())
        .add(t.neg().add(1).mul(p.neg().add(1).log()))
        .neg();
  return reduced(site, losses);
};

export const lossMotifs: Motifs = {
  softmaxByHand,
  crossEntropyByHand,
  regressionLoss,
  hingeLoss,
  divergence,
  binaryCrossEntropy,
};
