import { describe, expect, it } from "vitest";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import { array, meaning, typeOf } from "../../support/op-meaning.ts";

describe("leaves", () => {
  it.each([
    ["input", { name: "x" }],
    ["parameter", { name: "w" }],
    ["data", { id: "0" }],
    ["constant", { value: 1 }],
  ] as const)("%s has the type that it states", (kind, attrs) => {
    const type = { dtype: "f32", shape: ["B", 4] } as const;
    expect(typeOf(kind, [], { ...attrs, ...type })).toEqual(tensorType("f32", ["B", 4]));
  });

  it.each([
    ["input", { name: "x" }, "W209: input x: -1 is not an extent ([2, -1])"],
    ["parameter", { name: "w" }, "W209: parameter w: -1 is not an extent ([2, -1])"],
    ["data", { id: "0" }, "W209: data: -1 is not an extent ([2, -1])"],
    ["constant", { value: 1 }, "W209: constant: -1 is not an extent ([2, -1])"],
  ] as const)("%s refuses an extent that is none", (kind, attrs, message) => {
    expect(() => typeOf(kind, [], { ...attrs, dtype: "f32", shape: [2, -1] })).toThrow(message);
  });
});

describe("constant", () => {
  it("fills a tensor, with the number as its element type holds it", () => {
    expect(meaning("constant", [], { value: 0.1, dtype: "f64", shape: [2] })).toEqual(array([2], [0.1, 0.1]));
    expect(meaning("constant", [], { value: 0.1, dtype: "f32", shape: [] })).toEqual(
      array([], [Math.fround(0.1)], "f32"),
    );
    expect(meaning("constant", [], { value: -3, dtype: "i32", shape: [0] })).toEqual(array([0], [], "i32"));
  });

  it("refuses a number that its element type does not hold", () => {
    expect(() => typeOf("constant", [], { value: 0.5, dtype: "i32", shape: [] })).toThrow(
      "W210: constant: 0.5 is not a number of type i32",
    );
  });
});
