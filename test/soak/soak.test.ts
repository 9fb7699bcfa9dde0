// Short soaks; `npm run soak` has the long ones.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSync } from "../../src/index.ts";
import { labels, numbers, perceptronTraining } from "../support/small-models.ts";
import { slopeOf, soak } from "./soak.ts";

describe("what is done often", () => {
  it("leaves nothing on the heap, as runs into given arrays", async () => {
    const { slope } = await soak("runs", 60_000);
    expect(slope).toBeLessThan(1);
  }, 120_000);

  it("leaves nothing on the heap, as models that are compiled and let go", async () => {
    const { slope } = await soak("compiles", 300);
    // A model is some hundred kilobytes; what the engine learns of so short a run is a few bytes for each.
    expect(slope).toBeLessThan(5_000);
  }, 120_000);

  it("has a slope that says how much is left", () => {
    expect(slopeOf([0, 1, 2, 3].map((x) => [x, 5 + 3 * x] as const))).toBeCloseTo(3);
  });
});

describe("callers that take turns", () => {
  it("get what they would get alone, whatever the order", async () => {
    const trainer = compileSync(perceptronTraining, { dims: { B: 4 } });
    const feedsOf = (seed: number) => ({ features: numbers(4 * 6, seed) });
    const alone = [1, 2, 3].map((seed) => trainer.predict(feedsOf(seed)).logits.data);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const into = [1, 2, 3].map(() => ({ logits: new Float32Array(12) }));
        const caller = async (position: number): Promise<void> => {
          for (let time = 0; time < 3; time++) {
            const seed = 1 + ((position + time) % 3);
            await scheduler.schedule(Promise.resolve());
            const fresh = trainer.predict(feedsOf(seed)).logits.data;
            const given = trainer.predict(feedsOf(seed), { into: into[position] ?? {} });
            await scheduler.schedule(Promise.resolve());
            // Others have run meanwhile.
            expect([...fresh]).toEqual([...(alone[seed - 1] ?? [])]);
            expect(given).toBe(into[position]);
            expect(into[position]?.logits).toEqual(alone[seed - 1]);
          }
        };
        await scheduler.waitFor(Promise.all([caller(0), caller(1), caller(2)]));
      }),
      { numRuns: 50 },
    );
  });

  it("train together as one", async () => {
    const steps = [1, 2, 3, 4].map((seed) => ({ features: numbers(4 * 6, seed), label: labels(4, 3) }));
    const together = compileSync(perceptronTraining, { dims: { B: 4 } });
    const order: number[] = [];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const call = async (at: number): Promise<void> => {
          await scheduler.schedule(Promise.resolve());
          const feeds = steps[at];
          if (feeds === undefined) return;
          together.step(feeds);
          order.push(at);
        };
        await scheduler.waitFor(Promise.all([...steps.keys()].map(call)));
      }),
      { numRuns: 10 },
    );
    const inTurn = compileSync(perceptronTraining, { dims: { B: 4 } });
    for (const at of order) for (const feeds of steps.slice(at, at + 1)) inTurn.step(feeds);
    expect(together.parameters.all()).toEqual(inTurn.parameters.all());
  });
});
