// Networks as models of ours: inputs are fed, weights are parameters. The float64 meaning of trainings is made of these as well.
import { defineModel, param, spec, type Tensor } from "../../../src/index.ts";
import { type Arrays, type Floats, input } from "../../workloads/computation.ts";
import { interpret, type Leaf, type Network, tensorOf } from "../network.ts";
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
      const given = new Map<string, Tensor>(Object.entries({ ...params, ...inputs }));
      const tensors = interpret(network, rules, ({ value }) => tensorOf(given, value));
      return Object.fromEntries(outputs.map((output) => [output.name, tensorOf(tensors, output)]));
    },
  });
};

/** Feeds or weights in double precision; whole numbers stay as they are. */
export const inDoubles = (
  arrays: Readonly<Record<string, Floats | Int32Array<ArrayBuffer>>>,
): Readonly<Record<string, Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>>> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, data]) => [name, data instanceof Int32Array ? data : Float64Array.from(data)]),
  );
