// Attention that does not fit: what the program of each code in programs/attention.js is told, whole.
import { describe, expect, it } from "vitest";
import { programsOf } from "../support/user-programs.ts";

const told = await programsOf("attention");

describe("attention that does not fit", () => {
  it("W280", async () => {
    expect(await told("W280")).toMatchInlineSnapshot(`
      "error[W280]: attention: the queries have fewer than 2 axes (f32[64])

        test/errors/programs/attention.js
         |     return attention(q, q, q);
         |            ^^^^^^^^^
        operand 1  f32[64]  from test/errors/programs/attention.js
        operand 2  f32[64]  from test/errors/programs/attention.js
        operand 3  f32[64]  from test/errors/programs/attention.js
        help: lay queries out as [..., heads, positions, features]; the axes in front of positions may be left out."
    `);
  });

  it("W281", async () => {
    expect(await told("W281")).toMatchInlineSnapshot(`
      "error[W281]: attention: 6 heads of queries are no multiple of 4 heads of keys (f32[B, 6, T, 64] and f32[B, 4, T, 64])

        test/errors/programs/attention.js
         |     return attention(q, k, k);
         |            ^^^^^^^^^
        operand 1  f32[B, 6, T, 64]  from test/errors/programs/attention.js
        operand 2  f32[B, 4, T, 64]  from test/errors/programs/attention.js
        operand 3  f32[B, 4, T, 64]  from test/errors/programs/attention.js
        help: give queries a whole number of heads for each head of keys and values."
    `);
  });

  it("W282", async () => {
    expect(await told("W282")).toMatchInlineSnapshot(`
      "error[W282]: attention: the mask bool[B, T] does not broadcast to the scores [B, 8, T, T]

        test/errors/programs/attention.js
         |     return attention(q, q, q, { mask });
         |            ^^^^^^^^^
        operand 1  f32[B, 8, T, 64]  from test/errors/programs/attention.js
        operand 2  f32[B, 8, T, 64]  from test/errors/programs/attention.js
        operand 3  f32[B, 8, T, 64]  from test/errors/programs/attention.js
        operand 4  bool[B, T]        from test/errors/programs/attention.js
        help: give the mask the shape [B, 8, T, T], with extents of 1 where it repeats; axes in front may be left out."
    `);
  });

  it("W283", async () => {
    expect(await told("W283")).toMatchInlineSnapshot(`
      "error[W283]: attention: window must be a whole number of at least 1, not 0

        test/errors/programs/attention.js
         |     return attention(q, q, q, { window: 0 });
         |            ^^^^^^^^^
        operand 1  f32[B, 8, T, 64]  from test/errors/programs/attention.js
        operand 2  f32[B, 8, T, 64]  from test/errors/programs/attention.js
        operand 3  f32[B, 8, T, 64]  from test/errors/programs/attention.js
        help: leave window out for none."
    `);
  });

  it("W284", async () => {
    expect(await told("W284")).toMatchInlineSnapshot(`
      "error[W284]: multiHeadAttention: 6 heads do not divide 512 features

        test/errors/programs/attention.js
         |   return multiHeadAttention(512, 6);
         |          ^^^^^^^^^^^^^^^^^^
        help: choose a number of at least 1 that divides 512 features evenly."
    `);
  });

  it("W285", async () => {
    expect(await told("W285")).toMatchInlineSnapshot(`
      "error[W285]: rotary: takes [..., positions, features] with a known even number of features, not f32[B, 8, T, 63]

        test/errors/programs/attention.js
         |     return rotary(x);
         |            ^^^^^^
        operand 1  f32[B, 8, T, 63]  from test/errors/programs/attention.js
        help: give an even number of features, written as a number, behind an axis of positions."
    `);
  });

  it("W286", async () => {
    expect(await told("W286")).toMatchInlineSnapshot(`
      "error[W286]: multiHeadAttention: 256 features given, 512 expected (f32[B, T, 256])

        test/errors/programs/attention.js
         |       return encode(x);
         |              ^^^^^^
        operand 1  f32[B, T, 256]  from test/errors/programs/attention.js
        help: give the layer [..., positions, 512]."
    `);
  });

  it("W287", async () => {
    expect(await told("W287")).toMatchInlineSnapshot(`
      "error[W287]: attention: what score gives is f32[B, 8, T], not f32[B, 8, T, T]

        test/errors/programs/attention.js
         |     return attention(q, q, q, { score: (score) => score.sum({ axes: [-1] }) });
         |            ^^^^^^^^^
        operand 1  f32[B, 8, T, 64]  from test/errors/programs/attention.js
        operand 2  f32[B, 8, T, 64]  from test/errors/programs/attention.js
        operand 3  f32[B, 8, T, 64]  from test/errors/programs/attention.js
        operand 4  f32[B, 8, T]      from test/errors/programs/attention.js
        help: give back scores of the type taken, f32[B, 8, T, T]."
    `);
  });

  it("W288", async () => {
    expect(await told("W288")).toMatchInlineSnapshot(`
      "error[W288]: attention: the score of a pair may not depend on other scores, as it does by max

        test/errors/programs/attention.js
         |     return attention(q, q, q, { score: (score) => score.sub(score.max({ axes: [-1], keepDims: true })) });
         |                                                                   ^^^
        help: compute such a value outside of score and use the tensor in it, or write attention out in other ops."
    `);
  });
});
