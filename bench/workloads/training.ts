// A step of training: the loss of a batch, its gradients, and the update of all weights. What it means is computed by the
// compiler in double precision, whose gradients tests hold against differences of the networks' own meaning; the peers, who
// derive theirs in ways of their own, must come to the same.
import { compileSync } from "../../src/index.ts";
import type { Network } from "../networks/network.ts";
import { feedsOf, inDoubles, weightsOf } from "../networks/weftgraph/model.ts";
import { trainingOf } from "../networks/weftgraph/training.ts";
import { operationsOfTraining } from "../networks/work.ts";
import type { Arrays, Computation, Doubles } from "./computation.ts";
import { numbersOfNetwork } from "./network.ts";
import type { TrainingTask } from "./tasks.ts";

/** The loss of the first step and the weights behind it, by the compiler in double precision. */
const firstStep = (task: TrainingTask, inputs: Arrays): Doubles => {
  const trainer = compileSync(trainingOf(task, "f64"));
  trainer.parameters.restore(inDoubles(weightsOf(task.network, inputs)), { partial: true });
  const { loss } = trainer.step(inDoubles(feedsOf(task.network, inputs)));
  const weights = namesOfWeights(task.network);
  return {
    loss: Float64Array.of(loss),
    ...Object.fromEntries(weights.map((name) => [name, Float64Array.from(trainer.parameters.get(name).data)])),
  };
};

const namesOfWeights = ({ leaves }: Network): readonly string[] =>
  leaves.filter(({ role }) => role === "weight").map(({ value: { name } }) => name);

export const trainingComputation: Computation<TrainingTask> = {
  inputs: ({ network }) => numbersOfNetwork(network),
  operations: ({ network }) => operationsOfTraining(network),
  meaning: firstStep,
  tolerance: 1e-4,
};
