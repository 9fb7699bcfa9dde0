// Training steps in TensorFlow.js, by its own optimizers.
import * as tf from "@tensorflow/tfjs";
import { has, interpret, type Rules, tensorOf } from "../../networks/network.ts";
import { adamOptions, learningRate } from "../../networks/optimizer.ts";
import type { Arrays } from "../../workloads/computation.ts";
import type { TrainingTask } from "../../workloads/tasks.ts";
import { type Form, floats, type Offers, type Prepared, transposed } from "../contender.ts";
import { leafTensor, waysOf } from "./network.ts";
import { type Attend, rulesWith } from "./rules.ts";

const optimizers: { readonly [O in TrainingTask["optimizer"]]: () => tf.Optimizer } = {
  sgd: () => tf.train.sgd(learningRate),
  adam: () => tf.train.adam(learningRate, adamOptions.first, adamOptions.second, adamOptions.epsilon),
};

const prepare =
  (attend: Attend) =>
  ({ network, optimizer: name }: TrainingTask, inputs: Arrays): Prepared => {
    const withGradients: Rules<tf.Tensor> = {
      ...rulesWith(attend, network),
      // The backend has no kernel for the gradient of a gather, so a row is taken by a product.
      embedding: ([table, indices]) => tf.matMul(tf.cast(tf.oneHot(indices, table.shape[0] ?? 1), "float32"), table),
    };
    const weights = network.leaves.filter(({ role }) => role === "weight");
    const variables = new Map(weights.map((leaf) => [leaf.value.name, tf.variable(leafTensor(leaf, inputs))]));
    const given = network.leaves.filter(({ role }) => role === "input");
    const fed = new Map(given.map((leaf) => [leaf.value.name, leafTensor(leaf, inputs)]));
    const optimizer = optimizers[name]();
    const all = new Map<string, tf.Tensor>([...variables, ...fed]);
    const loss = (): tf.Tensor => {
      const tensors = interpret(network, withGradients, ({ value }) => tensorOf(all, value));
      const [output] = network.outputs;
      if (output === undefined) throw new Error("a training has a loss");
      return tensorOf(tensors, output);
    };
    return {
      run: () => {
        const value = optimizer.minimize(loss, true, [...variables.values()]);
        const result = floats(value.dataSync());
        value.dispose();
        return { loss: result };
      },
      inLayout: (results) => ({
        ...results,
        ...Object.fromEntries(
          weights.map(({ value, use }) => {
            const data = floats(tensorOf(variables, value).dataSync());
            return [value.name, use === "matrix" ? transposed(data, value.shape.toReversed()) : data];
          }),
        ),
      }),
    };
  };

export const trainingOffers: Pick<Offers, "training"> = {
  training: ({ network }) =>
    has(network, "conv2d")
      ? { lacks: "its WebAssembly backend has no kernel for the gradients of a convolution's filters" }
      : {
          forms: Object.fromEntries(
            Object.entries(waysOf(network)).map(([name, attend]): [string, Form<TrainingTask>] => [
              `minimize, ${name}`,
              { prepare: prepare(attend) },
            ]),
          ),
        },
};
