// W142, W314 and W315: options that do not exist, and memory that is not there or not allowed. W316 is in test/backends/threads.
import { afterEach, describe, expect, it, vi } from "vitest";
import { engine } from "../../src/backends/wasm/engine.ts";
import { generate } from "../../src/codegen/index.ts";
import { compileSync, defineModel, modelGraph, plannedMemory, spec } from "../../src/index.ts";
import { linear } from "../../src/nn/index.ts";
import { described } from "../support/described.ts";

const model = defineModel({
  name: "wide",
  params: { layer: linear(1000, 300) },
  inputs: { x: spec("f32", ["B", 1000]) },
  forward: (p, { x }) => ({ y: p.layer(x) }),
});

const needs = plannedMemory(modelGraph(model), { dims: { B: 64 } });

describe("what a graph needs", () => {
  it("is known before anything of it is there", () => {
    const floats = (count: number): number => 4 * count;
    expect(needs.parameterBytes).toBeGreaterThanOrEqual(floats(300 * 1000 + 300));
    expect(needs.arenaBytes).toBeGreaterThanOrEqual(floats(64 * 1300));
    expect(needs.bytes % 65536).toBe(0);
    const { executable, program } = compileSync(model, { dims: { B: 64 } });
    expect({ ...program.memory, offsets: undefined }).toEqual({ ...needs, offsets: undefined });
    expect(executable.parameters).toHaveLength(2);
  });

  it("may be all that is allowed", () => {
    expect(described(() => compileSync(model, { dims: { B: 64 }, memoryLimit: needs.bytes }))).toBe("no error");
  });
});

it("W314: more memory than was allowed, before any of it is allocated", () => {
  const allocated = vi.spyOn(engine, "Instance");
  const limit = needs.bytes - 1;
  for (const backend of ["wasm", "closure", "reference"] as const) {
    const error = described(() => compileSync(model, { dims: { B: 64 }, memoryLimit: limit, backend }));
    const { bytes, parameterBytes, constantBytes, preparedBytes, arenaBytes } = needs;
    const regions = `parameters ${parameterBytes}, constants ${constantBytes}, prepared ${preparedBytes}, arena ${arenaBytes}`;
    const [sentence, , place, , , help] = error.split("\n");
    expect([sentence, place, help]).toEqual([
      `error[W314]: the program needs ${bytes} bytes of memory, and memoryLimit is ${limit} (${regions})`,
      "  test/errors/memory.test.ts",
      "  help: compile for a smaller batch or shorter sequences, or allow more.",
    ]);
  }
  expect(allocated).not.toHaveBeenCalled();
});

describe("W315: no room for another memory", () => {
  const noRoom = function (): never {
    throw new RangeError("Out of memory: Cannot allocate Wasm memory for new instance");
  };

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it("in WebAssembly", () => {
    vi.spyOn(engine, "Instance").mockImplementation(noRoom);
    expect(described(() => compileSync(model, { dims: { B: 1 } }))).toMatchInlineSnapshot(`
      "error[W315]: the engine has no room for another memory of 2424832 bytes

        test/errors/memory.test.ts
         |     expect(described(() => compileSync(model, { dims: { B: 1 } }))).toMatchInlineSnapshot(\`
         |                            ^^^^^^^^^^^
        help: let go of compiled models that are no longer used, run several inputs through one of them, or compile with { backend: "closure" }."
    `);
  });

  it("in closures", () => {
    vi.stubGlobal("ArrayBuffer", noRoom);
    expect(described(() => compileSync(model, { dims: { B: 1 }, backend: "closure" }))).toContain("error[W315]");
  });
});

describe("W142: no such option", () => {
  /** Callers without a type checker can write anything. */
  const loosely = (options: object): never => options as never;

  it("of compile", () => {
    expect(described(() => compileSync(model, loosely({ dim: { B: 1 } })))).toMatchInlineSnapshot(`
      "error[W142]: compile: there is no option "dim"

        test/errors/memory.test.ts
         |     expect(described(() => compileSync(model, loosely({ dim: { B: 1 } })))).toMatchInlineSnapshot(\`
         |                            ^^^^^^^^^^^
        help: did you mean "dims"?"
    `);
    expect(described(() => compileSync(model, loosely({ dims: { B: 1 }, optimisationLevel: 3 })))).toContain(
      "help: the options are dims, backend, numerics, threads, memoryLimit, verify, seed.",
    );
  });

  it("of emit", () => {
    const compiled = compileSync(model, { dims: { B: 1 } });
    expect(described(() => generate(compiled, loosely({ fromat: "js" })))).toMatchInlineSnapshot(`
      "error[W142]: emit: there is no option "fromat"

        test/errors/memory.test.ts
         |     expect(described(() => generate(compiled, loosely({ fromat: "js" })))).toMatchInlineSnapshot(\`
         |                            ^^^^^^^^
        help: did you mean "format"?"
    `);
  });

  it("of nothing that is told rightly", () => {
    const every = {
      dims: { B: 1 },
      backend: "closure",
      numerics: "exact",
      threads: 1,
      verify: "ends",
      seed: 1,
    } as const;
    expect(described(() => compileSync(model, { ...every, memoryLimit: Number.POSITIVE_INFINITY }))).toBe("no error");
    expect(described(() => compileSync(model, { dims: { B: 1 }, memoryLimit: Number.NaN }))).toContain("error[W140]");
  });
});
