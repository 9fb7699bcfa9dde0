// The table "what keeps memory linear" of docs/attention.md, held to plans: how large the largest tensor of a prediction and of a
// training step is that is no parameter, in the unit of all pairs of a query and a key.
import { describe, expect, test } from "vitest";
import { compileSync, param, training } from "../../src/index.ts";
import { type AttentionOptions, attention, constant, gather, iota, mean } from "../../src/ir/functions/index.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { normal, zeros } from "../../src/model/initializer.ts";
import { defineModel, spec } from "../../src/model/model.ts";
import type { Params } from "../../src/model/parameter.ts";
import { dropout } from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";

const [length, heads, features] = [192, 2, 4];

const params = {
  scale: param([1], normal(1)),
  perHead: param([heads], normal(1)),
  perKey: param([length], zeros),
  matrix: param([length, length], zeros),
  table: param([heads * length], zeros),
  drop: dropout(0.1),
};
type Given = Params<typeof params> & { readonly documents: Tensor<[3, typeof length], "i32"> };

/** Elements of the largest tensor in multiples of queries times keys, rounded down: of a prediction, and of a training step. */
const largest = (options: (given: Given) => AttentionOptions): readonly number[] => {
  const model = defineModel({
    name: "memory",
    params,
    inputs: { x: spec("f32", [3, heads, length, features]), documents: spec("i32", [3, length]) },
    forward: (p, { x, documents }) => {
      const q = x.mul(p.scale);
      return { y: attention(q, q, q, options({ ...p, documents })) };
    },
  });
  const learning = training(model, { loss: ({ y }) => mean(y.mul(y)), optimizer: sgd({ learningRate: 0.1 }) });
  const { program } = compileSync(learning, { dims: {} });
  return ["predict", "step"].map((name) => {
    const calls = program.entries.find((entry) => entry.name === name)?.calls ?? [];
    const written = calls.flatMap(({ buffers }) => buffers.map((buffer) => program.buffers.get(buffer)));
    const sizes = written.flatMap((buffer) =>
      buffer === undefined || buffer.role === "parameter" ? [] : [buffer.length],
    );
    expect(sizes.length).toBeGreaterThan(0);
    return Math.floor(Math.max(...sizes) / length ** 2);
  });
};

describe("what attention writes", () => {
  test.each<readonly [string, (given: Given) => AttentionOptions]>([
    ["causal", () => ({ causal: true })],
    ["window and prefix", () => ({ causal: true, window: 16, prefix: 5 })],
    ["segments", ({ documents }) => ({ segments: documents })],
    ["softcap and alibi", ({ perHead }) => ({ softcap: 20, alibi: perHead })],
    ["drop", ({ drop }) => ({ drop })],
    [
      "a mask of positions",
      () => ({
        mask: iota([length, 1], 0)
          .sub(iota([1, length], 1))
          .greaterEqual(0),
      }),
    ],
    ["a bias of keys", ({ perKey }) => ({ bias: perKey })],
    [
      "a score with a number for each head",
      ({ perHead }) => ({ score: (s, { head }) => s.mul(gather(perHead, head)) }),
    ],
    ["a constant score", () => ({ score: (s, { key }) => s.add(gather(constant(1, [length]), key)) })],
  ])("nothing of queries times keys: %s", (_, options) => expect(largest(options)).toEqual([0, 0]));

  test("the gradient of what scores read by query and key, of all batches together", () => {
    expect(largest(({ matrix }) => ({ bias: matrix }))).toEqual([0, 1]);
    expect(
      largest(({ table }) => ({ score: (s, { query, key }) => s.add(gather(table, query.sub(key).abs())) })),
    ).toEqual([0, 1]);
    const ofHeads = (table: Tensor): AttentionOptions => ({
      score: (s, { head, query, key }) => s.add(gather(table, head.mul(length).add(query.sub(key).abs()))),
    });
    expect(largest(({ table }) => ofHeads(table))).toEqual([0, heads]);
  });
});
