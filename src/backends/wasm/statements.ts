// Loop statements to instructions. Loops are tested at the bottom; the test before the first iteration is left out where
// the bounds prove that there is one, and the loop itself where they prove that there is only one.
import { indexInterval, intervalOf, surelyRuns } from "../../ir/loop/bounds.ts";
import { addScaled, constantOf, linearOf } from "../../ir/loop/linear.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import type { Emitter } from "./emitter.ts";
import { type Instruction, i32Const, localGet, localSet, localTee, plain } from "./instruction.ts";
import type { Loop } from "./kernel-facts.ts";
import { emitSquare, emitStore, type NamedLoad } from "./memory-access.ts";

/** A loop bound that can be read at every iteration, and what has to run before the loop for that. */
const emitLimit = (
  emitter: Emitter,
  { index, to }: Loop,
): { readonly before: readonly Instruction[]; readonly limit: Instruction } => {
  const value = emitter.expression(to);
  const isStable =
    to.kind === "const" || (to.kind === "var" && emitter.facts.variables.get(to.name)?.mutable === false);
  if (isStable) return { before: [], limit: value };
  const local = emitter.locals.declare("i32", `${index}_end`);
  return { before: [localSet(local, value)], limit: localGet(local) };
};

/** The body with the pointers that its accesses use, if it contains no further loop. */
const emitBody = (emitter: Emitter, loop: Loop) => {
  const body = (): readonly Instruction[] => emitter.constants.inLoop(() => emitStatements(emitter, loop.body));
  return emitter.facts.innermost.has(loop)
    ? emitter.addressing.withPointers(loop, body)
    : { setup: [], advance: [], result: emitter.addressing.scope(body) };
};

/** `loop`, tested at its bottom. */
const repeat = (index: number, step: number, limit: Instruction, body: readonly Instruction[]): Instruction => {
  const next = localTee(index, plain("i32.add", localGet(index), i32Const(step)));
  const again = plain("i32.lt_s", next, limit);
  return { kind: "block", op: "loop", body: [...body, { kind: "branch", op: "br_if", depth: 0, operands: [again] }] };
};

const emitFor = (emitter: Emitter, loop: Loop): readonly Instruction[] => {
  const { from, to, step } = loop;
  const { bounds } = emitter.facts;
  if (indexInterval(loop, bounds) === undefined) return [];

  const index = emitter.localOf(loop.index);
  const begin = localSet(index, emitter.expression(from));
  const { before, limit } = emitLimit(emitter, loop);
  const { setup, advance, result } = emitBody(emitter, loop);
  const isSingle = intervalOf(from, bounds).low + step >= intervalOf(to, bounds).high;
  const iterations = isSingle ? result : [repeat(index, step, limit, [...result, ...advance])];
  const all = [...setup, ...iterations];
  if (surelyRuns(loop, bounds)) return [begin, ...before, ...all];
  const runs = plain("i32.lt_s", localGet(index), limit);
  return [begin, ...before, { kind: "if", condition: runs, then: all, otherwise: [] }];
};

const emitIf = (emitter: Emitter, { condition, then, otherwise }: StmtOf<"if">): Instruction => {
  const test = emitter.expression(condition);
  const branch = (body: readonly Stmt[]): readonly Instruction[] =>
    emitter.addressing.scope(() => emitStatements(emitter, body));
  return { kind: "if", condition: test, then: branch(then), otherwise: branch(otherwise) };
};

const isApart = (stmt: Stmt | undefined): boolean =>
  stmt?.kind === "let" && !stmt.mutable && stmt.value.kind === "load" && (stmt.value.stride ?? 1) > 3;

/** Four vectors of elements that lie apart, each beginning right behind the one before: from a statement on, if it is the first of these. */
const squareAt = (body: readonly Stmt[], at: number): readonly NamedLoad[] | undefined => {
  if (!isApart(body[at]) || !isApart(body[at + 3])) return undefined;
  const loads = body
    .slice(at, at + 4)
    .flatMap((stmt) =>
      stmt.kind === "let" && stmt.value.kind === "load" ? [{ name: stmt.name, load: stmt.value }] : [],
    );
  const [first] = loads;
  const isNext = ({ load: { buffer, stride, index } }: NamedLoad, position: number): boolean =>
    first !== undefined &&
    buffer === first.load.buffer &&
    stride === first.load.stride &&
    constantOf(addScaled(linearOf(index), linearOf(first.load.index), -1)) === position;
  return loads.length === 4 && loads.every(isNext) ? loads : undefined;
};

const emitStatement = (emitter: Emitter, stmt: Stmt): readonly Instruction[] => {
  switch (stmt.kind) {
    case "let":
    case "assign":
      return [localSet(emitter.localOf(stmt.name), emitter.expression(stmt.value))];
    case "store":
      return [emitStore(emitter, stmt.buffer, stmt.index, stmt.value)];
    case "for": {
      const call = emitter.callOf(stmt, emitter);
      return call === undefined ? emitFor(emitter, stmt) : [call];
    }
    case "if":
      return [emitIf(emitter, stmt)];
  }
};

export const emitStatements = (emitter: Emitter, body: readonly Stmt[]): readonly Instruction[] => {
  let squared = 0;
  return body.flatMap((stmt, at): readonly Instruction[] => {
    if (at < squared) return [];
    const square = squareAt(body, at);
    if (square === undefined) return emitStatement(emitter, stmt);
    squared = at + square.length;
    return emitSquare(emitter, square);
  });
};
