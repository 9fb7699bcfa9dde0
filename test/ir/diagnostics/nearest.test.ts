import { describe, expect, it } from "vitest";
import { nearestName } from "../../../src/ir/diagnostics/nearest.ts";

describe("nearestName", () => {
  const known = ["matmul", "softmax", "logSoftmax", "reduce", "pad"];
  it.each([
    ["matmull", "matmul"],
    ["matmu", "matmul"],
    ["MATMUL", "matmul"],
    ["sofmtax", "softmax"],
    ["logsoftmax", "logSoftmax"],
    ["reudce", "reduce"],
    ["pda", undefined],
    ["pat", "pad"],
    ["convolve", undefined],
    ["", undefined],
    ["m".repeat(65), undefined],
  ])("%s: %s", (name, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });
});
