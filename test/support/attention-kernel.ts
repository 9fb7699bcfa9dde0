// Fused attention written by hand as loops: rows in blocks, keys in blocks cut by causality, an online softmax, so that passes and
// backends meet loops whose ends are computed, vectors that are assigned to, and folds beside stores.
import {
  add,
  type BlockBuilder,
  binary,
  buildBody,
  compare,
  f32,
  i32,
  load,
  multiply,
  reduceLanes,
  select,
  splat,
  subtract,
} from "../../src/ir/loop/build.ts";
import type { Expr } from "../../src/ir/loop/expr.ts";
import type { Kernel } from "../../src/ir/loop/kernel.ts";
import { exponential } from "../../src/ir/scalar/programs/exponential.ts";

/** How many queries and keys, and how many features both have; blocks of so many rows and columns. */
export interface AttentionSizes {
  readonly queries: number;
  readonly keys: number;
  readonly depth: number;
  readonly rows: number;
  readonly columns: number;
}

/** One block of rows and one of keys. */
interface Tile {
  readonly sizes: AttentionSizes;
  /** The first row and key, and how many there are. */
  readonly i0: Expr;
  readonly rows: Expr;
  readonly j0: Expr;
  readonly width: Expr;
}

type Lane = 0 | 4;

const least = (left: Expr, right: Expr): Expr => binary("min", left, right);
const plus = (left: Expr, right: Expr): Expr => binary("add", left, right);
const times = (left: Expr, right: Expr): Expr => binary("mul", left, right);

/** `count` rows by eight columns of the products, in vectors that are added to. */
const productTile = (body: BlockBuilder, { sizes, i0, j0 }: Tile, r: Expr, j: Expr, count: number): void => {
  const { depth, keys, columns } = sizes;
  const lanes: readonly Lane[] = [0, 4];
  const sums = Array.from({ length: count }, () => lanes.map(() => body.mutable(splat(f32(0)), "sum")));
  body.loop(depth, (d, inner) => {
    const key = lanes.map((lane) =>
      inner.name(load("f32x4", "k", add(add(multiply(d, keys), add(j0, j)), lane)), "key"),
    );
    for (const [row, both] of sums.entries()) {
      const query = inner.name(splat(load("f32", "q", add(multiply(add(add(i0, r), row), depth), d))), "query");
      for (const [at, sum] of both.entries()) inner.assign(sum, plus(sum, times(query, key[at] ?? query)));
    }
  });
  for (const [row, both] of sums.entries())
    for (const [at, sum] of both.entries()) body.store("S", add(add(multiply(add(r, row), columns), j), at * 4), sum);
};

/** A product on its own, for columns that fill no tile. */
const productAt = (body: BlockBuilder, { sizes, i0, j0 }: Tile, r: Expr, j: Expr): void => {
  const { depth, keys, columns } = sizes;
  const sum = body.mutable(f32(0), "sum");
  body.loop(depth, (d, inner) => {
    const query = load("f32", "q", add(multiply(add(i0, r), depth), d));
    inner.assign(sum, plus(sum, times(query, load("f32", "k", add(multiply(d, keys), add(j0, j))))));
  });
  body.store("S", add(multiply(r, columns), j), sum);
};

const products = (body: BlockBuilder, tile: Tile): void => {
  const { rows, width } = tile;
  const fours = body.name(binary("and", rows, i32(-4)), "fours");
  const eights = body.name(binary("and", width, i32(-8)), "eights");
  const fill =
    (count: number) =>
    (r: Expr, outer: BlockBuilder): void => {
      outer.loop(eights, (j, inner) => productTile(inner, tile, r, j, count), { step: 8, hint: "j" });
      outer.loop(
        width,
        (j, inner) => {
          for (let row = 0; row < count; row++) productAt(inner, tile, add(r, row), j);
        },
        { from: eights, hint: "j" },
      );
    };
  body.loop(fours, fill(4), { step: 4, hint: "r" });
  body.loop(rows, fill(1), { from: fours, hint: "r" });
};

/** Scale and masks: later keys than the query's own, and keys that `mask` hides, are -infinity. */
const masked = (body: BlockBuilder, { sizes, i0, j0, width }: Tile, r: Expr): void => {
  const { keys, columns, queries } = sizes;
  const position = body.name(add(add(i0, r), keys - queries), "position");
  body.loop(
    width,
    (j, inner) => {
      const at = add(multiply(r, columns), j);
      const score = times(load("f32", "S", at), f32(0.3));
      const isEarlier = compare("le", add(j0, j), position);
      const isShown = binary("and", isEarlier, load("bool", "mask", add(multiply(add(i0, r), keys), add(j0, j))));
      inner.store("S", at, select(isShown, score, f32(Number.NEGATIVE_INFINITY)));
    },
    { mode: "vector", hint: "j" },
  );
};

/** The greatest of the row, not below the lowest finite number, so that a row of nothing stays finite. */
const greatest = (body: BlockBuilder, { sizes: { columns }, width }: Tile, r: Expr): Expr => {
  const lowest = f32(-3.4028234663852886e38);
  const most = body.mutable(splat(lowest), "most");
  const one = body.mutable(lowest, "one");
  const fours = body.name(binary("and", width, i32(-4)), "fours");
  const larger = (a: Expr, b: Expr): Expr => select(compare("lt", a, b), b, a);
  body.loop(
    fours,
    (j, inner) => inner.assign(most, larger(most, inner.name(load("f32x4", "S", add(multiply(r, columns), j))))),
    { step: 4, hint: "j" },
  );
  body.loop(
    width,
    (j, inner) => inner.assign(one, larger(one, inner.name(load("f32", "S", add(multiply(r, columns), j))))),
    {
      from: fours,
      hint: "j",
    },
  );
  return body.name(binary("max", one, reduceLanes("max", most)), "greatest");
};

