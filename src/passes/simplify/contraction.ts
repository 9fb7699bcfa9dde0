// Transposes before a matrix product become its flags. The product is the same sum of the same products, but a kernel may
// walk it in another order, so these rules count as `rounding`.
import { P } from "ts-pattern";
import { make, type RuleSet, rules } from "../rules.ts";

/** Whether a permutation swaps the last two axes and does nothing else. */
const swapsLastTwo = (permutation: readonly number[]): boolean => {
  const rank = permutation.length;
  return (
    rank >= 2 &&
    permutation.every((axis, position) => axis === (position < rank - 2 ? position : 2 * rank - 3 - position))
  );
};

const transposed = {
  op: "transpose",
  attrs: { permutation: P.select("permutation") },
  args: [P.select("inner")],
} as const;

/** Rules about matrix products. */
export const contraction: RuleSet = rules(
  "contraction",
  {
    // matmul(transpose(a), b) => matmul(a, b, transposeA)
    transposedLeft: (node) =>
      node.with(
        { op: "matmul", attrs: P.select("attrs"), args: [transposed, P.select("b")] },
        ({ attrs, permutation, inner, b }) =>
          swapsLastTwo(permutation) ? make("matmul", { ...attrs, transposeA: !attrs.transposeA }, inner, b) : undefined,
      ),
    // matmul(a, transpose(b)) => matmul(a, b, transposeB)
    transposedRight: (node) =>
      node.with(
        { op: "matmul", attrs: P.select("attrs"), args: [P.select("a"), transposed] },
        ({ attrs, permutation, inner, a }) =>
          swapsLastTwo(permutation) ? make("matmul", { ...attrs, transposeB: !attrs.transposeB }, a, inner) : undefined,
      ),
  },
  { numerics: "rounding" },
);
