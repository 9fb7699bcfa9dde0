// What the public functions refuse themselves: what the program of each code in programs/functions.js is told, whole.
import { describe, expect, it } from "vitest";
import { programsOf } from "../support/user-programs.ts";

const told = await programsOf("functions");

describe("what the public functions refuse themselves", () => {
  it("W230", async () => {
    expect(await told("W230")).toMatchInlineSnapshot(`
      "error[W230]: add: a tensor is expected, not a list

        test/errors/programs/functions.js
         |     return add(x, [1, 2]);
         |            ^^^
        operand 1  f32[B, 2]  from test/errors/programs/functions.js
        help: make numbers part of the graph with constant(values, shape), or declare them as an input."
    `);
  });

  it("W231", async () => {
    expect(await told("W231")).toMatchInlineSnapshot(`
      "error[W231]: expectShape: f32[B, 12] is not of shape [B, 10]

        test/errors/programs/functions.js
         |     return expectShape(x, ["B", 10]);
         |            ^^^^^^^^^^^
        operand 1  f32[B, 12]  from test/errors/programs/functions.js
        help: correct the expectation, or reshape the tensor."
    `);
  });

  it("W232", async () => {
    expect(await told("W232")).toMatchInlineSnapshot(`
      "error[W232]: linear: 4 features given, 256 expected (f32[B, 16, 4, 4], weight [10, 256])

        test/errors/programs/functions.js
         |     return linear(x, w);
         |            ^^^^^^
        operand 1  f32[B, 16, 4, 4]  from test/errors/programs/functions.js
        operand 2  f32[10, 256]      from test/errors/programs/functions.js
        help: give the layer 4 inputs, or flatten the operand first if its features are on several axes."
    `);
  });

  it("W233", async () => {
    expect(await told("W233")).toMatchInlineSnapshot(`
      "error[W233]: linear: no axis of features (f32[])

        test/errors/programs/functions.js
         |     return linear(x, w);
         |            ^^^^^^
        operand 1  f32[]       from test/errors/programs/functions.js
        operand 2  f32[10, 1]  from test/errors/programs/functions.js
        help: reshape the number to [1]."
    `);
  });

  it("W234", async () => {
    expect(await told("W234")).toMatchInlineSnapshot(`
      "error[W234]: linear: the weight must be [out, in], not [784]

        test/errors/programs/functions.js
         |     return linear(x, w);
         |            ^^^^^^
        operand 1  f32[B, 784]  from test/errors/programs/functions.js
        operand 2  f32[784]     from test/errors/programs/functions.js
        help: give the weight as [out, in], the layout of PyTorch."
    `);
  });

  it("W235", async () => {
    expect(await told("W235")).toMatchInlineSnapshot(`
      "error[W235]: stack: shapes differ: f32[B, 3] vs f32[B, 4]

        test/errors/programs/functions.js
         |     return stack([x, y]);
         |            ^^^^^
        operand 1  f32[B, 3]  from test/errors/programs/functions.js
        operand 2  f32[B, 4]  from test/errors/programs/functions.js
        help: tensors that are stacked have one shape; to join along an axis they have, use concat."
    `);
  });

  it("W236", async () => {
    expect(await told("W236")).toMatchInlineSnapshot(`
      "error[W236]: split: the lengths [2, 2] do not add up to the 3 of axis 1 (f32[B, 3])

        test/errors/programs/functions.js
         |     return split(x, [2, 2], 1)[0];
         |            ^^^^^
        operand 1  f32[B, 3]  from test/errors/programs/functions.js
        help: give lengths whose sum is 3, or one number for pieces of that length."
    `);
  });

  it("W237", async () => {
    expect(await told("W237")).toMatchInlineSnapshot(`
      "error[W237]: chunk: 5 equal parts do not make up the 12 of axis 1 (f32[B, 12])

        test/errors/programs/functions.js
         |     return chunk(x, 5, 1)[0];
         |            ^^^^^
        operand 1  f32[B, 12]  from test/errors/programs/functions.js
        help: choose a number of parts that divides the extent; split takes lengths that differ."
    `);
  });
});
