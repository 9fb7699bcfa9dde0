// Networks that end in a loss as trainings of ours.
import { training } from "../../../src/index.ts";
import { adam, type Optimizer, sgd } from "../../../src/optim/index.ts";
import type { TrainingTask } from "../../workloads/tasks.ts";
import { adamOptions, learningRate } from "../optimizer.ts";
import { modelOf } from "./model.ts";

const optimizers: { readonly [O in TrainingTask["optimizer"]]: () => Optimizer } = {
  sgd: () => sgd({ learningRate }),
  adam: () => adam({ learningRate, betas: [adamOptions.first, adamOptions.second], epsilon: adamOptions.epsilon }),
};

/** A training whose numbers are of `dtype`. */
export const trainingOf = ({ network, optimizer }: TrainingTask, dtype: "f32" | "f64" = "f32") => {
  const [loss] = network.outputs;
  return training(modelOf(network, dtype), {
    loss: (outputs) => {
      const tensor = loss === undefined ? undefined : outputs[loss.name];
      if (tensor === undefined) throw new Error("a training has a loss");
      return tensor;
    },
    optimizer: optimizers[optimizer](),
  });
};
