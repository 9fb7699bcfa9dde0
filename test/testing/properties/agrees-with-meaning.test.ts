// Random graphs through the whole compiler: every element within what rounding can do to it, and few of which the oracle says little.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import type { ValueProfile } from "../../../src/testing/arbitraries/values.ts";
import { conditioning } from "../../../src/testing/oracle/conditioning.ts";
import { agreesWithMeaning } from "../../../src/testing/properties/agrees-with-meaning.ts";

const holds = async (profile: ValueProfile, numRuns: number): Promise<ReturnType<typeof conditioning>> => {
  const counted = conditioning();
  const { check } = agreesWithMeaning({ conditioning: counted });
  await fc.assert(
    fc.asyncProperty(graphs({ values: [profile], maxSteps: 5, maxElements: 1024 }), async (drawn) => {
      expect(await check(drawn)).toBeUndefined();
    }),
    { numRuns },
  );
  return counted;
};

describe("WebAssembly agrees with the meaning of random graphs", () => {
  test("on ordinary numbers", async () => expect((await holds("normal", 100)).complaint()).toBeUndefined());
  test("on whole numbers", async () => expect((await holds("whole", 100)).complaint()).toBeUndefined());
  // Sums of extremes overflow in one order and not in another: there the oracle rightly says nothing.
  test("on extremes, infinities and NaN", async () =>
    expect((await holds("special", 100)).counts().elements).toBeGreaterThan(1000));
});