/** Probabilities of the row against its new maximum; what came before shrinks by alpha. */
const probabilities = (body: BlockBuilder, tile: Tile, r: Expr): void => {
  const {
    sizes: { columns },
    width,
  } = tile;
  const before = body.name(load("f32", "m", r), "before");
  const most = body.name(binary("max", before, greatest(body, tile, r)), "m");
  const alpha = body.name(exponential(body, binary("sub", before, most)), "alpha");
  const sum = body.mutable(f32(0), "sum");
  body.loop(
    width,
    (j, inner) => {
      const at = add(multiply(r, columns), j);
      const p = inner.name(exponential(inner, binary("sub", load("f32", "S", at), most)), "p");
      inner.store("S", at, p);
      inner.assign(sum, plus(sum, p));
    },
    { mode: "vector", hint: "j" },
  );
  body.store("m", r, most);
  body.store("alpha", r, alpha);
  body.store("l", r, plus(times(load("f32", "l", r), alpha), sum));
};

/** out = out * alpha + P v, one row by eight features. */
const accumulate = (body: BlockBuilder, { sizes: { depth, columns }, i0, rows, j0, width }: Tile): void =>
  body.loop(
    rows,
    (r, outer) =>
      outer.loop(
        depth,
        (c, block) => {
          const alpha = block.name(splat(load("f32", "alpha", r)), "alpha");
          const at = block.name(add(multiply(add(i0, r), depth), c), "at");
          const sums = [0, 4].map((lane) => block.mutable(times(load("f32x4", "out", add(at, lane)), alpha), "sum"));
          block.loop(
            width,
            (j, inner) => {
              const p = inner.name(splat(load("f32", "S", add(multiply(r, columns), j))), "p");
              for (const [part, sum] of sums.entries())
                inner.assign(
                  sum,
                  plus(sum, times(p, load("f32x4", "v", add(multiply(add(j0, j), depth), add(c, part * 4))))),
                );
            },
            { hint: "j" },
          );
          for (const [part, sum] of sums.entries()) block.store("out", add(at, part * 4), sum);
        },
        { step: 8, hint: "c" },
      ),
    { hint: "r" },
  );

const rowBlock = (body: BlockBuilder, sizes: AttentionSizes, i0: Expr): void => {
  const { queries, keys, depth, columns } = sizes;
  const rows = body.name(least(i32(sizes.rows), subtract(i32(queries), i0)), "rows");
  const end = body.name(least(i32(keys), add(add(i0, rows), keys - queries)), "end");
  body.loop(rows, (r, inner) => {
    inner.store("m", r, f32(-3.4028234663852886e38));
    inner.store("l", r, f32(0));
    inner.loop(depth, (c, row) => row.store("out", add(multiply(add(i0, r), depth), c), f32(0)), { mode: "vector" });
  });
  const overKeys = (j0: Expr, block: BlockBuilder): void => {
    const tile: Tile = { sizes, i0, rows, j0, width: block.name(least(i32(columns), subtract(end, j0)), "width") };
    products(block, tile);
    block.loop(rows, (r, inner) => {
      masked(inner, tile, r);
      probabilities(inner, tile, r);
    });
    accumulate(block, tile);
  };
  body.loop(end, overKeys, { step: columns, hint: "keys" });
  body.loop(rows, (r, inner) => {
    const factor = inner.name(binary("div", f32(1), binary("max", load("f32", "l", r), f32(1))), "factor");
    inner.loop(
      depth,
      (c, row) => {
        const at = row.name(add(multiply(add(i0, r), depth), c));
        row.store("out", at, times(load("f32", "out", at), factor));
      },
      { mode: "vector" },
    );
  });
};

/** softmax(mask(0.3 q k)) v with q [queries, depth], k [depth, keys], v [keys, depth]; depth is a multiple of eight. */
export const attentionKernel = (sizes: AttentionSizes): Kernel => {
  const { queries, keys, depth, rows, columns } = sizes;
  return {
    name: "attention",
    parameters: [
      { name: "q", dtype: "f32", access: "read", length: queries * depth },
      { name: "k", dtype: "f32", access: "read", length: keys * depth },
      { name: "v", dtype: "f32", access: "read", length: keys * depth },
      { name: "mask", dtype: "bool", access: "read", length: queries * keys },
      { name: "out", dtype: "f32", access: "update", length: queries * depth },
      { name: "S", dtype: "f32", access: "update", length: rows * columns },
      { name: "m", dtype: "f32", access: "update", length: rows },
      { name: "l", dtype: "f32", access: "update", length: rows },
      { name: "alpha", dtype: "f32", access: "update", length: rows },
    ],
    inPlace: [],
    body: buildBody((body) =>
      body.loop(queries, (i0, block) => rowBlock(block, sizes, i0), { step: rows, hint: "rows" }),
    ),
  };
};
