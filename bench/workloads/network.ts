// A network run forwards, its weights in place before the call.
import { meaningOfNetwork } from "../networks/meaning/index.ts";
import type { Leaf, Network } from "../networks/network.ts";
import { bytesOfNetwork, operationsOfNetwork } from "../networks/work.ts";
import { type Arrays, type Computation, countOf, type Floats, noise } from "./computation.ts";

/** Numbers for something given; position is its place among all. */
const numbersOf = ({ value, numbers }: Leaf, position: number): Floats => {
  const count = countOf(value.shape);
  if ("below" in numbers) return noise(count, position, 0.5).map((x) => Math.floor((x + 0.5) * numbers.below));
  return noise(count, position, numbers.spread).map((x) => x + numbers.center);
};

/** Everything that a network is given, weights too: the same in every process. */
export const numbersOfNetwork = ({ leaves }: Network): Arrays =>
  Object.fromEntries(leaves.map((leaf, position) => [leaf.value.name, numbersOf(leaf, position)]));

export const networkComputation: Computation<Network> = {
  inputs: numbersOfNetwork,
  operations: operationsOfNetwork,
  bytes: bytesOfNetwork,
  meaning: meaningOfNetwork,
  // Dozens of layers, each of which rounds.
  tolerance: 1e-4,
};
