// Every op has a meaning: one that brings its own loops without `evaluate` does not compile.
import { flip } from "../../src/ir/ops/movement.ts";
import { defineOp } from "../../src/ir/ops/op.ts";

const { evaluate: _, ...withoutMeaning } = flip;

// @ts-expect-error: `evaluate` is missing, and the op is not said by other ops.
export const meaningless = defineOp(withoutMeaning);

export const complete = defineOp({ ...withoutMeaning, evaluate: (operands) => operands });
