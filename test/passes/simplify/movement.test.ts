import type { Trace } from "../../../src/ir/graph/trace.ts";
import { applyBinary, emitOne } from "../../../src/ir/graph/traced-tensor.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { contraction } from "../../../src/passes/simplify/contraction.ts";
import { cutting, movement, reordering, repetition, uniform } from "../../../src/passes/simplify/movement.ts";
import { type Instance, testRules, testStillness } from "./soundness.ts";

const dtypes = ["f32", "i32"] as const;
const at =
  (...shape: readonly number[]) =>
  (...builds: readonly Instance["build"][]): readonly Instance[] =>
    builds.map((build) => ({ dtypes, shape, build }));

const flip = (t: Trace, x: Tensor, ...axes: readonly number[]): Tensor => emitOne(t, "flip", [x], { axes });
const concat = (t: Trace, axis: number, ...parts: readonly Tensor[]): Tensor => emitOne(t, "concat", parts, { axis });
const reshape = (t: Trace, x: Tensor, ...shape: readonly number[]): Tensor => emitOne(t, "reshape", [x], { shape });
const broadcast = (t: Trace, x: Tensor, ...shape: readonly number[]): Tensor => emitOne(t, "broadcast", [x], { shape });
const range = (start: number, end: number, step = 1) => ({ start, end, step });
const around = (low: number, high: number, interior = 0) => ({ low, high, interior });

testRules(reordering, {
  reshapeToItself: at(2, 3)((t, { x }) => reshape(t, x, 2, 3)),
  repeatedReshape: at(2, 3)((_, { x }) => x.reshape([3, 2]).reshape([6])),
  transposeOfUnits: at(2, 1, 3)(
    (_, { x }) => x.transpose([1, 0, 2]),
    (_, { x }) => x.transpose([0, 1, 2]),
    (_, { x }) => x.transpose([0, 2, 1]),
  ),
  repeatedTranspose: at(
    2,
    3,
    4,
  )(
    (_, { x }) => x.transpose([1, 2, 0]).transpose([1, 2, 0]),
    (_, { x }) => x.transpose([2, 0, 1]).transpose([0, 2, 1]),
  ),
  unitsDroppedFirst: at(
    1,
    2,
    3,
    1,
  )(
    (_, { x }) => x.transpose([3, 2, 0, 1]).reshape([3, 2]),
    (_, { x }) => x.transpose([0, 2, 1, 3]).reshape([3, 2, 1]),
    (_, { x }) => x.transpose([2, 0, 3, 1]).reshape([3, 1, 2]),
  ),
  unitsAddedFirst: at(2, 3, 4)(
    (_, { x }) => x.transpose([1, 0, 2]).reshape([1, 3, 2, 4]),
    (_, { x }) => x.transpose([2, 0, 1]).reshape([4, 1, 2, 3, 1]),
    (_, { x }) => x.transpose([2, 1, 0]).reshape([1, 1, 4, 3, 1, 2]),
  ),
  flipOfNothing: [
    ...at(2, 1)(
      (t, { x }) => flip(t, x),
      (t, { x }) => flip(t, x, 1),
    ),
    ...at(0, 2)((t, { x }) => flip(t, x, 0)),
  ],
  repeatedFlip: at(
    2,
    3,
    2,
  )(
    (t, { x }) => flip(t, flip(t, x, 0, 1), 1, 2),
    (t, { x }) => flip(t, flip(t, x, 0), 1),
  ),
});

testRules(repetition, {
  broadcastToItself: at(2, 3)((t, { x }) => broadcast(t, x, 2, 3)),
  repeatedBroadcast: at(3, 1)((t, { x }) => broadcast(t, broadcast(t, x, 3, 4), 2, 3, 4)),
  broadcastOfNothing: at(2, 3)((t, { x }) => broadcast(t, x, 1, 1, 2, 3)),
  broadcastOfLeadingUnits: [
    ...at(3)((_, { x }) => x.reshape([1, 3]).broadcastTo([2, 3])),
    ...at(1, 3)((_, { x }) => x.reshape([3]).broadcastTo([2, 3])),
  ],
  unaryOfBroadcast: [{ dtypes: ["f32"], shape: [3], build: (_, { x }) => x.broadcastTo([2, 3]).neg() }],
  castOfBroadcast: at(3)((_, { x }) => x.broadcastTo([2, 3]).cast("f64")),
  binaryOfBroadcastAndConstant: at(3, 1)((_, { x }) => x.broadcastTo([3, 4]).mul(3)),
  binaryOfConstantAndBroadcast: at(3)((t, { x }) => t.constant(3, x.dtype, [2, 3]).sub(x.broadcastTo([2, 3]))),
  binaryOfBroadcasts: at(3)((_, { x, y }) => applyBinary("add", x.broadcastTo([2, 3]), y.broadcastTo([2, 3]))),
});

