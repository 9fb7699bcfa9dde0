// Functions of one number.
import type { Activation } from "../network.ts";

/** 2 / sqrt(pi) times the sum of x^(2n+1) (-1)^n / (n! (2n+1)), which double precision can add up below 3. */
const erfSeries = (x: number): number => {
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-20; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};

/** 1 - e^(-x^2) / (x sqrt(pi)) times the continued fraction of the tail, from the inside out. */
const erfTail = (x: number): number => {
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return 1 - Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
};

/** The error function. */
export const erf = (x: number): number => (Math.abs(x) < 3 ? erfSeries(x) : Math.sign(x) * erfTail(Math.abs(x)));

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const activations: { readonly [A in Activation]: (x: number) => number } = {
  relu: (x) => Math.max(x, 0),
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  tanh: Math.tanh,
  sigmoid,
};
