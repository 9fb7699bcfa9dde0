// Removes writes to locals that nothing reads. Addresses are sums of their own, so many of the kernel's index variables
// are needed by nobody once its loads and stores have their pointers.
import { type Instruction, localSet } from "./instruction.ts";
import { blocksOf, mapBlocks, mapOperands, operandsOf, visitOperands } from "./walk.ts";

/** The locals whose values reach a store, a condition or a call. */
const neededLocals = (body: readonly Instruction[]): ReadonlySet<number> => {
  const valuesOf = new Map<number, Instruction[]>();
  const needed = new Set<number>();
  const pending: number[] = [];
  const need = (local: number): void => {
    if (needed.has(local)) return;
    needed.add(local);
    pending.push(local);
  };
  const visit = (block: readonly Instruction[]): void => {
    for (const instruction of block) {
      const isSet = instruction.kind === "local" && instruction.op === "local.set";
      visitOperands(instruction, (each) => {
        if (each.kind !== "local") return;
        if (each.op === "local.get") {
          if (!isSet) need(each.local);
          return;
        }
        const values = valuesOf.get(each.local);
        if (values === undefined) valuesOf.set(each.local, [...each.operands]);
        else values.push(...each.operands);
      });
      for (const inner of blocksOf(instruction)) visit(inner);
    }
  };
  visit(body);
  for (let local = pending.pop(); local !== undefined; local = pending.pop())
    for (const value of valuesOf.get(local) ?? [])
      visitOperands(value, (each) => {
        if (each.kind === "local" && each.op === "local.get") need(each.local);
      });
  return needed;
};

/** A function's body without the writes that nothing needs. */
export const removeUnread = (body: readonly Instruction[]): readonly Instruction[] => {
  const needed = neededLocals(body);
  const withoutTees = (value: Instruction): Instruction => {
    const [operand] = value.kind === "local" ? value.operands : [];
    const isUnread = value.kind === "local" && value.op === "local.tee" && !needed.has(value.local);
    return isUnread && operand !== undefined ? withoutTees(operand) : mapOperands(value, withoutTees);
  };
  /** What has to stay of a value that itself does not: the writes within it. */
  const writesIn = (value: Instruction): readonly Instruction[] => {
    const [operand] = value.kind === "local" ? value.operands : [];
    if (value.kind === "local" && value.op === "local.tee" && operand !== undefined)
      return [localSet(value.local, operand)];
    return operandsOf(value).flatMap(writesIn);
  };
  const tidy = (block: readonly Instruction[]): readonly Instruction[] =>
    block.flatMap((instruction): readonly Instruction[] => {
      const kept = mapBlocks(mapOperands(instruction, withoutTees), tidy);
      const isUnread = kept.kind === "local" && kept.op === "local.set" && !needed.has(kept.local);
      return isUnread ? operandsOf(kept).flatMap(writesIn) : [kept];
    });
  return tidy(body);
};
