// Random uses of attention: every option with and without every other, shapes that repeat, lengths 0 and 1.
import * as fc from "fast-check";
import { type AttentionSetup, scoreKinds, scoresOf } from "./attention-cases.ts";

/** Batch axes of queries, and of keys and values: heads of their own, in groups, or shared by all. */
const batches: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[2], [2]],
  [[4], [2]],
  [[3], [1]],
  [
    [2, 3],
    [2, 3],
  ],
  [
    [2, 4],
    [2, 2],
  ],
  [
    [2, 2, 3],
    [2, 2, 1],
  ],
  [
    [0, 2],
    [0, 1],
  ],
];

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

/** A shape that broadcasts to another: some extents 1, some axes in front left out. */
const broadcasting = (shape: readonly number[]): fc.Arbitrary<readonly number[]> =>
  fc
    .tuple(fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }), fc.nat(shape.length))
    .map(([repeated, without]) => shape.map((extent, axis) => (repeated[axis] ? 1 : extent)).slice(without));

type Options = Omit<AttentionSetup, "batch" | "keyBatch" | "queries" | "keys" | "features" | "valueFeatures" | "dtype">;

/** Functions of the user's that multiply a score are not defined where a bias forbids: they are given finite ones. */
const defined = (options: { readonly [K in keyof Options]: Options[K] | undefined }): Options => {
  const { bias, score } = options;
  const multiplies = score !== undefined && score !== "table";
  const chosen = bias !== undefined && multiplies ? { ...options, bias: { ...bias, forbids: false } } : options;
  // Only what is undefined goes.
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)) as Options;
};

/** Random options over scores of a shape. */
const arbitraryOptions = (
  scores: readonly number[],
  { queries, keys }: { readonly queries: number; readonly keys: number },
): fc.Arbitrary<Options> => {
  const over = broadcasting(scores);
  const fronts = [[], scores.slice(0, -2), ...(scores.length > 3 ? [scores.slice(0, 1), [1]] : [])];
  const own: "one" | "two" = queries === keys ? "one" : "two";
  return fc
    .record({
      scale: maybe(fc.constantFrom(1, 0.3, -0.5, 0)),
      softcap: maybe(fc.constantFrom(0.5, 3)),
      causal: maybe(fc.boolean()),
      window: maybe(fc.integer({ min: 1, max: 4 })),
      prefix: maybe(fc.oneof(fc.integer({ min: -1, max: 5 }), over)),
      mask: maybe(fc.record({ dtype: fc.constantFrom("bool", "u8"), shape: over })),
      bias: maybe(fc.record({ shape: over, forbids: fc.boolean() })),
      alibi: maybe(fc.constantFrom("own", "given")),
      segments: maybe(fc.record({ of: fc.constantFrom("two", own), front: fc.constantFrom(...fronts) })),
      score: maybe(fc.constantFrom(...scoreKinds)),
      gates: maybe(over),
    })
    .map((options) => defined(options));
};

/** How large random uses are: short ones in double precision unless said otherwise. */
interface Sizes {
  readonly lengths?: fc.Arbitrary<number>;
  readonly features?: fc.Arbitrary<number>;
  readonly dtype?: AttentionSetup["dtype"];
}

/** A random use. */
export const arbitraryUse = ({
  lengths = fc.nat(7),
  features = fc.integer({ min: 1, max: 5 }),
  dtype = "f64",
}: Sizes = {}): fc.Arbitrary<AttentionSetup> =>
  fc
    .record({
      batch: fc.constantFrom(...batches),
      queries: lengths,
      keys: lengths,
      same: fc.boolean(),
      features,
      valueFeatures: fc.oneof({ weight: 6, arbitrary: features }, { weight: 1, arbitrary: fc.constant(0) }),
    })
    .chain(({ batch: [batch, keyBatch], same, ...rest }) => {
      const sizes = { ...rest, keys: same ? rest.queries : rest.keys };
      const setup: AttentionSetup = { batch, keyBatch, dtype, ...sizes };
      return arbitraryOptions(scoresOf(setup), sizes).map((options) => ({ ...setup, ...options }));
    });
