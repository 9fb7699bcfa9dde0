// Computes values where they are first needed: a local that is read once, later in its block, gives way to its value, and
// one that is read again is written on the way (`local.tee`). A value moves only past what it does not depend on, and
// never into or out of a loop or a branch.
import { type Instruction, localTee } from "./instruction.ts";
import { countUses, hasBlocks, mapBlocks, mapOperands, visitOperands } from "./walk.ts";

/** How many statements a value may move past: what it is for is rarely further away. */
const farthest = 16;

/** What evaluating something does, as far as the order of evaluation matters. */
interface Effects {
  readonly reads: Set<number>;
  readonly writes: Set<number>;
  loads: boolean;
  stores: boolean;
}

const noEffects = (): Effects => ({ reads: new Set(), writes: new Set(), loads: false, stores: false });

const isStore = ({ op }: { readonly op: string }): boolean => op.includes(".store");

const addEffect = (effects: Effects, instruction: Instruction): void => {
  if (instruction.kind === "local")
    (instruction.op === "local.get" ? effects.reads : effects.writes).add(instruction.local);
  if (instruction.kind === "memory") effects[isStore(instruction) ? "stores" : "loads"] = true;
};

const effectsOf = (instruction: Instruction): Effects => {
  const effects = noEffects();
  visitOperands(instruction, (each) => addEffect(effects, each));
  return effects;
};

/** The locals that a statement reads. */
const readsOf = (statement: Instruction): Set<number> => {
  const reads = new Set<number>();
  visitOperands(statement, (each) => {
    if (each.kind === "local" && each.op === "local.get") reads.add(each.local);
  });
  return reads;
};

const meet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean => {
  for (const each of a) if (b.has(each)) return true;
  return false;
};

/** Whether the value may be evaluated after what has the effects `passed` instead of before. */
const mayPass = (value: Effects, passed: Effects): boolean =>
  !meet(value.reads, passed.writes) &&
  !meet(value.writes, passed.reads) &&
  !meet(value.writes, passed.writes) &&
  !(value.loads && passed.stores);

/** Adds what a statement does before it first reads the local; whether it reads it at all. */
const effectsBefore = (statement: Instruction, local: number, effects: Effects): boolean => {
  let found = false;
  visitOperands(statement, (each) => {
    if (found) return;
    if (each.kind === "local" && each.op === "local.get" && each.local === local) found = true;
    else addEffect(effects, each);
  });
  return found;
};

/** The statement with a value in the place of its first read of the local. */
const withValue = (statement: Instruction, local: number, value: Instruction): Instruction => {
  let done = false;
  const replace = (each: Instruction): Instruction => {
    if (done) return each;
    const changed = mapOperands(each, replace);
    if (done || each.kind !== "local" || each.op !== "local.get" || each.local !== local) return changed;
    done = true;
    return value;
  };
  return replace(statement);
};

const isBarrier = (statement: Instruction): boolean =>
  hasBlocks(statement) || statement.kind === "branch" || statement.kind === "call" || statement.kind === "bulk";

/** Moves values into a statement from the ones before it, of which it takes away those that are no longer needed. */
const takeValues = (
  statement: Instruction,
  before: Instruction[],
  isReadOnce: (local: number) => boolean,
  doneBy: (statement: Instruction) => Effects,
): Instruction => {
  let result = statement;
  const reads = readsOf(statement);
  const passed: Instruction[] = [];
  for (let at = before.length - 1; at >= 0 && at >= before.length - farthest; at--) {
    const earlier = before[at];
    if (earlier === undefined || isBarrier(earlier)) break;
    const [value] = earlier.kind === "local" && earlier.op === "local.set" ? earlier.operands : [];
    if (earlier.kind === "local" && value !== undefined && reads.has(earlier.local)) {
      const { local } = earlier;
      const effects = isReadOnce(local) ? effectsOf(value) : doneBy(earlier);
      const within = noEffects();
      const isFound = effectsBefore(result, local, within);
      if (isFound && mayPass(effects, within) && passed.every((each) => mayPass(effects, doneBy(each)))) {
        result = withValue(result, local, isReadOnce(local) ? value : localTee(local, value));
        for (const read of effects.reads) reads.add(read);
        before.splice(at, 1);
        continue;
      }
    }
    passed.push(earlier);
  }
  return result;
};

/** What statements do, worked out where somebody asks; of the statements behind one, up to sixteen may. */
const remembering = (): ((statement: Instruction) => Effects) => {
  const known = new Map<Instruction, Effects>();
  return (statement) => {
    const effects = known.get(statement) ?? effectsOf(statement);
    known.set(statement, effects);
    return effects;
  };
};

/** A function's body with values computed where they are needed. */
export const forwardValues = (body: readonly Instruction[]): readonly Instruction[] => {
  const { reads, writes } = countUses(body);
  const isReadOnce = (local: number): boolean => reads.get(local) === 1 && writes.get(local) === 1;
  const doneBy = remembering();
  const tidy = (block: readonly Instruction[]): readonly Instruction[] => {
    const out: Instruction[] = [];
    for (const statement of block) {
      const taken = takeValues(statement, out, isReadOnce, doneBy);
      out.push(mapBlocks(taken, tidy));
    }
    return out;
  };
  return tidy(body);
};
