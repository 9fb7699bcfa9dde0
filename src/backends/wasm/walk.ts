// Ways over instruction trees that the tidying of functions shares.
import type { Instruction } from "./instruction.ts";

/** What an instruction evaluates before it acts, in order; not the blocks it contains. */
export const operandsOf = (instruction: Instruction): readonly Instruction[] =>
  "operands" in instruction ? instruction.operands : instruction.kind === "if" ? [instruction.condition] : [];

/** The blocks that an instruction contains. */
export const blocksOf = (instruction: Instruction): readonly (readonly Instruction[])[] =>
  instruction.kind === "block"
    ? [instruction.body]
    : instruction.kind === "if"
      ? [instruction.then, instruction.otherwise]
      : [];

/** The instruction with `change` applied to its operands. */
export const mapOperands = (instruction: Instruction, change: (operand: Instruction) => Instruction): Instruction => {
  if ("operands" in instruction) return { ...instruction, operands: instruction.operands.map(change) };
  return instruction.kind === "if" ? { ...instruction, condition: change(instruction.condition) } : instruction;
};

/** The instruction with `change` applied to its blocks. */
export const mapBlocks = (
  instruction: Instruction,
  change: (block: readonly Instruction[]) => readonly Instruction[],
): Instruction => {
  if (instruction.kind === "block") return { ...instruction, body: change(instruction.body) };
  return instruction.kind === "if"
    ? { ...instruction, then: change(instruction.then), otherwise: change(instruction.otherwise) }
    : instruction;
};

/** Calls `visit` for an instruction and its operands in evaluation order, each after its own operands. */
export const visitOperands = (instruction: Instruction, visit: (instruction: Instruction) => void): void => {
  for (const operand of operandsOf(instruction)) visitOperands(operand, visit);
  visit(instruction);
};

const visitAll = (block: readonly Instruction[], visit: (instruction: Instruction) => void): void => {
  for (const instruction of block) {
    visitOperands(instruction, visit);
    for (const inner of blocksOf(instruction)) visitAll(inner, visit);
  }
};

/** How often each local is read, and how often written. */
export const countUses = (
  body: readonly Instruction[],
): { readonly reads: ReadonlyMap<number, number>; readonly writes: ReadonlyMap<number, number> } => {
  const reads = new Map<number, number>();
  const writes = new Map<number, number>();
  visitAll(body, (each) => {
    if (each.kind !== "local") return;
    const counts = each.op === "local.get" ? reads : writes;
    counts.set(each.local, (counts.get(each.local) ?? 0) + 1);
  });
  return { reads, writes };
};
