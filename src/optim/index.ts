// The package entry `weftgraph/optim`.
export { type AdagradOptions, adagrad } from "./adagrad.ts";
export { type AdamOptions, adam, adamW } from "./adam.ts";
export { type AverageContext, type Averages, type EmaOptions, ema } from "./averages.ts";
export type { LearningRate, Optimizer, Update, UpdateContext } from "./optimizer.ts";
export { type RmsPropOptions, rmsProp } from "./rms-prop.ts";
export { constant, cosine, linear, noam, type Schedule, stepDecay, warmUp } from "./schedules.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
