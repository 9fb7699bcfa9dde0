// Networks of ours, forwards and in training.
import { compile, compileSync, type ModelOptions } from "../../../src/index.ts";
import type { Network } from "../../networks/network.ts";
import { feedsOf, modelOf, weightsOf } from "../../networks/weftgraph/model.ts";
import { trainingOf } from "../../networks/weftgraph/training.ts";
import type { Arrays } from "../../workloads/computation.ts";
import type { TrainingTask } from "../../workloads/tasks.ts";
import { floats, type Prepared } from "../contender.ts";

/** What ours is compiled with. */
export type Settings = Pick<ModelOptions, "numerics" | "threads" | "backend">;

/** A network, compiled and with its weights. Results go into new arrays, or into the same ones again and again. */
export const preparedNetwork =
  (settings: Settings = {}, into: "new arrays" | "given arrays" = "new arrays") =>
  async (network: Network, inputs: Arrays): Promise<Prepared> => {
    const run = await compile(modelOf(network), settings);
    run.parameters.restore(weightsOf(network, inputs));
    const feeds = feedsOf(network, inputs);
    const results = Object.fromEntries(Object.entries(run(feeds)).map(([name, { data }]) => [name, floats(data)]));
    if (into === "new arrays")
      return {
        run: () => Object.fromEntries(Object.entries(run(feeds)).map(([name, { data }]) => [name, floats(data)])),
      };
    return {
      run: () => {
        run(feeds, { into: results });
        return results;
      },
    };
  };

/** A training, compiled and with its weights; each run is a step. */
export const preparedTraining = (task: TrainingTask, inputs: Arrays): Prepared => {
  const { network } = task;
  const trainer = compileSync(trainingOf(task));
  const weights = weightsOf(network, inputs);
  trainer.parameters.restore(weights, { partial: true });
  const feeds = feedsOf(network, inputs);
  return {
    run: () => ({ loss: Float32Array.of(trainer.step(feeds).loss) }),
    inLayout: (results) => ({
      ...results,
      ...Object.fromEntries(Object.keys(weights).map((name) => [name, floats(trainer.parameters.get(name).data)])),
    }),
  };
};
