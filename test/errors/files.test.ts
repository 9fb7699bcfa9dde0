// W4xx: files that are read and written, and modules that are generated.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { emit, generate } from "../../src/codegen/index.ts";
import { loadSafetensors, saveSafetensors } from "../../src/formats/index.ts";
import { compileGraph, compileSync, encodeSafetensors, graphBuilder } from "../../src/index.ts";
import { parseCase } from "../../src/testing/corpus/case-text.ts";
import { described, describedLater } from "../support/described.ts";
import { perceptron } from "../support/small-models.ts";

const folder = mkdtempSync(join(tmpdir(), "weft-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const later = async (action: () => Promise<unknown>): Promise<string> =>
  (await describedLater(action)).replaceAll(folder, "FOLDER");

describe("errors of files", () => {
  it("W401", async () => {
    const file = join(folder, "short.safetensors");
    writeFileSync(file, "abc");
    expect(await later(() => loadSafetensors(file))).toMatchInlineSnapshot(`
      "error[W401]: FOLDER/short.safetensors: this is not a whole safetensors file: it has 3 bytes, fewer than the 8 of a header length

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: save it again, or fetch it again: it is cut off, damaged, or of another format."
    `);
  });

  it("W402", async () => {
    const file = join(folder, "missing", "x.safetensors");
    const text = await later(() => saveSafetensors(file, {}));
    expect(text.replace(/open '.*?'/, "open")).toMatchInlineSnapshot(`
      "error[W402]: FOLDER/missing/x.safetensors: could not be written: ENOENT: no such file or directory, open

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: look at the folder, its permissions, and the space left. What was there before is untouched."
    `);
    const taken = join(folder, "short.safetensors");
    expect(
      await later(() => emit(compileSync(perceptron, { dims: { B: 1 } }), { directory: taken })),
    ).toMatchInlineSnapshot(`
      "error[W402]: FOLDER/short.safetensors: could not be written: EEXIST: file already exists, mkdir 'FOLDER/short.safetensors'

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: look at the folder, its permissions, and the space left. What was there before is untouched."
    `);
  });

  it("W403", async () => {
    expect(await later(() => loadSafetensors(join(folder, "none.safetensors")))).toMatchInlineSnapshot(`
      "error[W403]: FOLDER/none.safetensors: could not be read: ENOENT: no such file or directory, open 'FOLDER/none.safetensors'

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: look at the path and its permissions; paths are relative to the folder you run in."
    `);
  });

  it("W404", () => {
    const model = compileSync(perceptron, { dims: { B: 1 } });
    expect(described(() => generate(model, { name: "../outside" }))).toMatchInlineSnapshot(`
      "error[W404]: emit: "../outside" cannot be used as a file name

        test/errors/files.test.ts
         |     expect(described(() => generate(model, { name: "../outside" }))).toMatchInlineSnapshot(\`
         |                            ^^^^^^^^
        help: give a name of letters, digits, dots, dashes and underscores: emit(model, { name: "digits" })."
    `);
  });

  it("W405", () => {
    const builder = graphBuilder();
    const value = builder.input("x", { dtype: "f32", shape: [2] });
    const graph = builder.finish("g", [{ name: "then", outputs: [{ name: "y", value }], updates: [] }]);
    const compiled = compileGraph(graph);
    expect(described(() => generate({ compiled, executable: compiled.executable }))).toMatchInlineSnapshot(`
      "error[W405]: generate: an entry point cannot be called "then" in a standalone module

        test/errors/files.test.ts
         |     expect(described(() => generate({ compiled, executable: compiled.executable }))).toMatchInlineSnapshot(\`
         |                            ^^^^^^^^
        help: rename the entry point of the graph."
    `);
  });

  it("W406", () => {
    const data = Float32Array.of(1, 2);
    const save = (name: string, shape: readonly number[]): string =>
      described(() => encodeSafetensors({ [name]: { dtype: "f32", shape, data } }));
    expect(save("bias", [3])).toMatchInlineSnapshot(`
      "error[W406]: encodeSafetensors: tensor "bias" cannot be saved: [3] has 3 elements, not 2

        test/errors/files.test.ts
         |       described(() => encodeSafetensors({ [name]: { dtype: "f32", shape, data } }));
         |                       ^^^^^^^^^^^^^^^^^
        help: give each tensor a name, a dtype, a shape, and a typed array of that dtype with as many elements."
    `);
    expect(save("__metadata__", [2])).toMatchInlineSnapshot(`
      "error[W406]: encodeSafetensors: tensor "__metadata__" cannot be saved: the format keeps that name for itself

        test/errors/files.test.ts
         |       described(() => encodeSafetensors({ [name]: { dtype: "f32", shape, data } }));
         |                       ^^^^^^^^^^^^^^^^^
        help: give each tensor a name, a dtype, a shape, and a typed array of that dtype with as many elements."
    `);
    expect(described(() => encodeSafetensors({ bias: { dtype: "i32", shape: [2], data } }))).toMatchInlineSnapshot(`
      "error[W406]: encodeSafetensors: tensor "bias" cannot be saved: i32 is held by a Int32Array, not by a Float32Array

        test/errors/files.test.ts
         |     expect(described(() => encodeSafetensors({ bias: { dtype: "i32", shape: [2], data } }))).toMatchInlineSnapshot(\`
         |                            ^^^^^^^^^^^^^^^^^
        help: give each tensor a name, a dtype, a shape, and a typed array of that dtype with as many elements."
    `);
  });

  it("W410", () => {
    const graph = "graph @one(%x: f32[1]) {\n  entry @main(y = %x)\n}\n";
    expect(described(() => parseCase(graph, "one.weft"))).toMatchInlineSnapshot(`
      "error[W410]: one.weft: this is not a case to run: it has no line "// values:"

        test/errors/files.test.ts
         |     expect(described(() => parseCase(graph, "one.weft"))).toMatchInlineSnapshot(\`
         |                            ^^^^^^^^^
        help: remove the file, or write it again: printCase gives the text of a graph with its values."
    `);
    const values = "// values:\ngraph @values() {\n  entry @feeds()\n  entry @parameters()\n}\n";
    expect(described(() => parseCase(graph + values, "one.weft"))).toContain("x has no value");
  });
});
