// Random uses of attention and of its gradients: with and without batch axes, heads in groups, and bodies with a scale, masks and
// biases that broadcast, a soft cap and factors.
import type * as FastCheck from "fast-check";
import { invariant } from "../diagnostics/invariant.ts";
import type { DType } from "../types/dtype.ts";
import type { KnownType } from "../types/ndarray.ts";
import type { Tensor } from "../types/tensor.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import type { AttentionAttrs, AttentionGradientsAttrs } from "./attention-typing.ts";
import type { DescribeBody } from "./body.ts";
import { arbitraryExtent } from "./instances.ts";
import type { OpInstance } from "./op.ts";

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
    keys: fc.oneof({ weight: 9, arbitrary: arbitraryExtent(fc) }, { weight: 1, arbitrary: fc.constant(0) }),
    features: fc.nat({ max: 5 }),
    valueFeatures: fc.nat({ max: 5 }),
    dtype: fc.constantFrom<DType>("f32", "f64"),
    mask: fc.boolean(),
    bias: fc.boolean(),
  });

/** What a body does beside masking and adding what is captured. */
const arbitraryScoring = (fc: FastCheckModule) =>
  fc.record({
    scale: fc.constantFrom(1, 0.5, -0.25),
    softcap: fc.constantFrom(0, 0, 2),
    factors: fc.boolean(),
  });

type Scoring = ReturnType<typeof arbitraryScoring> extends FastCheck.Arbitrary<infer S> ? S : never;

/** An instance before its body is described: types of queries, keys, values, and of mask and bias where there are some. */
interface Drawn {
  readonly operands: readonly KnownType[];
  readonly scores: KnownType;
  readonly mask: KnownType | undefined;
  readonly bias: KnownType | undefined;
  readonly scoring: Scoring;
}

const arbitraryDrawn = (fc: FastCheckModule): FastCheck.Arbitrary<Drawn> =>
  fc.tuple(arbitrarySizes(fc), arbitraryScoring(fc)).chain(([sizes, scoring]) => {
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
      ],
      scores: operand(...scores),
      mask: sizes.mask ? { dtype: "bool", shape: mask } : undefined,
      bias: sizes.bias ? operand(...bias) : undefined,
      scoring,
    }));
  });

/** Scores, and factors if asked for, of products, mask and bias; given their cotangents, also those of products and bias. */
const scored = (
  products: Tensor,
  { scoring: { scale, softcap, factors } }: Drawn,
  { mask, bias }: { readonly mask: Tensor | undefined; readonly bias: Tensor | undefined },
  flows?: readonly Tensor[],
): readonly Tensor[] => {
  const scaled = products.mul(scale);
  const bounded = scaled.div(softcap > 0 ? softcap : 1).tanh();
  const capped = softcap > 0 ? bounded.mul(softcap) : scaled;
  const biased = bias === undefined ? capped : capped.add(bias);
  const masked = mask === undefined ? biased : mask.select(biased, -Infinity);
  const factor = biased.sigmoid();
  const outputs = factors ? [masked, factor] : [masked];
  const [scoreFlow, factorFlow] = flows ?? [];
  if (scoreFlow === undefined) return outputs;
  const throughMask = mask === undefined ? scoreFlow : mask.select(scoreFlow, 0);
  const whole =
    factorFlow === undefined ? throughMask : throughMask.add(factorFlow.mul(factor).mul(factor.neg().add(1)));
  const toScaled = softcap > 0 ? whole.mul(bounded.mul(bounded).neg().add(1)) : whole;
  return [...outputs, toScaled.mul(scale), ...(bias === undefined ? [] : [whole])];
};

const taken = (given: readonly Tensor[], { mask }: Drawn) => ({
  mask: mask === undefined ? undefined : given[0],
  bias: given[mask === undefined ? 0 : 1],
});

const needed = (describe: DescribeBody | undefined): DescribeBody => {
  invariant(describe !== undefined, "random uses of an op with a body need a way to describe one");
  return describe;
};

/** A random use of `attention`. */
export const arbitraryAttention = (
  fc: FastCheckModule,
  describe: DescribeBody | undefined,
): FastCheck.Arbitrary<OpInstance<AttentionAttrs, "many">> =>
  arbitraryDrawn(fc).map((drawn) => {
    const captured = [drawn.mask, drawn.bias].filter((type) => type !== undefined);
    const body = needed(describe)([drawn.scores, ...captured], ([products, ...given]) =>
      products === undefined ? [] : scored(products, drawn, taken(given, drawn)),
    );
    return { operands: [...drawn.operands, ...captured], attrs: { body } };
  });

/** A random use of `attentionGradients`. */
export const arbitraryAttentionGradients = (
  fc: FastCheckModule,
  describe: DescribeBody | undefined,
): FastCheck.Arbitrary<OpInstance<AttentionGradientsAttrs, "many">> =>
  arbitraryDrawn(fc).map((drawn) => {
    const { operands, scores, scoring, mask, bias } = drawn;
    const [queries, , values] = operands;
    invariant(queries !== undefined && values !== undefined, "queries, keys and values are drawn");
    const reads = [mask, bias].filter((type) => type !== undefined);
    const flows = scoring.factors ? [scores, scores] : [scores];
    const body = needed(describe)([scores, ...flows, ...reads], ([products, ...given]) =>
      products === undefined
        ? []
        : scored(products, drawn, taken(given.slice(flows.length), drawn), given.slice(0, flows.length)),
    );
    const rows: KnownType = { dtype: scores.dtype, shape: scores.shape.slice(0, -1) };
    const flow: KnownType = { dtype: scores.dtype, shape: [...rows.shape, values.shape.at(-1) ?? 1] };
    const wanted = bias === undefined ? [] : [reads.length - 1];
    return {
      operands: [...operands, flow, rows, ...reads],
      attrs: { body, factors: scoring.factors, wanted },
    };
  });
