import type { Trace } from "../../../src/ir/graph/trace.ts";
import { applyCompare } from "../../../src/ir/graph/traced-tensor.ts";
import type { CompareFn } from "../../../src/ir/scalar/compare.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { conditions, masks } from "../../../src/passes/attention/mask-rules.ts";
import { type Instance, testRules, testStillness } from "../simplify/soundness.ts";

const shape = [3, 4];
const at = (dtypes: readonly DType[], ...builds: readonly Instance["build"][]): readonly Instance[] =>
  builds.map((build) => ({ dtypes, shape, build }));

const floats = ["f32", "f64"] as const;
const numbers = ["f32", "f64", "i32", "u8"] as const;
const number = (t: Trace, value: number, dtype: DType): Tensor => t.constant(value, dtype, shape);
/** One number where x is not above y, another elsewhere. */
const choice = (t: Trace, condition: Tensor, a: number, b: number, dtype: DType): Tensor =>
  condition.select(number(t, a, dtype), number(t, b, dtype));
const comparisons: readonly CompareFn[] = ["eq", "ne", "lt", "le", "gt", "ge"];

testRules(
  conditions,
  {
    comparedChoice: comparisons.flatMap((fn) =>
      at(
        numbers,
        (t, { x, y }, dtype) => applyCompare(fn, choice(t, x.greater(y), 0, 1, dtype), number(t, 0, dtype)),
        (t, { x, y }, dtype) => applyCompare(fn, choice(t, x.greater(y), 1, 0, dtype), number(t, 1, dtype)),
      ),
    ),
    comparedTruth: comparisons.flatMap((fn) =>
      at(numbers, (t, { x, y }, dtype) => applyCompare(fn, x.greater(y).cast(dtype), number(t, 0, dtype))),
    ),
    choiceAsTruth: at(
      numbers,
      (t, { x, y }, dtype) => choice(t, x.greater(y), 1, 0, dtype).cast("bool"),
      (t, { x, y }, dtype) => choice(t, x.greater(y), 0, 3, dtype).cast("bool"),
      (t, { x, y }, dtype) => choice(t, x.greater(y), 2, 3, dtype).cast("bool"),
    ),
    castChoice: at(
      numbers,
      (t, { x, y }, dtype) => choice(t, x.greater(y), 1, 0, dtype).cast(dtype === "i32" ? "f32" : "i32"),
      (t, { x, y }) => choice(t, x.greater(y), -1e9, 0.5, "f64").cast("f32"),
    ),
    choiceOfTruths: at(
      numbers,
      (t, { x, y }) => choice(t, x.greater(y), 0, 1, "bool"),
      (t, { x, y }) => choice(t, x.greater(y), 1, 0, "bool"),
    ),
  },
  { castChoice: ["bytes"] },
);

testRules(
  masks,
  {
    addedMask: at(
      floats,
      (t, { x, y }, dtype) => x.add(choice(t, y.less(1), 0, -Infinity, dtype)),
      (t, { x, y }, dtype) => choice(t, y.less(1), 0, -Infinity, dtype).add(x),
    ),
    addedExclusion: at(
      floats,
      (t, { x, y }, dtype) => x.add(choice(t, y.less(1), -Infinity, 0, dtype)),
      (t, { x, y }, dtype) => choice(t, y.less(1), -Infinity, 0, dtype).add(x),
    ),
    maskOutermost: at(
      floats,
      (t, { x, y }, dtype) =>
        y
          .less(1)
          .select(x, number(t, -Infinity, dtype))
          .add(y),
      (t, { x, y }, dtype) =>
        y
          .less(1)
          .select(x, number(t, -Infinity, dtype))
          .sub(y),
      (t, { x, y }, dtype) => y.add(y.less(1).select(x, number(t, -Infinity, dtype))),
      (t, { x, y }, dtype) =>
        y
          .less(1)
          .select(x, number(t, -Infinity, dtype))
          .div(number(t, 3, dtype)),
      (t, { x, y }, dtype) =>
        y
          .less(1)
          .select(x, number(t, -Infinity, dtype))
          .mul(number(t, 0.5, dtype)),
    ),
    maskOfAnotherWidth: at(floats, (t, { x, y }, dtype) =>
      y
        .less(1)
        .select(x, number(t, -Infinity, dtype))
        .cast(dtype === "f32" ? "f64" : "f32"),
    ),
    exclusion: at(
      floats,
      (t, { x, y }, dtype) => y.less(1).select(number(t, -Infinity, dtype), x),
      (t, { x, y }, dtype) =>
        y
          .less(1)
          .logicalNot()
          .select(number(t, -Infinity, dtype), x),
    ),
  },
  { exclusion: ["nodes", "operations", "bytes"], maskOfAnotherWidth: ["nodes", "bytes"] },
);

testStillness([conditions, masks], {
  "a large number that is not infinite": {
    dtypes: floats,
    shape,
    build: (t, { x, y }, dtype) => x.add(choice(t, y.less(1), 0, -1e9, dtype)),
  },
  "a masked score times a number below 0": {
    dtypes: floats,
    shape,
    build: (t, { x, y }, dtype) =>
      y
        .less(1)
        .select(x, number(t, -Infinity, dtype))
        .mul(number(t, -1, dtype)),
  },
});
