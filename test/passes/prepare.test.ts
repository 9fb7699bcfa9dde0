// What depends on parameters alone is computed when parameters are set, and never again; what anything else depends on is not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { emit } from "../../src/codegen/index.ts";
import { compileSync, decoding, defineModel, param, softmax, spec } from "../../src/index.ts";
import { gpt, linear } from "../../src/nn/index.ts";
import { bitsOf, numbers, perceptronTraining } from "../support/small-models.ts";

const model = defineModel({
  name: "prepared",
  params: { layer: linear(9, 13), scale: param([13]) },
  inputs: { x: spec("f32", [3, 9]) },
  forward: (p, { x }) => ({ y: p.layer(x).mul(p.scale), norm: p.scale.mul(p.scale).sum() }),
});
const x = numbers(27);

const outputsOf = (feeds: { readonly x: Float32Array<ArrayBuffer> }, weight: Float32Array<ArrayBuffer>): string => {
  const fresh = compileSync(model);
  fresh.parameters.set("layer.weight", weight);
  return bitsOf(fresh(feeds).y.data);
};

/** What the tests use of an emitted module. */
interface EmittedModule {
  readonly load: () => Promise<{
    readonly predict: (feeds: { readonly x: Float32Array }) => { readonly y: { readonly data: Float32Array } };
    readonly parameters: { readonly set: (name: string, value: Float32Array) => void };
  }>;
}

describe("prepare", () => {
  test("packs weights once, and the entry point is left with the product", () => {
    const { program } = compileSync(model).compiled;
    expect(program.prepare.map(({ kernel }) => kernel)).toEqual(["pack"]);
    expect(program.entries[0]?.calls.map(({ kernel }) => kernel)).not.toContain("pack");
    expect([...program.buffers.values()].filter(({ role }) => role === "prepared").length).toBe(1);
    expect(program.memory.preparedBytes).toBeGreaterThan(0);
  });

  test.each(["wasm", "closure"] as const)("on %s: parameters that are set are prepared anew", (backend) => {
    const run = compileSync(model, { backend });
    const first = bitsOf(run({ x }).y.data);
    const weight = numbers(9 * 13, 5);
    run.parameters.set("layer.weight", weight);
    const second = bitsOf(run({ x }).y.data);
    expect(second).not.toBe(first);
    expect(second).toBe(outputsOf({ x }, weight));
    expect(bitsOf(run({ x }).y.data)).toBe(second);
  });

  test.each(["wasm", "js"] as const)("in a module emitted as %s, too", async (format) => {
    const directory = mkdtempSync(join(tmpdir(), "weft-prepare-"));
    try {
      const run = compileSync(model);
      await emit(run, { directory, format });
      const emitted = (await import(pathToFileURL(join(directory, "prepared.mjs")).href)) as EmittedModule;
      const loaded = await emitted.load();
      expect(bitsOf(loaded.predict({ x }).y.data)).toBe(bitsOf(run({ x }).y.data));
      const weight = numbers(9 * 13, 7);
      loaded.parameters.set("layer.weight", weight);
      expect(bitsOf(loaded.predict({ x }).y.data)).toBe(outputsOf({ x }, weight));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test("leaves what a training step changes to the step", () => {
    const trainer = compileSync(perceptronTraining, { dims: { B: 4 } });
    expect(trainer.compiled.program.prepare).toEqual([]);
  });

  test("weights that two entry points read are packed once for both", () => {
    const writer = defineModel({
      name: "writer",
      params: { lm: gpt({ vocabulary: 11, context: 8, features: 8, heads: 2, blocks: 1 }) },
      inputs: { tokens: spec("i32", ["T"]) },
      forward: (p, { tokens }) => ({ logits: p.lm(tokens) }),
    });
    const { program } = compileSync(
      decoding(writer, { positions: "T", capacity: 8, entries: { decode: 1, prefill: 4 } }),
    ).compiled;
    const packed = program.prepare.filter(({ kernel }) => kernel.startsWith("pack"));
    expect(packed.length).toBeGreaterThan(3);
    expect(new Set(packed.map((call) => JSON.stringify(call))).size).toBe(packed.length);
    for (const { calls } of program.entries)
      expect(calls.filter(({ kernel }) => kernel.startsWith("pack"))).toEqual([]);
  });

  test("keeps nothing that is much larger than what it is made of", () => {
    const outer = defineModel({
      name: "outer",
      params: { a: param([400]), b: param([400]) },
      inputs: { x: spec("f32", [400, 400]) },
      forward: (p, { x: rows }) => ({ y: rows.matmul(softmax(p.a.reshape([400, 1]).mul(p.b))) }),
    });
    const { program } = compileSync(outer).compiled;
    expect(program.memory.preparedBytes).toBeLessThan(400 * 400);
  });
});
