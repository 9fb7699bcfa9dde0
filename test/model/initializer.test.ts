// Initial values: of the distributions that the papers give, from a stream that depends on the seed and the name alone.
import { describe, expect, it } from "vitest";
import { constantly, fanInUniform, glorotUniform, heNormal, normal, ones, uniform, zeros } from "../../src/index.ts";
import { randomStream } from "../../src/model/initializer.ts";

const count = 20_000;
const drawn = (shape: readonly number[], { fill }: typeof zeros): readonly number[] => [
  ...fill(shape, randomStream(1, "w")),
];
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]): number => {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** 2));
};

describe("initializers", () => {
  it.each([
    ["zeros", zeros, 0],
    ["ones", ones, 1],
    ["constantly", constantly(-2.5), -2.5],
  ] as const)("%s fills with one number", (_, initializer, value) => {
    expect(drawn([2, 3], initializer)).toEqual(new Array(6).fill(value));
    expect(drawn([], initializer)).toEqual([value]);
    expect(drawn([0, 3], initializer)).toEqual([]);
  });

  // With n draws the mean is off by about sqrt(variance / n), the variance by about variance * sqrt(2 / n): six times that.
  it.each([
    ["uniform", uniform(-1, 3), [count], 1, 16 / 12],
    ["normal", normal(2), [count], 0, 4],
    ["heNormal", heNormal, [count / 50, 50], 0, 2 / 50],
    ["heNormal of windows", heNormal, [count / 90, 10, 3, 3], 0, 2 / 90],
    ["glorotUniform", glorotUniform, [100, 200], 0, 2 / 300],
    ["glorotUniform of windows", glorotUniform, [20, 40, 5, 5], 0, 2 / (25 * 60)],
    ["fanInUniform", fanInUniform(), [200, 100], 0, 1 / 300],
    ["fanInUniform of a given number", fanInUniform(12), [count], 0, 1 / 36],
  ] as const)("%s has the mean and the variance it says", (_, initializer, shape, expectedMean, expectedVariance) => {
    const values = drawn(shape.map(Math.floor), initializer);
    expect(Math.abs(mean(values) - expectedMean)).toBeLessThan(6 * Math.sqrt(expectedVariance / values.length));
    expect(Math.abs(variance(values) / expectedVariance - 1)).toBeLessThan(6 * Math.sqrt(2 / values.length));
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it("depends on the seed and on the name", () => {
    const first = (seed: number, name: string): number => randomStream(seed, name)();
    expect(first(1, "a")).toBe(first(1, "a"));
    expect(new Set([first(1, "a"), first(2, "a"), first(1, "b"), first(0, ""), first(1, "ab")]).size).toBe(5);
  });
});
