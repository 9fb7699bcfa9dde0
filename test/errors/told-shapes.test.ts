// Shapes, element types and attributes that do not fit: what the program of each code in programs/shapes.js is told, whole.
import { describe, expect, it } from "vitest";
import { programsOf } from "../support/user-programs.ts";

const told = await programsOf("shapes");

describe("shapes, element types and attributes that do not fit", () => {
  it("W202", async () => {
    expect(await told("W202")).toMatchInlineSnapshot(`
      "error[W202]: mul: element types differ: f32 vs bool (f32[B, 8] and bool[B, 8])

        test/errors/programs/shapes.js
         |     return mul(x, mask);
         |            ^^^
        operand 1  f32[B, 8]   from test/errors/programs/shapes.js
        operand 2  bool[B, 8]  from test/errors/programs/shapes.js
        help: convert one operand: cast(x, "f32") or cast(x, "bool")."
    `);
  });

  it("W203", async () => {
    expect(await told("W203")).toMatchInlineSnapshot(`
      "error[W203]: matmul: inner dimensions differ: 784 vs 768 (f32[B, 784] x f32[768, 10])

        test/errors/programs/shapes.js
         |     return matmul(x, w);
         |            ^^^^^^
        operand 1  f32[B, 784]   from test/errors/programs/shapes.js
        operand 2  f32[768, 10]  from test/errors/programs/shapes.js
        help: matmul contracts the last axis of the left operand with the second-to-last of the right; make both 784, or use transposeA / transposeB."
    `);
  });

  it("W204", async () => {
    expect(await told("W204")).toMatchInlineSnapshot(`
      "error[W204]: exp: not defined for i32: takes f32, f64 (i32[B])

        test/errors/programs/shapes.js
         |     return exp(count);
         |            ^^^
        operand 1  i32[B]  from test/errors/programs/shapes.js
        help: cast the operand to f32 or f64 first."
    `);
  });

  it("W205", async () => {
    expect(await told("W205")).toMatchInlineSnapshot(`
      "error[W205]: softmax: axis 2 is outside a shape of 2 axes ([B, 10])

        test/errors/programs/shapes.js
         |     return softmax(x, 2);
         |            ^^^^^^^
        operand 1  f32[B, 10]  from test/errors/programs/shapes.js
        help: use a whole number from -2 to 1; negative axes count from the end."
    `);
  });

  it("W206", async () => {
    expect(await told("W206")).toMatchInlineSnapshot(`
      "error[W206]: sum: the axes [1, -2] do not ascend ([B, 4, 4])

        test/errors/programs/shapes.js
         |     return sum(x, { axes: [1, -2] });
         |            ^^^
        operand 1  f32[B, 4, 4]  from test/errors/programs/shapes.js
        help: name each axis once; IR text lists them in ascending order."
    `);
  });

  it("W207", async () => {
    expect(await told("W207")).toMatchInlineSnapshot(`
      "error[W207]: add: extents 10 and B do not broadcast ([B, 10] vs [B])

        test/errors/programs/shapes.js
         |     return add(x, bias);
         |            ^^^
        operand 1  f32[B, 10]  from test/errors/programs/shapes.js
        operand 2  f32[B]      from test/errors/programs/shapes.js
        help: align the shapes at their last axis: two extents must be equal, or one of them 1; reshape or transpose an operand."
    `);
  });

  it("W208", async () => {
    expect(await told("W208")).toMatchInlineSnapshot(`
      "error[W208]: broadcast: [3] does not broadcast to [3, 8]

        test/errors/programs/shapes.js
         |     return broadcastTo(x, [3, 8]);
         |            ^^^^^^^^^^^
        operand 1  f32[3]  from test/errors/programs/shapes.js
        help: aligned at the last axis, each extent of the operand must be 1 or equal to the one it meets."
    `);
  });

  it("W209", async () => {
    expect(await told("W209")).toMatchInlineSnapshot(`
      "error[W209]: reshape: 2.5 is not an extent ([B, 2.5, 4])

        test/errors/programs/shapes.js
         |     return reshape(x, ["B", 2.5, 4]);
         |            ^^^^^^^
        operand 1  f32[B, 8]  from test/errors/programs/shapes.js
        help: use a whole number from 0 up, or an expression of symbols such as "B" or "T+1"."
    `);
  });

  it("W210", async () => {
    expect(await told("W210")).toMatchInlineSnapshot(`
      "error[W210]: constant: 0.5 is not a number of type i32

        test/errors/programs/shapes.js
         |     return mul(count, 0.5);
         |            ^^^
        operand 1  i32[B]  from test/errors/programs/shapes.js
        help: i32 holds whole numbers from -2147483648 to 2147483647; cast the tensor to f32 first if you mean arithmetic with fractions."
    `);
  });

  it("W211", async () => {
    expect(await told("W211")).toMatchInlineSnapshot(`
      "error[W211]: reshape: element counts differ: [B, 28, 28] to [B, 768] (784*B vs 768*B)

        test/errors/programs/shapes.js
         |     return x.reshape(["B", 768]);
         |              ^^^^^^^
        operand 1  f32[B, 28, 28]  from test/errors/programs/shapes.js
        help: reshape keeps every element; one extent may be -1 and is worked out where the others divide the count."
    `);
  });

  it("W212", async () => {
    expect(await told("W212")).toMatchInlineSnapshot(`
      "error[W212]: max: no elements along [1] (f32[B, 0])

        test/errors/programs/shapes.js
         |     return max(x, { axes: [1] });
         |            ^^^
        operand 1  f32[B, 0]  from test/errors/programs/shapes.js
        help: reduce over axes of at least one element; sum and prod of nothing are 0 and 1, but it has no largest or smallest."
    `);
  });

  it("W213", async () => {
    expect(await told("W213")).toMatchInlineSnapshot(`
      "error[W213]: transpose: [0, 2, 2] is not an order of the axes of [B, 8, 16]

        test/errors/programs/shapes.js
         |     return transpose(x, [0, 2, 2]);
         |            ^^^^^^^^^
        operand 1  f32[B, 8, 16]  from test/errors/programs/shapes.js
        help: list each axis once: entry k names the operand's axis that becomes axis k."
    `);
  });

  it("W214", async () => {
    expect(await told("W214")).toMatchInlineSnapshot(`
      "error[W214]: slice: 4:12 is not within axis 0 of extent 10 ([10])

        test/errors/programs/shapes.js
         |     return slice(x, [{ start: 4, end: 12 }]);
         |            ^^^^^
        operand 1  f32[10]  from test/errors/programs/shapes.js
        help: the start and the end lie between 0 and 10, the end not before the start."
    `);
  });

  it("W215", async () => {
    expect(await told("W215")).toMatchInlineSnapshot(`
      "error[W215]: slice: starts is of length 3 for 2 axes ([B, 8])

        test/errors/programs/shapes.js
         |     return slice(x, [{}, { end: 4 }, { end: 2 }]);
         |            ^^^^^
        operand 1  f32[B, 8]  from test/errors/programs/shapes.js
        help: give 2 entries, from the outermost axis to the innermost."
    `);
  });

  it("W216", async () => {
    expect(await told("W216")).toMatchInlineSnapshot(`
      "error[W216]: pad: low -1, high 0, interior 0 along axis 1 are not all whole numbers from 0 up ([B, 8])

        test/errors/programs/shapes.js
         |     return pad(x, [{}, { low: -1 }]);
         |            ^^^
        operand 1  f32[B, 8]  from test/errors/programs/shapes.js
        help: to take elements away, slice."
    `);
  });

  it("W217", async () => {
    expect(await told("W217")).toMatchInlineSnapshot(`
      "error[W217]: slice: step -1 along axis 0 is not a whole number from 1 up ([10])

        test/errors/programs/shapes.js
         |     return slice(x, [{ step: -1 }]);
         |            ^^^^^
        operand 1  f32[10]  from test/errors/programs/shapes.js
        help: to go backwards, flip the axis and then slice."
    `);
  });

  it("W218", async () => {
    expect(await told("W218")).toMatchInlineSnapshot(`
      "error[W218]: concat: shapes differ off axis 1: f32[B, 3] vs f32[T, 5]

        test/errors/programs/shapes.js
         |     return concat([x, y], 1);
         |            ^^^^^^
        operand 1  f32[B, 3]  from test/errors/programs/shapes.js
        operand 2  f32[T, 5]  from test/errors/programs/shapes.js
        help: all operands need the same number of axes and, except along the axis they are joined at, the same extents."
    `);
  });

  it("W219", async () => {
    expect(await told("W219")).toMatchInlineSnapshot(`
      "error[W219]: concat: no operands

        test/errors/programs/shapes.js
         |     return concat([]);
         |            ^^^^^^
        help: give at least one tensor."
    `);
  });

  it("W220", async () => {
    expect(await told("W220")).toMatchInlineSnapshot(`
      "error[W220]: clamp: 6 to 0 is not a range (f32[B])

        test/errors/programs/shapes.js
         |     return clamp(x, 6, 0);
         |            ^^^^^
        operand 1  f32[B]  from test/errors/programs/shapes.js
        help: the lower bound may not be above the upper one, and neither may be NaN."
    `);
  });

  it("W221", async () => {
    expect(await told("W221")).toMatchInlineSnapshot(`
      "error[W221]: scatterAdd: the axes of f32[B, 64] from 0 on do not begin with those of the indices i32[T]

        test/errors/programs/shapes.js
         |     return scatterAdd(rows, ids, 100);
         |            ^^^^^^^^^^
        operand 1  i32[T]      from test/errors/programs/shapes.js
        operand 2  f32[B, 64]  from test/errors/programs/shapes.js
        help: the updates have the shape of the indices in the place of the axis that is scattered to, as gather gives it."
    `);
  });

  it("W222", async () => {
    expect(await told("W222")).toMatchInlineSnapshot(`
      "error[W222]: randomBits: the key is i32[2], not i32[]

        test/errors/programs/shapes.js
         |     return randomBits(seed, [32, 128]);
         |            ^^^^^^^^^^
        operand 1  i32[]  from test/errors/programs/shapes.js
        help: feed two i32 numbers; the same key gives the same bits."
    `);
  });

  it("W223", async () => {
    expect(await told("W223")).toMatchInlineSnapshot(`
      "error[W223]: dynamicUpdateSlice: 6 positions do not fit into axis 1 of extent 4 (f32[8, 4, 64])

        test/errors/programs/shapes.js
         |       return dynamicUpdateSlice(cache, keys, at, 1);
         |              ^^^^^^^^^^^^^^^^^^
        operand 1  f32[8, 4, 64]  from test/errors/programs/shapes.js
        operand 2  f32[8, 6, 64]  from test/errors/programs/shapes.js
        operand 3  i32[]          from test/errors/programs/shapes.js
        help: take at most 4, or make the tensor longer."
    `);
  });
});
