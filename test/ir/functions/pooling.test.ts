// Pooling by hand: where counts are rounded up, what means count, who gets the gradient of a tie, and what is not a number.
import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import {
  averagePool1d,
  averagePool2d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "../../../src/ir/functions/index.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { withTrace } from "../../../src/ir/graph/trace.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { elements, fed } from "./evaluate-call.ts";

/** The gradient of the sum of a call's results. */
const gradient = (input: NdArray, call: (x: Tensor) => Tensor): readonly number[] => {
  const trace = traceOver(graphBuilder());
  const x = trace.input("x", input);
  const [found] = withTrace(trace, () => differentiate(call(x).sum(), [x]));
  const outputs = [{ name: "gradient", value: trace.value(found) }];
  const graph = trace.builder.finish("call", [{ name: "main", outputs, updates: [] }]);
  return [...(evaluateGraph(graph, "main", { x: input })["gradient"]?.data ?? [])];
};

const five = fed([1, 1, 5], [1, 2, 3, 4, 5]);

describe("counts rounded up", () => {
  test("give a window more, of what is left", () => {
    expect(elements([five], (x) => maxPool1d(x, 2))).toEqual({ shape: [1, 1, 2], data: [2, 4] });
    expect(elements([five], (x) => maxPool1d(x, 2, { ceil: true }))).toEqual({ shape: [1, 1, 3], data: [2, 4, 5] });
  });

  test("give none that would start in the padding behind", () => {
    // ceil((3 + 2 - 2) / 2) + 1 = 3 windows would start at -1, 1 and 3, behind the last element.
    expect(elements([fed([1, 1, 3], [1, 2, 3])], (x) => maxPool1d(x, 2, { padding: 1, ceil: true }))).toEqual({
      shape: [1, 1, 2],
      data: [1, 3],
    });
  });

  test("count padding in means, and never what lies behind it", () => {
    const means = (options: { readonly padding: 0 | 1; readonly countPadding: boolean }): unknown =>
      elements([five], (x) => averagePool1d(x, 3, { stride: 3, ceil: true, ...options }));
    expect(means({ padding: 0, countPadding: true })).toEqual({ shape: [1, 1, 2], data: [2, 4.5] });
    // Windows [0, 1, 2], [3, 4, 5] and of [0, ., .] only the padding, which it starts in: no window.
    expect(means({ padding: 1, countPadding: true })).toEqual({ shape: [1, 1, 2], data: [1, 4] });
    expect(means({ padding: 1, countPadding: false })).toEqual({ shape: [1, 1, 2], data: [1.5, 4] });
  });

  test("along each axis by itself", () => {
    const image = fed([1, 1, 3, 2], [1, 2, 3, 4, 5, 6]);
    expect(elements([image], (x) => averagePool2d(x, 2, { ceil: true }))).toEqual({
      shape: [1, 1, 2, 1],
      data: [2.5, 5.5],
    });
  });
});

describe("maxima", () => {
  test("are not numbers where an element is none, whatever the padding", () => {
    const broken = fed([1, 1, 1, 2, 4], [1, Number.NaN, 3, 4, 5, 6, 7, -Infinity]);
    expect(elements([broken], (x) => maxPool3d(x, [1, 1, 2]))).toEqual({
      shape: [1, 1, 1, 2, 2],
      data: [Number.NaN, 4, 6, 7],
    });
    expect(elements([broken], (x) => globalMaxPool(x))).toEqual({ shape: [1, 1, 1, 1, 1], data: [Number.NaN] });
  });

  test("of nothing but minus infinity are that, not the padding's zero", () => {
    const low = fed([1, 1, 2], [-Infinity, -Infinity]);
    expect(elements([low], (x) => maxPool1d(x, 2, { padding: 1, stride: 1 }))).toEqual({
      shape: [1, 1, 3],
      data: [-Infinity, -Infinity, -Infinity],
    });
    expect(elements([low], (x) => globalMaxPool(x))).toEqual({ shape: [1, 1, 1], data: [-Infinity] });
  });

  test("hand their gradient to the first of equals, in the order of the elements", () => {
    const ties = fed([1, 1, 2, 2, 2], [1, 7, 7, 2, 7, 0, 7, 7]);
    const first = [0, 1, 0, 0, 0, 0, 0, 0];
    expect(gradient(ties, (x) => maxPool3d(x, 2))).toEqual(first);
    expect(gradient(ties, (x) => globalMaxPool(x))).toEqual(first);
    expect(gradient(fed([1, 1, 2, 2], [1, 7, 7, 7]), (x) => maxPool2d(x, 2))).toEqual([0, 1, 0, 0]);
  });
});

test("global pooling is over all that lies behind the channels", () => {
  const image = fed([1, 2, 2, 2], [1, 2, 3, 6, 8, 7, 6, 5]);
  expect(elements([image], (x) => globalAveragePool(x))).toEqual({ shape: [1, 2, 1, 1], data: [3, 6.5] });
  expect(elements([image], (x) => globalMaxPool(x))).toEqual({ shape: [1, 2, 1, 1], data: [6, 8] });
  expect(gradient(image, (x) => globalAveragePool(x))).toEqual(new Array<number>(8).fill(0.25));
});
