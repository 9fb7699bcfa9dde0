// Random training steps: a random model with a loss, an optimizer, and what else a training may have, as one graph with the
// entry points `predict`, `grads` and `step`.
import fc from "fast-check";
import { crossEntropy, meanSquaredError } from "../../ir/functions/loss.ts";
import type { Bindings } from "../../ir/types/dim.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import { type InputSpecs, spec } from "../../model/model.ts";
import { hinge, huber, meanAbsoluteError } from "../../nn/losses/index.ts";
import { adagrad, adam, adamW, cosine, ema, type Optimizer, rmsProp, sgd, warmUp } from "../../optim/index.ts";
import { bindSymbols } from "../../passes/specialize.ts";
import type { GradientClip } from "../../training/gradient-clip.ts";
import type { AnyTraining } from "../../training/training.ts";
import { trainingGraph } from "../../training/training-graph.ts";
import { randomCase } from "../kit/random-case.ts";
import type { GraphCase } from "./graph-case.ts";
import { type DrawnModel, drawnModels, type ModelKind } from "./models.ts";

/** A loss of results [..., classes] and targets: their type, and the number. */
interface Loss {
  readonly classes: boolean;
  readonly of: (results: Tensor, targets: Tensor) => Tensor;
}

const losses = {
  crossEntropy: {
    classes: true,
    of: (results, targets) => crossEntropy(results.reshape([-1, results.shape.at(-1) ?? 1]), targets.reshape([-1])),
  },
  meanSquaredError: { classes: false, of: (results, targets) => meanSquaredError(results, targets) },
  meanAbsoluteError: { classes: false, of: (results, targets) => meanAbsoluteError(results, targets) },
  huber: { classes: false, of: (results, targets) => huber(results, targets, { delta: 0.5 }) },
  hinge: { classes: false, of: (results, targets) => hinge(results, targets.sign()) },
} satisfies Record<string, Loss> as Readonly<Record<string, Loss>>;

const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ learningRate: 0.1 }),
  momentum: () => sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 }),
  nesterov: () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  adam: () => adam({ learningRate: 1e-2 }),
  amsgrad: () => adam({ learningRate: cosine(1e-2, 100), amsgrad: true, weightDecay: 0.1 }),
  adamW: () => adamW({ learningRate: warmUp(10, cosine(1e-2, 100)) }),
  rmsProp: () => rmsProp({ learningRate: 1e-2 }),
  adagrad: () => adagrad({ learningRate: 1e-2 }),
};

const clips: readonly (GradientClip | undefined)[] = [undefined, undefined, { norm: 1 }, { value: 0.5 }];

/** A training, values of its symbols, and what to run it on. */
export interface TrainingCase extends GraphCase {
  /** The training. */
  readonly training: AnyTraining;
  /** What its symbols were bound to. */
  readonly dims: Bindings;
}

/** The input for targets: a class for each row of results, or results themselves. */
const targetSpec = ({ kind, sizes: { results, batchFirst } }: DrawnModel, { classes }: Loss): InputSpecs => {
  const rows =
    kind === "mlp" || kind === "cnn" ? ["B"] : kind === "transformer" || batchFirst ? ["B", "T"] : ["T", "B"];
  return { target: classes ? spec("i32", rows) : spec("f32", [...rows, results]) };
};

/**
 * Random trainings with cases to run, of models of all kinds or one.
 *
 * @example
 * import fc from "fast-check";
 * const [drawn] = fc.sample(trainings("mlp"), { numRuns: 1, seed: 1 });
 * drawn?.training.kind; // "training"
 */
export const trainings = (kind?: ModelKind): fc.Arbitrary<TrainingCase> =>
  fc
    .record({
      drawn: drawnModels(kind),
      loss: fc.constantFrom(...Object.values(losses)),
      optimizer: fc.constantFrom(...Object.values(optimizers)),
      clip: fc.constantFrom(...clips),
      averaged: fc.nat(3),
    })
    .map(({ drawn, loss, optimizer, clip, averaged }) => {
      const { model, dims, seed, profile } = drawn;
      const described: AnyTraining = {
        kind: "training",
        model,
        options: {
          inputs: targetSpec(drawn, loss),
          // A drawn model has the output y, and targets are the one further input.
          loss: ({ y }: { readonly y: Tensor }, { target }: { readonly target: Tensor }) => loss.of(y, target),
          optimizer: optimizer(),
          ...(clip === undefined ? {} : { clip }),
          ...(averaged === 3 ? { averages: ema({ decay: 0.9 }) } : {}),
        },
      };
      const graph = bindSymbols(trainingGraph(described), dims);
      return { ...randomCase(graph, model, { seed, profile }), training: described, dims };
    });
