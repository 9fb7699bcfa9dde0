// What an optimizer does to parameters, written out over a gradient from anywhere in the graph.
import type { Tensor } from "../../../ir/types/tensor.ts";
import type { Motif, MotifSite, Motifs } from "./motif.ts";

const shapeOf = ({ rows, extent, choose }: MotifSite): readonly number[] => choose([extent()], [rows(), extent()], []);

/** m, v, p of Adam (Kingma and Ba 2015, algorithm 1), kept only if all is finite. */
const adamStep: Motif = (site) => {
  const { value, weight, chance } = site;
  const shape = shapeOf(site);
  const [parameter, g] = [weight(shape), value(shape)];
  const mean = weight(shape).mul(0.9).add(g.mul(0.1));
  const square = weight(shape).abs().mul(0.999).add(g.mul(g).mul(0.001));
  const next = parameter.sub(mean.mul(1e-3).div(square.sqrt().add(1e-8)));
  if (chance(0.5)) return [next, mean, square];
  const finite = g.mul(0).sum().equal(0);
  return [next, mean, square].map((updated) => finite.select(updated, parameter));
};

/** v' = momentum v + g; p' = p - rate v', with a bound on the norm of g. */
const momentumStep: Motif = (site) => {
  const { value, weight, chance } = site;
  const shape = shapeOf(site);
  const [parameter, gradient] = [weight(shape), value(shape)];
  const norm = (): Tensor => gradient.mul(gradient).sum().sqrt();
  const clipped = chance(0.4) ? gradient.mul(norm().add(1e-6).reciprocal().minimum(1)) : gradient;
  const velocity = weight(shape).mul(0.9).add(clipped);
  return [parameter.sub(velocity.mul(0.1)), velocity];
};

/** An average of a parameter that follows it. */
const movingAverage: Motif = (site) => {
  const { weight, value, chance } = site;
  const shape = shapeOf(site);
  const [average, latest] = [weight(shape), value(shape)];
  return chance(0.5) ? average.add(latest.sub(average).mul(0.01)) : average.mul(0.99).add(latest.mul(0.01));
};

export const optimizerMotifs: Motifs = { adamStep, momentumStep, movingAverage };
