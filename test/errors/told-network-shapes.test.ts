// Contractions, windows, convolutions, pooling and losses that do not fit: what the program of each code in programs/network-shapes.js is told, whole.
import { describe, expect, it } from "vitest";
import { programsOf } from "../support/user-programs.ts";

const told = await programsOf("network-shapes");

describe("contractions, windows, convolutions, pooling and losses that do not fit", () => {
  it("W240", async () => {
    expect(await told("W240")).toMatchInlineSnapshot(`
      "error[W240]: matmul: the left operand has fewer than 2 axes (f32[784])

        test/errors/programs/network-shapes.js
         |     return matmul(x, w);
         |            ^^^^^^
        operand 1  f32[784]      from test/errors/programs/network-shapes.js
        operand 2  f32[784, 10]  from test/errors/programs/network-shapes.js
        help: of vectors take matvec, vecmat or dot; or reshape one to [1, N] (a row) or [N, 1] (a column) first."
    `);
  });

  it("W241", async () => {
    expect(await told("W241")).toMatchInlineSnapshot(`
      "error[W241]: conv2d: the images must have 4 axes [batch, channels, height, width], not f32[28, 28]

        test/errors/programs/network-shapes.js
         |     return conv2d(image, w);
         |            ^^^^^^
        operand 1  f32[28, 28]       from test/errors/programs/network-shapes.js
        operand 2  f32[16, 1, 3, 3]  from test/errors/programs/network-shapes.js
        help: reshape to [batch, channels, height, width]; one alone has a batch of 1, and one channel is an axis, too."
    `);
  });

  it("W242", async () => {
    expect(await told("W242")).toMatchInlineSnapshot(`
      "error[W242]: maxPool2d: stride must be 2 whole numbers of at least 1, not [0, 0]

        test/errors/programs/network-shapes.js
         |     return maxPool2d(images, 2, { stride: 0 });
         |            ^^^^^^^^^
        operand 1  f32[B, 3, 32, 32]  from test/errors/programs/network-shapes.js
        help: write stride as one number or as [height, width]."
    `);
  });

  it("W243", async () => {
    expect(await told("W243")).toMatchInlineSnapshot(`
      "error[W243]: conv2d: the window is larger than the padded height: 5 vs 4 (f32[B, 1, 4, 4])

        test/errors/programs/network-shapes.js
         |     return conv2d(images, w);
         |            ^^^^^^
        operand 1  f32[B, 1, 4, 4]  from test/errors/programs/network-shapes.js
        operand 2  f32[8, 1, 5, 5]  from test/errors/programs/network-shapes.js
        help: pad by at least 1 more, or use a smaller kernel or dilation."
    `);
  });

  it("W244", async () => {
    expect(await told("W244")).toMatchInlineSnapshot(`
      "error[W244]: conv2d: the images have 3 channels, the weights expect 1 (images f32[B, 3, 32, 32], weights f32[16, 1, 3, 3])

        test/errors/programs/network-shapes.js
         |     return conv2d(images, w);
         |            ^^^^^^
        operand 1  f32[B, 3, 32, 32]  from test/errors/programs/network-shapes.js
        operand 2  f32[16, 1, 3, 3]   from test/errors/programs/network-shapes.js
        help: weights are [out, in / groups, height, width]: give images of 1 channels, or other weights."
    `);
  });

  it("W245", async () => {
    expect(await told("W245")).toMatchInlineSnapshot(`
      "error[W245]: conv2d: 2 groups do not divide 5 channels (images f32[B, 4, 32, 32], weights f32[5, 2, 3, 3])

        test/errors/programs/network-shapes.js
         |     return conv2d(images, w, { groups: 2 });
         |            ^^^^^^
        operand 1  f32[B, 4, 32, 32]  from test/errors/programs/network-shapes.js
        operand 2  f32[5, 2, 3, 3]    from test/errors/programs/network-shapes.js
        help: choose a number of groups that divides 5."
    `);
  });

  it("W246", async () => {
    expect(await told("W246")).toMatchInlineSnapshot(`
      "error[W246]: conv2d: weights must be [out, in / groups, height, width] with a known window, not f32[16, 3, K, K]

        test/errors/programs/network-shapes.js
         |     return conv2d(images, w);
         |            ^^^^^^
        operand 1  f32[B, 3, 32, 32]  from test/errors/programs/network-shapes.js
        operand 2  f32[16, 3, K, K]   from test/errors/programs/network-shapes.js
        help: write the extents of the window as numbers."
    `);
  });

  it("W247", async () => {
    expect(await told("W247")).toMatchInlineSnapshot(`
      "error[W247]: maxPool2d: padding [2, 2] along the height reaches as far as the window, 2: a window would hold no element

        test/errors/programs/network-shapes.js
         |     return maxPool2d(images, 2, { padding: 2 });
         |            ^^^^^^^^^
        operand 1  f32[B, 3, 32, 32]  from test/errors/programs/network-shapes.js
        help: pad by at most 1 on each side."
    `);
  });

  it("W248", async () => {
    expect(await told("W248")).toMatchInlineSnapshot(`
      "error[W248]: layerNorm: the scale must be f32[64], not f32[8]

        test/errors/programs/network-shapes.js
         |     return layerNorm(x, scale, shift);
         |            ^^^^^^^^^
        operand 1  f32[8, 64]  from test/errors/programs/network-shapes.js
        operand 2  f32[8]      from test/errors/programs/network-shapes.js
        operand 3  f32[64]     from test/errors/programs/network-shapes.js
        help: give scale as f32[64]."
    `);
  });

  it("W249", async () => {
    expect(await told("W249")).toMatchInlineSnapshot(`
      "error[W249]: crossEntropy: logits must have 2 axes [rows, classes], not f32[10]

        test/errors/programs/network-shapes.js
         |     return crossEntropy(logits, label);
         |            ^^^^^^^^^^^^
        operand 1  f32[10]  from test/errors/programs/network-shapes.js
        operand 2  i32[]    from test/errors/programs/network-shapes.js
        help: reshape [..., classes] to [rows, classes], with the labels as [rows]."
    `);
  });

  it("W250", async () => {
    expect(await told("W250")).toMatchInlineSnapshot(`
      "error[W250]: einsum: no operand has l in ij,jk->il

        test/errors/programs/network-shapes.js
         |     return einsum("ij,jk->il", a, b);
         |            ^^^^^^
        operand 1  f32[2, 3]  from test/errors/programs/network-shapes.js
        operand 2  f32[3, 4]  from test/errors/programs/network-shapes.js
        help: write the letters of each operand, commas between them, and those of the result: "ij,jk->ik"."
    `);
  });

  it("W251", async () => {
    expect(await told("W251")).toMatchInlineSnapshot(`
      "error[W251]: einsum: j is 3 and 4 in ij,jk->ik

        test/errors/programs/network-shapes.js
         |     return einsum("ij,jk->ik", a, b);
         |            ^^^^^^
        operand 1  f32[2, 3]  from test/errors/programs/network-shapes.js
        operand 2  f32[4, 5]  from test/errors/programs/network-shapes.js
        help: the operands are f32[2, 3], f32[4, 5]: give one letter only to axes of one extent."
    `);
  });

  it("W265", async () => {
    expect(await told("W265")).toMatchInlineSnapshot(`
      "error[W265]: convTranspose2d: outputPadding 2 along the height is below neither the stride, 2, nor the dilation, 1

        test/errors/programs/network-shapes.js
         |     return convTranspose2d(x, w, { stride: 2, outputPadding: 2 });
         |            ^^^^^^^^^^^^^^^
        operand 1  f32[1, 4, 10, 10]  from test/errors/programs/network-shapes.js
        operand 2  f32[4, 3, 3, 3]    from test/errors/programs/network-shapes.js
        help: give at most 1."
    `);
  });

  it("W266", async () => {
    expect(await told("W266")).toMatchInlineSnapshot(`
      "error[W266]: convTranspose1d: padding 2 and 2 leaves nothing of 3 along the length (f32[1, 1, 1])

        test/errors/programs/network-shapes.js
         |     return convTranspose1d(x, w, { padding: 2 });
         |            ^^^^^^^^^^^^^^^
        operand 1  f32[1, 1, 1]  from test/errors/programs/network-shapes.js
        operand 2  f32[1, 1, 3]  from test/errors/programs/network-shapes.js
        help: pad by less than 3 in all: padding takes elements off the result."
    `);
  });

  it("W252", async () => {
    expect(await told("W252")).toMatchInlineSnapshot(`
      "error[W252]: maxPool2d: the height of the images is 0 (f32[B, 3, 0, 28])

        test/errors/programs/network-shapes.js
         |     return maxPool2d(images, 2);
         |            ^^^^^^^^^
        operand 1  f32[B, 3, 0, 28]  from test/errors/programs/network-shapes.js
        help: give images of at least one element along each spatial axis; only the batch may be empty."
    `);
  });

  it("W253", async () => {
    expect(await told("W253")).toMatchInlineSnapshot(`
      "error[W253]: einsum: operand 1 has 2 axes and 3 letters in ijk->i

        test/errors/programs/network-shapes.js
         |     return einsum("ijk->i", x);
         |            ^^^^^^
        operand 1  f32[2, 3]  from test/errors/programs/network-shapes.js
        help: the operand is f32[2, 3]: give every axis a letter, or write ... for those that need no name."
    `);
  });
});
