import { describe, expect, test } from "vitest";
import { compileGraph } from "../../src/compile/compile-graph.ts";
import { concat } from "../../src/ir/functions/slicing.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { nestConcats } from "../../src/passes/nest-concats.ts";
import { graphOf, opsOf } from "./support.ts";

/** Pieces of 1, 2, 3, ... columns, each times its own number. */
const joined = (count: number): Graph =>
  graphOf((trace) => ({
    y: concat(
      Array.from({ length: count }, (_, at) =>
        trace.input(`x${at}`, { dtype: "f32", shape: [2, 1 + (at % 5)] }).mul(at + 1),
      ),
      1,
    ),
  }));

const concatsIn = (graph: Graph): readonly number[] =>
  [...graph.nodes.values()].flatMap(({ op, operands }) => (op === "concat" ? [operands.length] : []));

test("few pieces are joined at once", () => {
  const graph = joined(16);
  expect(nestConcats.run(graph)).toBe(graph);
});

test("many are joined in lists of nearly one length", () => {
  expect(concatsIn(nestConcats.run(joined(17)))).toEqual([5, 6, 6, 3]);
  expect(concatsIn(nestConcats.run(joined(250))).every((pieces) => pieces > 1 && pieces <= 6)).toBe(true);
  expect(opsOf(nestConcats.run(joined(250))).at(-1)).toBe("concat");
});

describe.each(["wasm", "closure"] as const)("on %s", (backend) => {
  test.each([17, 100])("%i pieces stand one behind the other", (count) => {
    const graph = joined(count);
    const { executable, program } = compileGraph(graph, { backend });
    const inputs = program.entries[0]?.inputs ?? [];
    const feeds = Object.fromEntries(
      inputs.map(({ name, type }) => [
        name,
        Float32Array.from({ length: 2 * Number(type.shape[1]) }, (_, at) => at + 0.5),
      ]),
    );
    const rowOf = (row: number): readonly number[] =>
      Array.from({ length: count }, (_, at) => {
        const columns = 1 + (at % 5);
        return Array.from({ length: columns }, (__, column) => (row * columns + column + 0.5) * (at + 1));
      }).flat();
    expect([...(executable.run("main", feeds)["y"]?.data ?? [])]).toEqual([...rowOf(0), ...rowOf(1)]);
  });
});
