// Trainings: the optimizer, schedule and clipping that a case says.

import type { LearningRate, Optimizer } from "../../../src/optim/index.ts";
import {
  adagrad,
  adam,
  adamW,
  cosine,
  linear,
  noam,
  rmsProp,
  sgd,
  stepDecay,
  warmUp,
} from "../../../src/optim/index.ts";
import { fields, flag, NotUnderstood, numbers, numeric, parts, rowOf, words } from "../config.ts";
import type { Config, OptimizerCase } from "../golden-case.ts";
import type { Regime } from "../run-optimizer.ts";
import { trainedPerceptron } from "./perceptrons.ts";

/** The numbers of a schedule's formula, where the pattern has its brackets. */
const figures = (formula: string, pattern: RegExp): readonly number[] =>
  parts(formula, pattern, "schedule_formula").map(Number);

/** Learning rates by the name of the schedule; t counts from 0 in the formulas. */
const schedules: Readonly<Record<string, (rate: number, formula: string) => LearningRate>> = {
  constant: (rate) => rate,
  step: (rate, formula) => {
    const [factor = 0, every = 0] = figures(formula, /^lr \* ([\d.]+)\^floor\(t\/([\d.]+)\)$/);
    return stepDecay(rate, every, factor);
  },
  exponential: (rate, formula) => {
    const [factor = 0] = figures(formula, /^lr \* ([\d.]+)\^t$/);
    return stepDecay(rate, 1, factor);
  },
  cosine: (rate, formula) => {
    const [steps = 0] = figures(formula, /^0\.5 lr \(1 \+ cos\(pi t\/([\d.]+)\)\)$/);
    return cosine(rate, steps);
  },
  noam: (rate, formula) => {
    const [steps = 0] = figures(formula, /^lr \* min\(\(t\+1\)\^-0\.5, \(t\+1\) ([\d.]+)\^-1\.5\)$/);
    return noam(rate, steps);
  },
  warmup_linear: (rate, formula) => {
    const [rise = 0, end = 0, fall = 0] = figures(
      formula,
      /^lr \* min\(\(t\+1\)\/([\d.]+), \(([\d.]+)-t\)\/([\d.]+)\)$/,
    );
    if (end === rise + fall - 1) return warmUp(rise, linear(rate, fall));
    return (step) =>
      step
        .div(rise)
        .minimum(
          step
            .neg()
            .add(end + 1)
            .div(fall),
        )
        .mul(rate);
  },
};

const betasOf = (options: Config): readonly [first: number, second: number] => {
  const [first, second, ...more] = numbers(options, "betas");
  if (first === undefined || second === undefined || more.length > 0) throw new NotUnderstood("betas are two numbers");
  return [first, second];
};

const adamOptions = (learningRate: LearningRate, options: Config) => ({
  learningRate,
  betas: betasOf(options),
  epsilon: numeric(options, "eps"),
  weightDecay: numeric(options, "weight_decay"),
  amsgrad: flag(options, "amsgrad"),
});

/** Optimizers by PyTorch's names, with PyTorch's options. */
const optimizers: Readonly<Record<string, (learningRate: LearningRate, options: Config) => Optimizer>> = {
  SGD: (learningRate, options) =>
    sgd({
      learningRate,
      momentum: numeric(options, "momentum"),
      dampening: numeric(options, "dampening"),
      nesterov: flag(options, "nesterov"),
      weightDecay: numeric(options, "weight_decay"),
    }),
  Adam: (learningRate, options) => adam(adamOptions(learningRate, options)),
  AdamW: (learningRate, options) => adamW(adamOptions(learningRate, options)),
  RMSprop: (learningRate, options) =>
    rmsProp({
      learningRate,
      alpha: numeric(options, "alpha"),
      epsilon: numeric(options, "eps"),
      momentum: numeric(options, "momentum"),
      centered: flag(options, "centered"),
      weightDecay: numeric(options, "weight_decay"),
    }),
  Adagrad: (learningRate, options) =>
    adagrad({
      learningRate,
      learningRateDecay: numeric(options, "lr_decay"),
      initialAccumulator: numeric(options, "initial_accumulator_value"),
      epsilon: numeric(options, "eps"),
      weightDecay: numeric(options, "weight_decay"),
    }),
};

/** The training that a case says. */
export const regimeOf = (stored: OptimizerCase): Regime => {
  const { config } = stored;
  if (config["model"] !== "mlp") throw new NotUnderstood(`model ${JSON.stringify(config["model"])}`);
  const options = fields(config, "options");
  if (flag(options, "maximize")) throw new NotUnderstood("a loss that is to grow");
  const schedule = rowOf(schedules, words(config, "schedule"), "schedule");
  const learningRate = schedule(numeric(options, "lr"), words(config, "schedule_formula"));
  const optimizer = rowOf(optimizers, words(config, "optimizer"), "optimizer")(learningRate, options);
  const clip = config["clip_grad_norm"];
  return {
    network: trainedPerceptron(stored),
    optimizer,
    ...(clip === undefined || clip === null ? {} : { clipNorm: numeric(config, "clip_grad_norm") }),
  };
};
