// Random uses of attention: with and without an axis of heads, heads in groups, masks and biases that broadcast.
import type * as FastCheck from "fast-check";
import type { DType } from "../types/dtype.ts";
import type { KnownType } from "../types/ndarray.ts";
import type { AttentionAttrs } from "./attention-typing.ts";
import { arbitraryExtent } from "./instances.ts";
import type { FastCheckModule, OpInstance } from "./op.ts";

/** A shape that broadcasts to the scores: some extents 1, some axes in front left out. */
const arbitraryPartOf = (fc: FastCheckModule, scores: readonly number[]): FastCheck.Arbitrary<readonly number[]> =>
  fc
    .tuple(fc.array(fc.boolean(), { minLength: scores.length, maxLength: scores.length }), fc.nat(scores.length))
    .map(([repeated, without]) => scores.map((extent, axis) => (repeated[axis] ? 1 : extent)).slice(without));

const arbitrarySizes = (fc: FastCheckModule) =>
  fc.record({
    batch: fc.array(fc.nat({ max: 2 }), { maxLength: 1 }),
    heads: fc.option(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 }))),
    queries: fc.nat({ max: 5 }),
    keys: arbitraryExtent(fc),
    features: fc.nat({ max: 5 }),
    valueFeatures: fc.nat({ max: 5 }),
    dtype: fc.constantFrom<DType>("f32", "f64"),
  });

const arbitraryAttrs = (fc: FastCheckModule): FastCheck.Arbitrary<AttentionAttrs> =>
  fc.record({
    scale: fc.constantFrom(1, 0.5, -0.25),
    causal: fc.boolean(),
    window: fc.constantFrom(0, 0, 1, 2, 4),
    softcap: fc.constantFrom(0, 0, 2),
    mask: fc.boolean(),
    bias: fc.boolean(),
    slopes: fc.boolean(),
  });

/** A random use of `attention`; without the third operand, one of `attentionWeights`. */
export const arbitraryAttention = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<AttentionAttrs, "many">> =>
  fc
    .tuple(arbitrarySizes(fc), arbitraryAttrs(fc), fc.constantFrom<DType>("bool", "u8"))
    .chain(([sizes, attrs, maskDType]) => {
      const { batch, heads, queries, keys, features, valueFeatures, dtype } = sizes;
      const [shared, groups] = heads ?? [1, 1];
      const front = (count: number): readonly number[] => (heads === null ? [] : [...batch, count]);
      const operand = (...shape: readonly number[]): KnownType => ({ dtype, shape });
      const scores = [...front(shared * groups), queries, keys];
      return fc.tuple(arbitraryPartOf(fc, scores), arbitraryPartOf(fc, scores)).map(([mask, bias]) => ({
        operands: [
          operand(...front(shared * groups), queries, features),
          operand(...front(shared), keys, features),
          operand(...front(shared), keys, valueFeatures),
          ...(attrs.mask ? [{ dtype: maskDType, shape: mask }] : []),
          ...(attrs.bias ? [operand(...bias)] : []),
          ...(attrs.slopes ? [operand(shared * groups)] : []),
        ],
        attrs,
      }));
    });
