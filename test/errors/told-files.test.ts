// Files, checkpoints and runs: what the program of each code in programs/files.js is told, whole.
import { describe, expect, it } from "vitest";
import { programsOf } from "../support/user-programs.ts";

const told = await programsOf("files");

describe("files, checkpoints and runs", () => {
  it("W401", async () => {
    expect(await told("W401")).toMatchInlineSnapshot(`
      "error[W401]: FOLDER/short.safetensors: this is not a whole safetensors file: it has 3 bytes, fewer than the 8 of a header length

        test/errors/programs/files.js
         |   return await loadSafetensors(\`\${folder}/short.safetensors\`);
         |          ^^^^^
        help: save it again, or fetch it again: it is cut off, damaged, or of another format."
    `);
  });

  it("W402", async () => {
    expect(await told("W402")).toMatchInlineSnapshot(`
      "error[W402]: FOLDER/taken/line.safetensors: could not be written: ENOTDIR: not a directory, open 'FOLDER/taken/line.safetensors.ID.tmp'

        test/errors/programs/files.js
         |   return await saveSafetensors(\`\${folder}/taken/line.safetensors\`, trainer.parameters.all());
         |          ^^^^^
        help: look at the folder, its permissions, and the space left. What was there before is untouched."
    `);
  });

  it("W403", async () => {
    expect(await told("W403")).toMatchInlineSnapshot(`
      "error[W403]: FOLDER/none.safetensors: could not be read: ENOENT: no such file or directory, open 'FOLDER/none.safetensors'

        test/errors/programs/files.js
         |   return await loadSafetensors(\`\${folder}/none.safetensors\`);
         |          ^^^^^
        help: look at the path and its permissions; paths are relative to the folder you run in."
    `);
  });

  it("W404", async () => {
    expect(await told("W404")).toMatchInlineSnapshot(`
      "error[W404]: emit: "../outside" cannot be used as a file name

        test/errors/programs/files.js
         |   return generate(trainer, { name: "../outside" });
         |          ^^^^^^^^
        help: give a name of letters, digits, dots, dashes and underscores: emit(model, { name: "digits" })."
    `);
  });

  it("W406", async () => {
    expect(await told("W406")).toMatchInlineSnapshot(`
      "error[W406]: encodeSafetensors: tensor "bias" cannot be saved: [3] has 3 elements, not 2

        test/errors/programs/files.js
         |   return encodeSafetensors({ bias: { dtype: "f32", shape: [3], data: Float32Array.of(1, 2) } });
         |          ^^^^^^^^^^^^^^^^^
        help: give each tensor a name, a dtype, a shape, and a typed array of that dtype with as many elements."
    `);
  });

  it("W502", async () => {
    expect(await told("W502")).toMatchInlineSnapshot(`
      "error[W502]: step 1: the loss is NaN; the first value that is not finite is input "x": f32[4, 2], element 2 is NaN

        test/errors/programs/files.js
         |   inputs: { x: spec("f32", ["B", 2]) },
         |                ^^^^
        help: the parameters are those before this step. Lower the learning rate, clip gradients, or look at the data of this batch."
    `);
  });

  it("W506", async () => {
    expect(await told("W506")).toMatchInlineSnapshot(`
      "error[W506]: predictAveraged: this training keeps no averages of its parameters

        test/errors/programs/files.js
         |   return trainer.predictAveraged({ x });
         |                  ^^^^^^^^^^^^^^^
        help: describe the training with averages: ema({ decay: 0.999 })."
    `);
  });

  it("W510", async () => {
    expect(await told("W510")).toMatchInlineSnapshot(`
      "error[W510]: the arrays do not have one row per example: x has 8 rows, label has 7 rows

        test/errors/programs/files.js
         |   return await fit(compileSync(described, { dims: { B: 4 } }), { data: { x, label: new Float32Array(7) }, epochs: 1 });
         |                ^^^
        help: give as many rows of each: row i of all arrays together is example i."
    `);
  });

  it("W512", async () => {
    expect(await told("W512")).toMatchInlineSnapshot(`
      "error[W512]: x: 15 elements are no whole number of rows of [2], which have 2 elements each

        test/errors/programs/files.js
         |   return await fit(trainer, { data: { x: new Float32Array(15) }, epochs: 1 });
         |                ^^^
        help: give examples times the elements of a row, row-major; rows without elements need a shape beside the data."
    `);
  });

  it("W513", async () => {
    expect(await told("W513")).toMatchInlineSnapshot(`
      "error[W513]: evaluate: 0 examples do not fill a batch of 4

        test/errors/programs/files.js
         |   return await evaluate(trainer, { x: new Float32Array(0) });
         |          ^^^^^
        help: compile for a smaller batch, or give more examples."
    `);
  });

  it("W514", async () => {
    expect(await told("W514")).toMatchInlineSnapshot(`
      "error[W514]: fit: epoch 1 gave no batch

        test/errors/programs/files.js
         |   return await fit(trainer, { data: [], epochs: 1 });
         |          ^^^^^
        help: a generator can be gone over once: give the function that makes it, data: function* (epoch) { ... }, or a list of batches."
    `);
  });

  it("W515", async () => {
    expect(await told("W515")).toMatchInlineSnapshot(`
      "error[W515]: fit: epochs have no figure "validation.loss"

        test/errors/programs/files.js
         |   return await fit(trainer, { data: { x }, epochs: 1, earlyStopping: { metric: "validation.loss", patience: 3 } });
         |          ^^^^^
        help: watch one of "loss"; figures of validation need validation data."
    `);
  });

  it("W516", async () => {
    expect(await told("W516")).toMatchInlineSnapshot(`
      "error[W516]: FOLDER/step-000000002.safetensors: this checkpoint is of another run: shuffle (saved: 0; now: 5)

        test/errors/programs/files.js
         |   return await fit(trainer, { data: { x }, epochs: 2, shuffle: 5, checkpoint: checkpoints(folder) });
         |          ^^^^^
        help: use another folder for another run; to start from the parameters of this one, restore what loadCheckpoint gives."
    `);
  });

  it("W517", async () => {
    expect(await told("W517")).toMatchInlineSnapshot(`
      "error[W517]: FOLDER: no checkpoint there is whole: FOLDER/step-000000002.safetensors: this is not a whole safetensors file: it has 3 bytes, fewer than the 8 of a header length

        test/errors/programs/files.js
         |   return await fit(trainer, { data: { x }, epochs: 1, checkpoint: checkpoints(folder) });
         |          ^^^^^
        help: fetch the folder from a backup, or remove these files to start from the beginning."
    `);
  });
});
