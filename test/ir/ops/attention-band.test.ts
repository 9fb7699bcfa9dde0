// Which keys a block of queries can see, as far as the condition of its scores says: never fewer than there are, and for what people
// write exactly these. A range that is too wide costs time alone, so nothing else would notice.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  binary,
  cast,
  compare,
  f32,
  i32,
  load,
  multiply,
  select,
  subtract,
  unary,
  variable,
} from "../../../src/ir/loop/build.ts";
import type { Expr, LoopCompare } from "../../../src/ir/loop/expr.ts";
import { printExpr } from "../../../src/ir/loop/print.ts";
import { type KeyRange, visibleKeys } from "../../../src/ir/ops/attention-band.ts";
import type { ElementReader } from "../../../src/ir/ops/op.ts";

const extents = { queries: 12, keys: 20 };
const forbidden = f32(Number.NEGATIVE_INFINITY);

type Condition = (query: Expr, key: Expr, batch: Expr) => Expr;

/** Scores where the condition holds. */
const where =
  (condition: Condition): ElementReader =>
  (_, [batch = i32(0), query = i32(0), key = i32(0)]) =>
    select(condition(query, key, batch), f32(1), forbidden);

const rangeOf = (score: ElementReader, first: Expr, last: Expr): KeyRange =>
  visibleKeys(score, [variable("i32", "head")], { first, last }, extents);

const printed = (score: ElementReader): string => {
  const { from, to } = rangeOf(score, variable("i32", "first"), variable("i32", "last"));
  const text = (expr: Expr | undefined): string => (expr === undefined ? "" : printExpr(expr));
  return `${text(from)}..${text(to)}`;
};

const plus = (a: Expr, b: Expr | number): Expr => binary("add", a, i32(b));
const and = (a: Expr, b: Expr): Expr => binary("and", a, b);
const or = (a: Expr, b: Expr): Expr => binary("or", a, b);
const distance = (q: Expr, k: Expr): Expr => subtract(q, k);
const length = load("i32", "lengths", 0);
const near = "min(max(lengths[0], -536870912), 536870912)";

