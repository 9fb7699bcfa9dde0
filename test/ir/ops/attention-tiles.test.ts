// How large the tiles of attention are, and how extents are rounded up to them.
import { describe, expect, test } from "vitest";
import { i32 } from "../../../src/ir/loop/build.ts";
import { roundUp, roundUpIndex, tileShape } from "../../../src/ir/ops/attention-tiles.ts";

describe("tiles of values", () => {
  test.each([
    [1, 8, 2],
    [1, 24, 2],
    [1, 32, 8],
    [1, 64, 8],
    [2, 8, 2],
    [2, 16, 4],
    [2, 24, 2],
    [2, 32, 4],
    [3, 8, 2],
    [3, 32, 2],
    [4, 32, 2],
    [4, 64, 2],
    [9, 64, 2],
  ])("of %i rows of %i columns have %i vectors", (rows, width, vectors) => {
    expect(tileShape(rows, width)).toEqual({ rows: Math.min(rows, 4), vectors });
  });
});

describe("the next multiple", () => {
  test.each([
    [0, 8, 0],
    [1, 8, 8],
    [8, 8, 8],
    [9, 8, 16],
    [31, 4, 32],
  ])("of %i, by %i's, is %i, known before or when running", (value, multiple, next) => {
    expect(roundUp(value, multiple)).toBe(next);
    expect(roundUpIndex(i32(value), multiple)).toEqual(i32(next));
  });
});
