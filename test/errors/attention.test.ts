// W280 to W288: queries, keys, masks, heads and positions that do not fit. Each is brought about and shown whole.
import { describe, expect, it } from "vitest";
import {
  attention,
  type Dims,
  type DType,
  graphBuilder,
  rotary,
  type Tensor,
  traceOver,
  withTrace,
} from "../../src/index.ts";
import { bindSpecs } from "../../src/model/parameter.ts";
import { gpt, learnedPositions, llama, multiHeadAttention } from "../../src/nn/index.ts";
import { described } from "../support/described.ts";

const trace = traceOver(graphBuilder());
let count = 0;

/** A tensor whose shape the type checker does not know. */
const given = <D extends DType>(dtype: D, ...shape: Dims): Tensor<Dims, D> =>
  trace.input(`x${count++}`, { dtype, shape }) as Tensor<Dims, D>; // of the dtype it was asked for

const shown = (describe: () => unknown): string => described(() => withTrace(trace, describe));

describe("errors of attention", () => {
  it("W280", () => {
    const q = given("f32", 64);
    const flat = shown(() => attention(q, q, q));
    expect(flat).toMatchInlineSnapshot(`
      "error[W280]: attention: the queries have fewer than 2 axes (f32[64])

        test/errors/attention.test.ts
         |     const flat = shown(() => attention(q, q, q));
         |                              ^^^^^^^^^
        operand 1  f32[64]  from test/errors/attention.test.ts
        operand 2  f32[64]  from test/errors/attention.test.ts
        operand 3  f32[64]  from test/errors/attention.test.ts
        help: lay queries out as [..., heads, positions, features]; the axes in front of positions may be left out."
    `);
  });

  it("W281", () => {
    const [q, k] = [given("f32", "B", 6, "T", 64), given("f32", "B", 4, "T", 64)];
    const heads = shown(() => attention(q, k, k));
    expect(heads).toMatchInlineSnapshot(`
      "error[W281]: attention: 6 heads of queries are no multiple of 4 heads of keys (f32[B, 6, T, 64] and f32[B, 4, T, 64])

        test/errors/attention.test.ts
         |     const heads = shown(() => attention(q, k, k));
         |                               ^^^^^^^^^
        operand 1  f32[B, 6, T, 64]  from test/errors/attention.test.ts
        operand 2  f32[B, 4, T, 64]  from test/errors/attention.test.ts
        operand 3  f32[B, 4, T, 64]  from test/errors/attention.test.ts
        help: give queries a whole number of heads for each head of keys and values."
    `);
  });

  it("W282", () => {
    const q = given("f32", "B", 8, "T", 64);
    const mask = shown(() => attention(q, q, q, { mask: given("bool", "B", "T") }));
    expect(mask).toMatchInlineSnapshot(`
      "error[W282]: attention: the mask bool[B, T] does not broadcast to the scores [B, 8, T, T]

        test/errors/attention.test.ts
         |     const mask = shown(() => attention(q, q, q, { mask: given("bool", "B", "T") }));
         |                              ^^^^^^^^^
        operand 1  f32[B, 8, T, 64]  from test/errors/attention.test.ts
        operand 2  f32[B, 8, T, 64]  from test/errors/attention.test.ts
        operand 3  f32[B, 8, T, 64]  from test/errors/attention.test.ts
        operand 4  bool[B, T]        from test/errors/attention.test.ts
        help: give the mask the shape [B, 8, T, T], with extents of 1 where it repeats; axes in front may be left out."
    `);
    const bias = shown(() => attention(q, q, q, { bias: given("f32", 1, "B", 8, "T", "T") }));
    expect(bias).toMatchInlineSnapshot(`
      "error[W282]: attention: the bias f32[1, B, 8, T, T] does not broadcast to the scores [B, 8, T, T]

        test/errors/attention.test.ts
         |     const bias = shown(() => attention(q, q, q, { bias: given("f32", 1, "B", 8, "T", "T") }));
         |                              ^^^^^^^^^
        operand 1  f32[B, 8, T, 64]    from test/errors/attention.test.ts
        operand 2  f32[B, 8, T, 64]    from test/errors/attention.test.ts
        operand 3  f32[B, 8, T, 64]    from test/errors/attention.test.ts
        operand 4  f32[1, B, 8, T, T]  from test/errors/attention.test.ts
        help: give the bias the shape [B, 8, T, T], with extents of 1 where it repeats; axes in front may be left out."
    `);
  });

  it("W283", () => {
    const q = given("f32", "T", 64);
    const nothing = shown(() => attention(q, q, q, { window: 0 }));
    expect(nothing).toMatchInlineSnapshot(`
      "error[W283]: attention: window must be a whole number of at least 1, not 0

        test/errors/attention.test.ts
         |     const nothing = shown(() => attention(q, q, q, { window: 0 }));
         |                                 ^^^^^^^^^
        operand 1  f32[T, 64]  from test/errors/attention.test.ts
        operand 2  f32[T, 64]  from test/errors/attention.test.ts
        operand 3  f32[T, 64]  from test/errors/attention.test.ts
        help: leave window out for none."
    `);
    const fraction = shown(() => attention(q, q, q, { window: 2.5 }));
    expect(fraction).toMatchInlineSnapshot(`
      "error[W283]: attention: window must be a whole number of at least 1, not 2.5

        test/errors/attention.test.ts
         |     const fraction = shown(() => attention(q, q, q, { window: 2.5 }));
         |                                  ^^^^^^^^^
        operand 1  f32[T, 64]  from test/errors/attention.test.ts
        operand 2  f32[T, 64]  from test/errors/attention.test.ts
        operand 3  f32[T, 64]  from test/errors/attention.test.ts
        help: leave window out for none."
    `);
    const negative = shown(() => attention(q, q, q, { softcap: -1 }));
    expect(negative).toMatchInlineSnapshot(`
      "error[W283]: attention: softcap must be a number above 0, not -1

        test/errors/attention.test.ts
         |     const negative = shown(() => attention(q, q, q, { softcap: -1 }));
         |                                  ^^^^^^^^^
        operand 1  f32[T, 64]  from test/errors/attention.test.ts
        operand 2  f32[T, 64]  from test/errors/attention.test.ts
        operand 3  f32[T, 64]  from test/errors/attention.test.ts
        help: leave softcap out for none."
    `);
    const scale = shown(() => attention(q, q, q, { scale: Number.NaN }));
    expect(scale).toMatchInlineSnapshot(`
      "error[W283]: attention: scale must be a finite number, not NaN

        test/errors/attention.test.ts
         |     const scale = shown(() => attention(q, q, q, { scale: Number.NaN }));
         |                               ^^^^^^^^^
        operand 1  f32[T, 64]  from test/errors/attention.test.ts
        operand 2  f32[T, 64]  from test/errors/attention.test.ts
        operand 3  f32[T, 64]  from test/errors/attention.test.ts
        help: leave scale out for 1 / sqrt(features)."
    `);
    const prefix = shown(() => attention(q, q, q, { causal: true, prefix: 0.5 }));
    expect(prefix).toMatchInlineSnapshot(`
      "error[W283]: attention: prefix must be a whole number, not 0.5

        test/errors/attention.test.ts
         |     const prefix = shown(() => attention(q, q, q, { causal: true, prefix: 0.5 }));
         |                                ^^^^^^^^^
        operand 1  f32[T, 64]  from test/errors/attention.test.ts
        operand 2  f32[T, 64]  from test/errors/attention.test.ts
        operand 3  f32[T, 64]  from test/errors/attention.test.ts
        help: leave prefix out for none."
    `);
  });

  it("W284", () => {
    // @ts-expect-error: the type checker says it, too
    const sixHeads = described(() => multiHeadAttention(512, 6));
    expect(sixHeads).toMatchInlineSnapshot(`
      "error[W284]: multiHeadAttention: 6 heads do not divide 512 features

        test/errors/attention.test.ts
         |     const sixHeads = described(() => multiHeadAttention(512, 6));
         |                                      ^^^^^^^^^^^^^^^^^^
        help: choose a number of at least 1 that divides 512 features evenly."
    `);
    const noHeads = described(() => gpt({ vocabulary: 9, context: 8, features: 8, heads: 0, blocks: 1 }));
    expect(noHeads).toMatchInlineSnapshot(`
      "error[W284]: gpt: 0 heads do not divide 8 features

        test/errors/attention.test.ts
         |     const noHeads = described(() => gpt({ vocabulary: 9, context: 8, features: 8, heads: 0, blocks: 1 }));
         |                                     ^^^
        help: choose a number of at least 1 that divides 8 features evenly."
    `);
    const sizes = { vocabulary: 9, features: 8, heads: 4, feedForward: 8, blocks: 1 };
    const keyHeads = described(() => llama({ ...sizes, keyHeads: 3 }));
    expect(keyHeads).toMatchInlineSnapshot(`
      "error[W284]: llama: 3 heads of keys do not divide 4 heads

        test/errors/attention.test.ts
         |     const keyHeads = described(() => llama({ ...sizes, keyHeads: 3 }));
         |                                      ^^^^^
        help: choose a number of at least 1 that divides 4 heads evenly."
    `);
  });

  it("W285", () => {
    const [odd, unknown] = [given("f32", "B", 8, "T", 63), given("f32", "T", "D")];
    const odd63 = shown(() => rotary(odd));
    expect(odd63).toMatchInlineSnapshot(`
      "error[W285]: rotary: takes [..., positions, features] with a known even number of features, not f32[B, 8, T, 63]

        test/errors/attention.test.ts
         |     const odd63 = shown(() => rotary(odd));
         |                               ^^^^^^
        operand 1  f32[B, 8, T, 63]  from test/errors/attention.test.ts
        help: give an even number of features, written as a number, behind an axis of positions."
    `);
    const unknownFeatures = shown(() => rotary(unknown));
    expect(unknownFeatures).toMatchInlineSnapshot(`
      "error[W285]: rotary: takes [..., positions, features] with a known even number of features, not f32[T, D]

        test/errors/attention.test.ts
         |     const unknownFeatures = shown(() => rotary(unknown));
         |                                         ^^^^^^
        operand 1  f32[T, D]  from test/errors/attention.test.ts
        help: give an even number of features, written as a number, behind an axis of positions."
    `);
    const vector = shown(() => rotary(given("f32", 8)));
    expect(vector).toMatchInlineSnapshot(`
      "error[W285]: rotary: takes [..., positions, features] with a known even number of features, not f32[8]

        test/errors/attention.test.ts
         |     const vector = shown(() => rotary(given("f32", 8)));
         |                                ^^^^^^
        operand 1  f32[8]  from test/errors/attention.test.ts
        help: give an even number of features, written as a number, behind an axis of positions."
    `);
  });

  it("W286", () => {
    const attend = multiHeadAttention(8, 2);
    const bound = bindSpecs(attend, (_, { shape }) => given("f32", ...shape)) as (x: Tensor) => Tensor; // a layer is its function
    expect(shown(() => bound(given("f32", 8)))).toContain(
      "[W280]: multiHeadAttention: the queries have fewer than 2 axes (f32[8])",
    );
    const features = shown(() => bound(given("f32", "B", "T", 9)));
    expect(features).toMatchInlineSnapshot(`
      "error[W286]: multiHeadAttention: 9 features given, 8 expected (f32[B, T, 9])

        test/errors/attention.test.ts
         |     const features = shown(() => bound(given("f32", "B", "T", 9)));
         |                                  ^^^^^
        operand 1  f32[B, T, 9]  from test/errors/attention.test.ts
        help: give the layer [..., positions, 8]."
    `);
    const place = bindSpecs(learnedPositions(16, 8), (_, { shape }) => given("f32", ...shape)) as typeof bound; // as above
    const narrow = shown(() => place(given("f32", "B", 10, 4)));
    expect(narrow).toMatchInlineSnapshot(`
      "error[W286]: learnedPositions: 4 features given, 8 expected (f32[B, 10, 4])

        test/errors/attention.test.ts
         |     const narrow = shown(() => place(given("f32", "B", 10, 4)));
         |                                ^^^^^
        operand 1  f32[B, 10, 4]  from test/errors/attention.test.ts
        help: give the layer [..., positions, 8]."
    `);
  });

  it("W287", () => {
    const q = given("f32", "T", 64);
    const row = shown(() => attention(q, q, q, { score: (score) => score.sum({ axes: [-1] }) }));
    expect(row).toMatchInlineSnapshot(`
      "error[W287]: attention: what score gives is f32[T], not f32[T, T]

        test/errors/attention.test.ts
         |     const row = shown(() => attention(q, q, q, { score: (score) => score.sum({ axes: [-1] }) }));
         |                             ^^^^^^^^^
        operand 1  f32[T, 64]  from test/errors/attention.test.ts
        operand 2  f32[T, 64]  from test/errors/attention.test.ts
        operand 3  f32[T, 64]  from test/errors/attention.test.ts
        operand 4  f32[T]      from test/errors/attention.test.ts
        help: give back scores of the type taken, f32[T, T]."
    `);
  });

  it("W288", () => {
    const q = given("f32", "T", 64);
    const others = shown(() =>
      attention(q, q, q, { score: (score) => score.sub(score.max({ axes: [-1], keepDims: true })) }),
    );
    expect(others).toMatchInlineSnapshot(`
      "error[W288]: attention: the score of a pair may not depend on other scores, as it does by max

        test/errors/attention.test.ts
         |       attention(q, q, q, { score: (score) => score.sub(score.max({ axes: [-1], keepDims: true })) }),
         |                                                              ^^^
        help: compute such a value outside of score and use the tensor in it, or write attention out in other ops."
    `);
  });
});
