// Kernels that are hard for a backend in one way each: dependences between iterations, memory under two names, indices
// that jump, loops in loops. Long enough for several chunks.
import {
  add,
  binary,
  cast,
  compare,
  constant,
  f32,
  i32,
  literal,
  load,
  multiply,
  select,
  splat,
  subtract,
  unary,
} from "../../src/ir/loop/build.ts";
import type { Expr } from "../../src/ir/loop/expr.ts";
import { type KernelCase, kernelCase as of } from "./kernel-program.ts";
import { laneCases } from "./lane-cases.ts";
import { at, both, n, out, product, sum, x, y } from "./loop-case-rows.ts";

const dependences: readonly KernelCase[] = [
  of("reads what the iteration before has stored", [both], (body) =>
    body.loop(n, (i, inner) => inner.store("both", i, unary("neg", product(at("both", subtract(i, 1)), f32(1.5)))), {
      from: 1,
    }),
  ),
  of("reads what the iteration after will store", [both], (body) =>
    body.loop(n - 1, (i, inner) => inner.store("both", i, unary("neg", product(at("both", add(i, 1)), f32(1.5))))),
  ),
  of("stores where it reads", [both], (body) =>
    body.loop(n, (i, inner) => inner.store("both", i, sum(at("both", i), f32(0.1)))),
  ),
  of("keeps a value that it then overwrites", [both, out], (body) =>
    body.loop(n, (i, inner) => {
      const before = inner.name(at("both", i));
      inner.store("both", i, f32(7));
      inner.store("out", i, sum(before, at("both", i)));
    }),
  ),
  of("stores twice to one place", [out, x], (body) =>
    body.loop(n - 1, (i, inner) => {
      inner.store("out", add(i, 1), at("x", i));
      inner.store("out", i, f32(3));
    }),
  ),
  of("swaps neighbours within windows of two", [both], (body) =>
    body.loop(n / 2, (i, inner) => {
      const left = inner.name(at("both", multiply(i, 2)));
      inner.store("both", multiply(i, 2), at("both", add(multiply(i, 2), 1)));
      inner.store("both", add(multiply(i, 2), 1), left);
    }),
  ),
  of("stores all to one place", [out, x], (body) => body.loop(n, (i, inner) => inner.store("out", 5, at("x", i)))),
  of("sums into memory", [both, x], (body) =>
    body.loop(n, (i, inner) => inner.store("both", 5, sum(at("both", 5), at("x", i)))),
  ),
  of("carries two variables that depend on each other", [x, out, ["where", "i32", 1, "write"]], (body) => {
    const largest = body.mutable(f32(-Infinity));
    const position = body.mutable(i32(-1));
    body.loop(n, (i, inner) => {
      const value = inner.name(at("x", i));
      const better = inner.name(compare("gt", value, largest));
      inner.assign(largest, select(better, value, largest));
      inner.assign(position, select(better, i, position));
    });
    body.store("out", 0, largest);
    body.store("where", 0, position);
  }),
  of("stores running sums", [x, out], (body) => {
    const total = body.mutable(f32(0));
    body.loop(n, (i, inner) => {
      inner.assign(total, sum(total, at("x", i)));
      inner.store("out", i, total);
    });
  }),
  of("folds twice into one variable", [x, y, out], (body) => {
    const total = body.mutable(f32(1));
    body.loop(n, (i, inner) => {
      inner.assign(total, sum(total, at("x", i)));
      inner.assign(total, product(total, at("y", i)));
    });
    body.store("out", 0, total);
  }),
  of("changes a variable of the body", [x, out], (body) =>
    body.loop(n, (i, inner) => {
      const value = inner.mutable(at("x", i));
      const before = inner.name(product(value, f32(2)));
      inner.assign(value, sum(value, f32(1)));
      inner.store("out", i, product(value, before));
    }),
  ),
  of("branches", [x, out], (body) =>
    body.loop(n, (i, inner) =>
      inner.when(
        compare("lt", at("x", i), f32(0)),
        (then) => then.store("out", i, f32(-1)),
        (otherwise) => otherwise.store("out", i, at("x", i)),
      ),
    ),
  ),
];

