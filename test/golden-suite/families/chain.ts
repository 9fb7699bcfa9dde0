// Networks that are one layer after the other.
import type { SpecTree, Tensor } from "../../../src/index.ts";
import type { Inputs, Network } from "../network.ts";

/** A function of one tensor, such as a layer whose parameters are tensors. */
export type Transform = (x: Tensor) => Tensor;

/** One link of a chain: a layer, by the name of its parameters, or a function. */
export type Link = { readonly name: string; readonly layer: SpecTree } | { readonly apply: Transform };

/** Layers by the name of their parameters, once these are tensors. */
type Bound = Readonly<Record<string, Transform>>;

/** A network of links in order, from the input `x` to one output. */
export const chain = (links: readonly Link[], output = "y", loss?: Network["loss"]): Network => ({
  params: Object.fromEntries(links.flatMap((link) => ("layer" in link ? [[link.name, link.layer] as const] : []))),
  forward: (bound: Bound, input: Inputs) => ({
    [output]: links.reduce<Tensor>((x, link) => {
      const transform = "layer" in link ? bound[link.name] : link.apply;
      if (transform === undefined) throw new Error("every layer of the chain was bound");
      return transform(x);
    }, input("x")),
  }),
  ...(loss === undefined ? {} : { loss }),
});
