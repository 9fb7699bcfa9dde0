// Whether iterations of a loop may run side by side. Every buffer that the loop writes must be accessed only at
// c i + r, with one coefficient c above 0 for the loop's index i, and no two iterations may meet in one element. Two accesses at
// c i + r and c i' + r' meet if c (i - i') = r' - r; where r' - r is some d plus multiples of g, that is decided modulo g.
import { type Bounds, fitsInteger } from "../../ir/loop/bounds.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import {
  addScaled,
  coefficientOf,
  type Definitions,
  type Linear,
  linearInterval,
  linearOf,
} from "../../ir/loop/linear.ts";
import { assignedNames, declaredNames, someExpr, visitOwnExprs, visitStmts } from "../../ir/loop/rewrite.ts";
import type { StmtOf } from "../../ir/loop/stmt.ts";

interface Access {
  readonly buffer: string;
  readonly index: Expr;
  readonly writes: boolean;
}

const accessesOf = (loop: StmtOf<"for">): readonly Access[] => {
  const accesses: Access[] = [];
  visitStmts(loop.body, (stmt) => {
    if (stmt.kind === "store") accesses.push({ buffer: stmt.buffer, index: stmt.index, writes: true });
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load") accesses.push({ buffer: each.buffer, index: each.index, writes: false });
    });
  });
  return accesses;
};

/** One name for all the parameters of a kernel that may be the same memory. */
export const memoryOf = ({ parameters, inPlace }: Kernel): ((buffer: string) => string) => {
  const same = new Map<string, string>();
  const find = (name: string): string => {
    const next = same.get(name);
    return next === undefined ? name : find(next);
  };
  for (const [written, read] of inPlace) {
    const a = find(parameters[written]?.name ?? "");
    const b = find(parameters[read]?.name ?? "");
    if (a !== b) same.set(a, b);
  }
  return find;
};

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);

/** How the loop looks from outside. */
export interface LoopView {
  readonly loop: StmtOf<"for">;
  /** How often it runs at most. */
  readonly trips: number;
  /** Names of the body that are linear in the index. */
  readonly definitions: Definitions;
  readonly bounds: Bounds;
}

/** An access's index as a sum, and whether that sum is exact without wraparound. */
interface Position {
  readonly form: Linear;
  readonly exact: boolean;
}

/** Whether two different iterations can meet, one accessing a and the other b, both `stride` further from one to the next. */
const meet = (a: Position, b: Position, stride: number, trips: number, isFixed: (atom: Expr) => boolean): boolean => {
  const difference = addScaled(a.form, b.form, -1);
  let multiple = 0;
  const note = (coefficient: number): void => {
    multiple = greatestCommonDivisor(coefficient, multiple);
  };
  for (const { coefficient } of difference.terms.values()) note(coefficient);
  // An atom that changes within an iteration need not cancel, even if it stands in both.
  for (const { form } of [a, b])
    for (const { atom, coefficient } of form.terms.values()) if (!isFixed(atom)) note(coefficient);
  const distance = difference.constant;
  if (distance % stride !== 0 && multiple % stride === 0 && a.exact && b.exact) return false;
  const reach = trips * stride;
  if (multiple === 0) return distance !== 0 && Math.abs(distance) < reach;
  if (!a.exact || !b.exact) return true;
  const apart = ((distance % multiple) + multiple) % multiple;
  return apart === 0 ? multiple < reach : apart < reach || multiple - apart < reach;
};

/** Whether no iteration of the loop writes what another one accesses. */
export const iterationsAreIndependent = (kernel: Kernel, { loop, trips, definitions, bounds }: LoopView): boolean => {
  const memory = memoryOf(kernel);
  const accesses = accessesOf(loop);
  const written = new Set(accesses.filter(({ writes }) => writes).map(({ buffer }) => memory(buffer)));
  const changing = new Set([...declaredNames(loop.body), ...assignedNames(loop.body)]);
  const isFixed = (atom: Expr): boolean =>
    !someExpr(
      atom,
      (each) =>
        (each.kind === "var" && changing.has(each.name)) || (each.kind === "load" && written.has(memory(each.buffer))),
    );
  const mentionsIndex = (atom: Expr): boolean =>
    someExpr(atom, (each) => each.kind === "var" && each.name === loop.index);
  const shared = accesses.flatMap(({ buffer, index, writes }) => {
    const name = memory(buffer);
    if (!written.has(name)) return [];
    const form = linearOf(index, definitions);
    return [{ name, writes, form, exact: fitsInteger(linearInterval(form, bounds)) }];
  });
  return shared.every((a) => {
    const stride = coefficientOf(a.form, loop.index, mentionsIndex);
    if (stride === undefined || stride < 1) return false;
    return shared.every((b) => {
      if (a.name !== b.name || !(a.writes || b.writes)) return true;
      return coefficientOf(b.form, loop.index, mentionsIndex) === stride && !meet(a, b, stride, trips, isFixed);
    });
  });
};
