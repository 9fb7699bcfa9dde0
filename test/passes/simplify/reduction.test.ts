import { expect, test } from "vitest";
import type { Trace } from "../../../src/ir/graph/trace.ts";
import { emitOne } from "../../../src/ir/graph/traced-tensor.ts";
import { type ReduceFn, reducers } from "../../../src/ir/scalar/reducer.ts";
import { type DType, isFloat } from "../../../src/ir/types/dtype.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { simplify } from "../../../src/passes/pipelines.ts";
import { reduction } from "../../../src/passes/simplify/reduction.ts";
import { graphOf, opsOf } from "../support.ts";
import { type Instance, testRules, testStillness } from "./soundness.ts";

const at =
  (dtypes: readonly DType[], ...shape: readonly number[]) =>
  (...builds: readonly Instance["build"][]): readonly Instance[] =>
    builds.map((build) => ({ dtypes, shape, build }));

const floats = ["f32", "f64"] as const;
const numbers = ["f32", "f64", "i32"] as const;
// Whatever integers can be summed.
const integers = reducers.sum.dtypes.filter((dtype) => !isFloat(dtype));
const reduce = (t: Trace, x: Tensor, fn: ReduceFn, axes: readonly number[], keepDims = false): Tensor =>
  emitOne(t, "reduce", [x], { fn, axes, keepDims });

testRules(
  reduction,
  {
    reduceOfSingles: [
      ...at(numbers, 1, 3, 1)(
        (t, { x }) => reduce(t, x, "sum", [0, 2]),
        (t, { x }) => reduce(t, x, "sum", []),
        (t, { x }) => reduce(t, x, "max", [2], true),
        (t, { x }) => reduce(t, x, "min", [0]),
        (t, { x }) => reduce(t, x, "prod", []),
      ),
      // Of -0 alone.
      ...at(floats, 1, 3)((t, { x }) => reduce(t, x.abs().mul(-0), "sum", [0])),
    ],
    repeatedReduce: [
      ...at(
        numbers,
        2,
        3,
        4,
      )(
        (t, { x }) => reduce(t, reduce(t, x, "max", [1]), "max", [1]),
        (t, { x }) => reduce(t, reduce(t, x, "min", [0], true), "min", [2]),
        (t, { x }) => reduce(t, reduce(t, x, "max", [0]), "max", [0], true),
      ),
      ...at(
        ["i32", "u8"],
        2,
        3,
        4,
      )(
        (t, { x }) => reduce(t, reduce(t, x, "sum", [1]), "sum", [0]),
        (t, { x }) => reduce(t, reduce(t, x, "prod", [0]), "prod", [0, 1]),
      ),
    ],
    reduceWithoutKeptAxes: at(
      numbers,
      2,
      3,
    )(
      (t, { x }) => reduce(t, x, "sum", [1], true).reshape([2]),
      (t, { x }) => reduce(t, x, "max", [0, 1], true).reshape([]),
    ),
    extremeOfBroadcast: [
      ...at(numbers, 3)((t, { x }) => reduce(t, x.broadcastTo([2, 3]), "max", [0])),
      ...at(
        numbers,
        3,
        1,
      )(
        (t, { x }) => reduce(t, x.broadcastTo([2, 3, 4]), "min", [2]),
        (t, { x }) => reduce(t, x.broadcastTo([2, 3, 4]), "max", [0, 2], true),
      ),
    ],
    extremeOfConstant: at(floats)(
      (t) => reduce(t, t.constant(-0, "f32", [2, 3]), "max", [0]),
      (t) => reduce(t, t.constant(Number.NaN, "f32", [2, 3]), "min", [0, 1]),
    ),
    sumOfConstant: [
      ...at(floats)(
        (t, _, dtype) => reduce(t, t.constant(1, dtype, [4, 5]), "sum", [0, 1]),
        (t, _, dtype) => reduce(t, t.constant(-0, dtype, [4]), "sum", [0]),
        (t, _, dtype) => reduce(t, t.constant(-3, dtype, [4, 0]), "sum", [1]),
      ),
      ...at(["f32"])((t) => reduce(t, t.constant(2 ** 22, "f32", [4]), "sum", [0])),
      ...at(["i32"])((t, _, dtype) => reduce(t, t.constant(2147483647, dtype, [3]), "sum", [0])),
      ...at(integers)((t, _, dtype) => reduce(t, t.constant(200, dtype, [3]), "sum", [0])),
    ],
    productOfOnes: at(numbers)((t, _, dtype) => reduce(t, t.constant(1, dtype, [4]), "prod", [0])),
  }, // A sum is never -0.
  { reduceOfSingles: ["nodes", "operations", "bytes"] },
);

const still = (dtypes: readonly DType[], build: Instance["build"]): Instance => ({ dtypes, shape: [2, 3, 4], build });

testStillness([reduction], {
  "a sum of sums of floats, which rounds by its order,": still(floats, (t, { x }) =>
    reduce(t, reduce(t, x, "sum", [1]), "sum", [1]),
  ),
  "max of min": still(floats, (t, { x }) => reduce(t, reduce(t, x, "min", [1]), "max", [1])),
  "max along an axis that is not repeated": still(floats, (t, { x }) =>
    reduce(t, x.broadcastTo([5, 2, 3, 4]), "max", [0, 1]),
  ),
  "a reshape of a sum that does more than drop its axis": still(floats, (t, { x }) =>
    reduce(t, x, "sum", [0], true).reshape([4, 3]),
  ),
  "a sum of thirds": still(floats, (t) => reduce(t, t.constant(1 / 3, "f32", [3]), "sum", [0])),
  "a sum of whole numbers above 2^24": still(floats, (t) => reduce(t, t.constant(2 ** 23 + 1, "f32", [3]), "sum", [0])),
});

test("reductions that keep their axes become one that keeps them", () => {
  const graph = graphOf((t) => {
    const x = t.input("x", { dtype: "f32", shape: [2, 3, 4] });
    return { y: reduce(t, reduce(t, x, "max", [1], true), "max", [2], true) };
  });
  expect(opsOf(simplify.run(graph))).toEqual(["input", "reduce max"]);
});
