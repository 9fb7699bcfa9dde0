// Contraction, for the relaxed numerics alone: a product that is added to something, or subtracted from it, becomes one
// instruction of relaxed SIMD. Whether it rounds once or twice is the engine's choice, so bits are no longer promised.
// Source: WebAssembly relaxed SIMD proposal, "Relaxed multiply-add"; Goldberg 1991 on fused operations.
import { type Instruction, plain } from "./instruction.ts";
import { mapBlocks, mapOperands, visitOperands } from "./walk.ts";

type Plain = Extract<Instruction, { readonly kind: "plain" }>;

/** Whether evaluating writes no local, so that operands may change places. */
const isPure = (instruction: Instruction): boolean => {
  let pure = true;
  visitOperands(instruction, (each) => {
    if (each.kind === "local" && each.op !== "local.get") pure = false;
  });
  return pure;
};

const productOf = (instruction: Instruction | undefined): readonly [Instruction, Instruction] | undefined => {
  if (instruction?.kind !== "plain" || instruction.op !== "f32x4.mul") return undefined;
  const [left, right] = instruction.operands;
  return left === undefined || right === undefined ? undefined : [left, right];
};

/** a * b + c, c + a * b, c - a * b. */
const contractedSum = (sum: Plain): Instruction => {
  const [left, right] = sum.operands;
  if (left === undefined || right === undefined || !isPure(sum)) return sum;
  const rightProduct = productOf(right);
  if (sum.op === "f32x4.sub")
    return rightProduct === undefined ? sum : plain("f32x4.relaxed_nmadd", ...rightProduct, left);
  if (rightProduct !== undefined) return plain("f32x4.relaxed_madd", ...rightProduct, left);
  const leftProduct = productOf(left);
  return leftProduct === undefined ? sum : plain("f32x4.relaxed_madd", ...leftProduct, right);
};

const contracted = (instruction: Instruction): Instruction => {
  const inner = mapBlocks(mapOperands(instruction, contracted), contractProducts);
  return inner.kind === "plain" && (inner.op === "f32x4.add" || inner.op === "f32x4.sub")
    ? contractedSum(inner)
    : inner;
};

/** The body with products and sums contracted. */
export const contractProducts = (body: readonly Instruction[]): readonly Instruction[] => body.map(contracted);
