// Networks in jax-js, jitted: weights and inputs lie in its memory.
import { type Array as JaxArray, jit } from "@jax-js/jax";
import { has, interpret, type Leaf, type Network, type Rules, tensorOf } from "../../networks/network.ts";
import { type Arrays, input } from "../../workloads/computation.ts";
import { type Form, type Offers, type Prepared, transposed } from "../contender.ts";
import { arrayOf, read } from "./arrays.ts";
import { type Attend, ownAttention, rulesWith, writtenAttention } from "./rules.ts";

/** Something given, in the layout that rules want. */
export const leafArray = ({ value: { name, shape }, use, numbers }: Leaf, inputs: Arrays): JaxArray => {
  const data = input(inputs, name);
  if ("below" in numbers) return arrayOf(Int32Array.from(data), shape);
  return use === "matrix" ? arrayOf(transposed(data, shape), shape.toReversed()) : arrayOf(data, shape);
};

/** What a network gives for what it is given, in the order of its leaves. */
export const networkFunction =
  (network: Network, rules: Rules<JaxArray>) =>
  (...given: JaxArray[]): JaxArray[] => {
    const byName = new Map(network.leaves.map(({ value }, at) => [value.name, given[at]]));
    const tensors = interpret(network, rules, ({ value }) => {
      const array = byName.get(value.name);
      if (array === undefined) throw new Error(`${value.name} was not given`);
      return array;
    });
    return network.outputs.map((output) => tensorOf(tensors, output));
  };

const prepare =
  (attend: Attend) =>
  (network: Network, inputs: Arrays): Prepared => {
    const compiled = jit(networkFunction(network, rulesWith(attend)));
    const given = network.leaves.map((leaf) => leafArray(leaf, inputs));
    return {
      run: () => {
        const results = compiled(...given.map((array) => array.ref));
        return Object.fromEntries(
          network.outputs.flatMap(({ name }, at) => {
            const result = results[at];
            return result === undefined ? [] : [[name, read(result)] as const];
          }),
        );
      },
    };
  };

/** Ways to write a network: two where there is attention in it. */
export const waysOf = (network: Network): Readonly<Record<string, Attend>> =>
  has(network, "attention")
    ? { "with dotProductAttention": ownAttention, "with matmul, softmax, matmul": writtenAttention }
    : { jit: ownAttention };

export const networkOffers: Pick<Offers, "network"> = {
  network: (network) => ({
    forms: Object.fromEntries(
      Object.entries(waysOf(network)).map(([name, attend]): [string, Form<Network>] => [
        name,
        { prepare: prepare(attend) },
      ]),
    ),
  }),
};
