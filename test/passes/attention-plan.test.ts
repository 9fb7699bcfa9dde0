// The promise of attention: whatever the mask, nothing as large as queries times keys is in memory, forward or backward, but what
// the user gives in that size.
import { describe, expect, it } from "vitest";
import { planGraph } from "../../src/compile/plan-graph.ts";
import type { AttentionOptions } from "../../src/ir/functions/index.ts";
import { attention, constant, dropout, iota } from "../../src/ir/functions/index.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import type { Trace } from "../../src/ir/graph/trace.ts";
import type { Dims, Tensor } from "../../src/ir/types/tensor.ts";
import { differentiate } from "../../src/passes/differentiate.ts";
import { graphOf } from "./support.ts";

const [batch, heads, queries, keys, features] = [2, 2, 70, 90, 4];
const pairs = queries * keys;

type Described = AttentionOptions & {
  /** Tensors beside queries, keys and values that get a gradient. */
  readonly learned?: readonly Tensor[];
};

const input = (trace: Trace, name: string, dtype: "f32" | "i32" | "u8", ...shape: readonly number[]): Tensor =>
  trace.input(name, { dtype, shape });

const i32 = (tensor: Tensor): Tensor<Dims, "i32"> => tensor as Tensor<Dims, "i32">; // made so
const f32 = (tensor: Tensor): Tensor<Dims, "f32"> => tensor as Tensor<Dims, "f32">; // made so
const bool = (tensor: Tensor): Tensor<Dims, "bool"> => tensor as Tensor<Dims, "bool">; // made so

const graphWith = (describeOptions: (trace: Trace) => Described, withGradients: boolean): Graph =>
  graphOf((trace) => {
    const q = input(trace, "q", "f32", batch, heads, queries, features);
    const k = input(trace, "k", "f32", batch, heads, keys, features);
    const v = input(trace, "v", "f32", batch, heads, keys, features);
    const { learned = [], ...options } = describeOptions(trace);
    const output: Tensor = attention(q, k, v, options);
    if (!withGradients) return { output };
    const gradients: readonly Tensor[] = differentiate(output.mul(output).sum(), [q, k, v, ...learned]);
    return Object.fromEntries(gradients.map((gradient, at) => [`gradient${at}`, gradient]));
  });

/** The buffers of at least as many elements as there are pairs of a query and a key. */
const large = (graph: Graph): readonly string[] =>
  [...planGraph(graph).program.buffers.values()].flatMap(({ role, length }) =>
    length >= pairs ? [`${role} ${length}`] : [],
  );

const positions = () => iota([queries, 1], 0).sub(iota([1, keys], 1));

const ways: readonly (readonly [string, (trace: Trace) => Described])[] = [
  ["nothing", () => ({})],
  ["causal", () => ({ causal: true })],
  ["a window", () => ({ causal: true, window: 9 })],
  ["a window both ways", () => ({ window: 9 })],
  ["a prefix for each sequence", (t) => ({ causal: true, prefix: i32(input(t, "prefix", "i32", batch, 1, 1, 1)) })],
  [
    "segments",
    (t) => ({
      segments: {
        queries: i32(input(t, "a", "i32", batch, queries)),
        keys: i32(input(t, "b", "i32", batch, keys)),
      },
    }),
  ],
  ["slopes", () => ({ alibi: true, causal: true })],
  [
    "learned slopes",
    (t) => {
      const slopes = input(t, "slopes", "f32", heads);
      return { alibi: f32(slopes), learned: [slopes] };
    },
  ],
  [
    "padding",
    (t) => ({ mask: input(t, "padding", "u8", batch, 1, 1, keys) as Tensor<Dims, "u8"> }), // made so
  ],
  [
    "a learned bias of keys",
    (t) => {
      const bias = input(t, "bias", "f32", heads, 1, keys);
      return { bias: f32(bias), learned: [bias] };
    },
  ],
  ["a soft cap", () => ({ softcap: 20 })],
  [
    "dropout",
    (t) => ({ drop: (weights) => dropout(weights, 0.1, input(t, "key", "i32", 2) as Tensor<[2], "i32">) }), // made so
  ],
  ["a mask made around it", () => ({ mask: bool(positions().abs().less(9)) })],
  ["a mask of one head made around it", () => ({ mask: bool(positions().less(9).reshape([1, 1, queries, keys])) })],
  [
    "a bias made around it",
    () => ({
      bias: f32(
        positions()
          .less(9)
          .select(constant(0, [queries, keys], "f32"), -Infinity),
      ),
    }),
  ],
];

/** Tables whose entries are chosen for each pair. */
const tables: typeof ways = [
  [
    "a table by distance",
    (t) => {
      const table = input(t, "table", "f32", heads * (queries + keys));
      return {
        score: (score, { head, query, key }) =>
          score.add(
            table.gather(
              query
                .sub(key)
                .add(keys)
                .add(head.mul(queries + keys)),
            ),
          ),
        learned: [table],
      };
    },
  ],
  [
    "a bias gathered and transposed around it",
    (t) => {
      const table = input(t, "table", "f32", queries + keys, heads);
      const bias = table.gather(positions().add(keys)).transpose([2, 0, 1]);
      return { bias: f32(bias), learned: [table] };
    },
  ],
];

describe.each([...ways, ...tables])("attention with %s", (_, options) => {
  it("keeps nothing of the size of its scores", () => {
    expect(large(graphWith(options, false))).toEqual([]);
  });
});

describe.each(ways)("the gradients of attention with %s", (_, options) => {
  it("keep nothing of the size of its scores", () => {
    expect(large(graphWith(options, true))).toEqual([]);
  });
});

describe.each(tables)("the gradients of attention with %s", (_, options) => {
  it("keep where it was gathered, what, and its gradient, for all batches together", () => {
    const sizes = large(graphWith(options, true));
    expect(sizes.length).toBeLessThanOrEqual(3);
    const lengths = sizes.map((size) => size.replace(/^(temporary|prepared) /, ""));
    for (const length of lengths) expect([String(pairs), String(heads * pairs)]).toContain(length);
  });
});

describe("a bias for each pair of query and key", () => {
  it("is in memory as it was given, as is its gradient, and nothing else", () => {
    const graph = graphWith((t) => {
      const bias = input(t, "bias", "f32", 1, heads, queries, keys);
      return { bias: f32(bias), learned: [bias] };
    }, true);
    expect(large(graph).toSorted()).toEqual([`input ${heads * pairs}`, `output ${heads * pairs}`]);
  });
});
