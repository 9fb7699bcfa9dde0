// Loops, branches and addresses: each kernel leaves what the interpreter of the loop IR leaves. The first buffer starts at
// address 0, so an address that is wrong by a wrapped constant traps.
import { describe, expect, test } from "vitest";
import { emitKernel } from "../../../src/backends/wasm/emit-kernel.ts";
import {
  add,
  type BlockBuilder,
  binary,
  compare,
  constant,
  f32,
  type Index,
  i32,
  literal,
  load,
  multiply,
  reduceLanes,
  splat,
  subtract,
  variable,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { interpreted, kernelOver, type Place, place, room, runKernel } from "./run-kernel.ts";

const count = (length: number, from = 0): readonly number[] => Array.from({ length }, (_, at) => at + from);

const expectInterpreted = (places: readonly Place[], fill: (body: BlockBuilder) => void): void => {
  const kernel = kernelOver(places, fill);
  expect(runKernel(kernel, places)).toEqual(interpreted(kernel, places));
};

const x = (index: Index): Expr => load("f32", "x", index);
const n = (index: Index): Expr => load("i32", "n", index);
const plus = (a: Expr, b: Expr): Expr => binary("add", a, b);

describe("loops", () => {
  /** Appends the index of every iteration to z, counting in z[0]. */
  const record = (index: Expr, body: BlockBuilder): void => {
    const at = body.name(load("i32", "z", 0));
    body.store("z", add(at, 1), index);
    body.store("z", 0, add(at, 1));
  };
  const recorded = [place("z", "i32", new Array<number>(40).fill(0)), place("n", "i32", [0, 5, -3, 5, 4, 1])];

  test.each([
    [0, 0, 1],
    [3, 3, 1],
    [4, 2, 1],
    [0, 1, 1],
    [0, 3, 4],
    [0, 10, 3],
    [-3, 3, 2],
    [5, 9, 1],
  ])("from %i to %i by %i", (from, to, step) =>
    expectInterpreted(recorded, (body) => body.loop(to, record, { from, step })),
  );

  test.each([
    [0, 1],
    [1, 0],
    [2, 1],
    [1, 3],
    [4, 1],
    [5, 4],
  ])("between loaded bounds n[%i] and n[%i]", (from, to) =>
    expectInterpreted(recorded, (body) => body.loop(n(to), record, { from: n(from), step: 2 })),
  );

  test("bounds are evaluated once, whatever the body does to them", () =>
    expectInterpreted(recorded, (body) => {
      const end = body.mutable(i32(4), "end");
      body.loop(end, (i, inner) => {
        record(i, inner);
        inner.assign(end, i32(1));
        inner.store("n", 1, i32(1));
      });
      body.loop(n(3), (i, inner) => {
        inner.store("n", 3, i32(0));
        record(i, inner);
      });
      record(end, body);
    }));

  test("triangular, nested three deep, and empty inside", () =>
    expectInterpreted(recorded, (body) =>
      body.loop(4, (i, rows) =>
        rows.loop(i, (j, columns) =>
          columns.loop(subtract(i, j), (k, inner) => record(add(multiply(i, 100), add(multiply(j, 10), k)), inner)),
        ),
      ),
    ));

  test("an accumulator lives across iterations and loops", () =>
    expectInterpreted([place("x", "f32", count(12, 0.1)), room("z", "f32", 4)], (body) => {
      body.loop(3, (i, outer) => {
        const sum = outer.mutable(f32(0));
        outer.loop(4, (j, inner) => inner.assign(sum, plus(sum, x(add(multiply(i, 4), j)))));
        outer.store("z", i, sum);
      });
      const sum = body.mutable(literal("f32x4", 0));
      body.loop(12, (i, inner) => inner.assign(sum, plus(sum, load("f32x4", "x", i))), { step: 4 });
      body.store("z", 3, reduceLanes("add", sum));
    }));
});

describe("branches", () => {
  test("both ways, nested, with values of their own", () =>
    expectInterpreted([place("x", "f32", count(9, -4)), room("z", "f32", 9)], (body) =>
      body.loop(9, (i, inner) => {
        const value = inner.name(x(i));
        inner.when(
          compare("lt", value, f32(0)),
          (negative) => negative.store("z", i, plus(value, f32(100))),
          (other) =>
            other.when(compare("eq", i, i32(6)), (six) => {
              const twice = six.name(plus(value, value));
              six.store("z", i, twice);
            }),
        );
      }),
    ));

  test("an address first computed in one branch is computed anew in the other and after", () =>
    expectInterpreted([place("n", "i32", [1, 0, 1, 0]), room("z", "f32", 16)], (body) =>
      body.loop(4, (i, outer) => {
        outer.when(
          compare("eq", n(i), i32(0)),
          (then) => then.store("z", add(multiply(i, 4), 1), f32(1)),
          (otherwise) => otherwise.store("z", add(multiply(i, 4), 1), f32(2)),
        );
        outer.store("z", add(multiply(i, 4), 2), f32(3));
        outer.loop(1, (j, inner) => inner.store("z", add(multiply(i, 4), j), f32(4)));
        outer.store("z", add(multiply(i, 4), 3), load("f32", "z", add(multiply(i, 4), 1)));
      }),
    ));
});

describe("addresses", () => {
  test("constants that reach below the index, guarded, at the start of memory", () =>
    expectInterpreted([place("x", "f32", count(10)), room("z", "f32", 10)], (body) =>
      body.loop(10, (i, inner) => {
        const sum = inner.mutable(f32(0), "sum");
        inner.when(compare("gt", i, i32(1)), (then) => then.assign(sum, plus(sum, x(subtract(i, 2)))));
        inner.when(compare("lt", i, i32(8)), (then) => then.assign(sum, plus(sum, x(add(i, 2)))));
        inner.store("z", i, sum);
      }),
    ));

  test("padded rows: index terms that are negative where nothing is loaded", () =>
    expectInterpreted([place("x", "f32", count(12)), room("z", "f32", 12)], (body) =>
      body.loop(3, (row, rows) =>
        rows.loop(4, (column, columns) => {
          const sum = columns.mutable(f32(0), "sum");
          columns.loop(3, (ky, taps) => {
            const y = taps.name(subtract(add(row, ky), 1), "y");
            const inside = binary("and", compare("ge", y, i32(0)), compare("lt", y, i32(3)));
            taps.when(inside, (then) => then.assign(sum, plus(sum, x(add(multiply(y, 4), column)))));
          });
          columns.store("z", add(multiply(row, 4), column), sum);
        }),
      ),
    ));

  test("a loop that starts below zero", () =>
    expectInterpreted([place("x", "f32", count(10)), room("z", "f32", 10)], (body) =>
      body.loop(5, (i, inner) => inner.store("z", add(i, 5), plus(x(add(i, 5)), x(subtract(i32(4), i)))), { from: -5 }),
    ));

  test("gathered rows", () =>
    expectInterpreted([place("n", "i32", [3, 0, 2]), place("x", "f32", count(12)), room("z", "f32", 9)], (body) =>
      body.loop(3, (i, rows) => {
        const row = rows.name(n(i), "row");
        rows.loop(3, (j, inner) => inner.store("z", add(multiply(i, 3), j), x(add(multiply(row, 3), j))));
      }),
    ));

  test("an index read from memory that the loop changes", () =>
    expectInterpreted([place("n", "i32", [1, 2, 3, 0]), room("z", "i32", 4)], (body) =>
      body.loop(4, (i, inner) => {
        inner.store("z", i, n(n(0)));
        inner.store("n", 0, n(n(0)));
      }),
    ));

  test("quotients, remainders, shifts, minima in the index", () =>
    expectInterpreted([place("x", "f32", count(40)), room("z", "f32", 40)], (body) =>
      body.loop(20, (i, inner) => {
        const wrapped = inner.name(binary("rem", multiply(i, 7), i32(20)), "wrapped");
        inner.store("z", i, plus(x(wrapped), x(add(binary("div", i, i32(3)), 5))));
        const clamped = binary("min", add(binary("shl", i, i32(1)), 1), i32(39));
        inner.store("z", add(i, 20), plus(x(clamped), x(add(wrapped, 20))));
      }),
    ));

  test("indices held in variables of the body, one through the other", () =>
    expectInterpreted([place("x", "f32", count(64)), room("z", "f32", 64)], (body) =>
      body.loop(4, (i, outer) => {
        const row = outer.name(multiply(i, 16), "row");
        outer.loop(4, (j, inner) => {
          const start = inner.name(add(row, multiply(j, 4)), "start");
          const next = inner.name(add(start, 1), "next");
          inner.store("z", start, x(next));
          inner.store("z", next, x(start));
          inner.store("z", add(next, 1), x(subtract(i32(63), add(next, 1))));
          inner.store("z", add(next, 2), load("f32", "z", start));
        });
      }),
    ));

  test("an index that is assigned to", () =>
    expectInterpreted([place("x", "f32", count(8)), room("z", "f32", 8)], (body) => {
      const at = body.mutable(i32(7), "at");
      body.loop(8, (i, inner) => {
        inner.store("z", i, plus(x(at), x(at)));
        inner.assign(at, subtract(at, 1));
        inner.store("z", i, plus(load("f32", "z", i), x(add(at, 1))));
      });
      body.store("z", add(at, 1), x(add(at, 2)));
      body.assign(at, i32(3));
      body.store("z", add(at, 1), x(add(at, 2)));
    }));

  test("an index that is assigned to where it is used", () =>
    expectInterpreted([place("x", "f32", count(8)), room("z", "f32", 8)], (body) =>
      body.loop(4, (i, inner) => {
        const at = inner.mutable(i, "at");
        inner.store("z", at, x(add(at, 1)));
        inner.assign(at, add(at, 4));
        inner.store("z", at, x(subtract(at, 1)));
      }),
    ));

  test("an index in a variable is the value of the moment when it was read", () =>
    expectInterpreted([place("n", "i32", [4, 1, 6, 3]), place("x", "f32", count(9)), room("z", "f32", 8)], (body) => {
      const last = body.mutable(i32(0), "last");
      body.loop(4, (i, inner) => {
        const loaded = inner.name(n(i), "loaded");
        const next = inner.name(add(loaded, 1), "next");
        const before = inner.name(add(last, 2), "before");
        inner.store("n", i, i32(0));
        inner.assign(last, i);
        inner.store("z", i, plus(x(loaded), x(next)));
        inner.store("z", add(i, 4), x(before));
      });
    }));

  test("sums that wrap around on the way to a valid index", () =>
    expectInterpreted([place("x", "f32", count(8)), place("n", "i32", [2147483647]), room("z", "f32", 8)], (body) => {
      const large = body.name(n(0), "large");
      body.loop(8, (i, inner) => inner.store("z", i, x(add(subtract(add(large, i), 2147483647), 0))));
      body.store("z", add(add(large, large), 2), x(subtract(large, 2147483640)));
      const positive = body.name(binary("max", large, i32(0)), "positive");
      body.store("z", add(multiply(positive, 2), 3), x(add(multiply(positive, 2), 4)));
    }));

  test("more buffers and rows than there are pointers", () => {
    const names = count(14).map((at) => `b${at}`);
    const places = names.map((name, at) => place(name, "f32", count(9, at * 10)));
    expectInterpreted([...places, room("z", "f32", 9)], (body) =>
      body.loop(9, (i, inner) => {
        inner.store("z", i, names.map((name) => load("f32", name, i)).reduce(plus));
        for (const name of names) inner.store(name, i, load("f32", name, subtract(i32(8), i)));
      }),
    );
  });

  test("vectors at any offset, splats, elements of every width", () =>
    expectInterpreted(
      [
        place("x", "f32", count(13)),
        place("d", "f64", count(5, 0.5)),
        place("u", "u8", count(7, 250)),
        place("m", "bool", [1, 0, 1]),
        room("z", "f32", 16),
      ],
      (body) =>
        body.loop(3, (i, inner) => {
          const vector = plus(load("f32x4", "x", add(multiply(i, 3), 1)), splat(x(add(i, 2))));
          inner.store("z", add(multiply(i, 4), 1), vector);
          inner.store("d", add(i, 1), plus(load("f64", "d", i), load("f64", "d", add(i, 2))));
          inner.store("u", add(i, 2), plus(load("i32", "u", i), load("i32", "u", add(i, 4))));
          inner.store("m", i, compare("eq", load("bool", "m", i), compare("lt", x(i), f32(1))));
        }),
    ));

  test("a kernel updates its buffer in place", () =>
    expectInterpreted([place("x", "f32", count(10))], (body) =>
      body.loop(10, (i, inner) => inner.store("x", i, binary("mul", x(i), x(0)))),
    ));
});

/** Generates a kernel that the verifier would refuse. */
const generate = (kernel: Kernel): void => {
  emitKernel(kernel, "kernel", () => 0);
};

test("a variable without a definition and a buffer that is no parameter are our own mistakes", () => {
  const stray = { ...kernelOver([], () => {}), body: [{ kind: "assign", name: "gone", value: f32(1) }] as const };
  expect(() => generate(stray)).toThrow("uses gone without defining it");
  const foreign = kernelOver([], (body) => body.store("nowhere", 0, constant("f32", 1)));
  expect(() => generate(foreign)).toThrow("nowhere, which is none of its parameters");
  const unknown = kernelOver([], (body) => body.name(plus(variable("f32", "ghost"), f32(1))));
  expect(() => generate(unknown)).toThrow("uses ghost without defining it");
});
