// Loss functions alone, and the losses that networks name in words.
import {
  crossEntropy,
  logSoftmax,
  meanSquaredError,
  type Reduction,
  softmax,
  type Tensor,
} from "../../../src/index.ts";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropyWithProbabilities,
  hinge,
  hingeEmbedding,
  huber,
  klDivergence,
  meanAbsoluteError,
  multiMargin,
  negativeLogLikelihood,
  smoothL1,
  squaredHinge,
} from "../../../src/nn/index.ts";
import { fields, flag, NotUnderstood, numeric, parts, rowOf, words } from "../config.ts";
import type { Config } from "../golden-case.ts";
import { type Family, functionOf, type Inputs } from "../network.ts";

/** Whether the case gives an input of that name. */
type Has = (name: string) => boolean;

type LossFunction = (input: Inputs, config: Config, has: Has) => Tensor;

type AnyReduction = Reduction | "batchmean";

/** The first word of `reduction`, which may go on to say what it means. */
const anyReduction = (config: Config): AnyReduction => {
  const [name = ""] = parts(words(config, "reduction"), /^(mean|sum|none|batchmean)\b/, "reduction");
  return name as AnyReduction;
};

const reduction = (config: Config): { readonly reduction: Reduction } => {
  const name = anyReduction(config);
  if (name === "batchmean") throw new NotUnderstood("a batchmean of another loss than kl_div");
  return { reduction: name };
};

/** The weights of classes, where they are given. */
const classWeights = (input: Inputs, has: Has) => (has("weight") ? { weights: input("weight") } : {});

/** Class weights, and the label that counts for nothing. */
const labelOptions = (input: Inputs, config: Config, has: Has) => ({
  ...classWeights(input, has),
  ...(config["ignore_index"] === undefined ? {} : { ignoreIndex: numeric(config, "ignore_index") }),
  ...reduction(config),
});

const ofLabels = (logits: Tensor, ...[input, config, has]: Parameters<LossFunction>): Tensor =>
  crossEntropy(logits, input("target"), {
    labelSmoothing: numeric(config, "label_smoothing", 0),
    ...labelOptions(input, config, has),
  });

const byIndex: LossFunction = (input, config, has) => ofLabels(input("logits"), input, config, has);

const withLogits: LossFunction = (input, config, has) =>
  binaryCrossEntropyWithLogits(input("logits"), input("target"), {
    ...(has("pos_weight") ? { positiveWeight: input("pos_weight") } : {}),
    ...reduction(config),
  });

/** PyTorch's multi-class hinge: p is how each class's shortfall is raised. */
const powerOf = (config: Config): 1 | 2 => {
  const power = numeric(config, "p", 1);
  if (power !== 1 && power !== 2) throw new NotUnderstood(`p is ${power}, neither 1 nor 2`);
  return power;
};

/** Cross-entropy with the classes along an axis: the function has them along axis 1. */
const alongAxis: LossFunction = (input, config, has) => {
  const logits = input("logits");
  const rank = logits.shape.length;
  const axis = (numeric(config, "classes_axis", 1) + rank) % rank;
  const others = logits.shape.map((_, at) => at).filter((at) => at !== axis);
  const [rows = 0, ...places] = others;
  const inPlace = axis === 1 ? logits : logits.transpose([rows, axis, ...places]);
  return ofLabels(inPlace, input, config, has);
};

