// What the command line says of passes, files and results that are not what they should be, whole.
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { fixtures, folderWith, say } from "./support.ts";

const lookup = join(fixtures, "lookup.weft");

test("W127: no such pass", async () => {
  expect((await say("print", lookup, "--after", "csee")).err).toMatchInlineSnapshot(`
    "error[W127]: there is no pass named "csee" in this pipeline: inline-calls, fuse-attention, optimize, simplify, absorb-transposes, fold-constants, cse, dce, refine-recurrences, merge-scans, trim-scans, absorb-movement, hoist-from-scans, sink-from-scans, decompose, nest-concats, fuse-elementwise, lower, unroll, simplify-index, split-ranges, tile, vectorize, unroll-tiles, hoist, inline, prepare, join-rows, plan-buffers

      help: did you mean cse?
    "
  `);
});

test("W623: a file that does not hold what the input takes", async () => {
  const folder = folderWith({ "gain.json": "[1, 2, 3]" });
  const words = [lookup, "--dims", "B=2", "--random", "1", "--input", `gain=${join(folder, "gain.json")}`];
  expect((await say("run", ...words)).err.replaceAll(folder, "FOLDER")).toMatchInlineSnapshot(`
    "error[W623]: FOLDER/gain.json: not usable for gain: it holds 3 numbers, but f32[2, 4] has 8

      help: compare the file with the type of the input; weft check lists the types.
    "
  `);
});

describe("backends that do not agree", () => {
  afterEach(() => void vi.restoreAllMocks());

  const verified = async (fn: string): Promise<string> => {
    const text = `graph @g(%x: f32[3]) {\n  %0 = unary %x {fn = ${fn}} : f32[3]\n  entry @main(y = %0)\n}\n`;
    const folder = folderWith({ "g.weft": text });
    const { err } = await say("verify", join(folder, "g.weft"), "--runs", "1");
    return err.replaceAll(/of \d+ passes/g, "of all passes");
  };

  test("W630: in their bits", async () => {
    // WebAssembly has an instruction for it, and the others call this.
    vi.spyOn(Math, "sqrt").mockImplementation((x) => x ** 0.5 + 1e-6);
    expect(await verified("sqrt")).toMatchInlineSnapshot(`
      "error[W630]: entry main, y: f32[3]: element 0 is 0.8498111367225647 on wasm and 0.8498120903968811 on closure (run 1, seed 0)

        weftgraph: agreesOnBackends failed after 1 graph, 3 shrinks
        wasm gives other bits than closure

        // %x = 0
        graph @g(%x: f32[]) {
          %0 = unary %x {fn = sqrt} : f32[]  // <- first divergence: got 0.000001, want 0
          entry @main(y = %0)
        }

        error 0.000001 > bound 0
        at fault: pass lower, the first after which the graph means something else (of all passes that do anything)

        as a test:

        import { expect, test } from "vitest";
        import { agreesOnBackends } from "weftgraph/testing";
        import { parseGraph } from "weftgraph/text";

        test("agreesOnBackends", async () => {
          const graph = parseGraph(\`graph @g(%x: f32[]) {
          %0 = unary %x {fn = sqrt} : f32[]
          entry @main(y = %0)
        }
        \`);
          const feeds = {
            x: { dtype: "f32", shape: [], data: Float64Array.of(0) },
          } as const;
          const parameters = {} as const;
          expect(await agreesOnBackends().check({ graph, feeds, parameters })).toBeUndefined();
        });

        help: this is a mistake in weftgraph, not in the model: please report it with what stands above.

      error[W630]: entry main, y: f32[3]: element 0 is 0.8498111367225647 on wasm and 0.8498120903968811 on javascript (run 1, seed 0)

        help: this is a mistake in weftgraph, not in the model: please report it with what stands above.
      "
    `);
  });

  test("W631: in what they mean", async () => {
    // The reference alone calls this.
    vi.spyOn(Math, "expm1").mockImplementation((x) => x / 2);
    expect(await verified("elu")).toMatchInlineSnapshot(`
      "error[W631]: entry main, y: f32[3]: element 1 is -0.5224534273147583, the graph means -0.3695467710494995, and rounding explains 6.0e-8 at most (run 1, seed 0)

        weftgraph: agreesOnBackends failed after 1 graph, 5 shrinks
        every backend is further from the meaning than rounding explains

        // %x = -1
        graph @g(%x: f32[]) {
          %0 = unary %x {fn = elu} : f32[]  // <- first divergence: got -0.6321, want -0.5
          entry @main(y = %0)
        }

        error 0.132 > bound 1.19e-7 (1.1e+6 times)
        at fault: pass lower, the first after which the graph means something else (of all passes that do anything)

        as a test:

        import { expect, test } from "vitest";
        import { agreesOnBackends } from "weftgraph/testing";
        import { parseGraph } from "weftgraph/text";

        test("agreesOnBackends", async () => {
          const graph = parseGraph(\`graph @g(%x: f32[]) {
          %0 = unary %x {fn = elu} : f32[]
          entry @main(y = %0)
        }
        \`);
          const feeds = {
            x: { dtype: "f32", shape: [], data: Float64Array.of(-1) },
          } as const;
          const parameters = {} as const;
          expect(await agreesOnBackends().check({ graph, feeds, parameters })).toBeUndefined();
        });

        help: this is a mistake in weftgraph, not in the model: please report it with what stands above.
      "
    `);
  });
});
