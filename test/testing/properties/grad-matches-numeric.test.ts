// Gradients of random graphs are slopes, to second order; and a graph whose gradient is none is found out.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { customGradient } from "../../../src/index.ts";
import { computingOps, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { gradMatchesNumeric } from "../../../src/testing/properties/grad-matches-numeric.ts";
import { graphOf } from "../../passes/support.ts";
import { array } from "../../support/op-meaning.ts";

describe("gradMatchesNumeric", () => {
  test("holds of random graphs, of which few are too near to a kink or without bounds", async () => {
    const property = gradMatchesNumeric();
    const ops = computingOps.filter((op) => op !== "stopGradient");
    await fc.assert(
      fc.asyncProperty(graphs({ ops, values: ["normal"], maxElements: 96, maxSteps: 6 }), async (drawn) => {
        expect(await property.check(drawn)).toBeUndefined();
      }),
      { numRuns: 60, seed: 20260101 },
    );
    const { checked, unbounded, compared, skipped } = property.counts();
    expect(checked).toBe(120);
    expect(unbounded).toBeLessThanOrEqual(0.15 * checked);
    expect(skipped).toBeLessThanOrEqual(0.1 * (compared + skipped));
  });

  test("says of which leaf, to which order, and by how much a gradient is wrong", async () => {
    const cubed = customGradient({
      name: "cubed",
      forward: (x) => x.mul(x).mul(x),
      gradient: ({ operands: [x], cotangents: [c] }) => [c.mul(x).mul(x).mul(3)],
    });
    const halved = customGradient({
      name: "halved",
      forward: (x) => x.mul(0.5),
      gradient: ({ cotangents: [c] }) => [c],
    });
    const feeds = { x: array([2], [0.5, -2]) };
    const caseOf = (fn: typeof cubed) => ({
      graph: graphOf((trace) => ({ y: fn(trace.input("x", { dtype: "f64", shape: [2] })) })),
      feeds,
      parameters: {},
    });
    expect(await gradMatchesNumeric().check(caseOf(cubed))).toBeUndefined();
    const violation = await gradMatchesNumeric().check(caseOf(halved));
    expect(violation).toMatchObject({
      what: "the gradient of entry main with respect to input x, along a direction, is not the slope (by duals)",
      output: "x",
    });
    expect((violation?.got ?? 0) / (violation?.wanted ?? 1)).toBeCloseTo(2, 10);
  });
});
