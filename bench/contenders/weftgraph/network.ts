// Networks as models: inputs are fed, weights are parameters.
import { compileSync, defineModel, type ModelOptions, param, spec, type Tensor } from "../../../src/index.ts";
import { interpret, type Leaf, type Network, tensorOf } from "../../networks/network.ts";
import type { Arrays } from "../../workloads/computation.ts";
import { floats, input, type Prepared } from "../contender.ts";
import { rules } from "./rules.ts";

const isInput = ({ role }: Leaf): boolean => role === "input";

/** What is fed for an input: whole numbers are of their own type. */
export const feedsOf = ({ leaves }: Network, inputs: Arrays) =>
  Object.fromEntries(
    leaves.filter(isInput).map(({ value: { name }, numbers }) => {
      const data = input(inputs, name);
      return [name, "below" in numbers ? Int32Array.from(data) : data];
    }),
  );

/** The weights of a network, by name. */
export const weightsOf = ({ leaves }: Network, inputs: Arrays): Arrays =>
  Object.fromEntries(leaves.filter((leaf) => !isInput(leaf)).map(({ value: { name } }) => [name, input(inputs, name)]));

/** A network as a model; its numbers are of `dtype`. */
export const modelOf = (network: Network, dtype: "f32" | "f64" = "f32") => {
  const { leaves, outputs } = network;
  const params = leaves
    .filter((leaf) => !isInput(leaf))
    .map(({ value: { name, shape } }) => [name, param(shape, undefined, dtype)] as const);
  const inputs = leaves
    .filter(isInput)
    .map(({ value: { name, shape }, numbers }) => [name, spec("below" in numbers ? "i32" : dtype, shape)] as const);
  return defineModel({
    name: "network",
    params: Object.fromEntries(params),
    inputs: Object.fromEntries(inputs),
    forward: (params, inputs) => {
      const given: Readonly<Record<string, Tensor>> = { ...params, ...inputs };
      const tensors = interpret(network, rules, ({ value }) => tensorOf(new Map(Object.entries(given)), value));
      return Object.fromEntries(outputs.map((output) => [output.name, tensorOf(tensors, output)]));
    },
  });
};

/** A network, compiled and with its weights. */
export const preparedNetwork = (network: Network, inputs: Arrays, options: ModelOptions = {}): Prepared => {
  const run = compileSync(modelOf(network), options);
  run.parameters.restore(weightsOf(network, inputs));
  const feeds = feedsOf(network, inputs);
  return {
    run: () => Object.fromEntries(Object.entries(run(feeds)).map(([name, { data }]) => [name, floats(data)])),
  };
};
