// Mistakes of derivatives: dropped terms, wrong signs, sums that are not taken.
import type { Mutant } from "../mutant.ts";

const differentiate = "src/passes/differentiate.ts";

export const differentiationMutants: readonly Mutant[] = [
  {
    name: "gradient-not-accumulated",
    says: "of the cotangents of a value used twice, the last one counts",
    file: differentiate,
    find: "  arrivals.set(value, sum === undefined ? cotangent : sum.add(cotangent));",
    put: "  arrivals.set(value, sum === undefined || sum.shape.length > 0 ? cotangent : sum.add(cotangent));",
  },
  {
    name: "gradient-flow-ignored",
    says: "a node of several results is passed back only if its first one is used",
    file: differentiate,
    find: "  if (!results.some(({ id }) => arrivals.has(id))) return;",
    put: "  if (!results.slice(0, 1).some(({ id }) => arrivals.has(id))) return;",
  },
  {
    name: "gradient-matmul-flags",
    says: "the gradient of the left factor forgets that the right one was transposed",
    file: "src/ir/ops/contraction.ts",
    find: "    ? b.matmul(cotangent, { transposeA: transposeB, transposeB: true })",
    put: "    ? b.matmul(cotangent, { transposeA: transposeB && b.shape.at(-1) !== b.shape.at(-2), transposeB: true })",
  },
  {
    name: "gradient-matmul-batch",
    says: "a right factor shared by a batch gets the sum over the first batch axis alone",
    file: "src/ir/graph/traced-tensor.ts",
    find: "      axis < added || (shape[axis - added] === 1 && extent !== 1) ? [axis] : [],",
    put: "      axis < added || (shape[axis - added] === 1 && extent !== 1 && axis > 0) ? [axis] : [],",
  },
  {
    name: "gradient-transpose-not-inverted",
    says: "the cotangent of a transpose is transposed the same way",
    file: "src/ir/ops/movement.ts",
    find: "[ct.transpose(invertPermutation(attrs.permutation))]",
    put: "[ct.shape.every((extent) => extent === ct.shape[0]) ? ct.transpose(attrs.permutation) : ct.transpose(invertPermutation(attrs.permutation))]",
  },
  {
    name: "gradient-softmax-term",
    says: "the gradient of softmax lacks the sum",
    file: "src/ir/ops/normalization.ts",
    find: "    y.mul(cotangent.sub(sumAlong(cotangent.mul(y), axis))),",
    put: "    y.mul(cotangent),",
  },
  {
    name: "gradient-log-softmax-axis",
    says: "the gradient of logSoftmax sums along the last axis",
    file: "src/ir/ops/normalization.ts",
    find: "    cotangent.sub(y.exp().mul(sumAlong(cotangent, axis))),",
    put: "    cotangent.sub(y.exp().mul(sumAlong(cotangent, cotangent.shape.length - 1))),",
  },
  {
    name: "gradient-standardize-mean",
    says: "the gradient of standardize takes the mean of the flow, not of the flow times u",
    file: "src/ir/ops/normalization.ts",
    find: "unit.mul(meanOver(flow.mul(unit), axes))",
    put: "unit.mul(meanOver(flow, axes))",
  },
  {
    name: "gradient-select-swapped",
    says: "both branches of a choice get the cotangent where the condition holds",
    file: "src/ir/ops/elementwise.ts",
    find: "    whereFloat(whenFalse, () => condition.select(0, ct)),",
    put: "    whereFloat(whenFalse, () => condition.select(ct, 0)),",
  },
  {
    name: "gradient-division-sign",
    says: "the derivative of a quotient by its divisor has the wrong sign",
    file: "src/ir/scalar/binary.ts",
    find: "(_, y) => y.reciprocal(), (_, y, z) => z.div(y).neg()]",
    put: "(_, y) => y.reciprocal(), (_, y, z) => z.div(y)]",
  },
  {
    name: "gradient-maximum-ties",
    says: "where elements are equally large, each gets the whole gradient",
    file: "src/ir/ops/reduction.ts",
    find: "  return chosen.select(expand(ct, x, attrs).div(count), 0);",
    put: "  return chosen.select(expand(ct, x, attrs), count.mul(0));",
  },
  {
    name: "gradient-scan-order",
    says: "the way back through a recurrence goes forwards",
    file: "src/ir/ops/recurrence-gradients.ts",
    find: "    reverse: !attrs.reverse,",
    put: "    reverse: attrs.reverse,",
  },
  {
    name: "gradient-scan-captured",
    says: "what a recurrence captures gets the gradient of its last step",
    file: "src/ir/ops/recurrence-gradients.ts",
    find: "        return gradient === null ? sum : sum.add(gradient);",
    put: "        return gradient === null ? sum : gradient;",
  },
  {
    name: "gradient-scan-gate",
    says: "values saved on the way there are put in one another's places",
    file: "src/ir/ops/recurrence-gradients.ts",
    find: "    for (const [value, same] of paired(costly, saved)) substitute(value, same);",
    put: "    const places = costly.map((value, at) => costly.findLastIndex((other, later) => later >= at && other.shape.join() === value.shape.join() && other.dtype === value.dtype));\n    for (const [value, same] of paired(costly, places.flatMap((at) => saved[at] ?? []))) substitute(value, same);",
  },
  {
    name: "gradient-attention-delta",
    says: "the gradient of attention forgets what the sums of the scores add",
    file: "src/ir/ops/attention-gradient-rows.ts",
    find: '  const delta = body.name(binary("sub", binary("div", mean, total), load(type, sums, position)), "delta");',
    put: '  const delta = body.name(binary("div", mean, total), "delta");',
  },
  {
    name: "gradient-sigmoid",
    says: "the derivative of the sigmoid is s (1 + s)",
    file: "src/ir/scalar/unary/activation.ts",
    find: "    derivative: (_, y) => y.mul(y.neg().add(1)),\n    lower: sigmoid,",
    put: "    derivative: (_, y) => y.mul(y.add(1)),\n    lower: sigmoid,",
  },
];
