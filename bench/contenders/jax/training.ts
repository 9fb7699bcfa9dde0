// Training steps in jax-js: loss, gradients and the update of all weights in one jitted function. Its optimizers are another
// package, so they are written here, as that package has them.
import { type Array as JaxArray, jit, nn, numpy, valueAndGrad } from "@jax-js/jax";
import type { Network, Rules } from "../../networks/network.ts";
import { adamOptions, learningRate } from "../../networks/optimizer.ts";
import type { Arrays } from "../../workloads/computation.ts";
import type { TrainingTask } from "../../workloads/tasks.ts";
import { type Form, type Offers, type Prepared, transposed } from "../contender.ts";
import { read } from "./arrays.ts";
import { leafArray, networkFunction, waysOf } from "./network.ts";
import { type Attend, rulesWith } from "./rules.ts";

/** A weight, its gradient and the optimizer's state: the new weight first, then the new state. */
type Update = (weight: JaxArray, gradient: JaxArray, state: readonly JaxArray[], corrections: JaxArray) => JaxArray[];

const updates: { readonly [O in TrainingTask["optimizer"]]: { readonly states: number; readonly update: Update } } = {
  sgd: { states: 0, update: (weight, gradient) => [weight.ref.sub(gradient.ref.mul(learningRate))] },
  adam: {
    states: 2,
    update: (weight, gradient, [mean = weight, square = weight], corrections) => {
      const { first, second, epsilon } = adamOptions;
      const newMean = mean.ref.mul(first).add(gradient.ref.mul(1 - first));
      const newSquare = square.ref.mul(second).add(gradient.ref.mul(gradient.ref).mul(1 - second));
      const [ofMean, ofSquare] = [corrections.ref.slice(0), corrections.ref.slice(1)];
      const scale = numpy.sqrt(newSquare.ref.mul(ofSquare)).add(epsilon);
      return [weight.ref.sub(newMean.ref.mul(ofMean).div(scale).mul(learningRate)), newMean, newSquare];
    },
  },
};

/** 1 / (1 - beta^step) of both averages: an array of the library's, so that the jitted function stays the same. */
const correctionsAt = (step: number): JaxArray =>
  numpy.array(Float32Array.of(1 / (1 - adamOptions.first ** step), 1 / (1 - adamOptions.second ** step)));

const placesOf = ({ leaves }: Network, role: "input" | "weight"): readonly number[] =>
  leaves.flatMap((leaf, at) => (leaf.role === role ? [at] : []));

/** From leaves, states of the optimizer and corrections to the loss, new weights and new states. */
const stepOf = ({ network, optimizer }: TrainingTask, attend: Attend) => {
  const places = placesOf(network, "weight");
  const { states, update } = updates[optimizer];
  const rules: Rules<JaxArray> = {
    ...rulesWith(attend),
    // The gradient of `take` cannot be jitted, so a row is taken by a product.
    embedding: ([table, indices]) => numpy.matmul(nn.oneHot(indices.ref, table.shape[0] ?? 1), table.ref),
  };
  const loss = (...given: JaxArray[]): JaxArray => {
    const [result] = networkFunction(network, rules)(...given);
    if (result === undefined) throw new Error("a training has a loss");
    return result;
  };
  const derived = valueAndGrad(loss, { argnums: places });
  return jit((...all: JaxArray[]): JaxArray[] => {
    const leaves = all.slice(0, network.leaves.length);
    const rest = all.slice(network.leaves.length);
    const [corrections = numpy.zeros([2])] = rest.splice(-1);
    const [value, gradients] = derived(...leaves.map((leaf) => leaf.ref));
    const changed = places.map((place, at) => {
      const [weight, gradient] = [leaves[place], gradients[at]];
      if (weight === undefined || gradient === undefined) throw new Error(`no weight ${at}`);
      return update(weight, gradient, rest.slice(at * states, (at + 1) * states), corrections);
    });
    return [value, ...changed.flatMap(([weight]) => weight ?? []), ...changed.flatMap(([, ...state]) => state)];
  });
};

const prepare =
  (attend: Attend) =>
  (task: TrainingTask, inputs: Arrays): Prepared => {
    const { network, optimizer } = task;
    const compiled = stepOf(task, attend);
    const places = placesOf(network, "weight");
    const leaves = network.leaves.map((leaf) => leafArray(leaf, inputs));
    const { states } = updates[optimizer];
    let state = places.flatMap((place) =>
      Array.from({ length: states }, () => numpy.zeros([...(leaves[place]?.shape ?? [])])),
    );
    let step = 0;
    return {
      run: () => {
        step++;
        const given = leaves.map((leaf, at) => (places.includes(at) ? leaf : leaf.ref));
        const [loss, ...changed] = compiled(...given, ...state, correctionsAt(step));
        for (const [at, place] of places.entries()) leaves[place] = changed[at] ?? numpy.zeros([]);
        state = changed.slice(places.length);
        return loss === undefined ? {} : { loss: read(loss) };
      },
      inLayout: (results) => ({
        ...results,
        ...Object.fromEntries(
          places.flatMap((place) => {
            const [leaf, array] = [network.leaves[place], leaves[place]];
            if (leaf === undefined || array === undefined) return [];
            const data = read(array.ref);
            const inOrder = leaf.use === "matrix" ? transposed(data, leaf.value.shape.toReversed()) : data;
            return [[leaf.value.name, inOrder] as const];
          }),
        ),
      }),
    };
  };

export const trainingOffers: Pick<Offers, "training"> = {
  training: ({ network }) => ({
    forms: Object.fromEntries(
      Object.entries(waysOf(network)).map(([name, attend]): [string, Form<TrainingTask>] => [
        `valueAndGrad, ${name}`,
        { prepare: prepare(attend) },
      ]),
    ),
  }),
};
