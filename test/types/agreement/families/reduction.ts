// Random calls of reductions, of what normalizes, of losses, and of what makes tensors from nothing.
import * as fc from "fast-check";
import type { Dim } from "../../../../src/ir/types/dim.ts";
import {
  anyDType,
  anyShape,
  axisOf,
  type Call,
  call,
  callOf,
  dim,
  indices,
  lossOf,
  mostly,
  near,
  shape,
  tensor,
  written,
} from "../calls.ts";

const reduce = callOf(
  ["sum", "mean", "max", "min", "prod", "variance", "standardDeviation", "norm", "logSumExp"],
  anyShape(0).chain((of) =>
    fc.oneof(
      fc.tuple(tensor(fc.constant(of), anyDType)),
      fc.tuple(
        tensor(fc.constant(of), mostly("f32", "bool")),
        fc.oneof(
          fc.record(
            { axes: fc.array(axisOf(of), { maxLength: 3 }), keepDims: fc.boolean() },
            { requiredKeys: ["axes"] },
          ),
          fc.record({ keepDims: fc.boolean() }),
        ),
      ),
    ),
  ),
);

const alongAxis = fc.oneof(
  callOf(
    ["argmax", "softmax", "logSoftmax", "cumsum"],
    anyShape(0).chain((of) => fc.tuple(tensor(fc.constant(of), anyDType), axisOf(of))),
  ),
  callOf(["softmax", "logSoftmax"], fc.tuple(tensor(anyShape(0)))),
);

const layerNorm = call(
  "layerNorm",
  fc
    .tuple(shape(0, 2), shape(1, 3))
    .chain(([leading, last]) =>
      fc.tuple(
        tensor(near([...leading, ...last]), mostly("f32", "i32")),
        tensor(near(last), mostly("f32")),
        tensor(near(last), fc.constant("f32")),
      ),
    ),
);

const rmsNorm = call(
  "rmsNorm",
  fc
    .tuple(shape(0, 2), shape(1, 2))
    .chain(([leading, last]) =>
      fc.tuple(tensor(near([...leading, ...last]), mostly("f32", "i32")), tensor(near(last))),
    ),
);

const standardize = call(
  "standardize",
  anyShape(1).chain((of) =>
    fc.oneof(
      fc.tuple(tensor(fc.constant(of), mostly("f32", "i32"))),
      fc.tuple(
        tensor(fc.constant(of)),
        fc.record({ axes: fc.array(axisOf(of), { maxLength: 3 }) }, { requiredKeys: [] }),
      ),
    ),
  ),
);

/** [N, C, ...places] with weights for the channels. */
const channels = fc
  .tuple(dim, fc.constantFrom<Dim>(2, 3, 4, 6, "C"), shape(0, 3))
  .map(([batch, count, places]) => ({ shape: [batch, count, ...places], count }));

const affine = (count: Dim) =>
  fc.record(
    { weight: tensor(near([count]), fc.constant("f32")), bias: tensor(fc.constant([count]), fc.constant("f32")) },
    { requiredKeys: [] },
  );

const channelNorm = fc.oneof(
  call(
    "groupNorm",
    channels.chain(({ shape: of, count }) =>
      fc.tuple(tensor(near(of), mostly("f32", "i32")), fc.constantFrom(1, 2, 3), affine(count)),
    ),
  ),
  call(
    "instanceNorm",
    channels.chain(({ shape: of, count }) => fc.tuple(tensor(near(of), mostly("f32", "i32")), affine(count))),
  ),
  call(
    "batchNorm",
    channels.chain(({ shape: of, count }) => fc.tuple(tensor(near(of), mostly("f32", "i32")), affine(count))),
  ),
);

const reduction = fc.record({ reduction: fc.constantFrom("none", "mean", "sum") }, { requiredKeys: [] });

const crossEntropy = fc
  .tuple(dim, fc.constantFrom<Dim>(3, 10), fc.array(dim, { maxLength: 2 }))
  .chain(([rows, classes, places]) => {
    const given = fc.tuple(tensor(near([rows, classes, ...places])), indices(near([rows, ...places])), reduction);
    return fc.oneof(
      { weight: 2, arbitrary: call("crossEntropy", given) },
      { weight: 1, arbitrary: lossOf(["negativeLogLikelihood", "multiMargin"], given) },
      {
        weight: 1,
        arbitrary: lossOf(
          ["crossEntropyWithProbabilities"],
          fc.tuple(
            tensor(fc.constant([rows, classes, ...places])),
            tensor(near([rows, classes, ...places])),
            reduction,
          ),
        ),
      },
    );
  });

const pairs = anyShape(0, 3).chain((like) =>
  fc.tuple(
    tensor(fc.constant(like), mostly("f32")),
    fc.oneof({ weight: 5, arbitrary: tensor(near(like), mostly("f32")) }, { weight: 1, arbitrary: fc.constant(1) }),
    reduction,
  ),
);

const pairLoss = fc.oneof(
  call("meanSquaredError", pairs),
  lossOf(
    ["klDivergence"],
    pairs.filter(([, targets]) => typeof targets !== "number"),
  ),
  lossOf(
    [
      "hinge",
      "squaredHinge",
      "hingeEmbedding",
      "huber",
      "meanAbsoluteError",
      "smoothL1",
      "binaryCrossEntropy",
      "binaryCrossEntropyWithLogits",
    ],
    pairs,
  ),
);

const someDims = fc.array(written(dim), { maxLength: 3 });
const key = tensor(fc.constantFrom<readonly Dim[]>([2], [2], [2], [3], []), mostly("i32", "f32"));
const creation = fc.oneof(
  call(
    "constant",
    fc.oneof(
      fc.tuple(fc.constant(1)),
      fc.tuple(fc.constant(0), someDims),
      fc.tuple(fc.constant(1), someDims, anyDType),
    ),
  ),
  call(
    "iota",
    fc.oneof(
      fc.tuple(fc.array(written(dim), { minLength: 1, maxLength: 3 })),
      fc.tuple(fc.constant([4, 2]), fc.constantFrom(0, 1), anyDType),
    ),
  ),
  call("randomBits", fc.tuple(key, someDims)),
  call("randomUniform", fc.tuple(key, someDims)),
  call("dropout", fc.tuple(tensor(anyShape(0)), fc.constantFrom(0, 0.5), key)),
);

const positions = fc.oneof(
  call("sinusoidalPositions", fc.tuple(written(dim), fc.constantFrom(1, 2, 4, 7))),
  call(
    "rotary",
    fc.tuple(
      tensor(
        fc.tuple(shape(0, 2), fc.constantFrom<Dim>(2, 4, 3, "D")).map(([front, last]) => [...front, last]),
        mostly("f32", "i32"),
      ),
    ),
  ),
);

/** Families of calls, by name. */
export const reductions: Readonly<Record<string, fc.Arbitrary<Call>>> = {
  reduce,
  alongAxis,
  layerNorm,
  rmsNorm,
  standardize,
  channelNorm,
  crossEntropy,
  pairLoss,
  creation,
  positions,
};
