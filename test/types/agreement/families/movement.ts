// Random calls of functions that move elements, cut them out, join them, and choose them by index.
import * as fc from "fast-check";
import { type Dim, multiplyDims } from "../../../../src/ir/types/dim.ts";
import type { Shape } from "../../../../src/ir/types/tensor-type.ts";
import {
  anyDType,
  anyShape,
  axis,
  axisOf,
  type Call,
  call,
  callOf,
  dim,
  indices,
  mostly,
  near,
  shape,
  tensor,
  written,
} from "../calls.ts";

/** Shapes of as many elements, nearly always: axes merged, 1 put in, -1 for one of them, extents replaced. */
const regrouped = (from: Shape): fc.Arbitrary<Shape> =>
  fc.tuple(fc.nat(7), fc.nat(7), fc.boolean(), fc.nat(9)).chain(([at, position, open, chance]) => {
    const [left, right] = [from[at], from[at + 1]];
    const merged =
      left === undefined || right === undefined ? [...from, 1] : from.toSpliced(at, 2, multiplyDims(left, right));
    const opened = open && merged.length > 0 ? merged.with(position % merged.length, -1) : merged;
    return (chance < 7 ? fc.constant(opened) : near(opened)).chain((to) =>
      fc.tuple(...to.map((extent) => written(fc.constant(extent)))),
    );
  });

const reshape = call(
  "reshape",
  anyShape(0).chain((from) => fc.tuple(tensor(fc.constant(from), anyDType), regrouped(from))),
);

const flatten = call(
  "flatten",
  anyShape(0).chain((from) =>
    fc.oneof(fc.tuple(tensor(fc.constant(from))), fc.tuple(tensor(fc.constant(from)), axisOf(from))),
  ),
);

const transpose = call(
  "transpose",
  anyShape(0).chain((from) =>
    fc.tuple(
      tensor(fc.constant(from), anyDType),
      fc.oneof(
        { weight: 4, arbitrary: fc.shuffledSubarray([...from.keys()], { minLength: from.length }) },
        {
          weight: 2,
          arbitrary: fc
            .shuffledSubarray([...from.keys()], { minLength: from.length })
            .chain((order) => fc.tuple(...order.map((at) => fc.constantFrom(at, at - from.length)))),
        },
        { weight: 1, arbitrary: fc.array(fc.integer({ min: -2, max: 3 }), { maxLength: 4 }) },
      ),
    ),
  ),
);

const flip = call(
  "flip",
  anyShape(1, 3).chain((of) => fc.tuple(tensor(fc.constant(of)), fc.array(axisOf(of), { maxLength: 2 }))),
);

const broadcastTo = call(
  "broadcastTo",
  anyShape(0, 3).chain((to) =>
    fc.tuple(
      tensor(fc.oneof(near(to), near(to.map(() => 1)))),
      fc.tuple(...to.map((extent) => written(fc.constant(extent)))),
    ),
  ),
);

const expectShape = call(
  "expectShape",
  anyShape(0, 3).chain((of) => fc.tuple(tensor(fc.constant(of)), near(of))),
);

const joined = callOf(
  ["concat", "stack"],
  anyShape(1, 3).chain((like) =>
    fc.oneof(
      fc.tuple(fc.array(tensor(near(like), mostly("f32")), { minLength: 1, maxLength: 3 }), axisOf(like)),
      fc.tuple(fc.array(tensor(near(like), mostly("f32")), { minLength: 0, maxLength: 3 })),
    ),
  ),
);

const bound: fc.Arbitrary<Dim> = fc.constantFrom(0, 1, 2, 3, 4, "T", "T+1", "1+T", "B");
const slice = call(
  "slice",
  fc.tuple(
    tensor(anyShape(0, 3)),
    fc.array(fc.record({ start: bound, end: bound, step: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: [] }), {
      maxLength: 4,
    }),
  ),
);

const pad = call(
  "pad",
  fc.tuple(
    tensor(anyShape(0, 3)),
    fc.array(fc.record({ low: fc.nat(2), high: fc.nat(2), interior: fc.nat(2) }, { requiredKeys: [] }), {
      maxLength: 4,
    }),
  ),
);

