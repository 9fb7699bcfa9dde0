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

const addEffects = (effects: Effects, more: Effects): void => {
  for (const read of more.reads) effects.reads.add(read);
  for (const write of more.writes) effects.writes.add(write);
  effects.loads ||= more.loads;
  effects.stores ||= more.stores;
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

/** A statement that has been put in its place, and what it does: of the statements behind it, up to sixteen will ask. */
interface Placed {
  readonly statement: Instruction;
  readonly effects: Effects;
}

/** Moves values into a statement from the ones before it, of which it takes away those that are no longer needed. */
const takeValues = (statement: Instruction, before: Placed[], isReadOnce: (local: number) => boolean): Placed => {
  let result = statement;
  const own = effectsOf(statement);
  const reads = new Set(own.reads);
  const passed = noEffects();
  for (let at = before.length - 1; at >= 0 && at >= before.length - farthest; at--) {
    const placed = before[at];
    if (placed === undefined || isBarrier(placed.statement)) break;
    const { statement: earlier, effects: ofEarlier } = placed;
    const [value] = earlier.kind === "local" && earlier.op === "local.set" ? earlier.operands : [];
    if (earlier.kind === "local" && value !== undefined && reads.has(earlier.local)) {
      const { local } = earlier;
      const crossed: Effects = { ...passed, reads: new Set(passed.reads), writes: new Set(passed.writes) };
      const effects = isReadOnce(local) ? effectsOf(value) : ofEarlier;
      if (effectsBefore(result, local, crossed) && mayPass(effects, crossed)) {
        result = withValue(result, local, isReadOnce(local) ? value : localTee(local, value));
        for (const read of effects.reads) reads.add(read);
        before.splice(at, 1);
        continue;
      }
    }
    addEffects(passed, ofEarlier);
  }
  return { statement: result, effects: result === statement ? own : effectsOf(result) };
};

/** A function's body with values computed where they are needed. */
export const forwardValues = (body: readonly Instruction[]): readonly Instruction[] => {
  const { reads, writes } = countUses(body);
  const isReadOnce = (local: number): boolean => reads.get(local) === 1 && writes.get(local) === 1;
  const tidy = (block: readonly Instruction[]): readonly Instruction[] => {
    const out: Placed[] = [];
    for (const statement of block) {
      const { statement: taken, effects } = takeValues(statement, out, isReadOnce);
      out.push({ statement: mapBlocks(taken, tidy), effects });
    }
    return out.map(({ statement }) => statement);
  };
  return tidy(body);
};
