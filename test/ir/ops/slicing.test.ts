import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compileSync,
  defineModel,
  grad,
  mul,
  pad as padWith,
  slice as sliceOf,
  spec,
  sum,
} from "../../../src/index.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import { concat } from "../../../src/ir/ops/concat.ts";
import { pad, slice } from "../../../src/ir/ops/slicing.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import { differentiate, toolsOf } from "../../../src/passes/differentiate.ts";
import { graphOf } from "../../passes/support.ts";
import { clamps, comparisons, remainders } from "../../support/count-expressions.ts";
import { builtElements } from "../../support/lower-op.ts";
import {
  array,
  expectGradientsMatch,
  gradients,
  meaning,
  randomArray,
  randomNumbers,
  typeOf,
} from "../../support/op-meaning.ts";

const matrix = array([3, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

describe("slice", () => {
  it("takes ranges with steps", () => {
    const attrs = { starts: [1, 0], ends: [3, 4], steps: [1, 3] };
    expect(meaning("slice", [matrix], attrs)).toEqual(array([2, 2], [5, 8, 9, 12]));
  });

  it("may take nothing", () => {
    expect(meaning("slice", [matrix], { starts: [3, 2], ends: [3, 4], steps: [2, 1] })).toEqual(array([0, 2], []));
  });

  it("types symbolic extents", () => {
    const x = tensorType("f32", ["B", "T"]);
    const last = { starts: [0, "T-1"], ends: ["B", "T"], steps: [1, 1] };
    expect(typeOf("slice", [x], last).shape).toEqual(["B", 1]);
    expect(typeOf("slice", [x], { ...last, starts: [0, 0], steps: [2, 1] }).shape).toEqual(["floor((B+1)/2)", "T"]);
    expect(typeOf("slice", [x], { ...last, starts: [0, 1], ends: [4, "T"] }).shape).toEqual([4, "T-1"]);
  });

  const whole = { starts: [0, 0], ends: [3, 4], steps: [1, 1] };
  it.each([
    [{ starts: [0] }, "W215: slice: starts is of length 1 for 2 axes ([3, 4])"],
    [{ ends: [3, 4, 5] }, "W215: slice: ends is of length 3 for 2 axes ([3, 4])"],
    [{ steps: [] }, "W215: slice: steps is of length 0 for 2 axes ([3, 4])"],
    [{ ends: [3, 5] }, "W214: slice: 0:5 is not within axis 1 of extent 4 ([3, 4])"],
    [{ starts: [-1, 0] }, "W214: slice: -1:3 is not within axis 0 of extent 3 ([3, 4])"],
    [{ starts: [0, 3], ends: [3, 2] }, "W214: slice: 3:2 is not within axis 1 of extent 4 ([3, 4])"],
    [{ starts: [0.5, 0] }, "W214: slice: 0.5:3 is not within axis 0 of extent 3 ([3, 4])"],
    [{ ends: ["3*T+", 4] }, "W209: slice: 3*T+ is not an extent ([3*T+])"],
    [{ steps: [1, 0] }, "W217: slice: step 0 along axis 1 is not a whole number from 1 up ([3, 4])"],
    [{ steps: [1.5, 1] }, "W217: slice: step 1.5 along axis 0 is not a whole number from 1 up ([3, 4])"],
  ])("refuses %j", (change, message) => {
    expect(() => typeOf("slice", [matrix], { ...whole, ...change })).toThrow(message);
  });

  it("refuses a symbolic range that is certainly outside", () => {
    const attrs = { starts: ["T+1"], ends: ["T+2"], steps: [1] };
    expect(() => typeOf("slice", [tensorType("f32", ["T"])], attrs)).toThrow(
      "W214: slice: T+1:T+2 is not within axis 0 of extent T ([T])",
    );
  });

  it("puts the gradient back where the elements came from", () => {
    const attrs = { starts: [1, 1], ends: [3, 4], steps: [1, 2] };
    expect(gradients("slice", [matrix], attrs, array([2, 2], [1, 2, 3, 4]))).toEqual([
      array([3, 4], [0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4]),
    ]);
    expect(gradients("slice", [matrix], { starts: [1, 0], ends: [1, 4], steps: [2, 1] }, array([0, 4], []))).toEqual([
      array([3, 4], new Array<number>(12).fill(0)),
    ]);
  });

  it("gives a gradient of the operand's type where the range is symbolic", () => {
    const trace = traceOver(graphBuilder());
    const x = trace.input("x", tensorType("f32", ["B", "T"]));
    const attrs = { starts: [0, "T-1"], ends: ["B", "T"], steps: [2, 1] };
    const results = trace.emit(slice, [x], attrs);
    const [gradient] = slice.vjp({
      ...toolsOf(trace),
      attrs,
      operands: [x],
      results,
      cotangents: results,
      flows: [true],
    });
    expect(gradient?.type).toEqual(x.type);
  });
});

describe("pad", () => {
  it("adds elements before, after and between", () => {
    const attrs = { low: [1, 0], high: [0, 2], interior: [0, 1], value: 9 };
    expect(meaning("pad", [array([2, 2], [1, 2, 3, 4])], attrs)).toEqual(
      array([3, 5], [9, 9, 9, 9, 9, 1, 9, 2, 9, 9, 3, 9, 4, 9, 9]),
    );
  });

  it("makes something of nothing", () => {
    const attrs = { low: [1], high: [1], interior: [3], value: -1 };
    expect(meaning("pad", [array([0], [])], attrs)).toEqual(array([2], [-1, -1]));
    expect(meaning("pad", [array([], [5])], { low: [], high: [], interior: [], value: 0 })).toEqual(array([], [5]));
  });

  it("types symbolic extents", () => {
    const attrs = { low: [1, 0], high: [2, 0], interior: [0, 1], value: 0 };
    expect(typeOf("pad", [tensorType("f32", ["B", "T"])], attrs).shape).toEqual(["B+3", "2*T-sign(T)"]);
  });

  it("means the same for a symbolic extent as for the number it stands for, 0 included, forward and back", () => {
    const attrs = { low: [1], high: [0], interior: [2], value: 9 };
    expect(typeOf("pad", [tensorType("f32", ["N"])], attrs).shape).toEqual(["3*N-2*sign(N)+1"]);
    expect(typeOf("pad", [tensorType("f32", ["N+1"])], attrs).shape).toEqual(["3*N+2"]);
    const model = defineModel({
      name: "padded",
      params: {},
      inputs: { x: spec("f32", ["N"]), y: spec("f32", ["M"]) },
      forward: (_, { x, y }) => {
        const padded = padWith(x, [{ low: 1, interior: 2 }], 9);
        const parts = sliceOf(y, [{ start: 0, step: 3 }]);
        // Squares, in effect: each gives back twice what it was made of.
        const dx = grad((z: typeof x) => sum(mul(padWith(z, [{ low: 1, interior: 2 }], 9), padded)))(x);
        const dy = grad((z: typeof y) => sum(mul(sliceOf(z, [{ start: 0, step: 3 }]), parts)))(y);
        return { padded, dx, dy };
      },
    });
    for (const backend of ["reference", "closure", "wasm"] as const)
      for (const length of [0, 1, 2, 3, 4]) {
        const x = Float32Array.from({ length }, (_, at) => at + 1);
        const run = compileSync(model, { dims: { N: length, M: length }, backend })({ x, y: x });
        const between = [...x].flatMap((each, at) => (at === 0 ? [each] : [9, 9, each]));
        expect([...run.padded.data]).toEqual([9, ...between]);
        expect([...run.dx.data]).toEqual([...x].map((each) => 2 * each));
        expect([...run.dy.data]).toEqual([...x].map((each, at) => (at % 3 === 0 ? 2 * each : 0)));
      }
  });

  const none = { low: [0, 0], high: [0, 0], interior: [0, 0], value: 0 };
  it.each([
    [{ low: [1] }, "W215: pad: low is of length 1 for 2 axes ([3, 4])"],
    [{ high: [1] }, "W215: pad: high is of length 1 for 2 axes ([3, 4])"],
    [{ interior: [1, 2, 3] }, "W215: pad: interior is of length 3 for 2 axes ([3, 4])"],
    [
      { low: [0, -1] },
      "W216: pad: low -1, high 0, interior 0 along axis 1 are not all whole numbers from 0 up ([3, 4])",
    ],
    [
      { high: [0.5, 0] },
      "W216: pad: low 0, high 0.5, interior 0 along axis 0 are not all whole numbers from 0 up ([3, 4])",
    ],
    [
      { interior: [-1, 0] },
      "W216: pad: low 0, high 0, interior -1 along axis 0 are not all whole numbers from 0 up ([3, 4])",
    ],
  ])("refuses %j", (change, message) => {
    expect(() => typeOf("pad", [matrix], { ...none, ...change })).toThrow(message);
  });

  it("refuses a value that the elements cannot hold", () => {
    const attrs = { low: [1], high: [1], interior: [0], value: 0.5 };
    expect(() => typeOf("pad", [tensorType("i32", [4])], attrs)).toThrow("W210: pad: 0.5 is not a number of type i32");
  });

  it("slices the gradient out", () => {
    const attrs = { low: [1, 0], high: [0, 2], interior: [0, 1], value: 9 };
    const ct = array(
      [3, 5],
      Array.from({ length: 15 }, (_, at) => at),
    );
    expect(gradients("pad", [array([2, 2], [1, 2, 3, 4])], attrs, ct)).toEqual([array([2, 2], [5, 7, 10, 12])]);
  });
});

describe("concat", () => {
  it("joins along an axis", () => {
    const operands = [array([2, 1], [1, 2]), array([2, 0], []), array([2, 2], [3, 4, 5, 6])];
    expect(meaning("concat", operands, { axis: 1 })).toEqual(array([2, 3], [1, 3, 4, 2, 5, 6]));
    expect(meaning("concat", [array([2], [1, 2])], { axis: 0 })).toEqual(array([2], [1, 2]));
  });

  it("adds symbolic extents", () => {
    const operands = [tensorType("f32", ["B", "T"]), tensorType("f32", ["B", 1]), tensorType("f32", ["B", "T"])];
    expect(typeOf("concat", operands, { axis: 1 })).toEqual(tensorType("f32", ["B", "2*T+1"]));
  });

  it.each([
    [[], 0, "W219: concat: no operands"],
    [[["f32", [2, 3]]], 2, "W205: concat: axis 2 is outside a shape of 2 axes ([2, 3])"],
    [
      [
        ["f32", [2, 3]],
        ["f64", [2, 3]],
      ],
      0,
      "W202: concat: element types differ: f32 vs f64 (f32[2, 3] and f64[2, 3])",
    ],
    [
      [
        ["f32", [2, 3]],
        ["f32", [2, 4]],
      ],
      0,
      "W218: concat: shapes differ off axis 0: f32[2, 3] vs f32[2, 4]",
    ],
    [
      [
        ["f32", ["B", 3]],
        ["f32", [2, 4]],
      ],
      1,
      "W218: concat: shapes differ off axis 1: f32[B, 3] vs f32[2, 4]",
    ],
    [
      [
        ["f32", [2, 3]],
        ["f32", [2]],
      ],
      0,
      "W218: concat: shapes differ off axis 0: f32[2, 3] vs f32[2]",
    ],
  ] as const)("refuses %j along %d", (types, axis, message) => {
    const operands = types.map(([dtype, shape]) => tensorType(dtype, shape));
    expect(() => typeOf("concat", operands, { axis })).toThrow(message);
  });

  it("cuts the gradient into those of its operands", () => {
    const operands = [array([2, 1], [1, 2]), array([2, 0], []), array([2, 2], [3, 4, 5, 6])];
    expect(gradients("concat", operands, { axis: 1 }, array([2, 3], [1, 2, 3, 4, 5, 6]))).toEqual([
      array([2, 1], [1, 4]),
      array([2, 0], []),
      array([2, 2], [2, 3, 5, 6]),
    ]);
  });
});

describe("the gradient of a slice", () => {
  it.each([
    [[4, 5], ["pad"]],
    [
      ["B", 5],
      ["pad", "concat"],
    ],
  ] as const)("of %j is padded, and joined only where an extent is no number", (shape, wanted) => {
    const graph = graphOf((trace) => {
      const x = trace.input("x", tensorType("f32", shape));
      const kept = x.slice([
        { start: 0, end: 2, step: 1 },
        { start: 1, end: 4, step: 2 },
      ]);
      const [gradient] = differentiate(kept.mul(kept).sum(), [x]);
      return gradient === undefined ? {} : { gradient };
    });
    expect([...graph.nodes.values()].map(({ op }) => op).filter((op) => op === "pad" || op === "concat")).toEqual(
      wanted,
    );
  });
});

describe("padding looks whether it is inside only where it may be outside", () => {
  const none = { low: [0, 0], high: [0, 0], interior: [0, 0], value: 0 };

  it.each([
    // Comparisons, remainders, clamps.
    [{}, [0, 0, 0]],
    [{ low: [1, 0] }, [1, 0, 1]],
    [{ high: [0, 2] }, [1, 0, 1]],
    [{ interior: [1, 0] }, [1, 1, 0]],
    [{ low: [1, 0], high: [2, 3] }, [3, 0, 3]],
    [{ low: [1, 1], high: [2, 3], interior: [1, 2] }, [6, 2, 4]],
  ])("%j", (change, wanted) => {
    const built = builtElements("pad", [{ dtype: "f32", shape: [3, 4] }], { ...none, ...change });
    expect([comparisons(built), remainders(built), clamps(built)]).toEqual(wanted);
  });
});

describe("derivatives", () => {
  it.each([
    ["slice", slice],
    ["pad", pad],
    ["concat", concat],
  ] as const)("of %s agree with differences", (kind, op) => {
    fc.assert(
      fc.property(op.arbitrary(fc), fc.integer(), ({ operands, attrs }, seed) => {
        const random = randomNumbers(seed);
        const arrays = operands.map(({ shape }) => randomArray({ dtype: "f64", shape }, random));
        expectGradientsMatch(kind, arrays, attrs, random);
      }),
      { numRuns: 60 },
    );
  });
});
