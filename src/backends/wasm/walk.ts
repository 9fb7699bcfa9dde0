// Ways over instruction trees that the tidying of functions shares. A change that changes nothing hands back the very object it was
// given.
import type { Instruction } from "./instruction.ts";

const noOperands: readonly Instruction[] = [];

/** What an instruction evaluates before it acts, in order; not the blocks it contains. */
export const operandsOf = (instruction: Instruction): readonly Instruction[] => {
  switch (instruction.kind) {
    case "const":
    case "vectorConst":
    case "block":
      return noOperands;
    case "if":
      return [instruction.condition];
    default:
      return instruction.operands;
  }
};

/** The blocks that an instruction contains. */
export const blocksOf = (instruction: Instruction): readonly (readonly Instruction[])[] =>
  instruction.kind === "block"
    ? [instruction.body]
    : instruction.kind === "if"
      ? [instruction.then, instruction.otherwise]
      : [];

/** Whether an instruction contains blocks. */
export const hasBlocks = ({ kind }: Instruction): boolean => kind === "block" || kind === "if";

const mapList = (
  list: readonly Instruction[],
  change: (instruction: Instruction) => Instruction,
): readonly Instruction[] => {
  const changed = list.map(change);
  return changed.every((instruction, at) => instruction === list[at]) ? list : changed;
};

/** The instruction with `change` applied to its operands. */
export const mapOperands = (instruction: Instruction, change: (operand: Instruction) => Instruction): Instruction => {
  switch (instruction.kind) {
    case "const":
    case "vectorConst":
    case "block":
      return instruction;
    case "if": {
      const condition = change(instruction.condition);
      return condition === instruction.condition ? instruction : { ...instruction, condition };
    }
    default: {
      if (instruction.operands.length === 0) return instruction;
      const operands = mapList(instruction.operands, change);
      return operands === instruction.operands ? instruction : { ...instruction, operands };
    }
  }
};

/** The instruction with `change` applied to its blocks. */
export const mapBlocks = (
  instruction: Instruction,
  change: (block: readonly Instruction[]) => readonly Instruction[],
): Instruction => {
  if (instruction.kind === "block") {
    const body = change(instruction.body);
    return body === instruction.body ? instruction : { ...instruction, body };
  }
  if (instruction.kind !== "if") return instruction;
  const then = change(instruction.then);
  const otherwise = change(instruction.otherwise);
  const same = then === instruction.then && otherwise === instruction.otherwise;
  return same ? instruction : { ...instruction, then, otherwise };
};

/** Calls `visit` for an instruction and its operands in evaluation order, each after its own operands. */
export const visitOperands = (instruction: Instruction, visit: (instruction: Instruction) => void): void => {
  switch (instruction.kind) {
    case "const":
    case "vectorConst":
    case "block":
      break;
    case "if":
      visitOperands(instruction.condition, visit);
      break;
    default:
      for (const operand of instruction.operands) visitOperands(operand, visit);
  }
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
