// erf and erfc in double precision, which `Math` lacks: the meaning that the loop programs are measured against. A power
// series near 0 and a quadrature of the integral elsewhere, so that the two computations of one function share nothing.

const step = 0.5;

/** Nodes of the midpoint rule and e^-node^2; beyond the thirteenth the weights vanish. */
const nodes: readonly { readonly square: number; readonly weight: number }[] = Array.from({ length: 13 }, (_, k) => {
  const square = ((k + 0.5) * step) ** 2;
  return { square, weight: Math.exp(-square) };
});

/** e^(-share x^2) with the square kept in two parts. */
const gaussian = (x: number, share: number): number => {
  const head = Math.fround(x);
  return Math.exp(-share * head * head) * Math.exp(share * (head - x) * (head + x));
};

/**
 * erfc(x) = 2 x e^(-x^2) / pi times the integral of e^(-t^2) / (t^2 + x^2) over t > 0, by the midpoint rule; the second
 * term is the rule's error from the pole at t = ix (Chiarella and Reichel 1968). For x >= 0.5 good to 1e-15.
 */
const complement = (x: number, exponential: number): number => {
  let sum = 0;
  for (const { square, weight } of nodes) sum += weight / (square + x * x);
  const pole = x < Math.PI / step ? 2 / (1 + Math.exp((2 * Math.PI * x) / step)) : 0;
  return ((2 * step * x) / Math.PI) * exponential * sum + pole;
};

/** The Maclaurin series, for |x| < 0.5. */
const series = (x: number): number => {
  let power = x;
  let sum = x;
  for (let k = 1; k < 20 && Math.abs(power) > 1e-20 * Math.abs(x); k += 1) {
    power *= (-x * x) / k;
    sum += power / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};

/** The error function, in double precision. */
export const erf = (x: number): number =>
  Number.isNaN(x) || x === 0 ? x : Math.abs(x) < 0.5 ? series(x) : Math.sign(x) * (1 - erfc(Math.abs(x)));

/** 1 - erf(x), in double precision; the tail keeps its digits. */
export const erfc = (x: number): number => {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) < 0.5) return 1 - series(x);
  if (x > 30) return 0;
  if (x < -6) return 2;
  return x < 0 ? 2 - erfc(-x) : complement(x, gaussian(x, 1));
};

/** The normal distribution's integral up to x, in double precision; the lower tail keeps its digits. */
export const normalIntegral = (x: number): number => {
  if (x > -1) return 0.5 * erfc(-x * Math.SQRT1_2);
  return x < -40 ? 0 : 0.5 * complement(-x * Math.SQRT1_2, gaussian(x, 0.5));
};
