// Matrix products with what people write around them.
import { gelu, relu, silu } from "../../../ir/functions/activation.ts";
import { embedding } from "../../../ir/functions/indexing.ts";
import { tanh } from "../../../ir/functions/trigonometry.ts";
import type { Tensor } from "../../../ir/types/tensor.ts";
import { swapped } from "../spell-scores.ts";
import type { Motif, MotifSite, Motifs } from "./motif.ts";

const activations: readonly ((x: Tensor) => Tensor)[] = [
  (x) => relu(x),
  (x) => gelu(x),
  (x) => silu(x),
  (x) => tanh(x),
  (x) => x.sigmoid(),
  (x) => x.mul(x.sigmoid()),
  (x) => x.maximum(0),
  (x) => x.greater(0).select(x, x.mul(0.1)),
];

/** Rows of features: of a sequence or of a batch of them. */
const rowsOf = ({ rows, choose, value }: MotifSite, features: number): Tensor =>
  value([...choose([], [], [rows()]), rows(), features]);

/** A product, a bias, an activation, perhaps what residual networks add. */
const biasActivation: Motif = (site) => {
  const { extent, weight, choose, chance, value } = site;
  const [features, results] = [extent(), extent()];
  const x = rowsOf(site, features);
  const product = choose(
    () => x.matmul(weight([features, results])),
    () => x.matmul(weight([results, features]), { transposeB: true }),
  )();
  const biased = chance(0.8) ? product.add(weight([results])) : product;
  const active = choose(...activations)(biased);
  return chance(0.3) ? active.add(value(product.shape.map(Number))) : active;
};

/** Transposes in front of a product and behind it, some of which cancel. */
const transposedProduct: Motif = ({ rows, extent, value, choose }) => {
  const [m, k, n] = [rows(), extent(), rows()];
  const lead = choose([], [], [rows()]);
  const a = choose(
    () => value([...lead, m, k]),
    () => swapped(value([...lead, k, m])),
    () => swapped(swapped(value([...lead, m, k]))),
  )();
  const b = choose(
    () => value([k, n]),
    () => swapped(value([n, k])),
  )();
  return choose(
    () => a.matmul(b),
    () => swapped(swapped(b).matmul(swapped(a))),
    () => swapped(a.matmul(b)),
    () => a.matmul(swapped(b), { transposeB: true }),
    () => a.matmul(swapped(b), { transposeB: true }).add(a.matmul(b)),
  )();
};

/** Several products of one operand, as of queries, keys and values. */
const sharedOperand: Motif = (site) => {
  const { extent, weight, choose } = site;
  const [features, results] = [extent(), extent()];
  const x = rowsOf(site, features);
  const products = [1, 2, 3].map(() => x.matmul(weight([features, results])));
  const [first = x, second = x, third = x] = products;
  return choose(products, [first.add(second), third], [first.mul(second).add(third)], [first.sigmoid().mul(second)]);
};

/** One table as embedding and as the weight of the head (Press and Wolf 2017). */
const tiedWeights: Motif = ({ rows, extent, weight, indices, value, chance }) => {
  const [vocabulary, features] = [extent(), extent()];
  const table = weight([vocabulary, features]);
  const embedded = embedding(table, indices([rows()], vocabulary));
  const mixed = chance(0.5) ? embedded.add(value([features])) : embedded;
  return mixed.matmul(table, { transposeB: true });
};

/** x W1 (gated) W2: the feed-forward part of a Transformer. */
const feedForward: Motif = (site) => {
  const { extent, weight, choose } = site;
  const [features, inner] = [extent(), extent()];
  const x = rowsOf(site, features);
  const up = (): Tensor => x.matmul(weight([features, inner]));
  const active = choose(...activations);
  const hidden = choose(
    () => active(up()),
    () => active(up()).mul(up()),
  )();
  return x.add(hidden.matmul(weight([inner, features])));
};

export const contractionMotifs: Motifs = { biasActivation, transposedProduct, sharedOperand, tiedWeights, feedForward };
