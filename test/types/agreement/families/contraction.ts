// Random calls of products: of matrices, vectors, by formula, and attention.
import * as fc from "fast-check";
import { multiplyDims } from "../../../../src/ir/types/dim.ts";
import type { Shape } from "../../../../src/ir/types/tensor-type.ts";
import { type Call, call, dim, mostly, near, shape, tensor } from "../calls.ts";

const matmul = call(
  "matmul",
  fc
    .tuple(
      fc.oneof({ weight: 6, arbitrary: shape(0, 2) }, { weight: 1, arbitrary: shape(3, 6) }),
      dim,
      dim,
      dim,
      fc.boolean(),
      fc.boolean(),
    )
    .chain(([batch, m, k, n, transposeA, transposeB]) =>
      fc.tuple(
        tensor(near([...batch, ...(transposeA ? [k, m] : [m, k])])),
        tensor(
          fc.oneof(near([...batch, ...(transposeB ? [n, k] : [k, n])]), fc.constant(transposeB ? [n, k] : [k, n])),
        ),
        fc.oneof(
          fc.constant({ transposeA, transposeB }),
          fc.constant(transposeA || transposeB ? { transposeA, transposeB } : {}),
        ),
      ),
    ),
);

const linear = call(
  "linear",
  fc
    .tuple(shape(0, 3), dim, dim)
    .chain(([leading, inputs, outputs]) =>
      fc.oneof(
        fc.tuple(tensor(near([...leading, inputs])), tensor(near([outputs, inputs]))),
        fc.tuple(
          tensor(fc.constant([...leading, inputs]), fc.constant("f32")),
          tensor(near([outputs, inputs]), fc.constant("f32")),
          tensor(near([outputs]), mostly("f32")),
        ),
      ),
    ),
);

const vectors = fc.oneof(
  call(
    "matvec",
    fc
      .tuple(shape(0, 1), dim, dim)
      .chain(([batch, m, k]) => fc.tuple(tensor(near([...batch, m, k])), tensor(near([k])))),
  ),
  call(
    "vecmat",
    fc
      .tuple(shape(0, 1), dim, dim)
      .chain(([batch, k, n]) => fc.tuple(tensor(near([k])), tensor(near([...batch, k, n])))),
  ),
  call(
    "dot",
    dim.chain((k) => fc.tuple(tensor(near([k])), tensor(near([k])))),
  ),
);

/** Letters of the operands and of the result, all spellings that NumPy has. */
const formulas = [
  "ij,jk->ik",
  "ij, jk -> ik",
  "bij->bj",
  "ii->i",
  "ii",
  "bhqd,bhkd->bhqk",
  "ij,j->",
  "i,j->ij",
  "ij,jk,kl->il",
  "ij->ji",
  "...i,...i->...",
  "...ij,jk->...ik",
  "ij,jk",
] as const;

/** Formulas with as many letters as the operands have axes, nearly always, and extents that differ now and then. */
const einsum = call(
  "einsum",
  fc
    .tuple(fc.constantFrom(...formulas), fc.array(dim, { minLength: 8, maxLength: 8 }), shape(0, 2))
    .chain(([formula, extents, open]) => {
      const letters = "bhijkldq";
      const shapes = (formula.split("->")[0] ?? "")
        .replaceAll(" ", "")
        .split(",")
        .map(
          (term): Shape =>
            term
              .replace("...", "?")
              .split("")
              .flatMap((letter) => (letter === "?" ? open : [extents[letters.indexOf(letter)] ?? 1])),
        );
      return fc
        .tuple(...shapes.map((each) => tensor(near(each), mostly("f32"))))
        .map((tensors) => [formula, ...tensors]);
    }),
);

const attention = call(
  "attention",
  fc
    .tuple(shape(0, 1), shape(0, 1), fc.constantFrom(1, 2, 3), dim, dim, dim, dim)
    .chain(([batch, heads, groups, queries, keys, features, own]) => {
      const front = heads.length === 0 ? [] : [...batch, ...heads];
      const more = front.map((extent, axis) => (axis === batch.length ? multiplyDims(extent, groups) : extent));
      const operands = [
        tensor(near([...more, queries, features])),
        tensor(near([...front, keys, features])),
        tensor(near([...front, keys, own]), fc.constant("f32")),
      ] as const;
      return fc.oneof(
        { weight: 3, arbitrary: fc.tuple(...operands) },
        {
          weight: 1,
          arbitrary: fc.tuple(
            ...operands,
            fc.record({ causal: fc.boolean(), weights: fc.boolean() }, { requiredKeys: [] }),
          ),
        },
      );
    }),
);

const additiveAttention = call(
  "additiveAttention",
  fc
    .tuple(shape(0, 2), fc.array(dim, { minLength: 5, maxLength: 5 }))
    .chain(([batch, [queries = 1, keys = 1, own = 1, other = 1, hidden = 1]]) =>
      fc.tuple(
        tensor(near([...batch, queries, own]), fc.constant("f32")),
        tensor(near([...batch, keys, other]), fc.constant("f32")),
        fc.record({
          W: tensor(fc.constant([own, hidden]), fc.constant("f32")),
          U: tensor(fc.constant([other, hidden]), fc.constant("f32")),
          v: tensor(fc.constant([hidden]), fc.constant("f32")),
        }),
      ),
    ),
);

/** Families of calls, by name. */
export const contraction: Readonly<Record<string, fc.Arbitrary<Call>>> = {
  matmul,
  linear,
  vectors,
  einsum,
  attention,
  additiveAttention,
};
