// Functions that take a tensor apart, steps of recurrent networks, methods and numbers in front, against results written by hand.
import { describe, expect, test } from "vitest";
import {
  chunk,
  div,
  greater,
  gruCell,
  lstmCell,
  mergeHeads,
  pow,
  rnnCell,
  split,
  splitHeads,
  sub,
} from "../../../src/ir/functions/index.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { elements, fed, refusal } from "./evaluate-call.ts";

/** The elements of a result. */
const dataOf = (...call: Parameters<typeof elements>): readonly number[] =>
  // Of one result, which has a shape and elements.
  (elements(...call) as { readonly data: readonly number[] }).data;

const counted = fed([2, 4], [0, 1, 2, 3, 4, 5, 6, 7]);

describe("parts", () => {
  test("chunk gives equal parts along any axis", () => {
    expect(elements([counted], (t) => chunk(t, 2, 1)[1])).toEqual({ shape: [2, 2], data: [2, 3, 6, 7] });
    expect(elements([counted], (t) => chunk(t, 2)[0])).toEqual({ shape: [1, 4], data: [0, 1, 2, 3] });
    expect(elements([counted], (t) => chunk(t, 4, -1)[3])).toEqual({ shape: [2, 1], data: [3, 7] });
  });

  test("chunk refuses parts that are not equal, and no parts", () => {
    for (const parts of [3, 0, -2, 1.5])
      expect(refusal([["f32", [2, 4]]], (t) => chunk(t, parts, 1)).message).toBe(
        `W237: chunk: ${parts} equal parts do not make up the 4 of axis 1 (f32[2, 4])`,
      );
    expect(refusal([["f32", ["B", 4]]], (t) => chunk(t, 2)).message).toContain("do not make up the B of axis 0");
  });

  test("split takes lengths with symbols", () => {
    const unfit = refusal([["f32", ["T+1", 4]]], (t) => split(t, ["T", 2] as never));
    expect(unfit.message).toBe("W236: split: the lengths [T, 2] do not add up to the T+1 of axis 0 (f32[T+1, 4])");
    expect(elements([counted], (t) => split(t, [3, 1], 1)[1] as Tensor)).toEqual({ shape: [2, 1], data: [3, 7] });
  });

  test("heads are slices of the features, and merging them gives back what there was", () => {
    expect(elements([counted], (t) => splitHeads(t, 2))).toEqual({ shape: [2, 2, 2], data: [0, 1, 4, 5, 2, 3, 6, 7] });
    expect(elements([counted], (t) => mergeHeads(splitHeads(t, 2)))).toEqual({
      shape: [2, 4],
      data: [0, 1, 2, 3, 4, 5, 6, 7],
    });
    expect(refusal([["f32", [2, 4]]], (t) => splitHeads(t, 3)).message).toBe(
      "W284: splitHeads: 3 heads do not divide 4 features",
    );
    expect(refusal([["f32", [2, 4]]], (t) => mergeHeads(t)).message).toContain("axis -3 is outside");
  });
});

describe("numbers in front", () => {
  test("become constants of the element type behind them", () => {
    expect(dataOf([fed([2], [1, 4])], (t) => sub(1, t))).toEqual([0, -3]);
    expect(dataOf([fed([2], [1, 4])], (t) => div(2, t))).toEqual([2, 0.5]);
    expect(dataOf([fed([2], [1, 4])], (t) => pow(2, t))).toEqual([2, 16]);
    expect(dataOf([fed([2], [1, 4])], (t) => greater(2, t))).toEqual([1, 0]);
  });

  test("are refused with another number", () => {
    expect(refusal([["f32", [2]]], () => sub(1, 2 as never)).message).toBe("W230: sub: a tensor is expected, not 2");
  });
});

describe("methods", () => {
  test("take the same options, and leave out the same ones", () => {
    expect(elements([counted], (t) => t.slice([{ start: 1 }, { end: 3, step: 2 }]))).toEqual({
      shape: [1, 2],
      data: [4, 6],
    });
    expect(dataOf([counted], (t) => t.concat([t]).sum({ axes: [0] }))).toEqual([8, 12, 16, 20]);
    expect(
      dataOf([counted], (t) =>
        t
          .pad([{ low: 1 }])
          .relu()
          .max({ axes: [1] }),
      ),
    ).toEqual([0, 3, 7]);
  });

  test("say what was wrong under their own names, where the user called them", () => {
    const unfit = refusal(
      [
        ["f32", [2, 4]],
        ["f32", [3]],
      ],
      (t, u) => t.maximum(u as never),
    );
    expect(unfit.message).toBe("W207: maximum: extents 4 and 3 do not broadcast ([2, 4] vs [3])");
    expect(unfit.file).toBe("parts.test.ts");
  });
});

describe("steps of recurrent networks", () => {
  const x = fed([1, 1], [1]);
  const h = fed([1, 1], [0.5]);
  const tanh = (value: number): number => Math.fround(Math.tanh(value));
  const ones = (rows: number) =>
    fed(
      [rows, 1],
      Array.from({ length: rows }, () => 1),
    );
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

  test("of Elman", () => {
    const step = dataOf([x, h, ones(1)], (t, u, w) => rnnCell(t, u, { inputWeight: w, hiddenWeight: w }));
    expect(step[0]).toBeCloseTo(tanh(1.5), 6);
    const linear = dataOf([x, h, ones(1)], (t, u, w) =>
      rnnCell(t, u, { inputWeight: w, hiddenWeight: w }, { nonlinearity: "relu" }),
    );
    expect(linear).toEqual([1.5]);
  });

  test("of gated units", () => {
    const step = dataOf([x, h, ones(3)], (t, u, w) => gruCell(t, u, { inputWeight: w, hiddenWeight: w }));
    const z = sigmoid(1.5);
    expect(step[0]).toBeCloseTo((1 - z) * Math.tanh(1 + z * 0.5) + z * 0.5, 6);
  });

  test("of long short-term memory", () => {
    const state = (t: Tensor, u: Tensor, w: Tensor) =>
      lstmCell(t, { hidden: u, cell: u }, { inputWeight: w, hiddenWeight: w });
    const [gate, fresh] = [sigmoid(1.5), Math.tanh(1.5)];
    const cell = gate * 0.5 + gate * fresh;
    expect(dataOf([x, h, ones(4)], (t, u, w) => state(t, u, w).cell)[0]).toBeCloseTo(cell, 6);
    expect(dataOf([x, h, ones(4)], (t, u, w) => state(t, u, w).hidden)[0]).toBeCloseTo(gate * Math.tanh(cell), 6);
  });
});
