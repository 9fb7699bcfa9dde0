// Feeding, running and reading compiled models: what the program of each code in programs/running.js is told, whole.
import { describe, expect, it } from "vitest";
import { programsOf } from "../support/user-programs.ts";

const told = await programsOf("running");

describe("feeding, running and reading compiled models", () => {
  it("W301", async () => {
    expect(await told("W301")).toMatchInlineSnapshot(`
      "error[W301]: predict: input scale is not fed

        test/errors/programs/running.js
         |   return model({ index, mask });
         |          ^^^^^
        help: feed an array for each of "index", "mask", "scale"."
    `);
  });

  it("W302", async () => {
    expect(await told("W302")).toMatchInlineSnapshot(`
      "error[W302]: predict: there is no input indices

        test/errors/programs/running.js
         |   return model({ index, mask, scale, indices: index });
         |          ^^^^^
        help: the inputs are "index", "mask", "scale"."
    `);
  });

  it("W303", async () => {
    expect(await told("W303")).toMatchInlineSnapshot(`
      "error[W303]: scale: f32 takes a Float32Array, got a list

        test/errors/programs/running.js
         |   return model({ index, mask, scale: [1, 2, 3, 4] });
         |          ^^^^^
        help: convert it once, for example with Float32Array.from(values)."
    `);
  });

  it("W304", async () => {
    expect(await told("W304")).toMatchInlineSnapshot(`
      "error[W304]: scale: shapes differ: expected f32[2, 2], got [4, 1]

        test/errors/programs/running.js
         |   return model({ index, mask, scale: { data: scale, shape: [4, 1] } });
         |          ^^^^^
        help: feed an array of the shape the program was compiled for, or compile for other dims."
    `);
  });

  it("W305", async () => {
    expect(await told("W305")).toMatchInlineSnapshot(`
      "error[W305]: scale: f32[2, 2] has 4 elements, got 6

        test/errors/programs/running.js
         |   return model({ index, mask, scale: new Float32Array(6) });
         |          ^^^^^
        help: feed as many elements as the shape has, row-major; a partial batch needs a program compiled for its size, or padding."
    `);
  });

  it("W306", async () => {
    expect(await told("W306")).toMatchInlineSnapshot(`
      "error[W306]: index: element 1 is 3, outside 0..2

        test/errors/programs/running.js
         |   return model({ index: Int32Array.of(0, 3), mask, scale });
         |          ^^^^^
        help: class and token indices count from 0 and must be below 3."
    `);
  });

  it("W307", async () => {
    expect(await told("W307")).toMatchInlineSnapshot(`
      "error[W307]: there is no parameter "row"

        test/errors/programs/running.js
         |   return model.parameters.get("row");
         |                           ^^^
        help: did you mean "rows"?"
    `);
  });

  it("W308", async () => {
    expect(await told("W308")).toMatchInlineSnapshot(`
      "error[W308]: there is no entry point "step"

        test/errors/programs/running.js
         |   return model.executable.run("step", {});
         |                           ^^^
        help: the entry points are "predict"."
    `);
  });

  it("W309", async () => {
    expect(await told("W309")).toMatchInlineSnapshot(`
      "error[W309]: restore: there is no value for "rows"

        test/errors/programs/running.js
         |   return model.parameters.restore({});
         |                           ^^^^^^^
        help: restore what parameters.all() or a saved file of this model gives; { partial: true } keeps the others."
    `);
  });

  it("W310", async () => {
    expect(await told("W310")).toMatchInlineSnapshot(`
      "error[W310]: mask: element 1 is 2, but a bool is 0 or 1

        test/errors/programs/running.js
         |   return model({ index, mask: Uint8Array.of(1, 2), scale });
         |          ^^^^^
        help: feed 0 for false and 1 for true: Uint8Array.from(mask, (each) => (each ? 1 : 0))."
    `);
  });

  it("W311", async () => {
    expect(await told("W311")).toMatchInlineSnapshot(`
      "error[W311]: the program needs 8.00 GiB of memory; 32-bit addresses reach 4 GiB

        test/errors/programs/running.js
         |   return compileSync(wide, { dims: { B: 2 ** 30 } });
         |          ^^^^^^^^^^^
        help: compile for a smaller batch or shorter sequences."
    `);
  });

  it("W312", async () => {
    expect(await told("W312")).toMatchInlineSnapshot(`
      "error[W312]: profile: the reference backend has no kernels

        test/errors/programs/running.js
         |   return slow.profile({ index, mask, scale });
         |               ^^^^^^^
        help: compile with { backend: "wasm" } or { backend: "closure" }."
    `);
  });

  it("W313", async () => {
    expect(await told("W313")).toMatchInlineSnapshot(`
      "error[W313]: predict: there is no result z

        test/errors/programs/running.js
         |   return model({ index, mask, scale }, { into: { z: new Float32Array(4) } });
         |          ^^^^^
        help: the results are "y"."
    `);
  });

  it("W314", async () => {
    expect(await told("W314")).toMatchInlineSnapshot(`
      "error[W314]: the program needs 65536 bytes of memory, and memoryLimit is 1000 (parameters 64, constants 0, prepared 0, arena 192)

        test/errors/programs/running.js
         |   return compileSync(table, { dims: { B: 2 }, memoryLimit: 1000 });
         |          ^^^^^^^^^^^
        help: compile for a smaller batch or shorter sequences, or allow more."
    `);
  });
});