const known: fc.Arbitrary<Shape> = fc.array(fc.constantFrom<Dim>(1, 2, 3, 4, 6, 7, 12, "B"), {
  minLength: 1,
  maxLength: 3,
});
const split = call(
  "split",
  known.chain((of) =>
    axisOf(of).chain((at) => {
      const extent = of.at(at) ?? 1;
      const halves = typeof extent === "number" && extent > 1 ? [1, extent - 1] : [1];
      return fc.tuple(
        tensor(fc.constant(of)),
        fc.oneof<fc.Arbitrary<number | readonly number[]>[]>(
          fc.integer({ min: 1, max: 5 }),
          fc.constant(halves),
          fc.constant([1, 1]),
        ),
        fc.constant(at),
      );
    }),
  ),
);

const tile = call(
  "tile",
  anyShape(0, 3).chain((of) =>
    fc.tuple(
      tensor(fc.constant(of)),
      fc.oneof(fc.tuple(...of.map(() => fc.nat(3))), fc.array(fc.nat(3), { maxLength: 3 })),
    ),
  ),
);

const gather = fc.oneof(
  call("gather", fc.tuple(tensor(anyShape(0, 3), anyDType), indices(shape(0, 2)), axis)),
  call("gather", fc.tuple(tensor(shape(1, 3)), indices(shape(0, 2)))),
  call("embedding", fc.tuple(tensor(shape(0, 3)), indices(shape(0, 2)))),
);

const dynamic = fc.oneof(
  call("dynamicSlice", fc.tuple(tensor(anyShape(0, 3)), fc.nat(2), written(dim), axis)),
  call("dynamicSlice", fc.tuple(tensor(shape(1, 3)), indices(fc.constant([])), dim)),
  call(
    "dynamicUpdateSlice",
    anyShape(1, 3).chain((of) =>
      fc.tuple(
        tensor(fc.constant(of), fc.constant("f32")),
        tensor(near(of), fc.constant("f32")),
        fc.nat(2),
        axisOf(of),
      ),
    ),
  ),
);

const scatter = fc.oneof(
  call(
    "scatterAdd",
    fc
      .tuple(shape(0, 1), shape(0, 2), shape(0, 1), written(dim))
      .chain(([before, rows, after, extent]) =>
        fc.tuple(
          tensor(near([...before, ...rows, ...after])),
          indices(fc.constant(rows)),
          fc.constant(extent),
          fc.constantFrom(before.length, before.length, before.length - 3),
        ),
      ),
  ),
  call(
    "indexAdd",
    fc
      .tuple(dim, shape(0, 2), shape(0, 1))
      .chain(([extent, rows, after]) =>
        fc.tuple(
          tensor(near([extent, ...after]), fc.constant("f32")),
          indices(fc.constant(rows)),
          tensor(near([...rows, ...after]), fc.constant("f32")),
        ),
      ),
  ),
);

const alongAxis = fc.oneof(
  call(
    "takeAlongAxis",
    anyShape(1, 3).chain((of) => fc.tuple(tensor(fc.constant(of)), indices(near(of)), axisOf(of))),
  ),
  call(
    "addAlongAxis",
    anyShape(1, 3).chain((of) => fc.tuple(tensor(fc.constant(of)), indices(near(of)), written(dim), axisOf(of))),
  ),
);

const oneHot = call(
  "oneHot",
  fc.oneof(fc.tuple(indices(shape(0, 2)), written(dim)), fc.tuple(indices(shape(0, 2)), dim, anyDType)),
);

const chunk = call(
  "chunk",
  known.chain((of) =>
    fc.oneof(
      fc.tuple(tensor(fc.constant(of)), fc.integer({ min: 1, max: 4 }), axisOf(of)),
      fc.tuple(tensor(fc.constant(of)), fc.integer({ min: 1, max: 3 })),
    ),
  ),
);

const heads = fc.oneof(
  call(
    "splitHeads",
    fc
      .tuple(shape(0, 2), fc.constantFrom<Dim>(4, 6, 12, "2*B", "D", 7))
      .chain(([front, features]) => fc.tuple(tensor(near([...front, features])), fc.constantFrom(1, 2, 3))),
  ),
  call("mergeHeads", fc.tuple(tensor(anyShape(0)))),
);

/** Families of calls, by name. */
export const movement: Readonly<Record<string, fc.Arbitrary<Call>>> = {
  reshape,
  flatten,
  transpose,
  flip,
  broadcastTo,
  expectShape,
  joined,
  slice,
  pad,
  split,
  tile,
  gather,
  dynamic,
  scatter,
  alongAxis,
  oneHot,
  heads,
  chunk,
};
