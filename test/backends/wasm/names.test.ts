// Kernels have their names wherever an engine shows functions: in the stack of a trap, and in a profile that it takes.
import { Session } from "node:inspector";
import { afterAll, describe, expect, it } from "vitest";
import { assembleModule, wasmBackend } from "../../../src/backends/wasm/instantiate.ts";
import { generate } from "../../../src/codegen/index.ts";
import { compileSync, defineModel, matmul, spec } from "../../../src/index.ts";
import { buildBody, f32, load } from "../../../src/ir/loop/build.ts";
import type { Program } from "../../../src/ir/loop/kernel.ts";
import { planBuffers } from "../../../src/passes/plan-buffers.ts";

const product = defineModel({
  name: "product",
  params: {},
  inputs: { a: spec("f32", [256, 256]), b: spec("f32", [256, 256]) },
  forward: (_, { a, b }) => ({ y: matmul(a, b) }),
});

describe("names of kernels", () => {
  it("are in the stack of a trap", () => {
    // Writes where a number says, which verified programs never do unchecked.
    const body = buildBody((root) => root.store("y", load("i32", "n", 0), f32(1)));
    const program: Program = {
      name: "trapped",
      buffers: new Map([
        ["n", { name: "n", dtype: "i32", length: 1, role: "constant", data: Int32Array.of(2 ** 28) }],
        ["y", { name: "y", dtype: "f32", length: 1, role: "output" }],
      ]),
      kernels: new Map([
        [
          "scatter",
          {
            name: "scatter",
            parameters: [
              { name: "n", dtype: "i32", length: 1, access: "read" },
              { name: "y", dtype: "f32", length: 1, access: "write" },
            ],
            body,
            inPlace: [],
          },
        ],
      ]),
      parameters: [],
      prepare: [],
      entries: [
        { name: "main", inputs: [], outputs: [], updates: [], calls: [{ kernel: "scatter", buffers: ["n", "y"] }] },
      ],
    };
    const instance = wasmBackend.instantiate(planBuffers.run(program));
    const stack = ((): string => {
      try {
        instance.run("main");
      } catch (error) {
        return error instanceof Error ? (error.stack ?? "") : "";
      }
      return "no trap";
    })();
    expect(stack).toMatch(/RuntimeError: memory access out of bounds\n\s+at \S*scatter_0 .*\n\s+at \S*entry0 /);
  });

  describe("in a profile of the engine's", () => {
    const session = new Session();
    session.connect();
    afterAll(() => session.disconnect());
    const post = (method: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        session.post(method, (error, result) => (error === null ? resolve(result) : reject(error)));
      });

    /** The names of the functions that were running when the engine looked, while a model was called. */
    const sampled = async (call: () => unknown): Promise<readonly string[]> => {
      await post("Profiler.start");
      for (let run = 0; run < 60; run++) call();
      // Of the protocol's type `Profiler.Profile`.
      const { profile } = (await post("Profiler.stop")) as {
        readonly profile: { readonly nodes: readonly { readonly callFrame: { readonly functionName: string } }[] };
      };
      return profile.nodes.map(({ callFrame }) => callFrame.functionName);
    };

    it("are those of the functions that take the time", async () => {
      const model = compileSync(product);
      const [a, b] = [new Float32Array(256 * 256).fill(1), new Float32Array(256 * 256).fill(1)];
      await post("Profiler.enable");
      const names = new Set<string>();
      const isFound = (): boolean => [...names].some((name) => /^matmul_\d+$/.test(name));
      // The engine looks about once in a millisecond, unless the machine has other things to do.
      for (let attempt = 0; attempt < 50 && !isFound(); attempt++)
        for (const name of await sampled(() => model({ a, b }))) names.add(name);
      expect([...names]).toContainEqual(expect.stringMatching(/^matmul_\d+$/));
    });
  });

  it("are left out of emitted bytes, unless they are asked for", () => {
    const model = compileSync(product);
    const kernel = [...model.program.kernels.keys()].at(-1) ?? "";
    const isNamed = (options: { readonly names?: boolean }): boolean => {
      const wasm = generate(model, options).find(({ name }) => name.endsWith(".wasm"))?.contents;
      return Buffer.from(wasm ?? "").includes(kernel);
    };
    expect([isNamed({}), isNamed({ names: false }), isNamed({ names: true })]).toEqual([false, false, true]);
    expect(Buffer.from(assembleModule(model.program).bytes).includes(kernel)).toBe(true);
  });
});