const nests: readonly KernelCase[] = [
  of("row maxima and their places", [x, out, ["where", "i32", 130, "write"]], (body) =>
    body.loop(130, (row, outer) => {
      const largest = outer.mutable(at("x", multiply(row, 10)));
      const position = outer.mutable(i32(0));
      outer.loop(
        10,
        (column, inner) => {
          const value = inner.name(at("x", add(multiply(row, 10), column)));
          const better = inner.name(compare("gt", value, largest));
          inner.assign(largest, select(better, value, largest));
          inner.assign(position, select(better, column, position));
        },
        { from: 1 },
      );
      outer.store("out", row, largest);
      outer.store("where", row, position);
    }),
  ),
  of("loops inside that may not run", [x, out, ["counts", "i32", 4, "read"]], (body) =>
    body.loop(100, (row, outer) => {
      const scaled = outer.name(product(at("x", row), f32(3)));
      const total = outer.mutable(f32(0));
      outer.loop(binary("rem", load("i32", "counts", 0), i32(3)), (column, inner) =>
        inner.assign(total, sum(total, product(scaled, at("x", add(multiply(row, 3), column))))),
      );
      outer.store("out", row, sum(total, scaled));
    }),
  ),
  of("loops inside of different lengths", [x, out], (body) =>
    body.loop(40, (row, outer) => {
      const total = outer.mutable(f32(0));
      outer.loop(row, (column, inner) => inner.assign(total, sum(at("x", column), product(total, total))));
      outer.store("out", row, total);
    }),
  ),
  of("rows stored by a loop inside, next to each other", [x, out], (body) =>
    body.loop(200, (row, outer) => {
      const scale = outer.name(at("x", row));
      outer.loop(6, (column, inner) => {
        const place = inner.name(add(multiply(row, 6), column));
        inner.store("out", place, product(scale, at("x", place)));
      });
    }),
  ),
  of("rows stored by a loop inside, overlapping", [x, out], (body) =>
    body.loop(200, (row, outer) =>
      outer.loop(7, (column, inner) => {
        const place = inner.name(add(multiply(row, 6), column));
        inner.store("out", place, sum(at("x", row), at("x", column)));
      }),
    ),
  ),
  of("an accumulator of the outside, folded two loops deep", [x, out], (body) => {
    const total = body.mutable(f32(0));
    body.loop(60, (row, outer) =>
      outer.loop(5, (column, inner) => inner.assign(total, sum(total, at("x", add(multiply(column, 60), row))))),
    );
    body.store("out", 0, total);
  }),
  of("a variable of the outside, set two loops deep", [x, out], (body) => {
    const last = body.mutable(f32(0));
    body.loop(60, (row, outer) =>
      outer.loop(5, (column, inner) => inner.assign(last, at("x", add(multiply(column, 60), row)))),
    );
    body.store("out", 0, last);
  }),
  of("a bound that changes while the loop runs", [x, out, ["count", "i32", 1, "write"]], (body) => {
    const end = body.mutable(i32(50));
    body.loop(end, (i, inner) => {
      inner.assign(end, subtract(end, 2));
      inner.store("out", i, at("x", i));
    });
    body.store("count", 0, end);
  }),
  of("tiles whose rows lie far apart", [x, y, out], (body) =>
    body.loop(
      12,
      (row, outer) =>
        outer.loop(
          24,
          (column, inner) => {
            const sums = [0, 1, 2].map(() => inner.mutable(literal("f32x4", 0)));
            inner.loop(7, (k, innermost) => {
              const right = innermost.name(load("f32x4", "y", add(multiply(k, 24), column)));
              for (const [r, acc] of sums.entries()) {
                const left = innermost.name(splat(at("x", add(multiply(add(row, r), 7), k))));
                innermost.assign(acc, sum(acc, product(left, right)));
              }
            });
            for (const [r, acc] of sums.entries()) inner.store("out", add(multiply(add(row, r), 24), column), acc);
          },
          { step: 4 },
        ),
      { step: 3 },
    ),
  ),
];