testRules(cutting, {
  sliceOfEverything: at(2, 3)((_, { x }) => x.slice([range(0, 2), range(0, 3)])),
  repeatedSlice: at(9)(
    (_, { x }) => x.slice([range(2, 8)]).slice([range(1, 5, 2)]),
    (_, { x }) => x.slice([range(1, 9, 3)]).slice([range(0, 3, 2)]),
    (_, { x }) => x.slice([range(1, 8, 2)]).slice([range(1, 3)]),
    (_, { x }) => x.slice([range(1, 8, 2)]).slice([range(2, 2)]),
  ),
  padOfNothing: at(2, 3)((_, { x }) => x.pad([around(0, 0), around(0, 0)])),
  repeatedPad: at(3)(
    (_, { x }) => x.pad([around(1, 2)], 5).pad([around(2, 0)], 5),
    (_, { x }) => x.pad([around(1, 0, 1)]).pad([around(0, 1)]),
  ),
  concatOfOne: at(2, 3)((t, { x }) => concat(t, 0, x)),
  concatWithNothing: at(2, 3)((t, { x, y }) => concat(t, 1, x, x.slice([range(0, 2), range(1, 1)]), y)),
  repeatedConcat: at(2, 3)(
    (t, { x, y }) => concat(t, 0, concat(t, 0, x, y), x),
    (t, { x, y }) => concat(t, 1, y, concat(t, 1, x, y)),
  ),
});

testRules(uniform, {
  movedConstant: at(2, 3)(
    (t) => t.constant(7, "f32", [2, 3]).reshape([3, 2]),
    (t) => t.constant(-0, "f32", [2, 3]).transpose([1, 0]),
    (t) => t.constant(7, "i32", [3]).broadcastTo([2, 3]),
    (t) => flip(t, t.constant(7, "f32", [2, 3]), 1),
    (t) => t.constant(7, "f32", [5]).slice([range(1, 5, 2)]),
  ),
  paddedConstant: at(2)((t) => t.constant(7, "f32", [2]).pad([around(1, 1, 1)], 7)),
  joinedConstants: at(2)((t) => concat(t, 0, t.constant(7, "f32", [2]), t.constant(7, "f32", [3]))),
});

testRules(contraction, {
  transposedLeft: at(2, 3)((_, { x, y }) => x.transpose([1, 0]).matmul(y)),
  transposedRight: [
    ...at(2, 3)((_, { x, y }) => x.matmul(y.transpose([1, 0]))),
    ...at(2, 3, 3)((_, { x, y }) => x.matmul(y.transpose([0, 2, 1]), { transposeB: true })),
  ],
});

const still = (shape: readonly number[], build: Instance["build"]): Instance => ({ dtypes, shape, build });

testStillness([...movement, contraction], {
  "a transpose that moves elements": still([2, 3], (_, { x }) => x.transpose([1, 0])),
  "a broadcast that repeats": still([2, 1], (_, { x }) => x.broadcastTo([2, 3])),
  "a broadcast behind a reshape that moves extents": still([2, 3], (_, { x }) => x.reshape([6, 1]).broadcastTo([6, 2])),
  "a broadcast behind a reshape that adds a unit behind": still([2], (_, { x }) =>
    x.reshape([2, 1]).broadcastTo([2, 2]),
  ),
  "every other element of everything": still([3], (_, { x }) => x.slice([range(0, 3, 2)])),
  "a pad of another value around a pad": still([2], (_, { x }) => x.pad([around(1, 1)], 1).pad([around(1, 1)], 2)),
  "a pad between padded elements": still([2], (_, { x }) => x.pad([around(1, 1)]).pad([around(0, 0, 1)])),
  "a pad of 0 around -0": { dtypes: ["f32"], build: (t) => t.constant(-0, "f32", [2]).pad([around(1, 1)], 0) },
  "a concat of nothing but nothing": still([0], (t, { x, y }) => concat(t, 0, x, y)),
  "a concat along another axis": still([2, 2], (t, { x, y }) => concat(t, 1, concat(t, 0, x, x), concat(t, 0, y, x))),
  "a matmul of a batch transpose": still([2, 2, 2], (_, { x, y }) => x.transpose([1, 0, 2]).matmul(y)),
});
