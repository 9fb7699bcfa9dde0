import { describe, expect, test } from "vitest";
import { compileGraph } from "../../src/compile/compile-graph.ts";
import { concat } from "../../src/ir/functions/slicing.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { parseGraph } from "../../src/ir/text/index.ts";
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

/** The same, joined one by one. */
const joinedOneByOne = (count: number): Graph =>
  graphOf((trace) => {
    const pieces = Array.from({ length: count }, (_, at) =>
      trace.input(`x${at}`, { dtype: "f32", shape: [2, 1 + (at % 5)] }).mul(at + 1),
    );
    return { y: pieces.slice(1).reduce((y, piece) => concat([y, piece], 1), pieces[0] ?? trace.input("x", f32)) };
  });

const f32 = { dtype: "f32", shape: [] } as const;

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

test("pieces that were joined one by one are joined in as few levels", () => {
  expect(concatsIn(nestConcats.run(joinedOneByOne(17)))).toEqual([5, 6, 6, 3]);
  const nested = nestConcats.run(joinedOneByOne(250));
  expect(concatsIn(nested)).toEqual(concatsIn(nestConcats.run(joined(250))));
  expect(nestConcats.run(nested)).toBe(nested);
});

test("what takes many operands and is no concat stays", () => {
  const names = Array.from({ length: 20 }, (_, at) => `%w${at}`);
  const types = names.map((name) => `${name}: f32[2]`).join(", ");
  const graph = parseGraph(`graph @g(%s: f32[2], ${types}) {
    %0 = scan %s, ${names.join(", ")} {body = (%s: f32[2], ${types}) {
      %0 = binary %s, %w0 {fn = add} : f32[2]
      yield %0
    }, carried = 1, sequences = 0, length = 3} : f32[2]
    entry @main(y = %0)
  }`);
  expect(nestConcats.run(graph)).toBe(graph);
});

test("what is read twice is joined once", () => {
  const graph = graphOf((trace) => {
    const x = trace.input("x", { dtype: "f32", shape: [4] });
    const pieces = (seed: number) => Array.from({ length: 17 }, (_, at) => x.mul(seed + at));
    const shared = concat(pieces(2), 0);
    return { y: concat([shared, ...pieces(30), shared], 0), z: concat([...pieces(60), x.exp()], 0) };
  });
  const joins = [...nestConcats.run(graph).nodes.values()].filter(({ op }) => op === "concat");
  expect(joins.filter(({ results }) => results[0]?.type.shape[0] === 17 * 4)).toHaveLength(1);
});

describe.each(["wasm", "closure"] as const)("on %s", (backend) => {
  test.each([
    ["at once", 17, joined],
    ["at once", 100, joined],
    ["one by one", 100, joinedOneByOne],
  ] as const)("joined %s, %i pieces stand one behind the other", (_, count, graphOfPieces) => {
    const graph = graphOfPieces(count);
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
