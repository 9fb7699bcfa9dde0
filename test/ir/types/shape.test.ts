import { describe, expect, it } from "vitest";
import { InvariantError } from "../../../src/ir/diagnostics/invariant.ts";
import {
  broadcastShapes,
  broadcastsTo,
  elementCount,
  knownShape,
  resolveReshape,
} from "../../../src/ir/types/shape.ts";

describe("elementCount", () => {
  it.each([
    [[], 1],
    [[2, 0, 3], 0],
    [["B", 4, "T"], "4*B*T"],
    [["T+1", 2], "2*T+2"],
  ])("of %j is %s", (shape, count) => {
    expect(elementCount(shape)).toBe(count);
  });
});

describe("knownShape", () => {
  it("passes numbers on and stops at symbols", () => {
    expect(knownShape([2, 3])).toEqual([2, 3]);
    expect(() => knownShape(["B"])).toThrow(InvariantError);
  });
});

describe("broadcastShapes", () => {
  it.each([
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[3], [2, 1], [2, 3]],
    [[], ["B", 4], ["B", 4]],
    [
      ["B", 1],
      [1, "T"],
      ["B", "T"],
    ],
    [[0], [1], [0]],
  ])("of %j and %j is %j", (left, right, both) => {
    expect(broadcastShapes("add", left, right)).toEqual(both);
    expect(broadcastsTo(left, both)).toBe(true);
    expect(broadcastsTo(right, both)).toBe(true);
  });

  it.each([
    [[2], [3], "W207: add: extents 2 and 3 do not broadcast ([2] vs [3])"],
    [["B"], [4], "W207: add: extents B and 4 do not broadcast ([B] vs [4])"],
    [["B", 4], ["B"], "W207: add: extents 4 and B do not broadcast ([B, 4] vs [B])"],
    [[0], [2], "W207: add: extents 0 and 2 do not broadcast ([0] vs [2])"],
  ])("of %j and %j is refused", (left, right, message) => {
    expect(() => broadcastShapes("add", left, right)).toThrow(message);
  });
});

describe("resolveReshape", () => {
  it.each([
    [
      ["B", 8, 8],
      [-1, 64],
      ["B", 64],
    ],
    [
      ["B", 8, 8],
      ["B", -1],
      ["B", 64],
    ],
    [
      [6, 4],
      [2, -1, 3],
      [2, 4, 3],
    ],
    [
      [0, 4],
      [-1, 4],
      [0, 4],
    ],
    [[6], [3, 3], [3, 3]],
  ])("of %j to %j is %j", (from, wanted, resolved) => {
    expect(resolveReshape(from, wanted)).toEqual(resolved);
  });

  it.each([
    [[6], [4, -1], "W211: reshape: element counts differ: [6] to [4, -1] (6 vs 4)"],
    [["B"], [2, -1], "W211: reshape: element counts differ: [B] to [2, -1] (B vs 2)"],
    [[0, 4], [0, -1], "W211: reshape: element counts differ: [0, 4] to [0, -1] (0 vs 0)"],
    [[4], [-1, -1], "W211: reshape: element counts differ: [4] to [-1, -1] (4 vs -1)"],
  ])("of %j to %j is refused", (from, wanted, message) => {
    expect(() => resolveReshape(from, wanted)).toThrow(message);
  });
});
