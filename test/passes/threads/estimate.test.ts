// What work is counted as: steps of values, statements, loops.
import { expect, test } from "vitest";
import {
  add,
  type BlockBuilder,
  binary,
  buildBody,
  compare,
  f32,
  load,
  multiply,
  unary,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import { boundsOfNames } from "../../../src/ir/loop/relations.ts";
import { stepsOf, tripsOf } from "../../../src/passes/threads/estimate.ts";

const x = (index: Expr | number): Expr => load("f32", "x", index);
const n = (index: Expr | number): Expr => load("i32", "n", index);

const steps = (fill: (body: BlockBuilder) => void): number => {
  const body = buildBody(fill);
  return stepsOf(body, boundsOfNames(body));
};

test.each<[string, number, (body: BlockBuilder) => void]>([
  ["a store of a constant", 1, (body) => body.store("y", 0, f32(1))],
  ["a load, however its index is made", 2, (body) => body.store("y", 0, x(add(multiply(n(0), 3), 1)))],
  ["a sum of two loads", 4, (body) => body.store("y", 0, binary("add", x(0), x(1)))],
  ["a name, whose use costs nothing", 3, (body) => body.store("y", 0, unary("neg", body.name(x(0))))],
  ["an assignment", 2, (body) => body.assign(body.mutable(f32(0)), binary("add", x(0), f32(1)))],
  ["a loop, with a step for each iteration", 8 * 3, (body) => body.loop(8, (i, inner) => inner.store("y", i, x(i)))],
  ["a loop by threes", 3 * 3, (body) => body.loop(8, (i, inner) => inner.store("y", i, x(i)), { step: 3 })],
  ["a loop that does not run", 0, (body) => body.loop(2, (i, inner) => inner.store("y", i, x(i)), { from: 4 })],
  [
    "a branch, as much as its longer side",
    1 + 4,
    (body) =>
      body.when(
        compare("lt", n(0), n(1)),
        (then) => then.store("y", 0, x(0)),
        (otherwise) => otherwise.store("y", 0, binary("add", x(0), x(1))),
      ),
  ],
  [
    "loops in loops",
    4 * (1 + 6 * 2),
    (body) => body.loop(4, (_, outer) => outer.loop(6, (j, inner) => inner.store("y", j, f32(0)))),
  ],
])("%s", (_, count, fill) => expect(steps(fill)).toBe(count));

test("of a loop whose end is computed half of what there may be, and one at least", () => {
  const trips = (limit: number, from = 0): readonly number[] => {
    const body = buildBody((block) =>
      block.loop(
        32,
        (_, outer) => {
          const end = outer.name(binary("min", load("i32", "n", 0), add(multiply(n(0), 0), limit)));
          outer.loop(end, (j, inner) => inner.store("y", j, f32(0)), { from });
        },
        { step: 4 },
      ),
    );
    const bounds = boundsOfNames(body);
    return body.flatMap((stmt) =>
      stmt.kind === "for"
        ? [tripsOf(stmt, bounds), ...stmt.body.flatMap((each) => (each.kind === "for" ? [tripsOf(each, bounds)] : []))]
        : [],
    );
  };
  expect(trips(20)).toEqual([8, 10]);
  expect(trips(20, 5)).toEqual([8, 8]);
  expect(trips(1, 1)).toEqual([8, 1]);
});
