// How parameters start. An initialiser fills an array from a stream of random numbers that depends only on the seed and
// the parameter's name, so adding a layer never changes how the others begin.
import { sizeOf } from "../ir/types/ndarray.ts";

/** Uniform random numbers in [0, 1), 24 bits each. */
export type RandomStream = () => number;

/** A way to fill a fresh parameter. */
export interface Initializer {
  /** What it is called in prints. */
  readonly name: string;
  /** The elements of a parameter of this shape, in row-major order. */
  readonly fill: (shape: readonly number[], random: RandomStream) => Float64Array;
}

/** The finaliser of MurmurHash3: every bit of the result depends on every bit of the argument. */
const mix = (bits: number): number => {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
};

/** A stream for a seed and a name: a 32-bit mixer over a counter. The seed is mixed too, lest seeds and names cancel. */
export const randomStream = (seed: number, name: string): RandomStream => {
  let state = mix(seed | 0);
  for (let at = 0; at < name.length; at++) state = Math.imul(state ^ name.charCodeAt(at), 0x01000193);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 8) / 2 ** 24;
  };
};

/** How many inputs feed one output: weights are [outputs, inputs, ...window]. */
const fanIn = (shape: readonly number[]): number => (shape.length < 2 ? sizeOf(shape) : sizeOf(shape.slice(1)));

const fanOut = (shape: readonly number[]): number =>
  shape.length < 2 ? sizeOf(shape) : (shape[0] ?? 1) * sizeOf(shape.slice(2));

const filled = (name: string, element: (shape: readonly number[]) => (random: RandomStream) => number): Initializer =>
  Object.freeze({
    name,
    fill: (shape: readonly number[], random: RandomStream) => {
      const next = element(shape);
      const values = new Float64Array(sizeOf(shape));
      for (let at = 0; at < values.length; at++) values[at] = next(random);
      return values;
    },
  });

/**
 * Every element the same.
 *
 * @see `torch.nn.init.constant_`.
 * @example
 * constantly(0.5).fill([2, 2], () => 0); // [0.5, 0.5, 0.5, 0.5]
 */
export const constantly = (value: number): Initializer => filled(`constantly(${value})`, () => () => value);

/**
 * Every element 0.
 *
 * @see `torch.nn.init.zeros_`.
 * @example
 * zeros.fill([3], () => 0); // [0, 0, 0]
 */
export const zeros: Initializer = constantly(0);
/**
 * Every element 1.
 *
 * @see `torch.nn.init.ones_`.
 * @example
 * ones.fill([3], () => 0); // [1, 1, 1]
 */
export const ones: Initializer = constantly(1);

/**
 * Uniform in [low, high): low + (high - low) u with u in [0, 1).
 *
 * @see `torch.nn.init.uniform_`.
 * @example
 * uniform(-1, 1).fill([2], () => 0.75); // [0.5, 0.5]
 */
export const uniform = (low: number, high: number): Initializer =>
  filled(`uniform(${low}, ${high})`, () => (random) => low + (high - low) * random());

/** Normal with mean 0, by the method of Box and Muller. */
const gaussian =
  (deviation: number) =>
  (random: RandomStream): number =>
    deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/**
 * Normal with mean 0 and the given standard deviation, by the method of Box and Muller.
 *
 * @see Box and Muller 1958; `torch.nn.init.normal_`.
 * @example
 * param([768, 768], normal(0.02)).initializer.name; // "normal(0.02)"
 */
export const normal = (deviation: number): Initializer => filled(`normal(${deviation})`, () => gaussian(deviation));

/**
 * Normal with mean 0 and variance 2 / inputs, for networks with relu.
 *
 * @see He et al. 2015, equation 10; `torch.nn.init.kaiming_normal_`.
 * @example
 * param([64, 3, 3, 3], heNormal).initializer.name; // "heNormal"
 */
export const heNormal: Initializer = filled("heNormal", (shape) => gaussian(Math.sqrt(2 / fanIn(shape))));

/**
 * Uniform in +-sqrt(6 / (inputs + outputs)), of variance 2 / (inputs + outputs).
 *
 * @see Glorot and Bengio 2010, equation 16; `torch.nn.init.xavier_uniform_`.
 * @example
 * glorotUniform.fill([1, 5], () => 0); // [-1, -1, -1, -1, -1]
 */
export const glorotUniform: Initializer = filled("glorotUniform", (shape) => {
  const limit = Math.sqrt(6 / (fanIn(shape) + fanOut(shape)));
  return (random) => limit * (2 * random() - 1);
});

/**
 * Uniform in +-1/sqrt(inputs), what PyTorch gives linear and convolution layers. Weights are [outputs, inputs,
 * ...window]; `inputs` is counted from that shape, window included, unless it is said.
 *
 * @see `torch.nn.Linear`.
 * @example
 * fanInUniform().fill([1, 4], () => 0); // [-0.5, -0.5, -0.5, -0.5]
 */
export const fanInUniform = (inputs?: number): Initializer =>
  filled("fanInUniform", (shape) => {
    const limit = 1 / Math.sqrt(inputs ?? fanIn(shape));
    return (random) => limit * (2 * random() - 1);
  });
