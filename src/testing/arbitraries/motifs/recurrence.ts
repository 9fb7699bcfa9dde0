// Recurrent cells written by hand, for a step or two, and as `scan`.

import { split } from "../../../ir/functions/parts.ts";
import { scan } from "../../../ir/functions/recurrence.ts";
import { stack } from "../../../ir/functions/slicing.ts";
import type { Tensor } from "../../../ir/types/tensor.ts";
import type { Motif, MotifSite, Motifs } from "./motif.ts";

/** The weights of a cell, its gates side by side. */
interface CellWeights {
  readonly ofInput: Tensor;
  readonly ofState: Tensor;
  readonly bias: Tensor;
}

const weightsOf = ({ weight }: MotifSite, gates: number, inputs: number, hidden: number): CellWeights => ({
  ofInput: weight([inputs, gates * hidden]),
  ofState: weight([hidden, gates * hidden]),
  bias: weight([gates * hidden]),
});

const gatesOf = (product: Tensor, count: number): readonly Tensor[] =>
  split(product, Number(product.shape.at(-1)) / count, -1);

/** i, f, g, o; c' = f c + i g; h' = o tanh(c') (Hochreiter and Schmidhuber 1997). */
const lstmStep = (x: Tensor, h: Tensor, c: Tensor, { ofInput, ofState, bias }: CellWeights) => {
  const [i = x, f = x, g = x, o = x] = gatesOf(x.matmul(ofInput).add(h.matmul(ofState)).add(bias), 4);
  const cell = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
  return { hidden: o.sigmoid().mul(cell.tanh()), cell };
};

/** r, z, n; h' = (1 - z) n + z h (Cho and others 2014). */
const gruStep = (x: Tensor, h: Tensor, { ofInput, ofState, bias }: CellWeights): Tensor => {
  const [r = x, z = x, n = x] = gatesOf(x.matmul(ofInput).add(bias), 3);
  const [rh = h, zh = h, nh = h] = gatesOf(h.matmul(ofState), 3);
  const update = z.add(zh).sigmoid();
  const fresh = n.add(r.add(rh).sigmoid().mul(nh)).tanh();
  return update.neg().add(1).mul(fresh).add(update.mul(h));
};

const sizesOf = ({ rows, nat, longest }: MotifSite) => {
  const few = (): number => 1 + nat(Math.min(4, longest));
  return { batch: Math.min(rows(), 3), inputs: few(), hidden: few(), steps: 1 + nat(Math.min(5, longest)) };
};

/** One or two steps of an LSTM. */
const lstmCell: Motif = (site) => {
  const { batch, inputs, hidden } = sizesOf(site);
  const { value, chance } = site;
  const weights = weightsOf(site, 4, inputs, hidden);
  const state = () => value([batch, hidden]);
  const first = lstmStep(value([batch, inputs]), state(), state(), weights);
  if (chance(0.6)) return [first.hidden, first.cell];
  const second = lstmStep(value([batch, inputs]), first.hidden, first.cell, weights);
  return [stack([first.hidden, second.hidden]), second.cell];
};

/** One or two steps of a GRU. */
const gruCell: Motif = (site) => {
  const { batch, inputs, hidden } = sizesOf(site);
  const { value, chance } = site;
  const weights = weightsOf(site, 3, inputs, hidden);
  const first = gruStep(value([batch, inputs]), value([batch, hidden]), weights);
  return chance(0.6) ? first : gruStep(value([batch, inputs]), first, weights);
};

/** A network over a sequence, as one op with a body. */
const recurrentNetwork: Motif = (site) => {
  const { value, choose, chance } = site;
  const { batch, inputs, hidden, steps } = sizesOf(site);
  const [over, reverse] = [{ x: value([steps, batch, inputs]) }, chance(0.3)];
  const state = (): Tensor => value([batch, hidden]);
  return choose(
    () => {
      const weights = weightsOf(site, 4, inputs, hidden);
      const { carry, outputs } = scan({
        carry: { h: state(), c: state() },
        over,
        reverse,
        step: ({ h, c }, { x }) => {
          const next = lstmStep(x, h, c, weights);
          return { carry: { h: next.hidden, c: next.cell }, output: { y: next.hidden } };
        },
      });
      return chance(0.5) ? [outputs.y] : [outputs.y, carry.c];
    },
    () => {
      const weights = weightsOf(site, 3, inputs, hidden);
      const step = ({ h }: { readonly h: Tensor }, { x }: { readonly x: Tensor }) => {
        const next = gruStep(x, h, weights);
        return { carry: { h: next }, output: { y: next } };
      };
      return [scan({ carry: { h: state() }, over, reverse, step }).outputs.y];
    },
    () => {
      const { ofInput, ofState, bias } = weightsOf(site, 1, inputs, hidden);
      const step = ({ h }: { readonly h: Tensor }, { x }: { readonly x: Tensor }) => {
        const next = x.matmul(ofInput).add(bias).add(h.matmul(ofState)).tanh();
        return { carry: { h: next }, output: { y: next.mul(2) } };
      };
      const { carry, outputs } = scan({ carry: { h: state() }, over, reverse, step });
      return chance(0.5) ? [outputs.y, carry.h] : [carry.h];
    },
  )();
};

/** A running mean: a recurrence without products. */
const runningAverage: Motif = ({ rows, extent, value, chance }) => {
  const [steps, features] = [extent(), rows()];
  const { carry, outputs } = scan({
    carry: { mean: value([features]) },
    over: { x: value([steps, features]) },
    reverse: chance(0.3),
    step: ({ mean }, { x }) => {
      const next = mean.mul(0.9).add(x.mul(0.1));
      return { carry: { mean: next }, output: { deviation: x.sub(mean) } };
    },
  });
  return [outputs.deviation, carry.mean];
};

export const recurrenceMotifs: Motifs = { lstmCell, gruCell, recurrentNetwork, runningAverage };
