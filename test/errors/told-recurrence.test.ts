// Recurrences that do not fit: what the program of each code in programs/recurrence.js is told, whole.
import { describe, expect, it } from "vitest";
import { programsOf } from "../support/user-programs.ts";

const told = await programsOf("recurrence");

describe("recurrences that do not fit", () => {
  it("W270", async () => {
    expect(await told("W270")).toMatchInlineSnapshot(`
      "error[W270]: scan: sequence 1 is f32[3, 4], its body needs f32[3, 2]

        test/errors/programs/W270.weft
         |   %0 = scan %h, %x {carried = 1, sequences = 1, length = 3, body = (%a: f32[2], %b: f32[2]) { yield %a }} : f32[2]
         |        ^^^^
        operand 1  f32[2]     from test/errors/programs/W270.weft
        operand 2  f32[3, 4]  from test/errors/programs/W270.weft
        help: give f32[3, 2], or change the body."
    `);
  });

  it("W271", async () => {
    expect(await told("W271")).toMatchInlineSnapshot(`
      "error[W271]: scan: 1 operands for a body of 2 inputs, 1 of them states, and 1 outputs

        test/errors/programs/W271.weft
         |   %0 = scan %h {carried = 1, sequences = 0, length = 3, body = (%a: f32[2], %b: f32[2]) { yield %a }} : f32[2]
         |        ^^^^
        operand 1  f32[2]  from test/errors/programs/W271.weft
        help: give one operand for each input of the body; the body gives each state back before its other outputs."
    `);
  });

  it("W272", async () => {
    expect(await told("W272")).toMatchInlineSnapshot(`
      "error[W272]: scan: x is f32[T, 4], but y is f32[U, 4]

        test/errors/programs/recurrence.js
         |     return scan({ carry: { h }, over: { x, y }, step: ({ h }, { x, y }) => ({ carry: { h: add(h, add(x, y)) } }) })
         |            ^^^^
        operand 1  f32[4]     from test/errors/programs/recurrence.js
        operand 2  f32[T, 4]  from test/errors/programs/recurrence.js
        operand 3  f32[U, 4]  from test/errors/programs/recurrence.js
        help: give all sequences the same first extent; transpose [B, T, ...] to [T, B, ...] first."
    `);
  });

  it("W273", async () => {
    expect(await told("W273")).toMatchInlineSnapshot(`
      "error[W273]: scan: there is no sequence in \`over\`, so there is no number of steps

        test/errors/programs/recurrence.js
         |     return scan({ carry: { h }, over: {}, step: ({ h }) => ({ carry: { h: tanh(h) } }) }).carry.h;
         |            ^^^^
        operand 1  f32[4]  from test/errors/programs/recurrence.js
        help: give at least one sequence; iota counts steps where nothing else does."
    `);
  });

  it("W274", async () => {
    expect(await told("W274")).toMatchInlineSnapshot(`
      "error[W274]: scan: step gives no h back in its carry

        test/errors/programs/recurrence.js
         |     return scan({ carry: { h }, over: { x }, step: ({ h }, { x }) => ({ carry: { state: add(h, x) } }) }).carry.h;
         |            ^^^^
        operand 1  f32[4]     from test/errors/programs/recurrence.js
        operand 2  f32[T, 4]  from test/errors/programs/recurrence.js
        operand 3  f32[4]     from test/errors/programs/recurrence.js
        help: return { carry: { h: ... } }; a state that stays as it is is returned as it was given."
    `);
  });

  it("W275", async () => {
    expect(await told("W275")).toMatchInlineSnapshot(`
      "error[W275]: scan: h is f32[4] before a step and f32[B, 4] after it

        test/errors/programs/recurrence.js
         |     return scan({ carry: { h }, over: { x }, step: ({ h }, { x }) => ({ carry: { h: add(h, x) } }) }).carry.h;
         |            ^^^^
        operand 1  f32[4]        from test/errors/programs/recurrence.js
        operand 2  f32[T, B, 4]  from test/errors/programs/recurrence.js
        operand 3  f32[B, 4]     from test/errors/programs/recurrence.js
        help: give back f32[4]; broadcast the first state to the shape that it takes on."
    `);
  });

  it("W276", async () => {
    expect(await told("W276")).toMatchInlineSnapshot(`
      "error[W276]: a body that an op repeats has no parameters of its own

        test/errors/programs/W276.weft
         |     %0 = parameter {name = "w"} : f32[2]
         |          ^^^^^^^^^
        help: declare the parameter in the graph around it, and give it to the op as an operand."
    `);
  });

  it("W277", async () => {
    expect(await told("W277")).toMatchInlineSnapshot(`
      "error[W277]: recurrent layer: sequences of 16 features are expected, not f32[B, 16]

        test/errors/programs/recurrence.js
         |       return read(x).output;
         |              ^^^^
        operand 1  f32[B, 16]  from test/errors/programs/recurrence.js
        help: give [time, batch, 16], or [batch, time, 16] to a layer made with batchFirst: true."
    `);
  });

  it("W278", async () => {
    expect(await told("W278")).toMatchInlineSnapshot(`
      "error[W278]: gru: hidden must be a whole number from 1 up, not 0

        test/errors/programs/recurrence.js
         |   return gru(4, 0);
         |          ^^^
        help: give hidden as a number such as 32."
    `);
  });
});
