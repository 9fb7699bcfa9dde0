import type { Trace } from "../../../src/ir/graph/trace.ts";
import { emitOne } from "../../../src/ir/graph/traced-tensor.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { positions } from "../../../src/passes/simplify/index.ts";
import { type Instance, testRules, testStillness } from "./soundness.ts";

const dtypes = ["f32", "i32"] as const;
const at =
  (...shape: readonly number[]) =>
  (...builds: readonly Instance["build"][]): readonly Instance[] =>
    builds.map((build) => ({ dtypes, shape, build }));

const iota = (t: Trace, count: number): Tensor => emitOne(t, "iota", [], { axis: 0, dtype: "i32", shape: [count] });
const range = (start: number, end: number, step = 1) => ({ start, end, step });
const around = (low: number, high: number, interior = 0) => ({ low, high, interior });

testRules(
  positions,
  {
    gatherFromConstant: at()((t) => t.constant(3, "f32", [4, 2]).gather(iota(t, 3))),
    gatherOfConsecutive: at(4, 3)(
      (t, { x }) => x.gather(iota(t, 4)),
      (t, { x }) => x.gather(iota(t, 2), 1),
    ),
    gatherOfOneRow: at(4, 3)(
      (t, { x }) => x.gather(t.constant(2, "i32", [])),
      (t, { x }) => x.gather(t.constant(1, "i32", [2, 2]), 1),
    ),
    sliceOfConcat: at(2, 3)(
      (_, { x, y }) => x.concat([y], 1).slice([range(0, 2), range(3, 6, 2)]),
      (_, { x, y }) => x.concat([y], 0).slice([range(0, 2), range(1, 3)]),
      (_, { x, y }) => x.concat([y, x], 0).slice([range(5, 6), range(0, 3)]),
    ),
    sliceOfPad: at(4)(
      (_, { x }) => x.pad([around(2, 1)]).slice([range(2, 6)]),
      (_, { x }) => x.pad([around(2, 1)]).slice([range(3, 6, 2)]),
    ),
  },
  { gatherOfOneRow: ["nodes", "bytes"] },
);

testStillness([positions], {
  "a slice across two parts": { dtypes, shape: [3], build: (_, { x, y }) => x.concat([y], 0).slice([range(2, 4)]) },
  "a slice into the padding": { dtypes, shape: [3], build: (_, { x }) => x.pad([around(1, 1)]).slice([range(0, 3)]) },
  "a slice into the padding of one axis": {
    dtypes,
    shape: [3, 3],
    build: (_, { x }) => x.pad([around(1, 1), around(1, 1)]).slice([range(1, 4), range(0, 3)]),
  },
  "a slice of elements apart": {
    dtypes,
    shape: [3],
    build: (_, { x }) => x.pad([around(0, 0, 1)]).slice([range(0, 2)]),
  },
  "a gather of more rows than there are": { dtypes, shape: [3], build: (t, { x }) => x.gather(iota(t, 4)) },
  "a gather of a row that is not there": {
    dtypes,
    shape: [3],
    build: (t, { x }) => x.gather(t.constant(3, "i32", [1])),
  },
});