describe("what is written", () => {
  test.each<readonly [string, Condition, string]>([
    ["causal", (q, k) => compare("ge", q, k), "..last + 1"],
    ["causal, the other way round", (q, k) => compare("le", k, q), "..last + 1"],
    ["strictly causal", (q, k) => compare("gt", q, k), "..last"],
    ["strictly causal, the other way round", (q, k) => compare("lt", k, q), "..last"],
    ["later keys", (q, k) => compare("le", q, k), "first.."],
    ["strictly later keys", (q, k) => compare("lt", q, k), "first + 1.."],
    ["keys of an offset", (q, k) => compare("ge", plus(q, 5), k), "..5 + last + 1"],
    ["the own key", (q, k) => compare("eq", q, k), "first..last + 1"],
    ["not the own key", (q, k) => compare("ne", q, k), ".."],
    ["not later keys", (q, k) => unary("not", compare("lt", q, k)), "..last + 1"],
    ["not unequal", (q, k) => unary("not", compare("ne", q, k)), "first..last + 1"],
    [
      "a window before",
      (q, k) => and(compare("ge", q, k), compare("lt", distance(q, k), i32(4))),
      "-4 + first + 1..last + 1",
    ],
    [
      "a window on both sides",
      (q, k) => compare("lt", unary("abs", distance(q, k)), i32(4)),
      "-4 + first + 1..4 + last",
    ],
    ["within a distance", (q, k) => compare("le", unary("abs", distance(q, k)), i32(4)), "-4 + first..4 + last + 1"],
    [
      "not far away",
      (q, k) => unary("not", compare("ge", unary("abs", distance(q, k)), i32(4))),
      "-4 + first + 1..4 + last",
    ],
    ["only far away", (q, k) => compare("ge", unary("abs", distance(q, k)), i32(4)), ".."],
    ["a distance that is one number", (q, k) => compare("eq", unary("abs", distance(q, k)), i32(4)), ".."],
    ["a prefix or causal", (q, k) => or(compare("lt", k, i32(6)), compare("le", k, q)), "..max(6, last + 1)"],
    ["a bound on one side or on the other", (q, k) => or(compare("lt", k, i32(6)), compare("ge", k, q)), ".."],
    ["two bounds below", (q, k) => and(compare("ge", k, i32(6)), compare("ge", k, q)), "max(6, first).."],
    ["either of two bounds below", (q, k) => or(compare("ge", k, i32(6)), compare("ge", k, q)), "min(6, first).."],
    ["two bounds above", (q, k) => and(compare("lt", k, i32(6)), compare("le", k, q)), "..min(6, last + 1)"],
    ["neither of two", (q, k) => unary("not", or(compare("ge", k, i32(6)), compare("gt", k, q))), "..min(6, last + 1)"],
    [
      "not both of two",
      (q, k) => unary("not", and(compare("ge", k, i32(6)), compare("gt", k, q))),
      "..max(6, last + 1)",
    ],
    ["so many keys as a number says", (_, k) => compare("lt", k, length), `..${near}`],
    ["up to the key that a number says", (_, k) => compare("le", k, length), `..${near} + 1`],
    ["from the key that a number says", (_, k) => compare("ge", k, length), `${near}..`],
    ["causal from a number on", (_, k) => compare("le", k, plus(length, 0)), `..${near} + 1`],
    ["an opposite factor", (q, k) => compare("ge", plus(multiply(k, -1), q), i32(0)), "..last + 1"],
    [
      "causal, further by the head",
      (q, k, batch) => compare("le", k, plus(q, batch)),
      "..last + min(max(head, -536870912), 536870912) + 1",
    ],
    ["numbers as far as positions may be", (_, k) => compare("lt", k, i32(2 ** 29)), "..536870912"],
    ["against the query", (q, k) => compare("le", plus(k, q), i32(9)), "..9 + first * -1 + 1"],
  ])("%s", (_, condition, range) => {
    expect(printed(where(condition))).toBe(range);
  });

  test("a sum with a number known when running wraps, so it says nothing", () => {
    expect(printed(where((q, k) => compare("le", k, plus(q, length))))).toBe("..");
  });

  test("a number for each batch is that of the batch", () => {
    expect(printed(where((_, k, batch) => compare("lt", k, load("i32", "lengths", batch))))).toBe(
      "..min(max(lengths[head], -536870912), 536870912)",
    );
  });

  test.each<readonly [string, Condition]>([
    ["multiples of the key", (q, k) => compare("le", multiply(k, 2), q)],
    ["multiples of the query", (q, k) => compare("le", k, multiply(q, 2))],
    ["what is read at the key", (_, k) => compare("le", load("i32", "table", k), i32(3))],
    ["what is read at the query, beside the key", (q, k) => compare("le", k, load("i32", "table", q))],
    ["no key at all", (q) => compare("le", q, i32(3))],
    ["one of two alone", (q, k) => binary("xor", compare("lt", k, i32(6)), compare("le", k, q))],
    ["keys as floats", (_, k) => compare("le", cast("f32", k), f32(3))],
    ["conditions compared", (q, k) => compare("eq", compare("lt", k, i32(6)), compare("le", k, q))],
    ["floats", () => compare("le", load("f32", "table", 0), f32(3))],
    ["a mask", (_, k) => load("bool", "mask", k)],
    ["numbers beyond all positions", (_, k) => compare("le", k, i32(2 ** 30))],
    ["three numbers", (q, k) => compare("le", k, plus(plus(q, load("i32", "a", 0)), load("i32", "b", 0)))],
  ])("%s says nothing", (_, condition) => {
    expect(printed(where(condition))).toBe("..");
  });
});

describe("scores", () => {
  const causal: Condition = (q, k) => compare("le", k, q);

  const scoreOf =
    (score: (query: Expr, key: Expr) => Expr): ElementReader =>
    (_, [, query = i32(0), key = i32(0)]) =>
      score(query, key);

  test.each<readonly [string, (q: Expr, k: Expr) => Expr, string]>([
    ["forbidden otherwise", (q, k) => select(causal(q, k, q), f32(1), forbidden), "..last + 1"],
    ["forbidden where it holds", (q, k) => select(compare("gt", k, q), forbidden, f32(1)), "..last + 1"],
    [
      "forbidden twice",
      (q, k) => select(causal(q, k, q), select(compare("lt", k, i32(4)), f32(1), forbidden), forbidden),
      "..min(last + 1, 4)",
    ],
    [
      "forbidden twice, the other way round",
      (q, k) => select(compare("gt", k, q), forbidden, select(compare("ge", k, i32(4)), forbidden, f32(1))),
      "..min(last + 1, 4)",
    ],
    ["only lower", (q, k) => select(causal(q, k, q), f32(1), f32(-1000)), ".."],
    ["no choice", () => f32(1), ".."],
  ])("%s", (_, score, range) => {
    expect(printed(scoreOf(score))).toBe(range);
  });

  test("are understood through the names that they give to parts", () => {
    const named: ElementReader = (body, [, query = i32(0), key = i32(0)]) => {
      const difference = body.name(
        subtract(plus(query, load("i32", "table", 0)), plus(key, load("i32", "table", 0))),
        "d",
      );
      const near = body.name(compare("ge", body.name(subtract(query, key), "e"), i32(0)), "near");
      return select(near, f32(1), select(compare("lt", difference, i32(0)), f32(1), forbidden));
    };
    expect(printed(named)).toBe("..");
    const causalByName: ElementReader = (body, [, query = i32(0), key = i32(0)]) =>
      select(body.name(compare("ge", body.name(subtract(query, key), "e"), i32(0)), "near"), f32(1), forbidden);
    expect(printed(causalByName)).toBe("..last + 1");
  });
});

