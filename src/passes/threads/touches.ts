// The reads and writes of a kernel, each with its index as a sum of terms, and whether two of them may meet in one element when
// different threads do them. Two accesses meet if the difference of their sums can be small enough; what is the same for all
// threads cancels, and everything else (loops around, loops within) may be anywhere in its interval on each side.
import { type Bounds, fitsInteger, type Interval, intervalOf } from "../../ir/loop/bounds.ts";
import { type Expr, spanOf } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { type Definitions, type Linear, linearInterval, linearOf } from "../../ir/loop/linear.ts";
import { boundsOfNames } from "../../ir/loop/relations.ts";
import { assignedNames, declaredNames, someExpr, visitOwnExprs, visitStmts } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { memoryOf } from "../loop/independence.ts";

type Loop = StmtOf<"for">;

/** One read or write: so many elements from the value of a sum on. */
export interface Touch {
  /** One name for all parameters that may be the same memory. */
  readonly memory: string;
  readonly writes: boolean;
  readonly form: Linear;
  readonly width: number;
  /** Whether the sum is what the index is: it cannot have wrapped. */
  readonly exact: boolean;
}

/** What is known of a kernel whose work is to be shared. */
export interface KernelView {
  readonly bounds: Bounds;
  /** Whether an expression has one value during a call, on every thread. */
  readonly isSettled: (expr: Expr) => boolean;
  /** An index as a sum, names looked through. */
  readonly formOf: (index: Expr) => Linear;
  /** The loop that an index belongs to. */
  readonly loops: ReadonlyMap<string, Loop>;
  /** The reads and writes of some statements; those of memory that the kernel does not write are left out. */
  readonly touchesOf: (stmts: readonly Stmt[]) => readonly Touch[];
}

const definitionsOf = (kernel: Kernel): Definitions => {
  const forms = new Map<string, Linear>();
  const definitions: Definitions = (name) => forms.get(name);
  visitStmts(kernel.body, (stmt) => {
    if (stmt.kind === "let" && !stmt.mutable && stmt.value.type === "i32" && stmt.value.kind !== "load")
      forms.set(stmt.name, linearOf(stmt.value, definitions));
  });
  return definitions;
};

/** Looks at a kernel. */
export const viewKernel = (kernel: Kernel): KernelView => {
  const bounds = boundsOfNames(kernel.body);
  const definitions = definitionsOf(kernel);
  const memory = memoryOf(kernel);
  const written = new Set(kernel.parameters.filter(({ access }) => access !== "read").map(({ name }) => memory(name)));
  const loops = new Map<string, Loop>();
  const changing = new Set(assignedNames(kernel.body));
  visitStmts(kernel.body, (stmt) => {
    if (stmt.kind !== "for") return;
    loops.set(stmt.index, stmt);
    for (const name of [stmt.index, ...declaredNames(stmt.body)]) changing.add(name);
  });
  const touch = (buffer: string, index: Expr, width: number, writes: boolean): readonly Touch[] => {
    const name = memory(buffer);
    if (!written.has(name)) return [];
    const form = linearOf(index, definitions);
    return [{ memory: name, writes, form, width, exact: fitsInteger(linearInterval(form, bounds)) }];
  };
  return {
    bounds,
    loops,
    formOf: (index) => linearOf(index, definitions),
    isSettled: (expr) =>
      !someExpr(
        expr,
        (each) =>
          (each.kind === "var" && changing.has(each.name)) ||
          (each.kind === "load" && written.has(memory(each.buffer))),
      ),
    touchesOf: (stmts) => {
      const touches: Touch[] = [];
      visitStmts(stmts, (stmt) => {
        if (stmt.kind === "store") touches.push(...touch(stmt.buffer, stmt.index, 1 + spanOf(stmt.value.type), true));
        visitOwnExprs(stmt, (each) => {
          if (each.kind === "load")
            touches.push(...touch(each.buffer, each.index, 1 + spanOf(each.type, each.stride), false));
        });
      });
      return touches;
    },
  };
};

/** coefficient * a whole number between two others, which is not 0 where that is said. */
interface Term extends Interval {
  readonly coefficient: number;
  readonly isDistance: boolean;
}

/** Loops that run from a constant count their iterations; the index is first + step * count. */
const counted = (view: KernelView, atom: Expr): { readonly first: number; readonly step: number } => {
  const loop = atom.kind === "var" ? view.loops.get(atom.name) : undefined;
  return loop?.from.kind === "const" ? { first: loop.from.value, step: loop.step } : { first: 0, step: 1 };
};

