// Bounds on gradients, so that one steep place does not throw the parameters far away.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { Location } from "../ir/diagnostics/location.ts";
import type { Tensor } from "../ir/types/tensor.ts";

/** A bound on the norm of all gradients together, or on the size of each of their elements. */
export type GradientClip =
  | {
      /** The largest norm of all gradients together. */
      readonly norm: number;
    }
  | {
      /** The largest size of an element. */
      readonly value: number;
    };

/** W140 for what is no clip, which callers without a type checker may give. */
export const checkClip = (clip: unknown, location: Location): void => {
  if (clip === undefined) return;
  const bounds = isRecord(clip) ? Object.entries(clip) : [];
  const [[name, bound] = ["", undefined]] = bounds;
  if (bounds.length === 1 && (name === "norm" || name === "value") && typeof bound === "number" && bound > 0) return;
  const given = bounds.length === 1 && (name === "norm" || name === "value") ? inWords(bound) : inWords(clip);
  const expected = "a bound above 0, of the norm or of each value";
  reject(
    "W140",
    { what: "training: clip", expected, given, write: "clip: { norm: 1 } or clip: { value: 0.5 }" },
    { location },
  );
};

/** The sum of all squares, in f32 if there are gradients of several element types. */
const sumOfSquares = (gradients: readonly Tensor[]): Tensor | undefined => {
  const mixed = new Set(gradients.map(({ dtype }) => dtype)).size > 1;
  return gradients
    .map((gradient) => gradient.mul(gradient).sum())
    .map((sum) => (mixed ? sum.cast("f32") : sum))
    .reduce<Tensor | undefined>((total, sum) => total?.add(sum) ?? sum, undefined);
};

/**
 * Gradients within bounds. By norm: all multiplied by min(1, norm / (n + 1e-6)), where n is the root of the sum of all their
 * squares (Pascanu, Mikolov and Bengio 2013, with PyTorch's 1e-6). By value: each element between -value and value.
 */
export const clipGradients = (gradients: readonly Tensor[], clip?: GradientClip): readonly Tensor[] => {
  if (clip === undefined) return gradients;
  if ("value" in clip) return gradients.map((gradient) => gradient.minimum(clip.value).maximum(-clip.value));
  const squares = sumOfSquares(gradients);
  if (squares === undefined) return gradients;
  const scale = squares.sqrt().add(1e-6).reciprocal().mul(clip.norm).minimum(1);
  return gradients.map((gradient) => gradient.mul(gradient.dtype === scale.dtype ? scale : scale.cast(gradient.dtype)));
};
