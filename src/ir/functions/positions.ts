// Where in a sequence something stands, said in numbers: sinusoids that are added to features, and rotations of features. Angles
// are computed in double precision, so that they are right however long a sequence is.
import { reject } from "../diagnostics/diagnostic.ts";
import { optionNames, requireKnownOptions } from "../diagnostics/known-options.ts";
import { requireDType } from "../ops/typing.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { PairedFeatures } from "../types/static/attention.ts";
import type { Check } from "../types/static/check.ts";
import type { CanonicalDim } from "../types/static/dims.ts";
import type { Dims, Operand, Tensor } from "../types/tensor.ts";
import { printType } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";
import { constant, iota } from "./creation.ts";
import { stack } from "./slicing.ts";

/** position / base^(2 i / features), f64 [length, pairs]. */
const angles = (length: Dim, start: Operand, pairs: number, features: number, base: number): Tensor => {
  const exponents = iota([pairs], 0, "f64").mul(2).div(features);
  const positions = iota([length, 1], 0, "f64").add(start);
  return positions.div(constant(base, [], "f64").pow(exponents));
};

/** How sinusoids count. */
export interface SinusoidOptions<D extends DType> {
  /** 10000 unless said. */
  readonly base?: number;
  /** f32 unless said. */
  readonly dtype?: D;
  /** The position of the first row; a tensor where it is known only when running (decoding with a cache). */
  readonly start?: number | Tensor<[], "i32">;
}

/** A start as what angles are added to. */
const startOf = (op: string, start: number | Tensor<[], "i32">): Operand =>
  typeof start === "number" ? start : tensorOf(op, start).cast("f64");

const knownOfSinusoids = optionNames<SinusoidOptions<DType>>({ base: true, dtype: true, start: true });

/**
 * Sinusoidal positions, [length, features]: sin(p / base^(2 i / features)) at feature 2 i and the cosine of the same at
 * 2 i + 1. Add them to embeddings.
 *
 * @throws W209 what is no extent.
 * @see Vaswani et al. 2017, section 3.5.
 * @example
 * sinusoidalPositions(2, 4); // Tensor<[2, 4], "f32">: [[0, 1, 0, 1], [0.8415, 0.5403, 0.01, 0.9999]]
 */
export const sinusoidalPositions = <const Length extends Dim, const Features extends number, D extends DType = "f32">(
  length: Length,
  features: Features,
  options: SinusoidOptions<D> = {},
): Tensor<[CanonicalDim<Length>, Features], D> =>
  described(() => {
    requireKnownOptions("sinusoidalPositions", options, knownOfSinusoids);
    const pairs = Math.ceil(features / 2);
    const start = startOf("sinusoidalPositions", options.start ?? 0);
    const angle = angles(length, start, pairs, features, options.base ?? 10000);
    const waves = stack([angle.sin(), angle.cos()], 2).reshape([length, 2 * pairs]);
    const cut = [
      { start: 0, end: length, step: 1 },
      { start: 0, end: features, step: 1 },
    ];
    return (features % 2 === 0 ? waves : waves.slice(cut)).cast(options.dtype ?? "f32");
  });

/** How `rotary` turns. */
export interface RotaryOptions {
  /** Which features are pairs: i and i + D/2 (`half`, as in Llama and GPT-NeoX), or 2 i and 2 i + 1 (`interleaved`). */
  readonly pairing?: "half" | "interleaved";
  /** Angles are position * base^(-2 i / D); 10000 unless said. */
  readonly base?: number;
  /** The position of the first row; a tensor where it is known only when running (decoding with a cache). */
  readonly start?: number | Tensor<[], "i32">;
}

/** (a cos - b sin, b cos + a sin) of the pairs (a, b). */
const turned = (a: Tensor, b: Tensor, angle: Tensor): readonly [Tensor, Tensor] => {
  const [cos, sin] = [angle.cos().cast(a.dtype), angle.sin().cast(a.dtype)];
  return [a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))];
};

/** The last axis cut in the middle. */
const halves = (x: Tensor, pairs: number): readonly [Tensor, Tensor] => {
  const cut = (start: number): Tensor => {
    const whole = x.shape.slice(0, -1).map((extent) => ({ start: 0, end: extent, step: 1 }));
    return x.slice([...whole, { start, end: start + pairs, step: 1 }]);
  };
  return [cut(0), cut(pairs)];
};

const known = optionNames<RotaryOptions>({ pairing: true, base: true, start: true });

/** The type of `rotary`. */
export interface RotaryFunction {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<PairedFeatures<"rotary", S, D>>, Tensor<S, D>>,
    options?: RotaryOptions,
  ): Tensor<S, D>;
}

/**
 * Rotary positions: pairs of features of [..., positions, D] turned by the angle position * base^(-2 i / D), in
 * radians, so that products of queries and keys depend on distances alone. The shape stays.
 *
 * @throws W285 features that are no even number, or no axis of positions; W204 integers.
 * @see Su et al. 2021 (RoFormer), equation 34.
 * @example
 * const x = constant(Float32Array.of(1, 0, 1, 0), [2, 2]);
 * rotary(x); // Tensor<[2, 2], "f32">: [[1, 0], [0.5403, 0.8415]]
 */
export const rotary: RotaryFunction = (x, options = {}) =>
  described(() => {
    const given = tensorOf("rotary", x);
    requireKnownOptions("rotary", options, known);
    requireDType("rotary", given.type, ["f32", "f64"]);
    const { pairing = "half", base = 10000, start = 0 } = options;
    const [length, features] = given.shape.slice(-2);
    if (length === undefined || features === undefined || !isKnown(features) || features % 2 !== 0)
      return reject("W285", { op: "rotary", type: printType(given.type) });
    const pairs = features / 2;
    const angle = angles(length, startOf("rotary", start), pairs, features, base);
    if (pairing === "half") {
      const [first, second] = turned(...halves(given, pairs), angle);
      return first.concat([second], -1);
    }
    const front = given.shape.slice(0, -1);
    const [even, odd] = halves(given.reshape([...front, pairs, 2]), 1);
    const turnedPairs = turned(even.reshape([...front, pairs]), odd.reshape([...front, pairs]), angle);
    return stack(turnedPairs, given.shape.length).reshape(given.shape);
  });