const termsOfDifference = (
  view: KernelView,
  a: Linear,
  b: Linear,
  apart: string | undefined,
): { readonly constant: number; readonly terms: readonly Term[] } => {
  const terms: Term[] = [];
  let constant = a.constant - b.constant;
  const own = (atom: Expr, coefficient: number): void => {
    const { first, step } = counted(view, atom);
    const { low, high } = intervalOf(atom, view.bounds);
    constant += coefficient * first;
    const last = Math.floor((high - first) / step);
    terms.push({
      coefficient: coefficient * step,
      low: Math.ceil((low - first) / step),
      high: last,
      isDistance: false,
    });
  };
  for (const key of new Set([...a.terms.keys(), ...b.terms.keys()])) {
    const atom = a.terms.get(key)?.atom ?? b.terms.get(key)?.atom;
    if (atom === undefined) continue;
    const [left, right] = [a.terms.get(key)?.coefficient ?? 0, b.terms.get(key)?.coefficient ?? 0];
    if (view.isSettled(atom)) {
      if (left !== right) own(atom, left - right);
    } else if (left === right) {
      const { step } = counted(view, atom);
      const { low, high } = intervalOf(atom, view.bounds);
      const reach = Math.floor((high - low) / step);
      const isDistance = atom.kind === "var" && atom.name === apart;
      terms.push({ coefficient: left * step, low: -reach, high: reach, isDistance });
    } else {
      if (left !== 0) own(atom, left);
      if (right !== 0) own(atom, -right);
    }
  }
  return { constant, terms };
};

/** Values tried for one question; beyond, the answer is that the sum may be anything. */
const mostTried = 512;

/** Whether a sum of terms can lie in an interval: as digits of mixed radix, the largest coefficient first. */
const canReach = (terms: readonly Term[], { low, high }: Interval): boolean => {
  const positive = terms
    .map((term) =>
      term.coefficient < 0 ? { ...term, coefficient: -term.coefficient, low: -term.high, high: -term.low } : term,
    )
    .toSorted((a, b) => b.coefficient - a.coefficient);
  const rests: Interval[] = [{ low: 0, high: 0 }];
  for (const term of positive.toReversed()) {
    const rest = rests[0] ?? { low: 0, high: 0 };
    rests.unshift({ low: rest.low + term.coefficient * term.low, high: rest.high + term.coefficient * term.high });
  }
  let tried = 0;
  const reaches = (at: number, from: number, to: number): boolean => {
    const [term, rest] = [positive[at], rests[at + 1]];
    if (term === undefined || rest === undefined) return from <= 0 && 0 <= to;
    const { coefficient } = term;
    const first = Math.max(term.low, Math.ceil((from - rest.high) / coefficient));
    const last = Math.min(term.high, Math.floor((to - rest.low) / coefficient));
    for (let value = first; value <= last; value++) {
      tried += 1;
      if (tried > mostTried) return true;
      if (term.isDistance && value === 0) continue;
      if (reaches(at + 1, from - coefficient * value, to - coefficient * value)) return true;
    }
    return false;
  };
  return reaches(0, low, high);
};

/**
 * Whether two accesses may meet in one element, done by different threads: in different iterations of the loop whose index is
 * `apart`, or anywhere at all.
 */
const mayMeet = (view: KernelView, a: Touch, b: Touch, apart: string | undefined): boolean => {
  if (a.memory !== b.memory || !(a.writes || b.writes)) return false;
  if (!a.exact || !b.exact) return true;
  const { constant, terms } = termsOfDifference(view, a.form, b.form, apart);
  // They meet where -(width of a) < a - b < width of b.
  return canReach(terms, { low: 1 - a.width - constant, high: b.width - 1 - constant });
};

/** Whether accesses of two pieces of work, on different threads, may meet. */
export const piecesMeet = (view: KernelView, one: readonly Touch[], other: readonly Touch[]): boolean =>
  one.some((a) => other.some((b) => mayMeet(view, a, b, undefined)));

/** Whether some accesses may meet others that different iterations of a loop do, whatever loops around it do. */
export const othersMeet = (view: KernelView, loop: Loop, some: readonly Touch[], others: readonly Touch[]): boolean =>
  some.some((a) => others.some((b) => mayMeet(view, a, b, loop.index)));

/** Whether accesses in different iterations of a loop may meet, whatever loops around it do. */
export const iterationsMeet = (view: KernelView, loop: Loop, touches: readonly Touch[]): boolean =>
  touches.some((a, at) => touches.slice(at).some((b) => mayMeet(view, a, b, loop.index)));
