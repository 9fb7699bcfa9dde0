// Several steps of a matrix product in each iteration of its loop, so that counting and moving pointers costs a fourth: 2 rows by 16
// columns reach 51 instead of 48 GFLOP/s on V8 14, 50 instead of 46 on V8 11. The loop is left between steps as soon as they are
// done, which is all that the last, incomplete iteration needs, and it keeps older versions of V8 (11, 12) from putting
// the loads of all steps first and the arithmetic behind them, where registers do not suffice by far.
//
//   loop { acc += a[p] * b[q]  p += 4  q += 32  br_if (k += 1) < 256 }
//   block { loop { acc += a[p] * b[q]      br_if out k >= 255
//                  acc += a[p+4] * b[q+32]  br_if out k >= 254 ...  p += 16  q += 128  br_if (k += 4) < 256 } }
import { type Instruction, i32Const, localGet, localSet, localTee, plain } from "./instruction.ts";
import { blocksOf, mapBlocks, mapOperands, visitOperands } from "./walk.ts";

/** Steps of an iteration. */
const stepsAtOnce = 4;

/** The tiles that gain: one row waits for memory, and of four rows by 8 columns leaving the loop costs as much as counting. */
const tile = { rows: 2, sums: 8 } as const;

/** Of fewer steps there is little to gain. */
const fewestSteps = 16;

/** `local = local + by`, in any of the forms that such loops have. */
interface Increment {
  readonly local: number;
  readonly by: number;
}

const incrementOf = (instruction: Instruction | undefined): Increment | undefined => {
  if (instruction?.kind !== "local") return undefined;
  const { local, operands } = instruction;
  const [sum] = operands;
  if (sum?.kind !== "plain" || sum.op !== "i32.add") return undefined;
  const [from, by] = sum.operands;
  return from?.kind === "local" && from.op === "local.get" && from.local === local && by?.kind === "const"
    ? { local, by: by.value }
    : undefined;
};

/** The parts of a loop over the steps of a product. */
interface ProductLoop {
  readonly sums: readonly Instruction[];
  readonly pointers: readonly Increment[];
  readonly counter: Increment;
  readonly limit: Instruction;
}

/** Whether the statement adds to a vector what it had before. */
const addsUp = (statement: Instruction): boolean => {
  const [value] = "operands" in statement ? statement.operands : [];
  if (statement.kind !== "local" || value?.kind !== "plain" || value.op !== "f32x4.add") return false;
  return value.operands.some(
    ({ kind, ...each }) => kind === "local" && "local" in each && each.local === statement.local,
  );
};

const rowsOf = (sums: readonly Instruction[]): number => {
  let rows = 0;
  for (const sum of sums)
    visitOperands(sum, (each) => {
      if (each.kind === "memory" && each.op === "v128.load32_splat") rows += 1;
    });
  return rows;
};

/** Whether all that is mentioned moves with the steps: what is loaded lies at a pointer, and the counter is not looked at. */
const movesByPointers = (sums: readonly Instruction[], counter: Increment): boolean => {
  let does = true;
  for (const sum of sums)
    visitOperands(sum, (each) => {
      if (each.kind === "local") does &&= each.local !== counter.local;
      if (each.kind === "memory")
        does &&= each.operands.every((base) => base.kind === "local" && base.op === "local.get");
    });
  return does;
};

const productLoop = (body: readonly Instruction[]): ProductLoop | undefined => {
  const branch = body.at(-1);
  const test = branch?.kind === "branch" && branch.op === "br_if" ? branch.operands[0] : undefined;
  if (test?.kind !== "plain" || test.op !== "i32.lt_s") return undefined;
  const [next, limit] = test.operands;
  const counter = incrementOf(next);
  if (counter === undefined || limit === undefined) return undefined;
  const pointers: Increment[] = [];
  const sums: Instruction[] = [];
  for (const statement of body.slice(0, -1)) {
    const increment = incrementOf(statement);
    if (increment !== undefined) pointers.push(increment);
    else if (addsUp(statement) && pointers.length === 0) sums.push(statement);
    else return undefined;
  }
  const isLong = limit.kind !== "const" || limit.value >= fewestSteps * counter.by;
  const isPlain = pointers.every(({ by }) => by > 0) && movesByPointers(sums, counter);
  const isTile = sums.length === tile.sums && rowsOf(sums) === tile.rows;
  return isLong && isPlain && isTile ? { sums, pointers, counter, limit } : undefined;
};

/** The statement as many steps further on as it says. */
const ahead = (statement: Instruction, steps: number, pointers: ReadonlyMap<number, number>): Instruction => {
  const moved = mapOperands(statement, (operand) => ahead(operand, steps, pointers));
  if (moved.kind !== "memory") return moved;
  const [base] = moved.operands;
  const by = base?.kind === "local" ? (pointers.get(base.local) ?? 0) : 0;
  return { ...moved, offset: moved.offset + steps * by };
};

const increased = ({ local, by }: Increment): Instruction =>
  plain("i32.add", localGet(local), i32Const(by * stepsAtOnce));

/** Leaves the loop, and the block around it, when as many steps as it says were the last ones. */
const leaveAfter = (steps: number, { counter, limit }: ProductLoop): Instruction => {
  const done = steps * counter.by;
  const isLast =
    limit.kind === "const"
      ? plain("i32.ge_s", localGet(counter.local), i32Const(limit.value - done))
      : plain("i32.ge_s", plain("i32.add", localGet(counter.local), i32Const(done)), limit);
  return { kind: "branch", op: "br_if", depth: 1, operands: [isLast] };
};

const unrolled = (loop: ProductLoop): Instruction => {
  const { sums, pointers, counter, limit } = loop;
  const moves = new Map(pointers.map(({ local, by }) => [local, by]));
  const steps = Array.from({ length: stepsAtOnce }, (_, step) => [
    ...(step === 0 ? [] : [leaveAfter(step, loop)]),
    ...sums.map((sum) => ahead(sum, step, moves)),
  ]);
  const again = plain("i32.lt_s", localTee(counter.local, increased(counter)), limit);
  const body: readonly Instruction[] = [
    ...steps.flat(),
    ...pointers.map((pointer) => localSet(pointer.local, increased(pointer))),
    { kind: "branch", op: "br_if", depth: 0, operands: [again] },
  ];
  return { kind: "block", op: "block", body: [{ kind: "block", op: "loop", body }] };
};

/** A function's body whose products take several steps in an iteration. */
export const unrollProducts = (body: readonly Instruction[]): readonly Instruction[] =>
  body.map((statement) => {
    const isLoop = statement.kind === "block" && statement.op === "loop";
    if (!isLoop || statement.body.some((inner) => blocksOf(inner).length > 0))
      return mapBlocks(statement, unrollProducts);
    const loop = productLoop(statement.body);
    return loop === undefined ? statement : unrolled(loop);
  });
