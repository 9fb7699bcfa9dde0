// Graphs, derivatives and limits: what the program of each code in programs/graphs.js is told, whole.
import { describe, expect, it } from "vitest";
import { programsOf } from "../support/user-programs.ts";

const told = await programsOf("graphs");

describe("graphs, derivatives and limits", () => {
  it("W101", async () => {
    expect(await told("W101")).toMatchInlineSnapshot(`
      "error[W101]: the name "x" is given to two inputs or parameters

        test/errors/programs/graphs.js
         |       params: { x: param([2]) },
         |                    ^^^^^
        help: give each input and each parameter a name of its own."
    `);
  });

  it("W102", async () => {
    expect(await told("W102")).toMatchInlineSnapshot(`
      "error[W102]: constant: no graph is being described here

        test/errors/programs/graphs.js
         |   return constant(1, [2]);
         |          ^^^^^^^^
        help: call it inside the forward function of defineModel, or inside the callback of trace."
    `);
  });

  it("W103", async () => {
    expect(await told("W103")).toMatchInlineSnapshot(`
      "error[W103]: add: the operands belong to two different graphs

        test/errors/programs/graphs.js
         |     return add(x, kept);
         |            ^^^
        operand 1  f32[2]  from test/errors/programs/graphs.js
        operand 2  f32[2]  from test/errors/programs/graphs.js
        help: use only tensors that were made within the same forward function."
    `);
  });

  it("W120", async () => {
    expect(await told("W120")).toMatchInlineSnapshot(`
      "error[W120]: differentiate: the loss is not one float number: f32[B, 3]

        test/errors/programs/graphs.js
         |     return differentiate(x.mul(x), [x])[0];
         |            ^^^^^^^^^^^^^
        operand 1  f32[B, 3]  from test/errors/programs/graphs.js
        help: reduce it first, with sum() or mean() over all axes."
    `);
  });

  it("W121", async () => {
    expect(await told("W121")).toMatchInlineSnapshot(`
      "error[W121]: differentiate: a gradient is asked with respect to a tensor that holds no real numbers: i32[B]

        test/errors/programs/graphs.js
         |     return differentiate(mean(x), [x, label])[1];
         |            ^^^^^^^^^^^^^
        operand 1  f32[]      from test/errors/programs/graphs.js
        operand 2  f32[B, 3]  from test/errors/programs/graphs.js
        operand 3  i32[B]     from test/errors/programs/graphs.js
        help: ask for the gradient of float tensors only; indices, masks and labels have none."
    `);
  });

  it("W124", async () => {
    expect(await told("W124")).toMatchInlineSnapshot(`
      "error[W124]: specialize: halves has dimensions without a value: T (given: B)

        test/errors/programs/graphs.js
         |   return compileSync(halves, { dims: { B: 4 } });
         |          ^^^^^^^^^^^
        help: give each a number: dims: { T: 1 }."
    `);
  });

  it("W125", async () => {
    expect(await told("W125")).toMatchInlineSnapshot(`
      "error[W125]: specialize: the dimension T is bound to 2.5, which is no extent

        test/errors/programs/graphs.js
         |   return compileSync(halves, { dims: { B: 4, T: 2.5 } });
         |          ^^^^^^^^^^^
        help: bind it to a whole number from 0 up."
    `);
  });

  it("W126", async () => {
    expect(await told("W126")).toMatchInlineSnapshot(`
      "error[W126]: specialize: slice gives a shape with an extent below 0: [B, T-2] with B = 4, T = 1

        test/errors/programs/graphs.js
         |     y: x.slice([
         |          ^^^^^
        help: choose larger dimensions, or cut away less."
    `);
  });

  it("W131", async () => {
    expect(await told("W131")).toMatchInlineSnapshot(`
      "error[W131]: broadcast: the symbol N is in the shape of no input and of no parameter

        test/errors/programs/graphs.js
         |     return x.broadcastTo(["N", "B", 3]);
         |              ^^^^^^^^^^^
        help: use a symbol that an input has, write a number, or declare an input with N in its shape."
    `);
  });

  it("W132", async () => {
    expect(await told("W132")).toMatchInlineSnapshot(`
      "error[W132]: reshape: 33 axes; a tensor has at most 32

        test/errors/programs/graphs.js
         |     return reshape(x, new Array(33).fill(1));
         |            ^^^^^^^
        operand 1  f32[1]  from test/errors/programs/graphs.js
        help: merge axes that are not told apart: reshape(x, [B, H * W])."
    `);
  });

  it("W133", async () => {
    expect(await told("W133")).toMatchInlineSnapshot(`
      "error[W133]: matmul: f32[100000, 100000] has more than 2147483647 elements

        test/errors/programs/graphs.js
         |     return matmul(x, w);
         |            ^^^^^^
        operand 1  f32[100000, 64]  from test/errors/programs/graphs.js
        operand 2  f32[64, 100000]  from test/errors/programs/graphs.js
        help: look at the extents; if they are meant, work on parts: a smaller batch, shorter sequences, a narrower layer."
    `);
  });

  it("W134", async () => {
    expect(await told("W134")).toMatchInlineSnapshot(`
      "error[W134]: graph text: there are more than 1 nodes

        test/errors/programs/W134.weft
         |   %1 = unary %0 {fn = exp} : f32[2]
         |   ^^
        help: say what repeats once, in the body of a scan."
    `);
  });

  it("W135", async () => {
    expect(await told("W135")).toMatchInlineSnapshot(`
      "error[W135]: an extent of 792 terms has too many terms, or numbers above 2^53

        test/errors/programs/graphs.js
         |   return spec("f32", ["B", [sum, sum, sum, sum, sum, sum].join("*")]);
         |          ^^^^
        help: give a sum that is used again a name of its own: one symbol instead of T+S+1."
    `);
  });
});
