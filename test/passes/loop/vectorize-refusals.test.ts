// Loops that stay as they are, since their iterations depend on one another or have no vectors, and those next to them that do not.
import { describe, expect, test } from "vitest";
import { add, binary, cast, compare, f32, i32, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { kernelOf, mapping, vector, vectorized, x } from "./vectorizing.ts";

const expectUnchanged = (kernel: Kernel): void => {
  expect(vectorize.run(kernel)).toEqual(kernel);
};

describe("loops that cannot be vectorised stay as they are", () => {
  test.each<[string, Kernel]>([
    ["fewer than four iterations", mapping(3, x)],
    ["lanes far apart", mapping(6, (i) => x(multiply(i, 9)))],
    [
      "bytes that lie apart",
      kernelOf(
        (body) => body.loop(8, (i, b) => b.store("y", i, cast("f32", load("i32", "n", multiply(i, 2)))), vector),
        {
          n: { dtype: "u8" },
        },
      ),
    ],
    ["a backward index", mapping(8, (i) => x(binary("sub", i32(7), i)))],
    ["a gather", mapping(8, (i) => x(load("i32", "n", i)))],
    ["a store that goes backward", mapping(8, x, (i) => binary("sub", i32(7), i))],
    [
      "iterations that meet at a stride",
      kernelOf(
        (body) =>
          body.loop(8, (i, b) => b.store("y", multiply(i, 2), load("f32", "y", add(multiply(i, 2), 4))), vector),
        { y: { access: "update" } },
      ),
    ],
    ["a store to one place", mapping(8, x, () => i32(3))],
    ["division of lanes", mapping(8, (i) => x(binary("div", i, i32(2))))],
    ["division of values", mapping(8, (i) => cast("f32", binary("div", load("i32", "n", i), i32(3))))],
    ["double precision", mapping(8, (i) => cast("f32", cast("f64", x(i))))],
    ["a shift by lanes", mapping(8, (i) => cast("f32", binary("shl", i32(1), i)))],
    ["a step", kernelOf((body) => body.loop(8, (i, b) => b.store("y", i, x(i)), { ...vector, step: 2 }))],
    ["no mark", kernelOf((body) => body.loop(8, (i, b) => b.store("y", i, x(i))))],
    [
      "a branch",
      kernelOf((body) =>
        body.loop(8, (i, b) => b.when(compare("lt", x(i), f32(0)), (then) => then.store("y", i, f32(0))), vector),
      ),
    ],
    [
      "an inner loop that starts at the index",
      kernelOf((body) =>
        body.loop(
          8,
          (i, b) => {
            const sum = b.mutable(f32(0));
            b.loop(8, (k, inner) => inner.assign(sum, binary("add", sum, x(k))), { from: i });
            b.store("y", i, sum);
          },
          vector,
        ),
      ),
    ],
    [
      "doubles",
      kernelOf((body) => body.loop(8, (i, b) => b.store("y", i, cast("f32", load("f64", "n", i))), vector), {
        n: { dtype: "f64" },
      }),
    ],
    [
      "a recurrence through memory",
      kernelOf((body) => body.loop(8, (i, b) => b.store("y", add(i, 1), load("f32", "y", i)), vector), {
        y: { access: "update" },
      }),
    ],
    [
      "a recurrence over nearly as many elements as there are",
      kernelOf((body) => body.loop(5, (i, b) => b.store("y", add(i, 3), load("f32", "y", i)), vector), {
        y: { access: "update" },
      }),
    ],
    [
      "a recurrence through a buffer that may be the same",
      kernelOf((body) => body.loop(8, (i, b) => b.store("y", i, x(add(i, 1))), vector), {}, [[0, 1]]),
    ],
    [
      "a running sum",
      kernelOf((body) => {
        const sum = body.mutable(f32(0));
        body.loop(
          8,
          (i, b) => {
            b.assign(sum, binary("add", sum, x(i)));
            b.store("y", i, sum);
          },
          vector,
        );
      }),
    ],
    [
      "a fold that is no lane reducer",
      kernelOf((body) => {
        const sum = body.mutable(f32(0));
        body.loop(8, (i, b) => b.assign(sum, binary("sub", sum, x(i))), vector);
        body.store("y", 0, sum);
      }),
    ],
    [
      "a fold over a gather",
      kernelOf((body) => {
        const sum = body.mutable(f32(0));
        body.loop(8, (i, b) => b.assign(sum, binary("add", sum, x(load("i32", "n", i)))), vector);
        body.store("y", 0, sum);
      }),
    ],
    [
      "a fold in a loop inside",
      kernelOf((body) => {
        const sum = body.mutable(f32(0));
        body.loop(
          8,
          (i, b) => b.loop(3, (k, c) => c.assign(sum, binary("add", sum, x(add(multiply(k, 8), i))))),
          vector,
        );
        body.store("y", 0, sum);
      }),
    ],
    [
      "a buffer of fewer elements than a vector has, in a loop that cannot run",
      kernelOf((body) => body.loop(8, (i, b) => b.loop(load("i32", "n", 0), (_, c) => c.store("y", i, x(i))), vector), {
        x: { length: 3 },
      }),
    ],
    [
      "rows that meet the next row's beginning",
      kernelOf(
        (body) =>
          body.loop(
            4,
            (i, b) =>
              b.loop(3, (k, c) =>
                c.store("y", add(i, multiply(k, 16)), load("f32", "y", add(i, add(multiply(k, 16), 13)))),
              ),
            vector,
          ),
        { y: { access: "update" } },
      ),
    ],
    [
      "iterations that write one element in an order",
      kernelOf((body) =>
        body.loop(8, (i, b) => b.loop(3, (k, inner) => inner.store("y", add(i, k), x(add(i, k)))), vector),
      ),
    ],
  ])("%s", (_, kernel) => expectUnchanged(kernel));

  test("but rows at a distance of the extent do not meet", () => {
    const kernel = kernelOf((body) =>
      body.loop(8, (i, b) => b.loop(3, (k, c) => c.store("y", add(i, multiply(k, 8)), x(i))), vector),
    );
    expect(vectorized(kernel)).toContain("y[i0 + i1 * 8; 4] = x[i0; 4]");
  });

  test("nor do rows that lie between one another", () => {
    const kernel = kernelOf(
      (body) =>
        body.loop(
          4,
          (i, b) =>
            b.loop(3, (k, c) =>
              c.store("y", add(i, multiply(k, 16)), load("f32", "y", add(i, add(multiply(k, 16), 8)))),
            ),
          vector,
        ),
      { y: { access: "update" } },
    );
    expect(vectorized(kernel)).toContain("y[i0 + i1 * 16; 4] = y[i0 + (i1 * 16 + 8); 4]");
  });

  test("and a name for the index does not hide where iterations are", () => {
    const kernel = kernelOf(
      (body) =>
        body.loop(
          8,
          (i, b) => {
            const at = b.name(add(i, 1));
            b.store("y", at, binary("add", load("f32", "y", at), f32(1)));
          },
          vector,
        ),
      { y: { access: "update" } },
    );
    expect(vectorized(kernel)).toContain("y[v0; 4] = y[v0; 4] + splat(1.0)");
  });

  test("and a marked loop inside gets its turn", () => {
    const kernel = kernelOf((body) =>
      body.loop(8, (i, b) => b.loop(8, (k, c) => c.store("y", add(multiply(i, 8), k), x(k)), vector), vector),
    );
    expect(vectorized(kernel)).toContain("for i0 in 0..8 vector {\n  for i1 in 0..8 step 4 {\n    y[i0 * 8 + i1; 4]");
  });
});
