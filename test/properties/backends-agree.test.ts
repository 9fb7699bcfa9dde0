// Random graphs through the whole compiler: closures, printed JavaScript and WebAssembly give the same bits, starting from
// poisoned memory, and the values are those of the float64 meaning. Graphs that once failed come first.
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import { graphs } from "../../src/testing/arbitraries/graph.ts";
import { longGraphs } from "../../src/testing/arbitraries/long-graphs.ts";
import { feedsOf, toArray } from "../../src/testing/case-arrays.ts";
import { conditioning } from "../../src/testing/oracle/conditioning.ts";
import { agreesOnBackends } from "../../src/testing/properties/agrees-on-backends.ts";
import { forAll } from "../../src/testing/report/for-all.ts";
import { firstDifference, runEverywhere } from "../../src/testing/run-everywhere.ts";
import { holds } from "../support/holds.ts";

/** Cases that once failed. */
const corpus = fileURLToPath(new URL("../corpus", import.meta.url));

/** The seed of all random tests of a run. */
const seed = fc.readConfigureGlobal().seed ?? 0;

describe("random graphs", () => {
  test.each([
    ["whatever the values", 1500, {}],
    ["ordinary numbers", 500, { values: ["normal", "whole", "ties", "conditioned"] }],
  ] as const)(
    "all backends agree in every bit, and with the meaning within its bound: %s",
    async (_, runs, options) => {
      const counted = conditioning();
      await forAll(graphs({ large: 0.02, ...options }), agreesOnBackends({ conditioning: counted }), {
        runs,
        seed,
        corpus,
      });
      expect(counted.complaint()).toBeUndefined();
    },
    600_000,
  );

  test("the same holds where loops are long enough for tiles, panels and several accumulators", async () => {
    await forAll(longGraphs(), agreesOnBackends(), { runs: 250, seed });
  }, 300_000);

  test("on whole numbers the values are exactly those of the meaning", async () => {
    const cases = graphs({
      ops: [
        "matmul",
        "conv2d",
        "reduce",
        "reshape",
        "transpose",
        "broadcast",
        "slice",
        "pad",
        "concat",
        "flip",
        "gather",
        "scatterAdd",
        "takeAlongAxis",
        "addAlongAxis",
        "cumsum",
        "oneHot",
        "windows",
        "foldWindows",
        "select",
        "compare",
        "clamp",
        "argmax",
        "maxPool2d",
        "iota",
      ],
      values: ["whole"],
      maxSteps: 6,
    });
    const isExact = holds("on whole numbers values are exactly those of the meaning", async (drawn) => {
      const { program } = planGraph(drawn.graph, { verify: "each" });
      for (const entry of program.entries) {
        let largest = 0;
        const observe = (_: unknown, results: readonly NdArray[]): void => {
          for (const { data } of results) for (const value of data) largest = Math.max(largest, Math.abs(value));
        };
        const given = [drawn.feeds, drawn.parameters] as const;
        const meaning = evaluateEntry(drawn.graph, entry.name, ...given, { round: "f32", observe });
        // Sums above 2^24 may round in another order, and infinities are no whole numbers.
        fc.pre(largest < 2 ** 22);
        const [closure] = await runEverywhere(program, entry.name, feedsOf(drawn));
        const expected = {
          backend: "meaning",
          outputs: new Map(Object.entries(meaning.outputs).map(([name, array]) => [name, toArray(array)])),
          parameters: closure.parameters,
        };
        expect(firstDifference(expected, closure)).toBeUndefined();
      }
    });
    await forAll(cases, isExact, { runs: 200 });
  }, 300_000);
});
