// The invariants of a kernel. What breaks one is a mistake of the compiler, never of a user.
//
//   K1  Every name of a kernel (buffer, value, variable, loop index) is declared once.
//   K2  A name is used after its declaration, inside the block that declares it, with the type it was declared with.
//   K3  Only mutable variables are assigned to, with values of their type.
//   K4  Every expression has the type that the grammar gives it; a constant is a value of its type.
//   K5  Loads and stores name parameters; loads need access `read` or `update`, stores `write` or `update`.
//   K6  What is loaded or stored has the type of the buffer's elements: u8 as i32; there are no vectors of f64.
//   K7  Loop bounds and indices of stores are i32, conditions are bool, steps are whole and above 0.
//   K8  No index is certainly outside its buffer. Those that neither intervals nor relations between names prove inside
//       are listed as unproven; the interpreter checks them when it runs.
//   K9  An in-place pair names a parameter that is written and another that is read, of one dtype and length.
import { assume, type Bounds, fitsInteger, type Interval, indexInterval, intersect, intervalOf } from "./bounds.ts";
import { childrenOf, type Expr, type LoopType, spanOf } from "./expr.ts";
import type { Access, Kernel, KernelParameter } from "./kernel.ts";
import { linearInterval, linearOf } from "./linear.ts";
import { printExpr } from "./print.ts";
import { intervalOfValue, isAtLeast, isAtMost, type Relations, relate } from "./relations.ts";
import type { Stmt, StmtOf } from "./stmt.ts";
import { elementFits, typeProblem } from "./typing.ts";

/** An invariant that does not hold. */
export interface Violation {
  /** The number that the invariant has in the prose of its file. */
  readonly rule: string;
  /** The kernel, entry point or buffer. */
  readonly where: string;
  readonly what: string;
}

/** An index that could not be shown to lie inside its buffer. */
export interface Unproven {
  readonly kernel: string;
  readonly buffer: string;
  readonly length: number;
  readonly index: Expr;
  /** What is known of the index. */
  readonly interval: Interval;
}

/** What the verifier found. */
export interface Report {
  readonly violations: readonly Violation[];
  readonly unproven: readonly Unproven[];
}

interface Declared {
  readonly type: LoopType;
  readonly mutable: boolean;
}

/** What is known at one point of the kernel; blocks copy it, so that what they declare ends with them. */
interface Scope {
  readonly names: Map<string, Declared>;
  readonly bounds: Map<string, Interval>;
  /** Whether the point can be reached: the body of an empty loop accesses nothing. */
  readonly reachable: boolean;
}

const inner = (scope: Scope, bounds: Bounds | undefined): Scope => ({
  names: new Map(scope.names),
  bounds: new Map(bounds),
  reachable: scope.reachable && bounds !== undefined,
});

interface Checker {
  readonly kernel: Kernel;
  readonly parameters: ReadonlyMap<string, KernelParameter>;
  /** Every name that the kernel has declared so far, in whatever block. */
  readonly everDeclared: Set<string>;
  readonly relations: Relations;
  readonly violations: Violation[];
  readonly unproven: Unproven[];
  readonly fail: (rule: string, what: string) => void;
}

/** Where an index lies, seen both as it is written and as a sum of terms. */
export const indexBounds = (index: Expr, bounds: Bounds): Interval => {
  const interval = intervalOf(index, bounds);
  const exact = linearInterval(linearOf(index), bounds);
  return fitsInteger(exact) ? intersect(interval, exact) : interval;
};

/** Whether an index lies in 0..last as far as relations between names tell. */
const isRelatedInside = (index: Expr, last: number, bounds: Bounds, relations: Relations): boolean => {
  // Where the exact sum lies inside, it is the index: both agree modulo 2^32.
  const form = linearOf(index);
  return isAtMost(form, last, { bounds, relations }) && isAtLeast(form, 0, { bounds, relations });
};

const mayDo: { readonly [U in "load" | "store"]: readonly Access[] } = {
  load: ["read", "update"],
  store: ["write", "update"],
};

const checkAccess = (
  checker: Checker,
  use: "load" | "store",
  buffer: string,
  index: Expr,
  { type, stride }: { readonly type: LoopType; readonly stride?: number | undefined },
  { bounds, reachable }: Scope,
): void => {
  const parameter = checker.parameters.get(buffer);
  if (parameter === undefined) return checker.fail("K5", `${use} of ${buffer}, which is no parameter`);
  const { access, dtype, length } = parameter;
  if (!mayDo[use].includes(access)) checker.fail("K5", `${use} of ${buffer}, whose access is ${access}`);
  if (!elementFits(dtype, type)) checker.fail("K6", `${use} of ${type} in ${buffer} of ${dtype}`);
  if (index.type !== "i32" || !reachable) return;
  const interval = indexBounds(index, bounds);
  const last = length - 1 - spanOf(type, stride);
  if (interval.low > last || interval.high < 0)
    checker.fail("K8", `${use} of ${buffer}[${printExpr(index)}], which is outside 0..${length}`);
  else if ((interval.low < 0 || interval.high > last) && !isRelatedInside(index, last, bounds, checker.relations))
    checker.unproven.push({ kernel: checker.kernel.name, buffer, length, index, interval });
};