/** A condition and its meaning. */
interface Meant {
  readonly expr: Condition;
  readonly holds: (query: number, key: number) => boolean;
}

const compares: { readonly [F in LoopCompare]: (a: number, b: number) => boolean } = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

// The keys of a table of comparisons, which `Object.keys` cannot say.
const comparisons = fc.constantFrom(...(Object.keys(compares) as LoopCompare[]));
const small = fc.integer({ min: -6, max: 22 });

/** key fn factor query + number, or the same turned round. */
const straight: fc.Arbitrary<Meant> = fc
  .tuple(comparisons, fc.constantFrom(-1, 0, 1), small, fc.boolean())
  .map(([fn, factor, number, turned]) => ({
    expr: (q, k) => {
      const side = plus(multiply(q, factor), number);
      return turned ? compare(fn, side, k) : compare(fn, k, side);
    },
    holds: (q, k) => (turned ? compares[fn](factor * q + number, k) : compares[fn](k, factor * q + number)),
  }));

const distances: fc.Arbitrary<Meant> = fc.tuple(comparisons, fc.nat(6)).map(([fn, number]) => ({
  expr: (q, k) => compare(fn, unary("abs", distance(q, k)), i32(number)),
  holds: (q, k) => compares[fn](Math.abs(q - k), number),
}));

const { tree } = fc.letrec<{ tree: Meant; leaf: Meant }>((tie) => ({
  leaf: fc.oneof(straight, distances),
  tree: fc.oneof(
    { maxDepth: 3 },
    tie("leaf"),
    tie("tree").map(
      (each): Meant => ({ expr: (q, k, b) => unary("not", each.expr(q, k, b)), holds: (q, k) => !each.holds(q, k) }),
    ),
    fc.tuple(tie("tree"), tie("tree")).map(
      ([a, b]): Meant => ({
        expr: (q, k, at) => binary("xor", a.expr(q, k, at), b.expr(q, k, at)),
        holds: (q, k) => a.holds(q, k) !== b.holds(q, k),
      }),
    ),
    fc.tuple(tie("tree"), tie("tree")).map(
      ([a, b]): Meant => ({
        expr: (q, k, at) => and(a.expr(q, k, at), b.expr(q, k, at)),
        holds: (q, k) => a.holds(q, k) && b.holds(q, k),
      }),
    ),
    fc.tuple(tie("tree"), tie("tree")).map(
      ([a, b]): Meant => ({
        expr: (q, k, at) => or(a.expr(q, k, at), b.expr(q, k, at)),
        holds: (q, k) => a.holds(q, k) || b.holds(q, k),
      }),
    ),
  ),
}));

const spans = fc
  .tuple(fc.nat(extents.queries - 1), fc.nat(extents.queries - 1))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const numberOf = (expr: Expr | undefined, otherwise: number): number => {
  if (expr === undefined) return otherwise;
  if (expr.kind !== "const") throw new Error(`${printExpr(expr)} is no number`);
  return expr.value;
};

const seenBy = (
  { holds }: Meant,
  [first, last]: readonly [number, number],
  keys: readonly number[],
): readonly number[] =>
  keys.filter((key) =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at).some((query) => holds(query, key)),
  );

const foundFor = ({ expr }: Meant, [first, last]: readonly [number, number]): readonly [number, number] => {
  const { from, to } = rangeOf(where(expr), i32(first), i32(last));
  return [numberOf(from, Number.NEGATIVE_INFINITY), numberOf(to, Number.POSITIVE_INFINITY)];
};

describe("ranges", () => {
  const keys = Array.from({ length: extents.keys }, (_, key) => key);

  test("leave out no key that a query of the span can see", () => {
    fc.assert(
      fc.property(tree, spans, (condition, span) => {
        const [from, to] = foundFor(condition, span);
        expect(seenBy(condition, span, keys).filter((key) => key < from || key >= to)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test("of one comparison hold no other key at their ends", () => {
    const wide = Array.from({ length: 100 }, (_, at) => at - 40);
    fc.assert(
      fc.property(straight, spans, (condition, span) => {
        const seen = seenBy(condition, span, wide);
        const [from, to] = foundFor(condition, span);
        expect([Math.max(from, -40), Math.min(to - 1, 59)]).toEqual([seen[0], seen.at(-1)]);
      }),
      { numRuns: 500 },
    );
  });
});
