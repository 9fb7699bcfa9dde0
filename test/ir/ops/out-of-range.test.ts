// Indices are data, so loops bring them into range whatever they are: to the nearest row there is, or the nearest start from which
// there is room. Where there is no row at all, nothing is read and nothing is added. The meaning of an op refuses them.
import { describe, expect, test } from "vitest";
import type { OpKind } from "../../../src/ir/ops/index.ts";
import { type KnownType, type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import { runLowered } from "../../support/lower-op.ts";
import { meaning } from "../../support/op-meaning.ts";

/** 1, 2, 3, ... */
const counting = ({ dtype, shape }: KnownType): NdArray => ({
  dtype,
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, at) => at + 1),
});

const f32 = (...shape: readonly number[]): NdArray => counting({ dtype: "f32", shape });

const indices = (shape: readonly number[], data: readonly number[]): NdArray => ({
  dtype: "i32",
  shape,
  data: Float64Array.from(data),
});

interface Indexing {
  readonly kind: OpKind;
  readonly attrs: object;
  /** The operands around indices of this shape. */
  readonly operands: (indices: NdArray) => readonly NdArray[];
  readonly shape: readonly number[];
  /** The largest index that is in range. */
  readonly last: number;
}

const cases: readonly Indexing[] = [
  { kind: "gather", attrs: { axis: 1 }, operands: (at) => [f32(2, 5, 3), at], shape: [4], last: 4 },
  { kind: "takeAlongAxis", attrs: { axis: 1 }, operands: (at) => [f32(2, 5), at], shape: [2, 4], last: 4 },
  { kind: "scatterAdd", attrs: { axis: 1, extent: 5 }, operands: (at) => [at, f32(2, 4, 3)], shape: [4], last: 4 },
  { kind: "addAlongAxis", attrs: { axis: 1, extent: 5 }, operands: (at) => [at, f32(2, 4)], shape: [2, 4], last: 4 },
  { kind: "dynamicSlice", attrs: { axis: 1, length: 2 }, operands: (at) => [f32(2, 5), at], shape: [], last: 3 },
  { kind: "dynamicUpdateSlice", attrs: { axis: 1 }, operands: (at) => [f32(2, 5), f32(2, 2), at], shape: [], last: 3 },
];

const farBelow = -2147483648;
const farAbove = 2147483647;

describe.each(cases.map((each) => [each.kind, each] as const))("%s", (kind, { attrs, operands, shape, last }) => {
  const filled = (...cycle: readonly number[]): readonly NdArray[] =>
    operands(
      indices(
        shape,
        Array.from({ length: sizeOf(shape) }, (_, at) => cycle[at % cycle.length] ?? 0),
      ),
    );

  test.each([
    ["below", [-1], [0]],
    ["far below", [farBelow], [0]],
    ["behind", [last + 1], [last]],
    ["far behind", [farAbove], [last]],
    ["at either end", [last, 0, 1], [last, 0, 1]],
    ["everywhere", [farBelow, last + 2, 1, -3], [0, last, 1, 0]],
  ] as const)("takes indices %s to the nearest", (_, given, nearest) => {
    expect(runLowered(kind, filled(...given), attrs)).toEqual([meaning(kind, filled(...nearest), attrs)]);
  });

  test.each([-1, last + 1])("means nothing at %i", (index) => {
    expect(() => meaning(kind, filled(index), attrs)).toThrow(`${kind}: `);
  });
});

describe("where there are no rows", () => {
  const none = { dtype: "f32", shape: [2, 0], data: new Float64Array(0) } as const;

  test.each([
    ["gather", [none, indices([3], [0, 1, -1])], { axis: 1 }, [2, 3]],
    ["takeAlongAxis", [none, indices([2, 1], [0, 7])], { axis: 1 }, [2, 1]],
  ] as const)("%s gives zeros", (kind, operands, attrs, shape) => {
    expect(runLowered(kind, operands, attrs)).toEqual([{ dtype: "f32", shape, data: new Float64Array(sizeOf(shape)) }]);
  });

  test.each([
    ["scatterAdd", [indices([3], [0, 1, -1]), f32(2, 3)], { axis: 1, extent: 0 }],
    ["addAlongAxis", [indices([2, 1], [0, 7]), f32(2, 1)], { axis: 1, extent: 0 }],
  ] as const)("%s adds nothing", (kind, operands, attrs) => {
    expect(runLowered(kind, operands, attrs)).toEqual([none]);
  });
});

describe("oneHot", () => {
  test("has no 1 for an index out of range", () => {
    const [given] = runLowered("oneHot", [indices([4], [-1, 0, 2, 3])], { depth: 3, dtype: "f32" });
    expect([...(given?.data ?? [])]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0]);
  });

  test.each([-1, 3])("means nothing at %i", (index) => {
    expect(() => meaning("oneHot", [indices([1], [index])], { depth: 3, dtype: "f32" })).toThrow("oneHot: ");
  });
});
