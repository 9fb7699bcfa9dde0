// Networks in TensorFlow.js: weights and inputs lie in its memory.
import * as tf from "@tensorflow/tfjs";
import { has, interpret, type Leaf, type Network, type Shape, tensorOf } from "../../networks/network.ts";
import { type Arrays, type Floats, input } from "../../workloads/computation.ts";
import { exchanged, type Form, type Offers, type Prepared, transposed } from "../contender.ts";
import { batched, headByHead } from "./attention.ts";
import { computed } from "./computed.ts";
import { type Attend, rulesWith } from "./rules.ts";

/** [images, channels, height, width] with channels behind. */
const channelsLast = (data: Floats, [images = 1, channels = 1, height = 1, width = 1]: Shape): tf.Tensor => {
  const plane = height * width;
  const moved = new Float32Array(data.length);
  for (let image = 0; image < images; image++) {
    const [first, end] = [image * channels * plane, (image + 1) * channels * plane];
    moved.set(exchanged(data.subarray(first, end), [channels, plane, 1]), first);
  }
  return tf.tensor(moved, [images, height, width, channels]);
};

/** [out, in, height, width] as [height, width, in, out]. */
const filters = (data: Floats, [out = 1, inputs = 1, height = 1, width = 1]: Shape): tf.Tensor =>
  tf.tensor(transposed(exchanged(data, [out, inputs, height * width]), [inputs * out, height * width]), [
    height,
    width,
    inputs,
    out,
  ]);

/** Something given, in the layout that rules want. */
export const leafTensor = ({ value: { name, shape }, role, use, numbers }: Leaf, inputs: Arrays): tf.Tensor => {
  const data = input(inputs, name);
  if ("below" in numbers) return tf.tensor(Int32Array.from(data), shape, "int32");
  if (use === "matrix") return tf.tensor(transposed(data, shape), shape.toReversed());
  if (use === "filters") return filters(data, shape);
  return role === "input" && shape.length === 4 ? channelsLast(data, shape) : tf.tensor(data, shape);
};

/** Images of results, channels before places again. */
const channelsFirst = (data: Floats, [images = 1, channels = 1, height = 1, width = 1]: Shape): Floats => {
  const plane = height * width;
  const moved = new Float32Array(data.length);
  for (let first = 0; first < images * channels * plane; first += channels * plane)
    moved.set(exchanged(data.subarray(first, first + channels * plane), [plane, channels, 1]), first);
  return moved;
};

const prepare =
  (attend: Attend) =>
  (network: Network, inputs: Arrays): Prepared => {
    const rules = rulesWith(attend, network);
    const given = new Map(network.leaves.map((leaf) => [leaf.value.name, leafTensor(leaf, inputs)]));
    return {
      run: () =>
        computed(() => {
          const tensors = interpret(network, rules, ({ value }) => tensorOf(given, value));
          return Object.fromEntries(network.outputs.map((output) => [output.name, tensorOf(tensors, output)]));
        }),
      inLayout: (results) =>
        Object.fromEntries(
          network.outputs.map(({ name, shape }) => {
            const data = input(results, name);
            return [name, shape.length === 4 ? channelsFirst(data, shape) : data];
          }),
        ),
    };
  };

/** Ways to write a network: two where there is attention in it. */
export const waysOf = (network: Network): Readonly<Record<string, Attend>> =>
  has(network, "attention")
    ? { "attention batched": batched, "attention head by head": headByHead }
    : { eager: batched };

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