const memory: readonly KernelCase[] = [
  of(
    "one buffer under two names",
    [x, y, out, ["copy", "f32", n, "write"]],
    (body) =>
      body.loop(n, (i, inner) => {
        const before = inner.name(at("x", i));
        inner.store("out", i, sum(before, at("y", i)));
        inner.store("copy", i, before);
      }),
    { out: "x" },
  ),
  of("gathers", [x, out, ["places", "i32", n, "read"]], (body) =>
    body.loop(n, (i, inner) => {
      const place = inner.name(binary("and", load("i32", "places", i), i32(1023)));
      inner.store("out", i, at("x", place));
    }),
  ),
  of("scatters, the last value winning", [x, out, ["places", "i32", n, "read"]], (body) =>
    body.loop(n, (i, inner) => inner.store("out", binary("and", load("i32", "places", i), i32(255)), at("x", i))),
  ),
  of("adds where it scatters", [x, both, ["places", "i32", n, "read"]], (body) =>
    body.loop(n, (i, inner) => {
      const place = inner.name(binary("and", load("i32", "places", i), i32(15)));
      inner.store("both", place, sum(at("both", place), at("x", i)));
    }),
  ),
  of("walks backwards and in strides", [x, out], (body) =>
    body.loop(n / 2, (i, inner) =>
      inner.store("out", multiply(i, 2), sum(at("x", subtract(i32(n - 1), i)), at("x", multiply(i, 2)))),
    ),
  ),
  of("gathers and scatters vectors", [x, out, ["places", "i32", n, "read"]], (body) =>
    body.loop(300, (i, inner) => {
      const place = inner.name(binary("and", load("i32", "places", i), i32(1023)));
      inner.store("out", multiply(i, 4), load("f32x4", "x", place));
      inner.store("out", binary("and", place, i32(1020)), load("f32x4", "x", multiply(i, 4)));
    }),
  ),
  of("vectors that overlap", [both], (body) =>
    body.loop(n - 4, (i, inner) => inner.store("both", add(i, 1), load("f32x4", "both", i)), { step: 3 }),
  ),
  of(
    "whole numbers that wrap",
    [
      ["a", "i32", n, "read"],
      ["b", "i32", n, "read"],
      ["sums", "f64", n, "write"],
      ["differences", "f64", n, "write"],
      ["products", "f64", n, "write"],
      ["signs", "f64", n, "write"],
    ],
    (body) =>
      body.loop(n, (i, inner) => {
        const a = inner.name(load("i32", "a", i));
        const b = inner.name(load("i32", "b", i));
        inner.store("sums", i, cast("f64", binary("add", a, b)));
        inner.store("differences", i, cast("f64", binary("sub", a, b)));
        inner.store("products", i, cast("f64", binary("mul", a, b)));
        inner.store("signs", i, cast("f64", binary("max", unary("neg", a), unary("abs", b))));
      }),
  ),
  of("whole numbers that wrap on one side only", [["a", "i32", n, "read"], out, both], (body) =>
    body.loop(n, (i, inner) => {
      const size = inner.name(binary("max", load("i32", "a", i), i32(0)));
      inner.store("out", i, cast("f32", add(size, 2 ** 31 - 1)));
      inner.store("both", i, cast("f32", subtract(i32(-(2 ** 31)), size)));
    }),
  ),
  of("whole numbers that come to zero from below", [out, both], (body) =>
    body.loop(n, (i, inner) => {
      const below = inner.name(subtract(i, 650));
      inner.store("out", i, cast("f32", multiply(below, -3)));
      inner.store("both", i, cast("f32", binary("rem", below, i32(13))));
    }),
  ),
  of(
    "bytes, booleans and doubles",
    [
      ["bytes", "u8", n, "read"],
      ["mask", "bool", n, "read"],
      ["wide", "f64", n, "read"],
      ["byteOut", "u8", n, "write"],
      ["maskOut", "bool", n, "write"],
      ["wideOut", "f64", n, "write"],
      out,
    ],
    (body) =>
      body.loop(n, (i, inner) => {
        const byte = inner.name(load("i32", "bytes", i));
        const flag = inner.name(load("bool", "mask", i));
        const wide = inner.name(load("f64", "wide", i));
        inner.store("byteOut", i, subtract(multiply(byte, 3), 700));
        inner.store("maskOut", i, binary("xor", flag, compare("lt", wide, constant("f64", 0.5))));
        inner.store("wideOut", i, select(flag, binary("div", wide, constant("f64", 3)), cast("f64", byte)));
        inner.store("out", i, sum(cast("f32", wide), cast("f32", flag)));
      }),
  ),
  of("four lanes that go to the places of other lanes, once", [both], (body) =>
    body.loop(4, (i, inner) => inner.store("both", add(i, 3), unary("neg", load("f32x4", "both", i))), { step: 4 }),
  ),
  of("lanes so far apart that the next iteration stores some of them", [both, out], (body) =>
    body.loop(
      16,
      (i, inner) => {
        inner.store("both", multiply(i, 2), splat(f32(0)));
        const apart = { ...load("f32x4", "both", add(multiply(i, 2), 4)), stride: 3 } as Expr;
        inner.store("out", multiply(i, 2), apart);
      },
      { step: 4 },
    ),
  ),
  of("four lanes that go to the places of other lanes, far from those of other iterations", [both], (body) =>
    body.loop(64, (i, inner) => inner.store("both", add(multiply(i, 2), 1), load("f32x4", "both", multiply(i, 2))), {
      step: 4,
    }),
  ),
];

/** Kernels of a body of one or more loops. */
export const loopCases: readonly KernelCase[] = [...dependences, ...nests, ...memory, ...laneCases];
