// The package entry `weftgraph/optim`.
export { type AdamOptions, adam } from "./adam.ts";
export type { LearningRate, Optimizer, Update, UpdateContext } from "./optimizer.ts";
export { constant, cosine, type Schedule } from "./schedules.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
