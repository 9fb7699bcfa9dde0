// A vector maximum that keeps NaN and orders zeros takes some ten machine instructions, `pmax` takes one. So where a loop folds
// a maximum, it folds what is greater by `pmax`, which leaves NaN out and takes zeros for equal, and beside it what that loses:
// whether there was a NaN, and whether there was a sign bit that is not set. After the loop both are put back. Minima likewise.
//
//   for i in 0..1000 step 4 { acc = max(acc, x[i; 4]) }
//   for i in 0..1000 step 4 { let e = x[i; 4]  acc = acc < e ? e : acc  nan = nan | e != e  signs = signs & bits(e) }
//   acc = nan ? NaN : acc == 0 ? signed zero by signs : acc
import { binary, compare, literal, reinterpret, select, variable } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { exprsOf, flatMapStmts, freshNames, someExpr, withBody } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";

type Loop = StmtOf<"for">;

/** Loops over fewer elements do not earn what is to be done after them. */
const fewestElements = 64;
const lanes = 4;

/** A maximum or minimum that a loop folds in lanes. */
interface Extreme {
  readonly fn: "max" | "min";
  readonly accumulator: Expr & { readonly kind: "var" };
  readonly element: Expr;
}

const isNamed = (expr: Expr, name: string): expr is Expr & { readonly kind: "var" } =>
  expr.kind === "var" && expr.name === name;

const mentions = (stmt: Stmt, name: string): boolean =>
  exprsOf(stmt).some((expr) => someExpr(expr, (each) => isNamed(each, name)));

const extremeOf = (stmt: Stmt, body: readonly Stmt[]): Extreme | undefined => {
  if (stmt.kind !== "assign" || stmt.value.kind !== "binary" || stmt.value.type !== "f32x4") return undefined;
  const { fn, left, right } = stmt.value;
  if (fn !== "max" && fn !== "min") return undefined;
  const [accumulator, element] = isNamed(left, stmt.name) ? [left, right] : [right, left];
  if (!isNamed(accumulator, stmt.name) || someExpr(element, (each) => isNamed(each, stmt.name))) return undefined;
  const isOnlyUse = body.every((other) => other === stmt || !(mentions(other, stmt.name) || assigns(other, stmt.name)));
  return isOnlyUse ? { fn, accumulator, element } : undefined;
};

const assigns = (stmt: Stmt, name: string): boolean => stmt.kind === "assign" && stmt.name === name;

const set = (name: string, value: Expr): Stmt => ({ kind: "assign", name, value });

/** What stands before the loop, in it and behind it. */
interface Parts {
  readonly before: readonly Stmt[];
  readonly inside: readonly Stmt[];
  readonly after: readonly Stmt[];
}

const partsOf = ({ fn, accumulator, element }: Extreme, fresh: (hint: string) => string): Parts => {
  const [nan, signs, value] = [fresh("nan"), fresh("signs"), fresh("element")];
  const [isNan, bits, each] = [variable("boolx4", nan), variable("i32x4", signs), variable("f32x4", value)];
  const zero = literal("f32x4", 0);
  const isBeyond = fn === "max" ? compare("lt", accumulator, each) : compare("lt", each, accumulator);
  const signed = reinterpret("f32x4", binary("and", bits, literal("i32x4", -(2 ** 31))));
  const ordered = select(compare("eq", accumulator, zero), signed, accumulator);
  return {
    before: [
      { kind: "let", name: nan, value: compare("ne", accumulator, accumulator), mutable: true },
      { kind: "let", name: signs, value: reinterpret("i32x4", accumulator), mutable: true },
    ],
    inside: [
      { kind: "let", name: value, value: element, mutable: false },
      set(accumulator.name, select(isBeyond, each, accumulator)),
      set(nan, binary("or", isNan, compare("ne", each, each))),
      set(signs, binary(fn === "max" ? "and" : "or", bits, reinterpret("i32x4", each))),
    ],
    after: [set(accumulator.name, select(isNan, literal("f32x4", Number.NaN), ordered))],
  };
};

const cheapened = (loop: Loop, fresh: (hint: string) => string): readonly Stmt[] => {
  const { from, to, step, body } = loop;
  const isInnermost = body.every(({ kind }) => kind !== "for" && kind !== "if");
  const elements = from.kind === "const" && to.kind === "const" ? to.value - from.value : 0;
  // Where lanes are columns, more columns at a time are worth more (`unroll-vectors`), and these need the registers.
  if (!isInnermost || step % lanes !== 0 || elements < fewestElements) return [loop];
  const parts = new Map<Stmt, Parts>();
  for (const stmt of body) {
    const extreme = extremeOf(stmt, body);
    if (extreme !== undefined) parts.set(stmt, partsOf(extreme, fresh));
  }
  const all = [...parts.values()];
  const inside = body.flatMap((stmt) => parts.get(stmt)?.inside ?? [stmt]);
  return [...all.flatMap(({ before }) => before), { ...loop, body: inside }, ...all.flatMap(({ after }) => after)];
};

/** The kernel with its folds of vector maxima and minima by cheap instructions. */
export const cheapExtremes = (kernel: Kernel): Kernel => {
  const fresh = freshNames(kernel);
  return withBody(
    kernel,
    flatMapStmts(kernel.body, (stmt) => (stmt.kind === "for" ? cheapened(stmt, fresh) : [stmt])),
  );
};
