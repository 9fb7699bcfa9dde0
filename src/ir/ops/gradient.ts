// Ops that mean nothing but for gradients.
import { dtypeNames } from "../types/dtype.ts";
import { arbitraryType } from "./instances.ts";
import { defineOp, type OpDefinition } from "./op.ts";

/** The operand itself, through which no gradient flows. */
export const stopGradient: OpDefinition<object, 1> = defineOp({
  kind: "stopGradient",
  summary: "The operand itself, through which no gradient flows back.",
  formula: "y = x",
  shapes: "x [S...] -> [S...]",
  arity: 1,
  resultArity: 1,
  attributes: {},
  infer: ([operand]) => [operand],
  vjp: () => [null],
  lower: { by: "ops", decompose: ([operand]) => [operand] },
  arbitrary: (fc) => arbitraryType(fc, dtypeNames).map((type) => ({ operands: [type] as const, attrs: {} })),
});

/** Ops for gradients. */
export const gradient: { readonly stopGradient: typeof stopGradient } = { stopGradient };
