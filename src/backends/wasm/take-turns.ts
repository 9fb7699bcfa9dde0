// Within the body of a loop, chains of vector arithmetic that need nothing of each other take turns, one instruction each: a
// processor that waits for the result of one then has the next of another at hand, and its window is not full of what has to
// wait. Each chain keeps its own order; what is stored is stored after everything was computed, in its own order.
import { type Instruction, localGet, localSet } from "./instruction.ts";
import type { Locals } from "./locals.ts";
import { hasBlocks, mapBlocks, mapOperands, visitOperands } from "./walk.ts";

/** Chains of fewer operations than this, such as those of a matrix product's tile, are near enough to each other. */
const shortest = 8;

const isStore = (each: Instruction): boolean => each.kind === "memory" && each.op.includes(".store");
const isLoad = (each: Instruction): boolean => each.kind === "memory" && !isStore(each);

/** Whether an instruction leaves a vector, rather than a number or nothing. */
const givesVector = (each: Instruction): boolean =>
  "op" in each && /^(v128|[fi]\d+x\d+)\./.test(each.op) && !/\.store|extract_lane|_true|bitmask/.test(each.op);

/** What a statement computes, and what it stores. */
interface Steps {
  readonly computed: readonly Instruction[];
  readonly stored: readonly Instruction[];
}

/** The statement one vector instruction at a time; undefined where a local is read, and then written before its value is used. */
const stepsOf = (statement: Instruction, locals: Locals): Steps | undefined => {
  const computed: Instruction[] = [];
  const stored: Instruction[] = [];
  const read = new Set<number>();
  let isInOrder = true;
  const write = (local: number, value: Instruction): Instruction => {
    computed.push(localSet(local, value));
    return localGet(local);
  };
  const visit = (each: Instruction): Instruction => {
    if (!("operands" in each)) return each;
    const operands = each.operands.map((operand) => (each.kind === "local" ? withOperands(operand) : visit(operand)));
    const result: Instruction = { ...each, operands };
    const [value] = operands;
    if (result.kind === "local") {
      if (value === undefined) read.add(result.local);
      else if (each !== statement && read.has(result.local)) isInOrder = false;
      return value === undefined ? result : write(result.local, value);
    }
    if (isStore(result)) stored.push(result);
    return givesVector(result) ? write(locals.declare("v128", "step"), result) : result;
  };
  /** What has a local waiting for it needs no other. */
  const withOperands = (each: Instruction): Instruction =>
    "operands" in each && each.kind !== "local" ? { ...each, operands: each.operands.map(visit) } : visit(each);
  visit(statement);
  return isInOrder ? { computed, stored } : undefined;
};

/** Members by what they have in common with others, directly or by way of others. */
const grouped = <T>(members: readonly T[], marksOf: (member: T) => readonly number[]): readonly (readonly T[])[] => {
  const parents = new Map<number, number>();
  const find = (mark: number): number => {
    const parent = parents.get(mark) ?? mark;
    const root = parent === mark ? mark : find(parent);
    parents.set(mark, root);
    return root;
  };
  const firsts = members.map((member) => {
    const [first = -1, ...others] = marksOf(member);
    for (const other of others) parents.set(find(other), find(first));
    return first;
  });
  const groups = new Map<number, T[]>();
  for (const [at, member] of members.entries()) {
    const root = find(firsts[at] ?? -1);
    groups.set(root, [...(groups.get(root) ?? []), member]);
  }
  return [...groups.values()];
};

const someOperand = (statement: Instruction, predicate: (each: Instruction) => boolean): boolean => {
  let found = false;
  visitOperands(statement, (each) => {
    found ||= predicate(each);
  });
  return found;
};

/** The locals that a statement writes, and all that it mentions. */
const localsOf = (statement: Instruction) => {
  const written = new Set<number>();
  const mentioned = new Set<number>();
  visitOperands(statement, (each) => {
    if (each.kind !== "local") return;
    mentioned.add(each.local);
    if (each.op !== "local.get") written.add(each.local);
  });
  return { written, mentioned };
};

/**
 * The first statements of a body, up to where the loop moves on (a number gets a new value after it was read) or something is
 * loaded after something was stored.
 */
