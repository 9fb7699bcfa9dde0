// Shared programs give the bits of the whole ones, whatever the number of threads and the order in which these do their parts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { assertSound, verifyPlanned } from "../../../src/ir/loop/verify.ts";
import { planBuffers } from "../../../src/passes/plan-buffers.ts";
import { shareWork } from "../../../src/passes/threads/share-work.ts";
import { computingOps, type GraphCase, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { feedsOf } from "../../../src/testing/case-arrays.ts";
import { firstDifference } from "../../../src/testing/run-everywhere.ts";
import { ordersOf, runShareByShare } from "../../support/share-by-share.ts";

/** How many calls of a graph are shared, after everything was compared. */
const expectSameBits = (drawn: GraphCase, threads: number): number => {
  const { program } = planGraph(drawn.graph);
  const shared = planBuffers.run(shareWork({ threads, least: { kernel: 0, entry: 0 } }).run(program));
  assertSound(verifyPlanned(shared));
  const feeds = feedsOf(drawn);
  for (const { name } of program.entries) {
    const whole = runShareByShare(program, name, feeds, [0]);
    for (const count of new Set([1, 2, threads]))
      for (const order of ordersOf(count))
        expect(firstDifference(whole, runShareByShare(shared, name, feeds, order))).toBeUndefined();
  }
  const share = shared.sharing?.buffer;
  return shared.entries.flatMap(({ calls }) => calls).filter(({ buffers }) => buffers.includes(share ?? "")).length;
};

describe("sharing work between threads", () => {
  test.each(computingOps)("%s: one use of it gives the same bits on any number of threads", (kind) => {
    fc.assert(
      fc.property(graphs({ ops: [kind], maxSteps: 1 }), fc.constantFrom(2, 3, 5), (drawn, threads) => {
        expectSameBits(drawn, threads);
      }),
      { numRuns: 30 },
    );
  });

  test("random graphs give the same bits on any number of threads, and most have something to share", () => {
    let [cases, withShares] = [0, 0];
    fc.assert(
      fc.property(graphs(), fc.constantFrom(2, 3, 5), (drawn, threads) => {
        cases += 1;
        if (expectSameBits(drawn, threads) > 0) withShares += 1;
      }),
      { numRuns: 200 },
    );
    expect(withShares / cases).toBeGreaterThan(0.5);
  });
});
