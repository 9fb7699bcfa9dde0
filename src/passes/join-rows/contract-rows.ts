// Temporaries of joined loops that live no longer than their row: each takes the place of one row, which stays in the nearest
// cache, instead of a tensor's. Element (row, rest) of such a buffer is found at `rest`.
import { intervalOf } from "../../ir/loop/bounds.ts";
import { variable } from "../../ir/loop/build.ts";
import { type Expr, spanOf } from "../../ir/loop/expr.ts";
import type { Program } from "../../ir/loop/kernel.ts";
import { keyOf } from "../../ir/loop/key.ts";
import { type Linear, linearExpr, linearInterval } from "../../ir/loop/linear.ts";
import { flatMapStmts, mapExpr, mapOwnExprs, visitOwnExprs, visitStmts } from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import { withoutDead } from "../loop/remove-dead.ts";
import { type KernelView, viewKernel } from "../threads/touches.ts";
import { asKernel, bufferOf, type RowWork, statementsOf, tripsOf } from "./work.ts";

/** A buffer's index, and how many elements beyond it are touched. */
interface Place {
  readonly index: Expr;
  readonly span: number;
}

const placesOf = (stmts: readonly Stmt[], buffer: string): readonly Place[] => {
  const places: Place[] = [];
  visitStmts(stmts, (stmt) => {
    if (stmt.kind === "store" && stmt.buffer === buffer)
      places.push({ index: stmt.index, span: spanOf(stmt.value.type) });
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load" && each.buffer === buffer)
        places.push({ index: each.index, span: spanOf(each.type, each.stride) });
    });
  });
  return places;
};

/** The index within a row; undefined where it is not surely in the row that the loop is at. */
const withinRow = (
  view: KernelView,
  { loop }: RowWork,
  { index, span }: Place,
  rowLength: number,
): Expr | undefined => {
  const form = view.formOf(index);
  const row = variable("i32", loop.index);
  const key = keyOf(row);
  if ((form.terms.get(key)?.coefficient ?? 0) * loop.step !== rowLength) return undefined;
  const rest: Linear = { ...form, terms: new Map([...form.terms].filter(([each]) => each !== key)) };
  const { low, high } = linearInterval(rest, view.bounds);
  return low >= 0 && high + span < rowLength
    ? linearExpr(rest, (atom) => intervalOf(atom, view.bounds).high)
    : undefined;
};

/**
 * Rows one behind the other might begin at the same place of a 4 KiB page, where processors take a load for one of what they have
 * just stored, and wait: a quarter of the time of softmax's gradient. So each begins a cache line later than the last.
 */
const spaceBetween = 16;

/** Work with smaller temporaries, and their lengths. */
export interface Contracted {
  readonly work: RowWork;
  readonly lengths: ReadonlyMap<string, number>;
}

/** Gives those of the buffers, of which nobody else knows, the length of a row where all that touches them stays in its row. */
export const contractRows = (program: Program, work: RowWork, own: readonly string[]): Contracted => {
  const { loop } = work;
  const view = viewKernel(asKernel(program, statementsOf(work)));
  const trips = tripsOf(work);
  const startsAtZero = loop.from.kind === "const" && loop.from.value === 0 && Number.isInteger(trips);
  const lengths = new Map<string, number>();
  const indices = new Map<string, ReadonlyMap<string, Expr>>();
  for (const buffer of startsAtZero ? own : []) {
    const rowLength = bufferOf(program, buffer).length / trips;
    const places = placesOf(loop.body, buffer);
    const moved = places.map((place) => [keyOf(place.index), withinRow(view, work, place, rowLength)] as const);
    if (!Number.isInteger(rowLength) || moved.some(([, index]) => index === undefined)) continue;
    lengths.set(buffer, rowLength + spaceBetween * (1 + lengths.size));
    indices.set(buffer, new Map(moved.flatMap(([key, index]) => (index === undefined ? [] : [[key, index] as const]))));
  }
  if (lengths.size === 0) return { work, lengths };
  const moved = (buffer: string, index: Expr): Expr => indices.get(buffer)?.get(keyOf(index)) ?? index;
  const body = flatMapStmts(loop.body, (stmt) => {
    const inner = mapOwnExprs(stmt, (expr) =>
      mapExpr(expr, (each) => (each.kind === "load" ? { ...each, index: moved(each.buffer, each.index) } : each)),
    );
    return [inner.kind === "store" ? { ...inner, index: moved(inner.buffer, inner.index) } : inner];
  });
  // Threads that share the rows must each have their own.
  const all = withoutDead([...work.prelude, { ...loop, mode: "parallel", body }]);
  const [last, prelude] = [all.at(-1), all.slice(0, -1)];
  return last?.kind === "for" ? { work: { ...work, prelude, loop: last }, lengths } : { work, lengths: new Map() };
};
