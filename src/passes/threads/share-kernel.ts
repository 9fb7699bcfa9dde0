// Shares the work of one kernel: which of its loops are cut in parts, one for each thread. Every iteration runs on one thread, whole and in
// order, so no sum is taken in another order and the bits do not depend on how many threads there are. Statements around the loops
// that are cut run on every thread as long as they only name values; what stores beside them runs on the first thread.
//
//   for i in 0..96 step 4 { ... }      let n = share[1]   let t = share[0]
//                                      for i in part(t, 24) * 4 .. part(t + 1, 24) * 4 { ... }    part(t, of) = min(of * t / n, of)
import { add, binary, compare, i32, load, multiply, variable } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { assignedNames, blocksOf, buffersIn, declaredNames, freshNames, visitStmts } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { stepsOf, tripsOf } from "./estimate.ts";
import { iterationsMeet, type KernelView, piecesMeet, type Touch, viewKernel } from "./touches.ts";

type Loop = StmtOf<"for">;

/** Cut in parts, or left to the first thread. */
type Choice = "parts" | "first";

/** What becomes of some statements, and about how long they then take on the thread that has most to do. */
interface Sharing {
  readonly choices: ReadonlyMap<Stmt, Choice>;
  readonly steps: number;
}

interface Context {
  readonly view: KernelView;
  /** Parameters that each thread may have a buffer of its own for. */
  readonly scratch: ReadonlySet<string>;
  readonly threads: number;
}

/** A kernel must become faster by this much. */
export const leastGain = 1.25;

/** Whether a statement stores where other threads see it. */
const isSeen = (context: Context, stmt: Stmt): boolean =>
  stmt.kind === "store"
    ? !context.scratch.has(stmt.buffer)
    : blocksOf(stmt).some((block) => block.some((inner) => isSeen(context, inner)));

/** Whether statements assign to a variable that is declared outside of them. */
const assignOutside = (stmts: readonly Stmt[]): boolean => {
  const declared = declaredNames(stmts);
  return [...assignedNames(stmts)].some((name) => !declared.has(name));
};

/** Whether the iterations of a loop may run on different threads. */
const isDivisible = ({ view, scratch }: Context, loop: Loop): boolean => {
  if (loop.from.kind !== "const" || loop.to.kind !== "const" || assignOutside(loop.body)) return false;
  if (loop.mode === "parallel") return true;
  const touches = view.touchesOf(loop.body);
  return touches.every(({ memory }) => !scratch.has(memory)) && !iterationsMeet(view, loop, touches);
};

const none: ReadonlyMap<Stmt, Choice> = new Map();

/** The quicker way to share a loop: cut it, or cut loops within it. */
const shareLoop = (context: Context, loop: Loop): Sharing => {
  const { view, threads } = context;
  const whole = stepsOf([loop], view.bounds);
  const trips = tripsOf(loop, view.bounds);
  const own: Sharing = isDivisible(context, loop)
    ? { choices: new Map([[loop, "parts"]]), steps: (whole * Math.ceil(trips / threads)) / Math.max(1, trips) }
    : { choices: new Map([[loop, "first"]]), steps: whole };
  if (own.steps * threads <= whole * 1.2) return own;
  const within = shareBlock(context, loop.body);
  const steps = trips * (1 + within.steps);
  return steps < own.steps * 0.9 ? { ...within, steps } : own;
};

const shareStmt = (context: Context, stmt: Stmt): Sharing => {
  const steps = stepsOf([stmt], context.view.bounds);
  if (!isSeen(context, stmt)) return { choices: none, steps };
  return stmt.kind === "for" ? shareLoop(context, stmt) : { choices: new Map([[stmt, "first"]]), steps };
};

const shareBlock = (context: Context, block: readonly Stmt[]): Sharing => {
  const shared = block.map((stmt) => shareStmt(context, stmt));
  return {
    choices: new Map(shared.flatMap(({ choices }) => [...choices])),
    steps: shared.reduce((sum, { steps }) => sum + steps, 0),
  };
};

/** What statements read and write where other threads do, too. */
const touchesBy = ({ view, scratch }: Context, stmts: readonly Stmt[]): readonly Touch[] =>
  view.touchesOf(stmts).filter(({ memory }) => !scratch.has(memory));

/** Whether the first thread may do a statement alone: the others have no use for what it changes. */
const mayBeLeft = ({ view, scratch }: Context, stmt: Stmt): boolean =>
  !assignOutside([stmt]) && view.touchesOf([stmt]).every(({ memory }) => !scratch.has(memory));

