// A call as what it does to the program's own buffers: statements that name values, then one loop over rows. Two of them that have
// equal loops are joined if no iteration of one meets another iteration of the other in memory.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { add, i32, variable } from "../../ir/loop/build.ts";
import type { Buffer, Call, Kernel, Program } from "../../ir/loop/kernel.ts";
import {
  blocksOf,
  buffersIn,
  declaredNames,
  namesBeside,
  renameDeclared,
  substituteStmts,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { findOp } from "../../ir/ops/index.ts";
import { accessesIn, renameBuffers } from "../lowering/finish-kernel.ts";
import { iterationsMeet, othersMeet, viewKernel } from "../threads/touches.ts";

type RowLoop = StmtOf<"for">;

/** One call, or several joined, over rows. */
export interface RowWork {
  readonly calls: readonly Call[];
  /** Values that are named before the loop. */
  readonly prelude: readonly Stmt[];
  readonly loop: RowLoop;
}

/** How many rows there are, or groups of rows. */
export const tripsOf = ({ loop: { from, to, step } }: RowWork): number =>
  from.kind === "const" && to.kind === "const" ? (to.value - from.value) / step : 0;

export const statementsOf = ({ prelude, loop }: RowWork): readonly Stmt[] => [...prelude, loop];

/** The buffer of a name. */
export const bufferOf = ({ buffers }: Program, name: string): Buffer => {
  const buffer = buffers.get(name);
  invariant(buffer !== undefined, `buffer ${name} is declared`);
  return buffer;
};

/** A body over the program's buffers as a kernel whose parameters have their names. */
export const asKernel = (program: Program, body: readonly Stmt[]): Kernel => {
  const parameters = [...accessesIn(body)].map(([name, access]) => {
    const { dtype, length } = bufferOf(program, name);
    return { name, dtype, length, access };
  });
  return { name: "rows", parameters, body, inPlace: [] };
};

/** How deep loops are nested. */
const depthOf = (stmts: readonly Stmt[]): number =>
  stmts.reduce(
    (most, stmt) => Math.max(most, ...blocksOf(stmt).map((block) => (stmt.kind === "for" ? 1 : 0) + depthOf(block))),
    0,
  );

/** A row, and what is in it. */
const rowDepth = 2;

/** Products, convolutions and their like write kernels of their own, whose tiles gain nothing from company. */
const isOwnKernel = ({ origin }: Call): boolean =>
  (origin?.operations ?? []).some((operation) => findOp(operation)?.lower.by === "kernel");

/** A call as work over rows; undefined where its kernel is anything but one loop with constant bounds behind values. */
export const rowWorkOf = (program: Program, call: Call): RowWork | undefined => {
  const kernel = program.kernels.get(call.kernel);
  if (kernel === undefined || new Set(call.buffers).size < call.buffers.length) return undefined;
  const names = new Map(kernel.parameters.map(({ name }, at) => [name, call.buffers[at] ?? name]));
  const body = renameBuffers(kernel.body, names);
  const [loop, prelude] = [body.at(-1), body.slice(0, -1)];
  const named = prelude.every((stmt) => stmt.kind === "let" && !stmt.mutable);
  if (loop?.kind !== "for" || !named || loop.from.kind !== "const" || loop.to.kind !== "const") return undefined;
  if (depthOf([loop]) > rowDepth || isOwnKernel(call)) return undefined;
  return { calls: [call], prelude, loop };
};

const writtenBy = (stmts: readonly Stmt[]): readonly string[] =>
  [...accessesIn(stmts)].flatMap(([buffer, access]) => (access === "read" ? [] : [buffer]));

/** The rows that both go over, and how many at a time: as many as the one that takes more; undefined where these are not the same. */
const commonStep = (a: RowLoop, b: RowLoop): number | undefined => {
  const [from, to] = [a.from, a.to];
  if (from.kind !== "const" || to.kind !== "const" || b.from.kind !== "const" || b.to.kind !== "const")
    return undefined;
  const step = Math.max(a.step, b.step);
  const isWhole = step % a.step === 0 && step % b.step === 0 && (to.value - from.value) % step === 0;
  const isSame = from.value === b.from.value && to.value === b.to.value && a.mode === b.mode;
  return isSame && (isWhole || a.step === b.step) ? step : undefined;
};

/** The loop with so many rows in each iteration, by a loop within. */
const withStep = (loop: RowLoop, step: number, fresh: (hint: string) => string): RowLoop => {
  if (loop.step === step) return loop;
  const within = fresh(loop.index);
  const row = add(variable("i32", loop.index), variable("i32", within));
  const body = substituteStmts(loop.body, new Map([[loop.index, row]]));
  return {
    ...loop,
    step,
    body: [{ ...loop, index: within, from: i32(0), to: i32(step), mode: "serial", body }],
  };
};

/** Both one after the other for each row; undefined where the rows of one depend on other rows of the other. */
export const joined = (program: Program, first: RowWork, second: RowWork): RowWork | undefined => {
  const step = commonStep(first.loop, second.loop);
  if (step === undefined) return undefined;
  const written = new Set(writtenBy(statementsOf(first)));
  if ([...buffersIn(second.prelude)].some((buffer) => written.has(buffer))) return undefined;
  const fresh = namesBeside(() => declaredNames(statementsOf(first)));
  const renamed = renameDeclared(statementsOf(second), fresh);
  const loop = renamed.at(-1);
  invariant(loop?.kind === "for", "renaming keeps statements");
  const [mine, theirs] = [withStep(first.loop, step, fresh), withStep(loop, step, fresh)];
  const index = new Map([[theirs.index, variable("i32", mine.index)]]);
  const body = [...mine.body, ...substituteStmts(theirs.body, index)];
  const work: RowWork = {
    calls: [...first.calls, ...second.calls],
    prelude: [...first.prelude, ...renamed.slice(0, -1)],
    loop: { ...mine, body },
  };
  const view = viewKernel(asKernel(program, statementsOf(work)));
  const [old, added] = [view.touchesOf(mine.body), view.touchesOf(body.slice(mine.body.length))];
  // What has been joined does not meet itself.
  const meets =
    (first.calls.length === 1 && iterationsMeet(view, work.loop, old)) ||
    othersMeet(view, work.loop, added, [...old, ...added]);
  return meets ? undefined : work;
};
