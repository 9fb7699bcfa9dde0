// W241 to W247, W265 and W266: windows, convolutions and pooling that do not fit, over any number of spatial axes. Callers
// without a type checker can write all of these, so the static types are put aside here.
import { describe, expect, it, test } from "vitest";
import * as functions from "../../src/ir/functions/index.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { type Shape, tensorType } from "../../src/ir/types/tensor-type.ts";
import { conv1d, convTranspose2d } from "../../src/nn/index.ts";
import { described } from "../support/described.ts";

type Call = (...given: readonly unknown[]) => unknown;

/** Describes a call of a public function on inputs of some shapes. */
const calling = (name: string, shapes: readonly Shape[], ...rest: readonly unknown[]): string => {
  // Names that are none would be no functions.
  const call = new Map<string, unknown>(Object.entries(functions)).get(name) as Call;
  const trace = traceOver(graphBuilder());
  const operands = shapes.map((shape, at) => trace.input(`x${at}`, tensorType("f32", shape)));
  return described(() => withTrace(trace, () => call(...operands, ...rest)));
};

const weights: Shape = [4, 3, 3];

describe("the first line of", () => {
  test.each<readonly [string, readonly Shape[], readonly unknown[], string]>([
    [
      "conv1d",
      [[3, 10], weights],
      [],
      "W241]: conv1d: the images must have 3 axes [batch, channels, length], not f32[3, 10]",
    ],
    [
      "conv3d",
      [
        [1, 3, 8, 8],
        [4, 3, 2, 2, 2],
      ],
      [],
      "W241]: conv3d: the images must have 5 axes [batch, channels, depth, height, width], not f32[1, 3, 8, 8]",
    ],
    [
      "globalMaxPool",
      [[2, 3]],
      [],
      "W241]: globalMaxPool: the images must have 3 axes [batch, channels, length] or more, not f32[2, 3]",
    ],
    [
      "conv1d",
      [[1, 3, 10], weights],
      [{ stride: 0 }],
      "W242]: conv1d: stride must be 1 whole number of at least 1, not [0]",
    ],
    [
      "conv2d",
      [
        [1, 3, 9, 9],
        [4, 3, 3, 3],
      ],
      [{ padding: "causal" }],
      "W242]: conv2d: padding must be 4 whole numbers of at least 0, not [causal, causal, causal, causal]",
    ],
    [
      "convTranspose1d",
      [[1, 4, 10], weights],
      [{ padding: "same" }],
      "W242]: convTranspose1d: padding must be 2 whole numbers of at least 0, not [same, same]",
    ],
    [
      "convTranspose1d",
      [[1, 4, 10], weights],
      [{ outputPadding: [1, 1] }],
      "W242]: convTranspose1d: outputPadding must be 1 whole number of at least 0, not [1, 1]",
    ],
    [
      "maxPool3d",
      [[1, 3, 8, 8, 8]],
      [[2, 2]],
      "W242]: maxPool3d: kernel must be 3 whole numbers of at least 1, not [2, 2]",
    ],
    [
      "conv1d",
      [[1, 3, 2], weights],
      [],
      "W243]: conv1d: the window is larger than the padded length: 3 vs 2 (f32[1, 3, 2])",
    ],
    ["globalAveragePool", [[2, 3, 0]], [], "W252]: globalAveragePool: the axis 2 of the images is 0 (f32[2, 3, 0])"],
    [
      "convTranspose1d",
      [[1, 4, 0], weights],
      [],
      "W252]: convTranspose1d: the length of the images is 0 (f32[1, 4, 0])",
    ],
    [
      "convTranspose1d",
      [[1, 3, 10], weights],
      [],
      "W244]: convTranspose1d: the images have 3 channels, the weights expect 4 (images f32[1, 3, 10], weights f32[4, 3, 3])",
    ],
    [
      "convTranspose1d",
      [[1, 4, 10], weights],
      [{ groups: 3 }],
      "W245]: convTranspose1d: 3 groups do not divide 4 channels (images f32[1, 4, 10], weights f32[4, 3, 3])",
    ],
    [
      "convTranspose2d",
      [[1, 4, 10, 10], weights],
      [],
      "W246]: convTranspose2d: weights must be [in, out / groups, height, width] with a known window, not f32[4, 3, 3]",
    ],
    [
      "averagePool1d",
      [[1, 3, 10]],
      [2, { padding: 2, ceil: true }],
      "W247]: averagePool1d: padding [2, 2] along the length reaches as far as the window, 2: a window would hold no element",
    ],
  ])("%s %j %j", (name, shapes, rest, sentence) =>
    expect(calling(name, shapes, ...rest).split("\n")[0]).toBe(`error[${sentence}`),
  );
});

describe("errors of windows", () => {
  it("W265: output padding that would be zeros", () => {
    expect(calling("convTranspose1d", [[1, 4, 10], weights], { stride: 2, outputPadding: 2 })).toMatchInlineSnapshot(`
      "error[W265]: convTranspose1d: outputPadding 2 along the length is below neither the stride, 2, nor the dilation, 1

        test/errors/windows.test.ts
         |   return described(() => withTrace(trace, () => call(...operands, ...rest)));
         |                                                 ^^^^
        operand 1  f32[1, 4, 10]  from test/errors/windows.test.ts
        operand 2  f32[4, 3, 3]   from test/errors/windows.test.ts
        help: give at most 1."
    `);
  });

  it("W266: padding that leaves nothing", () => {
    expect(calling("convTranspose1d", [[1, 4, 1], weights], { padding: [2, 1] })).toMatchInlineSnapshot(`
      "error[W266]: convTranspose1d: padding 2 and 1 leaves nothing of 3 along the length (f32[1, 4, 1])

        test/errors/windows.test.ts
         |   return described(() => withTrace(trace, () => call(...operands, ...rest)));
         |                                                 ^^^^
        operand 1  f32[1, 4, 1]  from test/errors/windows.test.ts
        operand 2  f32[4, 3, 3]  from test/errors/windows.test.ts
        help: pad by less than 3 in all: padding takes elements off the result."
    `);
  });

  it("W245 where a layer is written", () => {
    const groups = { groups: 2 } as const;
    // @ts-expect-error: the type checker says it, too
    const convolution = described(() => conv1d(4, 5, 3, groups));
    expect(convolution).toMatchInlineSnapshot(`
      "error[W245]: conv1d: 2 groups do not divide 5 channels (4 to 5 channels)

        test/errors/windows.test.ts
         |     const convolution = described(() => conv1d(4, 5, 3, groups));
         |                                         ^^^^^^
        help: choose a number of groups that divides 5."
    `);
    const transposed = described(() => convTranspose2d(3, 4, 3, groups));
    expect(transposed).toMatchInlineSnapshot(`
      "error[W245]: convTranspose2d: 2 groups do not divide 3 channels (3 to 4 channels)

        test/errors/windows.test.ts
         |     const transposed = described(() => convTranspose2d(3, 4, 3, groups));
         |                                        ^^^^^^^^^^^^^^^
        help: choose a number of groups that divides 3."
    `);
  });
});
