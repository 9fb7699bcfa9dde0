// Chains and meshes of elementwise arithmetic: what fusion joins, and where it must not join.
import type { Tensor } from "../../../ir/types/tensor.ts";
import type { Motif, MotifSite, Motifs } from "./motif.ts";

const shapeOf = (x: Tensor): readonly number[] => x.shape.map(Number);

/** x / 2 (1 + erf(x / sqrt 2)) by tanh (Hendrycks and Gimpel 2016), written out. */
const geluByHand: Motif = ({ some, choose }) => {
  const x = some();
  const cube = choose(
    () => x.mul(x).mul(x),
    () => x.pow(3),
  )();
  const inner = x.add(cube.mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return choose(
    () => x.mul(0.5).mul(inner.tanh().add(1)),
    () => x.mul(inner.mul(2).sigmoid()),
  )();
};

/** a b + c, of which the product has a second reader. */
const multiUseProduct: Motif = ({ some, value, choose }) => {
  const a = some();
  const [b, c] = [value(shapeOf(a)), value(shapeOf(a))];
  const product = a.mul(b);
  const sum = product.add(c);
  return choose(
    [sum, product],
    [sum, product.sum()],
    [sum.mul(product)],
    [sum, product.tanh()],
    [product.sub(c).mul(sum)],
    [sum.sum(), sum.sub(product)],
  );
};

const steps: readonly ((x: Tensor, site: MotifSite) => Tensor)[] = [
  (x) => x.add(1),
  (x) => x.mul(0.5),
  (x) => x.tanh(),
  (x) => x.sigmoid(),
  (x) => x.neg(),
  (x) => x.abs().sqrt(),
  (x) => x.mul(x),
  (x) => x.maximum(0),
  (x) => x.minimum(2),
  (x) => x.sin(),
  (x, { value }) => x.add(value(shapeOf(x))),
  (x, { value }) => value(shapeOf(x)).sub(x),
  (x, { value }) => x.greater(value(shapeOf(x))).select(x, x.neg()),
];

/** One function after the other. */
const longChain: Motif = (site) => {
  const count = 4 + site.nat(12);
  return Array.from({ length: count }).reduce<Tensor>((x) => site.choose(...steps)(x, site), site.some());
};

/** Branches that part and meet again: each value has several readers. */
const diamond: Motif = (site) => {
  const { some, choose, nat } = site;
  let [left, right] = [some(), some()];
  right = left.mul(choose(1, -1, 2));
  for (let round = 1 + nat(3); round > 0; round--)
    [left, right] = [left.add(choose(...steps)(right, site)), right.mul(choose(...steps)(left, site))];
  return choose([left, right], [left.sub(right)]);
};

/** A row, a column or a number met by a whole tensor, which is then summed away. */
const broadcastReduce: Motif = ({ some, value, nat, choose, chance }) => {
  const x = some({ minRank: 1, maxRank: 3 });
  const axis = nat(x.shape.length);
  const shape = shapeOf(x);
  const part = value(choose(shape.with(axis, 1), shape.slice(1), [], shape.slice(-1)));
  const met = choose(
    () => x.mul(part),
    () => x.add(part),
    () => x.sub(part).abs(),
    () => part.broadcastTo(shape),
  )();
  const over = { axes: choose([axis], [0], [shape.length - 1]), keepDims: chance(0.5) };
  const sum = choose(
    () => met.sum(over),
    () => met.mean(over),
    () => met.max(over),
  )();
  return over.keepDims && chance(0.5) ? met.sub(sum) : sum;
};

/** What one value gives several readers: a sum, the value brought to scale by it, a comparison with it. */
const severalReaders: Motif = ({ some }) => {
  const x = some({ minRank: 1 });
  const norm = x
    .mul(x)
    .sum({ axes: [-1], keepDims: true })
    .sqrt();
  return [x.div(norm.add(1e-6)), norm, x.greater(norm).select(x, 0)];
};

export const elementwiseMotifs: Motifs = {
  geluByHand,
  multiUseProduct,
  longChain,
  diamond,
  broadcastReduce,
  severalReaders,
};
