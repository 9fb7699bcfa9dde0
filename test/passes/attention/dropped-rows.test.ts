// Masks behind the softmax, on scores that are no numbers: what is dropped is 0 by hand, whatever it was, and so it is fused.
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
import { softmax } from "../../../src/ir/functions/index.ts";
import type { Dims, Tensor } from "../../../src/ir/types/tensor.ts";
import { fuseAttention } from "../../../src/passes/attention/fuse-attention.ts";
import { array } from "../../support/op-meaning.ts";
import { graphOf, opsOf } from "../support.ts";

/** How weights are kept, of masks that are true where they are: one select, two, the other way round, and for all queries alike. */
const ways = {
  where: (weights: Tensor, [mask]: readonly Tensor[]) => mask?.select(weights, 0),
  unless: (weights: Tensor, [mask]: readonly Tensor[]) => mask?.cast("i32").equal(0).select(0, weights),
  twice: (weights: Tensor, [mask, other]: readonly Tensor[]) => other?.select(mask?.select(weights, 0) ?? 0, 0),
  scaled: (weights: Tensor, [mask]: readonly Tensor[]) => mask?.select(weights.mul(2), 0).mul(3),
  "along keys": (weights: Tensor, [mask]: readonly Tensor[]) =>
    mask
      ?.slice([{ start: 0, end: 1 }])
      .broadcastTo([4, 3])
      .select(weights, 0),
} as const;

const { NaN: none } = Number;

const feeds = {
  // The scores of the second and the third query are no numbers.
  q: array([4, 2], [1, 2, none, 1, Infinity, -Infinity, 0.5, 0.25], "f32"),
  k: array([3, 2], [1, 1, 0.5, 2, -1, 1], "f32"),
  v: array([3, 2], [1, 2, 3, 4, 5, 6], "f32"),
};

const masks: readonly (readonly [string, readonly number[]])[] = [
  ["all", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
  ["none", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["some of each row", [1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0]],
  ["none of two rows", [0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0]],
  ["none of those without numbers", [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1]],
];

describe.each(Object.entries(ways))("weights kept by a mask behind the softmax, %s", (_, keep) => {
  const graph = graphOf((trace) => {
    const [q, k, v]: readonly Tensor<Dims, "f32">[] = [
      [4, 2],
      [3, 2],
      [3, 2],
    ].map((shape, at) => trace.input("qkv"[at] ?? "", { dtype: "f32", shape }) as Tensor<Dims, "f32">);
    const given = ["mask", "other"].map((name) => trace.input(name, { dtype: "bool", shape: [4, 3] }));
    if (q === undefined || k === undefined || v === undefined) throw new Error("there are three operands");
    const weights = keep(softmax(q.matmul(k.transpose([1, 0]))), given);
    if (weights === undefined) throw new Error("there are masks");
    return { y: weights.matmul(v) };
  });

  test("are found", () => {
    expect(opsOf(fuseAttention.run(graph))).toContain("attention");
  });

  test.each(masks)("of which it keeps %s", (_, mask) => {
    const all = { ...feeds, mask: array([4, 3], mask, "bool"), other: array([4, 3], mask.toReversed(), "bool") };
    const byHand = [...(evaluateEntry(graph, "main", all, {}).outputs["y"]?.data ?? [])];
    const fused = evaluateEntry(fuseAttention.run(graph), "main", all, {}).outputs["y"]?.data ?? [];
    const compiled = compileGraph(graph).executable.run("main", {
      ...Object.fromEntries(["q", "k", "v"].map((name) => [name, Float32Array.from(all[name as "q"].data)])),
      mask: Uint8Array.from(all.mask.data),
      other: Uint8Array.from(all.other.data),
    })["y"]?.data;
    for (const found of [fused, compiled ?? []])
      expect([...found].map((value) => Number(value.toPrecision(5)))).toEqual(
        byHand.map((value) => Number(value.toPrecision(5))),
      );
  });
});