/** What every thread does besides its parts: the statements with what was chosen taken out. */
const repeated = (block: readonly Stmt[], choices: ReadonlyMap<Stmt, Choice>): readonly Stmt[] =>
  block.flatMap((stmt): readonly Stmt[] => {
    if (choices.has(stmt)) return [];
    return stmt.kind === "for" ? [{ ...stmt, body: repeated(stmt.body, choices) }] : [stmt];
  });

/** Whether threads never meet in memory: what is cut, what the first thread does, what all do. */
const isSafe = (context: Context, body: readonly Stmt[], choices: ReadonlyMap<Stmt, Choice>): boolean => {
  const { view } = context;
  const pieces = [...choices.keys()].map((stmt) => touchesBy(context, [stmt]));
  const all = touchesBy(context, repeated(body, choices));
  for (const [stmt, choice] of choices) if (choice === "first" && !mayBeLeft(context, stmt)) return false;
  return pieces.every(
    (piece, at) =>
      !piecesMeet(view, piece, all) && pieces.slice(at + 1).every((other) => !piecesMeet(view, piece, other)),
  );
};

/** The scratch buffers of loops that may run in parallel if each thread has its own. */
const usedInParallel = ({ body }: Kernel, scratch: ReadonlySet<string>): ReadonlySet<string> => {
  const used = new Set<string>();
  visitStmts(body, (stmt) => {
    if (stmt.kind === "for" && stmt.mode === "parallel") for (const buffer of buffersIn(stmt.body)) used.add(buffer);
  });
  return new Set([...scratch].filter((name) => used.has(name)));
};

/** A part's beginning as a count of iterations: the part of this thread, or of the next. */
const beginning = (trips: number, thread: Expr, threads: Expr): Expr =>
  binary("max", i32(0), binary("min", i32(trips), binary("div", multiply(thread, trips), threads)));

const cut = (loop: Loop, trips: number, thread: Expr, threads: Expr): Loop => {
  const { from, to, step } = loop;
  const at = (part: Expr): Expr => add(multiply(beginning(trips, part, threads), step), from);
  return { ...loop, from: at(thread), to: binary("min", at(add(thread, 1)), to) };
};

/** The kernel with its work shared, and the positions of parameters that are scratch, of which each thread needs its own. */
export interface SharedKernel {
  readonly kernel: Kernel;
  readonly scratch: readonly number[];
}

/** The name of the parameter that says which part of the work to do: [thread, threads]. */
const shareParameter = "share";

/**
 * Shares a kernel between threads, where that makes it faster. `scratch` are its parameters whose contents nobody reads once the kernel has
 * run. The kernel gets one more parameter, `share`: the thread's number, and how many threads there are.
 */
export const shareKernel = (
  kernel: Kernel,
  scratch: ReadonlySet<string>,
  threads: number,
): SharedKernel | undefined => {
  const own = usedInParallel(kernel, scratch);
  const context: Context = { view: viewKernel(kernel), scratch: own, threads };
  const { choices, steps } = shareBlock(context, kernel.body);
  const before = stepsOf(kernel.body, context.view.bounds);
  if (steps * leastGain > before || !isSafe(context, kernel.body, choices)) return undefined;
  const fresh = freshNames(kernel);
  const [share, thread, count] = [fresh(shareParameter), fresh("thread"), fresh("threads")];
  const [mine, all] = [variable("i32", thread), variable("i32", count)];
  const rewrite = (block: readonly Stmt[]): readonly Stmt[] =>
    block.map((stmt): Stmt => {
      const choice = choices.get(stmt);
      if (choice === "first")
        return { kind: "if", condition: compare("eq", mine, i32(0)), then: [stmt], otherwise: [] };
      if (stmt.kind !== "for") return stmt;
      return choice === "parts"
        ? cut(stmt, tripsOf(stmt, context.view.bounds), mine, all)
        : { ...stmt, body: rewrite(stmt.body) };
    });
  const body: readonly Stmt[] = [
    { kind: "let", name: thread, value: load("i32", share, 0), mutable: false },
    { kind: "let", name: count, value: load("i32", share, 1), mutable: false },
    ...rewrite(kernel.body),
  ];
  return {
    kernel: {
      ...kernel,
      parameters: [...kernel.parameters, { name: share, dtype: "i32", length: 2, access: "read" }],
      body,
    },
    scratch: kernel.parameters.flatMap(({ name }, position) => (own.has(name) ? [position] : [])),
  };
};
