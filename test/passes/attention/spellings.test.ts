// Random spellings of attention: the pass finds each, nothing of what it stands for is left, and the values stay: those of the
// float64 meaning to double precision, compiled ones within the bound of the oracle.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { type DataArray, dtypes, isFloat } from "../../../src/ir/types/dtype.ts";
import { fuseAttention } from "../../../src/passes/attention/fuse-attention.ts";
import { dce } from "../../../src/passes/dce.ts";
import { runPasses } from "../../../src/passes/manager.ts";
import { optimize } from "../../../src/passes/pipelines.ts";
import { attentionSpellings } from "../../../src/testing/arbitraries/attention-spellings.ts";
import type { GraphCase } from "../../../src/testing/arbitraries/graph.ts";
import { attentionCase } from "../../../src/testing/arbitraries/spell-attention.ts";
import { evaluateBounded } from "../../../src/testing/oracle/evaluate-bounded.ts";
import { judge } from "../../../src/testing/oracle/judge.ts";
import { firstDifference, runEverywhere } from "../../../src/testing/run-everywhere.ts";
import { opsOf } from "../support.ts";

// A long run: ATTENTION_SPELLINGS=2000 npx vitest run test/passes/attention/spellings.test.ts
const numRuns = Number(process.env["ATTENTION_SPELLINGS"] ?? 150);

const spelt = fc.tuple(attentionSpellings(), fc.nat());
const fused = (graph: Graph): Graph => runPasses(fuseAttention, graph, { verify: "each" }).program;

/** What scores would be made with: their product apart from that of weights in front of queries, and softmax in any form. */
const leftOver = (graph: Graph): readonly string[] => {
  // Whether any weight of a row is kept is looked for among truth values.
  const ofFloats = [...graph.nodes.values()].filter(({ results }) => results.some(({ type }) => isFloat(type.dtype)));
  return opsOf({ ...graph, nodes: new Map(ofFloats.map((node) => [node.id, node])) }).filter((op) =>
    ["matmul", "softmax", "logSoftmax", "unary exp", "reduce max", "reduce sum"].includes(op),
  );
};

const expectClose = (actual: ArrayLike<number>, wanted: ArrayLike<number>, bound: number): void => {
  expect(actual.length).toBe(wanted.length);
  for (let at = 0; at < wanted.length; at++) {
    const [a, w] = [actual[at] ?? Number.NaN, wanted[at] ?? Number.NaN];
    expect(Math.abs(a - w), `${a} is ${w}, element ${at}`).toBeLessThanOrEqual(bound * Math.max(1, Math.abs(w)));
  }
};

const meaning = (graph: Graph, { feeds }: GraphCase): ArrayLike<number> =>
  evaluateEntry(graph, "main", feeds, {}).outputs["y"]?.data ?? [];

describe("attention in random spellings", () => {
  test("is found as it is described, and as it is after optimizing; its meaning stays", () => {
    const check = fc.property(spelt, ([spelling, seed]) => {
      const drawn = attentionCase(spelling, seed);
      for (const before of [drawn.graph, optimize.run(drawn.graph)]) {
        const after = fused(before);
        expect(opsOf(after).filter((op) => op === "attention")).toHaveLength(1);
        expect(leftOver(dce.run(after))).toEqual(spelling.scale === "inWeights" ? ["matmul"] : []);
        expectClose(meaning(after, drawn), meaning(before, drawn), 1e-9);
        expect(fused(after)).toBe(after);
      }
    });
    fc.assert(check, { numRuns });
  }, 1_800_000);

  test("computes compiled what it means, with the same bits on each backend", async () => {
    const check = fc.asyncProperty(spelt, async ([spelling, seed]) => {
      const drawn = attentionCase(spelling, seed);
      const { program } = planGraph(drawn.graph, { verify: "each" });
      const feeds = new Map(
        Object.entries(drawn.feeds).map(([name, { dtype, data }]): [string, DataArray] => {
          const array = dtypes[dtype].allocate(data.length);
          array.set(data);
          return [name, array];
        }),
      );
      const [closure, javascript, wasm] = await runEverywhere(program, "main", feeds);
      expect(firstDifference(closure, javascript)).toBeUndefined();
      expect(firstDifference(closure, wasm)).toBeUndefined();
      const { y } = evaluateBounded(drawn.graph, "main", drawn.feeds).outputs;
      const given = wasm.outputs.get("y");
      if (y === undefined || given === undefined) throw new Error("the graph has an output y");
      expect(judge(given, y).violation).toBeUndefined();
    });
    await fc.assert(check, { numRuns: Math.ceil(numRuns / 4) });
  }, 1_800_000);
});
