import { describe, expect, it } from "vitest";
import { describeBody } from "../../../src/ir/graph/body.ts";
import { isBody } from "../../../src/ir/ops/attributes.ts";
import { normalizeAxes, normalizeAxis, requireNumber } from "../../../src/ir/ops/typing.ts";

describe("normalizeAxis", () => {
  it.each([
    [0, 0],
    [2, 2],
    [-1, 2],
    [-3, 0],
  ])("counts %d as %d of three", (axis, counted) => {
    expect(normalizeAxis("sum", ["B", 4, 5], axis)).toBe(counted);
  });

  it.each([3, -4, 0.5, Number.NaN])("refuses %d", (axis) => {
    expect(() => normalizeAxis("sum", ["B", 4, 5], axis)).toThrow(
      `W205: sum: axis ${axis} is outside a shape of 3 axes ([B, 4, 5])`,
    );
  });
});

describe("normalizeAxes", () => {
  it("sorts", () => {
    expect(normalizeAxes("sum", [2, 3, 4], [-1, 0])).toEqual([0, 2]);
    expect(normalizeAxes("sum", [2, 3, 4], [])).toEqual([]);
  });

  it("refuses an axis named twice", () => {
    expect(() => normalizeAxes("sum", [2, 3, 4], [2, -1])).toThrow(
      "W206: sum: the axes [2, -1] do not ascend ([2, 3, 4])",
    );
  });
});

describe("requireNumber", () => {
  it.each([
    ["f32", Number.NaN],
    ["f64", Number.NEGATIVE_INFINITY],
    ["i32", -2147483648],
    ["u8", 255],
    ["bool", 1],
  ] as const)("lets %s hold %d", (dtype, value) => {
    expect(() => requireNumber("constant", value, dtype)).not.toThrow();
  });

  it.each([
    ["i32", 2147483648],
    ["i32", 0.5],
    ["i32", Number.NaN],
    ["u8", -1],
    ["u8", 256],
    ["bool", 2],
  ] as const)("refuses %s %d", (dtype, value) => {
    expect(() => requireNumber("constant", value, dtype)).toThrow(
      `W210: constant: ${value} is not a number of type ${dtype}`,
    );
  });
});

describe("isBody", () => {
  const body = describeBody([{ dtype: "f32", shape: [2] }], (inputs) => inputs);

  it.each([
    [body, true],
    [[1, 2], false],
    [["B", 2], false],
    ["outputs", false],
    [3, false],
    [false, false],
    [undefined, false],
  ])("of %j is %s", (value, is) => expect(isBody(value)).toBe(is));
});
