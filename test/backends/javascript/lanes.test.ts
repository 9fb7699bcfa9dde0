// Loops over vectors in which it matters that they are, or are not, printed as loops over numbers: whichever it is, the bits are those of
// the interpreter.
import { describe, expect, test } from "vitest";
import {
  add,
  type BlockBuilder,
  binary,
  cast,
  i32,
  lane,
  literal,
  load,
  multiply,
  ramp,
  reduceLanes,
  splat,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { type Contents, kernelOf } from "../../support/kernel-program.ts";
import { expectSameBits, printedLines } from "../../support/printed-kernel.ts";

const kernelFrom = (fill: (body: BlockBuilder) => void): Kernel =>
  kernelOf(
    [
      ["x", "f32", 64, "read"],
      ["y", "f32", 64, "update"],
      ["z", "i32", 64, "update"],
      ["w", "f32", 64, "update"],
    ],
    fill,
  );

/** The kernel that goes over sixteen elements, four at a time. */
const over = (fill: (i: Expr, body: BlockBuilder) => void): Kernel =>
  kernelFrom((body) => body.loop(16, fill, { step: 4 }));

const sum = (one: Expr, other: Expr): Expr => binary("add", one, other);
const x = (at: Expr | number): Expr => load("f32x4", "x", at);
const y = (at: Expr | number): Expr => load("f32x4", "y", at);

/** Four lanes so far apart. */
const apart = (buffer: string, index: Expr, stride: number): Expr => ({
  kind: "load",
  type: "f32x4",
  buffer,
  index,
  stride,
});

/** Stores lane after lane, each to its place. */
const storeLanes = (body: BlockBuilder, value: Expr, places: readonly (Expr | number)[], buffer = "y"): void => {
  for (const at of [0, 1, 2, 3] as const) body.store(buffer, places[at] ?? 0, lane(value, at));
};

const every = (stride: number, from: Expr): readonly Expr[] => [0, 1, 2, 3].map((at) => add(from, at * stride));

const headOf = (kernel: Kernel): string | undefined => printedLines(kernel).find((line) => line.startsWith("  for"));

const overNumbers = "  for (let i0 = 0; i0 < 16; i0++) {";
const overVectors = "  for (let i0 = 0; i0 < 16; i0 += 4) {";

/** Loops whose lanes are as well told one by one. */
const narrow: readonly (readonly [title: string, kernel: Kernel])[] = [
  ["lanes that have a name", over((i, body) => storeLanes(body, body.name(x(i)), every(2, multiply(i, 2))))],
  [
    "lanes of two vectors, one after the other",
    over((i, body) => {
      storeLanes(body, x(i), every(2, multiply(i, 2)));
      storeLanes(body, x(add(i, 3)), every(3, multiply(i, 3)), "w");
      body.store("z", i, ramp(i));
    }),
  ],
  [
    "lanes that are read between those that are written",
    over((i, body) => storeLanes(body, apart("y", add(multiply(i, 2), 1), 2), every(2, multiply(i, 2)))),
  ],
  ["neighbours of what is not written", over((i, body) => body.store("y", i, sum(x(i), x(add(i, 1)))))],
  [
    "places made of places with names",
    over((i, body) => {
      const at = body.name(add(i, 1), "at");
      body.store("y", body.name(add(multiply(at, 1), 2), "to"), x(body.name(add(at, 5), "from")));
    }),
  ],
  [
    "a vector of one number from outside",
    kernelFrom((body) => {
      const all = body.name(splat(load("f32", "x", 60)), "all");
      body.loop(16, (i, inner) => inner.store("y", i, sum(x(i), all)), { step: 4 });
    }),
  ],
  [
    "a place that is one lane of a vector from outside",
    kernelFrom((body) => {
      const places = body.name(cast("i32x4", sum(literal("f32x4", 2), literal("f32x4", 3))), "places");
      body.loop(16, (i, inner) => inner.store("y", add(lane(places, 2), i), x(i)), { step: 4 });
    }),
  ],
];

describe("a loop over numbers does what the loop over vectors does", () => {
  test.each(narrow)("for %s", async (_, kernel) => {
    expect(headOf(kernel)).toBe(overNumbers);
    await expectSameBits(kernel);
  });
});

/** Loops whose lanes are not. */
const wide: readonly (readonly [title: string, kernel: Kernel])[] = [
  ["a place that goes in jumps", over((i, body) => body.store("y", i, x(add(i, binary("rem", i, i32(2))))))],
  ["places further apart than lanes", over((i, body) => body.store("y", multiply(i, 2), x(i)))],
  ["every fourth element alone", over((i, body) => body.store("y", i, load("f32", "x", i)))],
  [
    "what is left of the last four",
    kernelFrom((body) => {
      const last = body.mutable(literal("f32x4", 0), "last");
      body.loop(16, (i, inner) => inner.assign(last, x(i)), { step: 4 });
      body.store("y", 0, last);
    }),
  ],
  [
    "a vector from outside with a number in each lane",
    kernelFrom((body) => {
      const each = body.name(x(40), "each");
      body.loop(16, (i, inner) => inner.store("y", i, sum(x(i), each)), { step: 4 });
    }),
  ],
  ["a neighbour of what is written", over((i, body) => body.store("y", add(i, 3), y(i)))],
  [
    "one loop that is apart in one buffer and not in another",
    over((i, body) => {
      body.store("w", i, x(i));
      body.store("y", add(i, 1), y(i));
    }),
  ],
  [
    "lanes that lie apart, two of them further on",
    over((i, body) => storeLanes(body, body.name(apart("y", multiply(i, 2), 2)), every(2, add(multiply(i, 2), 4)))),
  ],
  ["all lanes added where they are written", over((i, body) => body.store("y", i, splat(reduceLanes("add", y(4)))))],
  ["one lane of four where they are written", over((i, body) => body.store("y", i, splat(lane(y(4), 0))))],
  [
    "a lane with a name that nothing reads",
    over((i, body) => {
      const places = body.name(load("i32x4", "z", i));
      body.name(lane(places, 2));
      body.store("y", i, x(i));
    }),
  ],
  [
    "the second lane twice and none of the first",
    over((i, body) => {
      for (const [place, at] of ([1, 1, 2, 3] as const).entries())
        body.store("y", add(multiply(i, 2), place * 2), lane(x(i), at));
    }),
  ],
  [
    "lanes at uneven places",
    over((i, body) =>
      storeLanes(
        body,
        x(i),
        [0, 2, 4, 7].map((at) => add(multiply(i, 2), at)),
      ),
    ),
  ],
  [
    "lanes that are even but for the first two",
    over((i, body) =>
      storeLanes(
        body,
        x(i),
        [0, 3, 4, 6].map((at) => add(multiply(i, 2), at)),
      ),
    ),
  ],
];

describe("a loop over vectors stays one", () => {
  test.each(wide)("for %s", async (_, kernel) => {
    expect(headOf(kernel)).toBe(overVectors);
    await expectSameBits(kernel);
  });

  test("for lanes that go to places of which nothing is known", async () => {
    const kernel = kernelFrom((body) => {
      const places = [0, 1, 2, 3].map((at) => body.name(load("i32", "z", at), "place"));
      body.loop(16, (i, inner) => storeLanes(inner, x(i), places), { step: 4 });
    });
    expect(headOf(kernel)).toBe(overVectors);
    const places: Contents = new Map([["z buffer", Int32Array.of(7, 3, 11, 5)]]);
    await expectSameBits(kernel, new Map([...places, ["x buffer", Float32Array.from({ length: 64 }, (_, at) => at)]]));
  });
});

test.each<[from: number, to: number, head: string]>([
  [1, 5, "for (let i0 = 1; i0 < 5; i0++) {"],
  [1, 7, "for (let i0 = 1; i0 < 7; i0 += 4) {"],
  [0, 10, "for (let i0 = 0; i0 < 10; i0 += 4) {"],
  [2, 10, "for (let i0 = 2; i0 < 10; i0++) {"],
])("a loop from %d to %d, four at a time, does all of the last four", async (from, to, head) => {
  const kernel = kernelFrom((body) => body.loop(to, (i, inner) => inner.store("y", i, x(i)), { from, step: 4 }));
  expect(headOf(kernel)).toBe(`  ${head}`);
  await expectSameBits(kernel);
});

test("one lane needs no names for what a vector would have shared", () => {
  const kernel = over((i, body) => {
    body.store("y", i, sum(x(i), splat(load("f32", "x", 60))));
    body.store("z", i, ramp(binary("sub", i, i32(3))));
  });
  expect(printedLines(kernel)).toEqual([
    overNumbers,
    "    inout0[i0] = fround(in0[i0] + in0[60]);",
    "    inout1[i0] = i0 - 3;",
    "  }",
  ]);
});
