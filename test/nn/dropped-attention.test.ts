// Dropped weights of attention: the mask is made within the loop over scores, once there and once back, and has to be the same one;
// it is that of weights which are written out, and nothing of queries times keys is in memory.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileSync, differentiate, training } from "../../src/index.ts";
import { attention, concat, mean, sum } from "../../src/ir/functions/index.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { withMode } from "../../src/model/mode.ts";
import { defineModel, spec } from "../../src/model/model.ts";
import { bindSpecs } from "../../src/model/parameter.ts";
import { type DropoutFunction, dropout, gpt, multiHeadAttention } from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";
import { evaluated } from "../ir/functions/evaluate-call.ts";
import { randomArray, randomNumbers } from "../support/op-meaning.ts";

/** A dropout layer, bound: it has no parameters. */
const dropping = (rate: number): DropoutFunction =>
  bindSpecs(dropout(rate), (path) => expect.unreachable(path)) as DropoutFunction; // what its type says

/** The output and the gradients of one number made of it, side by side. */
const outputAndGradients = (inputs: readonly Tensor[], describe: () => Tensor): Tensor => {
  const { result } = withMode("training", describe);
  const gradients = differentiate(sum(result.mul(result).mul(result)), inputs);
  return concat([result, ...gradients].map((tensor) => tensor.reshape([-1])));
};

describe("dropped attention", () => {
  test("is what comes of dropped weights that are written out, forward and back", () => {
    const sizes = { keyHeads: fc.integer({ min: 1, max: 2 }), groups: fc.integer({ min: 1, max: 2 }), seed: fc.nat() };
    const lengths = { queries: fc.integer({ min: 1, max: 5 }), keys: fc.integer({ min: 1, max: 5 }) };
    const rate = fc.constantFrom(0.25, 0.5, 0.9, 1);
    fc.assert(
      fc.property(
        fc.record({ ...sizes, ...lengths, rate, causal: fc.boolean() }),
        ({ keyHeads, groups, seed, queries, keys, rate, causal }) => {
          const random = randomNumbers(seed);
          const draw = (...shape: readonly number[]) => randomArray({ dtype: "f64", shape }, random);
          const arrays = [draw(keyHeads * groups, queries, 3), draw(keyHeads, keys, 3), draw(keyHeads, keys, 2)];
          const drop = dropping(rate);
          const fused = evaluated(arrays, (q, k, v) =>
            outputAndGradients([q, k, v], () => attention(q, k, v, { causal, drop })),
          );
          const apart = evaluated(arrays, (q, k, v) =>
            outputAndGradients([q, k, v], () => {
              const weights: Tensor = drop(attention(q, k, v, { causal, weights: true }).weights);
              const rows = weights.reshape([keyHeads, groups * queries, keys]);
              return rows.matmul(v).reshape([keyHeads * groups, queries, 2]);
            }),
          );
          for (const [at, element] of apart.data.entries()) expect(fused.data[at]).toBeCloseTo(element, 11);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("gives back the weights that it dropped, with the same bits on two backends", () => {
    const model = defineModel({
      name: "dropped",
      params: { attend: multiHeadAttention(4, 1, { dropout: 0.5, bias: false }) },
      inputs: { x: spec("f32", ["B", "T", 4]) },
      forward: (p, { x }) => {
        const { output, weights } = p.attend(x, { weights: true });
        return { output, weights };
      },
    });
    const x = Float32Array.from({ length: 2 * 9 * 4 }, (_, at) => Math.sin(at * at));
    const learning = training(model, {
      loss: ({ output, weights }) => mean(output.mul(output)).add(mean(weights.mul(weights))),
      optimizer: sgd({ learningRate: 0.5 }),
      metrics: ({ weights }) => ({ dropped: sum(weights.equal(0).cast("i32")) }),
    });
    const runs = (["wasm", "closure"] as const).map((backend) => {
      const trainer = compileSync(learning, { dims: { B: 2, T: 9 }, backend, seed: 4 });
      return [1, 2, 3].map(() => trainer.step({ x })).map(({ loss, dropped }) => [loss, dropped.data[0]]);
    });
    expect(runs[1]).toEqual(runs[0]);
    for (const [, dropped] of runs[0] ?? []) expect(Math.abs(Number(dropped) - 81)).toBeLessThan(40);
  });

  test("writes nothing of queries times keys", () => {
    const [length, features] = [96, 8];
    const model = defineModel({
      name: "language",
      params: { language: gpt({ vocabulary: 11, context: length, features, heads: 2, blocks: 1, dropout: 0.1 }) },
      inputs: { ids: spec("i32", ["B", "T"]) },
      forward: (p, { ids }) => ({ logits: p.language(ids) }),
    });
    const learning = training(model, {
      loss: ({ logits }) => mean(logits.mul(logits)),
      optimizer: sgd({ learningRate: 0.1 }),
    });
    const { program } = compileSync(learning, { dims: { B: 1, T: length } });
    const largest = Math.max(...Array.from(program.buffers.values(), (buffer) => buffer.length));
    expect(largest).toBeLessThan(length * length);
    expect(program.kernels.size).toBeGreaterThan(3);
  });
});