const beginningOf = (body: readonly Instruction[], { parameters, locals }: Locals): readonly Instruction[] => {
  const beginning: Instruction[] = [];
  const read = new Set<number>();
  let stored = false;
  for (const statement of body) {
    if (statement.kind !== "memory" && statement.kind !== "local") break;
    let movesOn = false;
    visitOperands(statement, (each) => {
      if (each.kind !== "local") return;
      if (each.op === "local.get") read.add(each.local);
      else if (locals[each.local - parameters.length]?.type !== "v128") movesOn ||= read.has(each.local);
    });
    if (movesOn || (stored && someOperand(statement, isLoad))) break;
    stored ||= isStore(statement);
    beginning.push(statement);
  }
  return beginning;
};

/**
 * Statements without the numbers that they compute from numbers, such as where they load from, and these: done first, they are written
 * by no chain, so chains that load from one place stay apart.
 */
const numbersApart = (statements: readonly Instruction[], { parameters, locals }: Locals) => {
  const numbers: Instruction[] = [];
  const kept = new Set<number>();
  const isVector = (local: number): boolean => locals[local - parameters.length]?.type === "v128";
  const isNumber = (each: Instruction): boolean => {
    if (each.kind === "local") return each.op === "local.get" && !isVector(each.local) && !kept.has(each.local);
    return each.kind === "const" || (each.kind === "plain" && !givesVector(each) && each.operands.every(isNumber));
  };
  const take = (each: Instruction): Instruction => {
    const result = mapOperands(each, take);
    if (result.kind !== "local" || result.op === "local.get" || isVector(result.local)) return result;
    const [value] = result.operands;
    if (value === undefined || kept.has(result.local) || !isNumber(value)) {
      kept.add(result.local);
      return result;
    }
    numbers.push(localSet(result.local, value));
    return localGet(result.local);
  };
  const rest = statements.map(take).filter((each) => each.kind !== "local" || each.op !== "local.get");
  return { numbers, rest };
};

/** The chains of a block's statements: those with a local in common that one of them writes. */
const chainsOf = (statements: readonly Instruction[]): readonly (readonly Instruction[])[] => {
  const uses = new Map(statements.map((statement) => [statement, localsOf(statement)]));
  const written = new Set([...uses.values()].flatMap((use) => [...use.written]));
  return grouped(statements, (statement) =>
    [...(uses.get(statement)?.mentioned ?? [])].filter((local) => written.has(local)),
  );
};

const operationsOf = (chain: readonly Instruction[]): number => {
  let count = 0;
  for (const statement of chain)
    visitOperands(statement, (each) => {
      if (each.kind === "plain" && givesVector(each)) count += 1;
    });
  return count;
};

/** Whether some store reads a local that is written after it. */
const storesTooEarly = (statements: readonly Instruction[]): boolean => {
  const stored = new Set<number>();
  return statements.some((statement) => {
    const { written, mentioned } = localsOf(statement);
    const isLate = [...written].some((local) => stored.has(local));
    if (isStore(statement)) for (const local of mentioned) stored.add(local);
    return isLate;
  });
};

/** The first of each, the second of each, and so on. */
const inTurns = <T>(rows: readonly (readonly T[])[]): readonly T[] => {
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: longest }, (_, at) => rows.flatMap((row) => row.slice(at, at + 1))).flat();
};

const arranged = (body: readonly Instruction[], locals: Locals): readonly Instruction[] => {
  const written = beginningOf(body, locals);
  const { numbers, rest: beginning } = numbersApart(written, locals);
  const chains = chainsOf(beginning);
  if (chains.filter((chain) => operationsOf(chain) >= shortest).length < 2 || storesTooEarly(beginning)) return body;
  const steps = new Map(beginning.map((statement) => [statement, stepsOf(statement, locals)]));
  if ([...steps.values()].includes(undefined)) return body;
  const computed = chains.map((chain) => chain.flatMap((statement) => steps.get(statement)?.computed ?? []));
  const stored = beginning.flatMap((statement) => steps.get(statement)?.stored ?? []);
  return [...numbers, ...inTurns(computed), ...stored, ...body.slice(written.length)];
};

/** A function's body with independent chains taking turns in its innermost loops. */
export const takeTurns = (body: readonly Instruction[], locals: Locals): readonly Instruction[] =>
  body.map((statement) =>
    mapBlocks(statement, (block) => {
      const isLoop = statement.kind === "block" && statement.op === "loop";
      const isInnermost = isLoop && !block.some(hasBlocks);
      return isInnermost ? arranged(block, locals) : takeTurns(block, locals);
    }),
  );