const losses: Readonly<Record<string, LossFunction>> = {
  mae: (input, config) => meanAbsoluteError(input("pred"), input("target"), reduction(config)),
  mse: (input, config) => meanSquaredError(input("pred"), input("target"), reduction(config)),
  huber: (input, config) =>
    huber(input("pred"), input("target"), { delta: numeric(config, "delta", 1), ...reduction(config) }),
  smooth_l1: (input, config) =>
    smoothL1(input("pred"), input("target"), { beta: numeric(config, "beta", 1), ...reduction(config) }),
  bce: (input, config) => binaryCrossEntropy(input("prob"), input("target"), reduction(config)),
  bce_logits: withLogits,
  bce_logits_pos_weight: withLogits,
  cross_entropy_index: byIndex,
  cross_entropy_smoothing: byIndex,
  cross_entropy_prob: (input, config, has) =>
    crossEntropyWithProbabilities(input("logits"), input("target"), {
      labelSmoothing: numeric(config, "label_smoothing", 0),
      ...classWeights(input, has),
      ...reduction(config),
    }),
  cross_entropy_spatial: alongAxis,
  cross_entropy_weight_ignore: byIndex,
  nll: (input, config, has) => negativeLogLikelihood(input("logp"), input("target"), labelOptions(input, config, has)),
  hinge_binary: (input, config) => hinge(input("f"), input("y"), reduction(config)),
  hinge_squared: (input, config) => squaredHinge(input("f"), input("y"), reduction(config)),
  hinge_embedding: (input, config) =>
    hingeEmbedding(input("x"), input("y"), { margin: numeric(config, "margin", 1), ...reduction(config) }),
  hinge_multiclass: (input, config, has) =>
    multiMargin(input("scores"), input("target"), {
      margin: numeric(config, "margin", 1),
      p: powerOf(config),
      ...classWeights(input, has),
      ...reduction(config),
    }),
  kl_div: (input, config) =>
    klDivergence(input("logp"), input("target"), {
      reduction: anyReduction(config),
      logTarget: flag(config, "log_target"),
    }),
  "KL(p || q) = sum p (log p - log q), p = softmax(teacher), q = softmax(student)": (input, config) =>
    klDivergence(logSoftmax(input("student")), softmax(input("teacher")), { reduction: anyReduction(config) }),
};

/** Losses of inputs: `loss` names one, and there is no model. */
export const lossCases: Family = {
  name: "losses",
  includes: ({ loss, model }) => typeof loss === "string" && model === undefined,
  build: ({ config, inputs }) =>
    functionOf(
      () => ({}),
      (_, input) => rowOf(losses, words(config, "loss"), "loss")(input, config, (name) => inputs[name] !== undefined),
    ),
};

/** Number that follows words in a text, such as "label smoothing 0.1". */
const numberAfter = (text: string, before: string): number | undefined => {
  const [, found] = new RegExp(`${before} (-?[\\d.]+(?:e-?\\d+)?)`).exec(text) ?? [];
  return found === undefined ? undefined : Number(found);
};

/** All rows of logits [..., classes] and their labels [...], as a matrix and a vector. */
const rowsOf = (logits: Tensor, labels: Tensor): readonly [logits: Tensor, labels: Tensor] => {
  const rows = logits.shape.slice(0, -1).reduce<number>((count, extent) => count * Number(extent), 1);
  return [logits.reshape([rows, logits.shape.at(-1) ?? 1]), labels.reshape([rows])];
};

/**
 * The cross-entropy that a model's `loss` describes in words, mean over all positions: it may say "label smoothing N" and
 * "ignore index N".
 */
export const crossEntropyInWords = (config: Config, logits: Tensor, labels: Tensor): Tensor => {
  const text = words(config, "loss");
  if (!/cross-entropy/.test(text) || !/\bmean\b/.test(text)) throw new NotUnderstood(`loss ${JSON.stringify(text)}`);
  const [scores, classes] = rowsOf(logits, labels);
  const ignoreIndex = numberAfter(text, "ignore index");
  return crossEntropy(scores, classes, {
    labelSmoothing: numberAfter(text, "label smoothing") ?? 0,
    ...(ignoreIndex === undefined ? {} : { ignoreIndex }),
  });
};

/** The mean squared error that a model's `loss` names, in words or with its reduction beside it. */
export const squaredErrorInWords = (config: Config, prediction: Tensor, target: Tensor): Tensor => {
  const { loss } = config;
  const text =
    typeof loss === "string"
      ? loss
      : `${words(fields(config, "loss"), "name")} ${words(fields(config, "loss"), "reduction")}`;
  const [kind = ""] = parts(text, /^mse\b.*\b(mean|sum)\b/, "loss");
  return meanSquaredError(prediction, target, { reduction: kind === "sum" ? "sum" : "mean" });
};
