// What a family of cases makes of a case: parameters, made of the public layers, and the function from them and the inputs to
// the named outputs, with a loss where the case has its own.
import type { Params, SpecTree, Tensor } from "../../src/index.ts";
import type { Config, ModuleCase } from "./golden-case.ts";

export type Tensors = Readonly<Record<string, Tensor>>;

/** What is fed, by name. */
export type Inputs = (name: string) => Tensor;

/** A network, in PyTorch's names. */
export interface Network {
  readonly params: SpecTree;
  readonly forward: (params: never, input: Inputs) => Tensors;
  readonly loss?: (outputs: Tensors, input: Inputs) => Tensor;
}

/** A network whose parameters are known while it is written. */
export const network = <P extends SpecTree>(
  params: P,
  forward: (params: Params<P>, input: Inputs) => Tensors,
  loss?: Network["loss"],
): Network => (loss === undefined ? { params, forward } : { params, forward, loss });

/** A network without parameters. */
export const functionOf = (forward: (input: Inputs) => Tensors, loss?: Network["loss"]): Network =>
  network({}, (_, input) => forward(input), loss);

/** Cases that are built alike: how they are known, and what is built. */
export interface Family {
  readonly name: string;
  readonly includes: (config: Config, stored: ModuleCase) => boolean;
  readonly build: (stored: ModuleCase) => Network;
}

/** What builds each module, by PyTorch's name. */
export type ModuleTable = Readonly<Record<string, (stored: ModuleCase) => Network>>;

/** The output of that name, which `forward` has just given. */
export const output = (outputs: Tensors, name: string): Tensor => {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`forward gives no ${name}`);
  return tensor;
};