const checkExpr = (checker: Checker, expr: Expr, scope: Scope): void => {
  for (const child of childrenOf(expr)) checkExpr(checker, child, scope);
  const problem = typeProblem(expr);
  if (problem !== undefined) checker.fail("K4", problem);
  if (expr.kind === "load") checkAccess(checker, "load", expr.buffer, expr.index, expr, scope);
  if (expr.kind !== "var") return;
  const declared = scope.names.get(expr.name);
  if (declared === undefined) checker.fail("K2", `${expr.name} is used where it is not declared`);
  else if (declared.type !== expr.type) checker.fail("K2", `${expr.name} is ${declared.type}, used as ${expr.type}`);
};

const declare = (checker: Checker, scope: Scope, name: string, declared: Declared): void => {
  if (checker.everDeclared.has(name)) checker.fail("K1", `${name} is declared twice`);
  checker.everDeclared.add(name);
  scope.names.set(name, declared);
};

const checkLet = (checker: Checker, stmt: StmtOf<"let">, scope: Scope): void => {
  const { name, value, mutable } = stmt;
  checkExpr(checker, value, scope);
  declare(checker, scope, name, { type: value.type, mutable });
  // A mutable variable is left unknown: later assignments may give it any value.
  if (!mutable) scope.bounds.set(name, intervalOfValue(value, { bounds: scope.bounds, relations: checker.relations }));
  relate(checker.relations, stmt);
};

const checkAssign = (checker: Checker, { name, value }: StmtOf<"assign">, scope: Scope): void => {
  checkExpr(checker, value, scope);
  const declared = scope.names.get(name);
  if (declared === undefined) checker.fail("K2", `${name} is assigned where it is not declared`);
  else if (!declared.mutable) checker.fail("K3", `${name} is assigned but not mutable`);
  else if (declared.type !== value.type) checker.fail("K3", `${name} is ${declared.type}, assigned ${value.type}`);
};

const checkFor = (checker: Checker, loop: StmtOf<"for">, scope: Scope): void => {
  for (const bound of [loop.from, loop.to]) {
    checkExpr(checker, bound, scope);
    if (bound.type !== "i32") checker.fail("K7", `loop over ${loop.index} with a bound of ${bound.type}`);
  }
  if (!(Number.isInteger(loop.step) && loop.step > 0))
    checker.fail("K7", `loop over ${loop.index} with step ${loop.step}`);
  const interval = indexInterval(loop, scope.bounds);
  const body = inner(scope, interval === undefined ? undefined : scope.bounds);
  if (interval !== undefined) body.bounds.set(loop.index, interval);
  relate(checker.relations, loop);
  declare(checker, body, loop.index, { type: "i32", mutable: false });
  checkBlock(checker, loop.body, body);
};

const checkIf = (checker: Checker, { condition, then, otherwise }: StmtOf<"if">, scope: Scope): void => {
  checkExpr(checker, condition, scope);
  if (condition.type !== "bool") checker.fail("K7", `if of ${condition.type}`);
  checkBlock(checker, then, inner(scope, assume(condition, true, scope.bounds)));
  checkBlock(checker, otherwise, inner(scope, assume(condition, false, scope.bounds)));
};

const checkBlock = (checker: Checker, stmts: readonly Stmt[], scope: Scope): void => {
  for (const stmt of stmts) {
    switch (stmt.kind) {
      case "let":
        checkLet(checker, stmt, scope);
        break;
      case "assign":
        checkAssign(checker, stmt, scope);
        break;
      case "store":
        checkExpr(checker, stmt.index, scope);
        checkExpr(checker, stmt.value, scope);
        if (stmt.index.type !== "i32") checker.fail("K7", `store at an index of ${stmt.index.type}`);
        checkAccess(checker, "store", stmt.buffer, stmt.index, { type: stmt.value.type }, scope);
        break;
      case "for":
        checkFor(checker, stmt, scope);
        break;
      case "if":
        checkIf(checker, stmt, scope);
        break;
    }
  }
};

const checkInPlace = (checker: Checker): void => {
  const { parameters, inPlace } = checker.kernel;
  for (const [writtenAt, readAt] of inPlace) {
    const written = parameters[writtenAt];
    const read = parameters[readAt];
    const fits =
      written !== undefined &&
      read !== undefined &&
      writtenAt !== readAt &&
      written.access !== "read" &&
      read.access !== "write" &&
      written.dtype === read.dtype &&
      written.length === read.length;
    if (!fits) checker.fail("K9", `in-place pair [${writtenAt}, ${readAt}] of ${parameters.length} parameters`);
  }
};

/** Checks a kernel against K1 to K9. */
export const verifyKernel = (kernel: Kernel): Report => {
  const violations: Violation[] = [];
  const unproven: Unproven[] = [];
  const checker: Checker = {
    kernel,
    parameters: new Map(kernel.parameters.map((parameter) => [parameter.name, parameter])),
    everDeclared: new Set(),
    relations: new Map(),
    violations,
    unproven,
    fail: (rule, what) => violations.push({ rule, where: `kernel ${kernel.name}`, what }),
  };
  for (const { name } of kernel.parameters) {
    if (checker.everDeclared.has(name)) checker.fail("K1", `${name} is declared twice`);
    checker.everDeclared.add(name);
  }
  checkInPlace(checker);
  checkBlock(checker, kernel.body, { names: new Map(), bounds: new Map(), reachable: true });
  return { violations, unproven };
};

/** One line for a violation. */
export const printViolation = ({ rule, where, what }: Violation): string => `${rule}: ${where}: ${what}`;
