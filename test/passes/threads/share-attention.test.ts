// Attention and its gradients, shared: random uses of all options, more queries than a block has, heads that share keys, biases that
// all batches read, whose gradients add up over batches.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planBuffers } from "../../../src/passes/plan-buffers.ts";
import { shareWork } from "../../../src/passes/threads/share-work.ts";
import { firstDifference } from "../../../src/testing/run-everywhere.ts";
import { arbitraryUse } from "../../support/attention-arbitrary.ts";
import { type AttentionSetup, arraysFor } from "../../support/attention-cases.ts";
import { attentionGraph, programOf, storedArrays } from "../../support/attention-programs.ts";
import { randomNumbers } from "../../support/op-meaning.ts";
import { ordersOf, runShareByShare } from "../../support/share-by-share.ts";

/** The kernels that are shared, after the bits were compared. */
const expectSameBits = (setup: AttentionSetup, threads: number): readonly string[] => {
  const arrays = arraysFor(setup, randomNumbers(3));
  const program = programOf(attentionGraph(setup, arrays));
  const shared = planBuffers.run(shareWork({ threads, least: { kernel: 0, entry: 0 } }).run(program));
  const feeds = storedArrays(arrays);
  const whole = runShareByShare(program, "main", feeds, [0]);
  for (const count of new Set([2, threads]))
    for (const order of ordersOf(count))
      expect(firstDifference(whole, runShareByShare(shared, "main", feeds, order))).toBeUndefined();
  const share = shared.sharing?.buffer ?? "";
  return shared.entries
    .flatMap(({ calls }) => calls)
    .flatMap(({ kernel, buffers }) => (buffers.includes(share) ? [kernel.replace(/_part\d+$/, "")] : []));
};

const large: AttentionSetup = {
  batch: [2, 4],
  keyBatch: [2, 4],
  queries: 8,
  keys: 12,
  features: 8,
  valueFeatures: 8,
  dtype: "f32",
};

describe("attention on several threads", () => {
  test("random uses give the bits of one thread, gradients included", () => {
    fc.assert(
      fc.property(arbitraryUse({ dtype: "f32" }), fc.constantFrom(2, 3), (setup, threads) => {
        expectSameBits(setup, threads);
      }),
      { numRuns: 60 },
    );
  });

  test("one head is shared by its queries, in blocks; its gradients are not", () => {
    const kernels = expectSameBits({ ...large, batch: [], keyBatch: [], queries: 110, keys: 70, causal: true }, 3);
    expect(kernels).toContain("attention");
    expect(kernels).not.toContain("attentionGradients");
  });

  test.each<[string, AttentionSetup]>([
    ["heads", large],
    ["heads that share keys", { ...large, keyBatch: [2, 2] }],
    ["a bias of each head", { ...large, batch: [4], keyBatch: [4], bias: { shape: [4, 8, 12], forbids: false } }],
  ])("both are shared by %s", (_, setup) => {
    expect(expectSameBits(setup, 2)).toEqual(expect.arrayContaining(["attention", "attentionGradients"]));
  });

  test("gradients of what all batches read are summed by one thread", () => {
    const kernels = expectSameBits({ ...large, bias: { shape: [8, 12], forbids: false } }, 2);
    expect(kernels).toContain("attention");
    expect(kernels).not.toContain("attentionGradients");
  });
});
