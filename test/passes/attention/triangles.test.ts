import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandOf } from "../../../src/passes/attention/triangles.ts";

const filled = (rows: number, columns: number, element: (distance: number, row: number) => number) => {
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) data[row * columns + column] = element(column - row, row);
  return { dtype: "f32", data } as const;
};

const sizes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));

describe("constant bands", () => {
  test("say of every element what the constant holds", () => {
    const bounds = fc.tuple(fc.integer({ min: -7, max: 7 }), fc.integer({ min: -7, max: 7 }));
    const check = fc.property(sizes, bounds, ([rows, columns], [low, high]) => {
      const constant = filled(rows, columns, (distance) => (distance >= low && distance <= high ? 0 : -Infinity));
      const band = bandOf(constant, rows, columns);
      // All of one number is a number, and no band.
      const isUniform = new Set(constant.data).size === 1;
      expect(band === undefined).toBe(isUniform);
      if (band === undefined) return;
      const { least = -Infinity, most, within, outside } = band;
      expect(filled(rows, columns, (d) => (d >= least && d <= most ? within : outside))).toEqual(constant);
    });
    fc.assert(check, { numRuns: 300 });
  });

  test("have at most two numbers, which depend on the distance alone", () => {
    expect(
      bandOf(
        filled(3, 3, (distance) => distance),
        3,
        3,
      ),
    ).toBeUndefined();
    expect(
      bandOf(
        filled(3, 3, (distance, row) => (row === 1 && distance < 0 ? 1 : 0)),
        3,
        3,
      ),
    ).toBeUndefined();
    expect(
      bandOf(
        filled(4, 4, (distance) => Math.abs(distance) % 2),
        4,
        4,
      ),
    ).toBeUndefined();
    expect(
      bandOf(
        filled(3, 4, () => 0),
        4,
        3,
      ),
    ).toBeUndefined();
    expect(
      bandOf(
        filled(3, 4, (distance) => (distance > 0 ? -0 : 0)),
        3,
        4,
      ),
    ).toEqual({
      least: undefined,
      most: 0,
      within: 0,
      outside: -0,
    });
  });
});
