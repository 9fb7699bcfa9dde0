// The rule of what is made small: one float.
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../tensor.ts";
import type { IsUnknownRank, PrintType } from "./check.ts";

/** The rule of a loss: a float scalar. */
export type TrainingLoss<S extends Dims, D extends DType> =
  IsUnknownRank<S> extends true
    ? S
    : [S["length"], [Extract<D, "f32" | "f64">] extends [never] ? "no float" : "float"] extends [0, "float"]
      ? S
      : Sentence<"W501", { type: PrintType<S, D> }>;
