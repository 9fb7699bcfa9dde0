// Orders of epochs: each holds every example once, is the same whenever it is asked for, and no order is likelier than another.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { permutation } from "../../src/index.ts";

describe("permutation", () => {
  it("holds every example once, and depends on seed and epoch alone", () => {
    const counts = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(counts, fc.integer(), fc.nat(), (count, seed, epoch) => {
        const order = permutation(count, seed, epoch);
        expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
        expect(permutation(count, seed, epoch)).toEqual(order);
      }),
    );
  });

  it("is another for each epoch and each seed", () => {
    const orders = [0, 1, 2].flatMap((seed) => [0, 1, 2].map((epoch) => permutation(50, seed, epoch).join()));
    expect(new Set(orders).size).toBe(9);
  });

  it("gives each of the orders of four equally often", () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 12_000; epoch++) {
      const order = permutation(4, 5, epoch).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-squared with 23 degrees of freedom: above 49.7 once in a thousand seeds.
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
    expect(chi).toBeLessThan(49.7);
  });
});
