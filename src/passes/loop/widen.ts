// Widening: the body of a loop rewritten to do four iterations at once. What depends on the loop's index becomes a
// vector; the rest stays scalar and is splat where a vector needs it. A whole number that is linear in the index keeps
// its scalar as well (the value of lane 0), since addresses are made of it. What cannot be widened gives undefined, and
// the loop stays as it was.
import { add, lane, variable } from "../../ir/loop/build.ts";
import { type Expr, isVector, type LoopType, vectorType } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { coefficientOf, type Linear, linearOf } from "../../ir/loop/linear.ts";
import { anyLane, isMasked } from "../../ir/loop/masked.ts";
import { exprsOf, mapChildren, someExpr, visitStmts } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { elementFits, typeProblem } from "../../ir/loop/typing.ts";
import type { Reduction } from "./reductions.ts";

/** What widening a body needs to know of its loop. */
export interface Widening {
  readonly kernel: Kernel;
  /** The index of the loop. */
  readonly index: string;
  /** Names whose values differ between iterations, the index among them. */
  readonly varying: ReadonlySet<string>;
  /** Linear forms of the varying whole numbers that have one. */
  readonly forms: ReadonlyMap<string, Linear>;
  /** Vectors that go with scalars of another name. */
  readonly vectors: Map<string, Expr>;
  /** Accumulators of the loop by the scalar's name. */
  readonly reductions: ReadonlyMap<string, Reduction>;
  readonly fresh: (hint: string) => string;
}

/** The names that differ between iterations: the index, and all that is made of it. */
export const varyingNames = ({ index, body }: StmtOf<"for">): ReadonlySet<string> => {
  const varying = new Set([index]);
  const mentions = (expr: Expr): boolean => someExpr(expr, (each) => each.kind === "var" && varying.has(each.name));
  for (let before = 0; before !== varying.size; ) {
    before = varying.size;
    visitStmts(body, (stmt) => {
      if ((stmt.kind === "let" || stmt.kind === "assign") && exprsOf(stmt).some(mentions)) varying.add(stmt.name);
    });
  }
  return varying;
};

const varies = (expr: Expr, varying: ReadonlySet<string>): boolean =>
  someExpr(expr, (each) => each.kind === "var" && varying.has(each.name));

/** The linear forms of immutable whole numbers that are linear in the index. */
export const linearNames = (
  { index, body }: StmtOf<"for">,
  varying: ReadonlySet<string>,
): ReadonlyMap<string, Linear> => {
  const forms = new Map<string, Linear>();
  visitStmts(body, (stmt) => {
    if (stmt.kind !== "let" || stmt.mutable || stmt.value.type !== "i32" || !varying.has(stmt.name)) return;
    const form = linearOf(stmt.value, (name) => forms.get(name));
    if (coefficientOf(form, index, (atom) => varies(atom, varying)) !== undefined) forms.set(stmt.name, form);
  });
  return forms;
};

/** By how much the index counts up from lane to lane, where it does so evenly. */
const strideOf = (index: Expr, { index: loopIndex, varying, forms }: Widening): number | undefined =>
  coefficientOf(
    linearOf(index, (name) => forms.get(name)),
    loopIndex,
    (atom) => varies(atom, varying),
  );

/** Lanes further apart than this are in cache lines of their own, and gathering them gains little. */
const farthestLanes = 8;

/** Whether lanes of a type may lie so far apart in a buffer. */
const isReachable = (stride: number | undefined, type: LoopType): stride is number =>
  stride === 1 || (stride !== undefined && stride > 1 && stride <= farthestLanes && type !== "boolx4");

/** Whether vectors of the type lie in a buffer. Where it has fewer elements, no four iterations of the loop read or write it. */
const fitsBuffer = ({ kernel }: Widening, buffer: string, type: LoopType): boolean => {
  const parameter = kernel.parameters.find(({ name }) => name === buffer);
  return parameter !== undefined && parameter.length >= 4 && elementFits(parameter.dtype, type);
};

/** Whether elements of a buffer have the size of a lane. */
const isWord = ({ kernel }: Widening, buffer: string): boolean => {
  const parameter = kernel.parameters.find(({ name }) => name === buffer);
  return parameter?.dtype === "f32" || parameter?.dtype === "i32";
};

/** A value as a vector: splat if it is a scalar. */
const asVector = (expr: Expr): Expr | undefined => {
  if (isVector(expr.type)) return expr;
  const type = vectorType(expr.type);
  return type === undefined ? undefined : { kind: "splat", type, operand: expr };
};

/** The expression with every operand widened to a vector. */
const widenOperands = (expr: Expr, type: LoopType, widening: Widening): Expr | undefined => {
  let refused = false;
  const widened = mapChildren(expr, (child) => {
    const vector = widenExpr(child, widening);
    if (vector === undefined) refused = true;
    return vector ?? child;
  });
  if (refused) return undefined;
  // The kind stays and the operands are vectors, so this is the vector form; whether it exists, the type tables tell.
  const result = { ...widened, type } as Expr;
  return typeProblem(result) === undefined ? result : undefined;
};

const widenVariable = (name: string, type: LoopType, { index, vectors }: Widening): Expr =>
  name === index
    ? { kind: "ramp", type: "i32x4", operand: variable("i32", name) }
    : (vectors.get(name) ?? variable(type, name));

/** The four values of an expression in four iterations, as a vector; undefined where there is no such vector. */
const widenExpr = (expr: Expr, widening: Widening): Expr | undefined => {
  if (!varies(expr, widening.varying)) return asVector(expr);
  const type = vectorType(expr.type);
  if (type === undefined) return undefined;
  // A sum that counts with the lanes is added up once, as a scalar.
  if (expr.kind === "binary" && expr.type === "i32" && strideOf(expr, widening) === 1)
    return { kind: "ramp", type: "i32x4", operand: expr };
  switch (expr.kind) {
    case "var":
      return widenVariable(expr.name, type, widening);
    case "load": {
      const stride = strideOf(expr.index, widening);
      if (!fitsBuffer(widening, expr.buffer, type) || !isReachable(stride, type)) return undefined;
      return stride === 1 ? { ...expr, type } : isWord(widening, expr.buffer) ? { ...expr, type, stride } : undefined;
    }
    case "unary":
    case "binary":
    case "select":
    case "cast":
    case "reinterpret":
    case "compare":
      return widenOperands(expr, type, widening);
    case "const":
    case "splat":
    case "ramp":
    case "lane":
    case "reduceLanes":
      return undefined;
  }
};

const widenLet = (stmt: StmtOf<"let">, widening: Widening): readonly Stmt[] | undefined => {
  const { name, value, mutable } = stmt;
  if (!widening.varying.has(name)) return [stmt];
  const vector = widenExpr(value, widening);
  if (vector === undefined) return undefined;
  if (!widening.forms.has(name)) return [{ kind: "let", name, value: vector, mutable }];
  const vectorName = widening.fresh(name);
  widening.vectors.set(name, variable(vector.type, vectorName));
  return [stmt, { kind: "let", name: vectorName, value: vector, mutable: false }];
};

const widenAssign = (stmt: StmtOf<"assign">, widening: Widening): readonly Stmt[] | undefined => {
  const { name, value } = stmt;
  const reduction = widening.reductions.get(name);
  if (reduction === undefined) {
    if (!widening.varying.has(name)) return [stmt];
    const vector = widenExpr(value, widening);
    return vector === undefined ? undefined : [{ ...stmt, value: vector }];
  }
  const element = widenExpr(reduction.element, widening);
  const accumulator = widening.vectors.get(name);
  if (element === undefined || accumulator?.kind !== "var" || accumulator.type !== element.type) return undefined;
  const { fn } = reduction;
  const next: Expr = { kind: "binary", type: element.type, fn, left: accumulator, right: element };
  return [{ kind: "assign", name: accumulator.name, value: next }];
};

/** Lanes that are not neighbours in memory are stored one by one. */
const widenStore = (stmt: StmtOf<"store">, widening: Widening): readonly Stmt[] | undefined => {
  const value = widenExpr(stmt.value, widening);
  const stride = strideOf(stmt.index, widening);
  if (value === undefined || !fitsBuffer(widening, stmt.buffer, value.type)) return undefined;
  if (stride === 1) return [{ ...stmt, value }];
  if (!isReachable(stride, value.type) || !isWord(widening, stmt.buffer)) return undefined;
  const name = widening.fresh("lanes");
  const vector = variable(value.type, name);
  return [
    { kind: "let", name, value, mutable: false },
    ...([0, 1, 2, 3] as const).map(
      (at): Stmt => ({ ...stmt, index: add(stmt.index, at * stride), value: lane(vector, at) }),
    ),
  ];
};

/** A branch that could as well be taken always is taken where one of the four iterations needs it. */
const widenIf = (stmt: StmtOf<"if">, widening: Widening): readonly Stmt[] | undefined => {
  if (!isMasked(stmt)) return undefined;
  const mask = widenExpr(stmt.condition, widening);
  const then = widenBlock(stmt.then, widening);
  return mask === undefined || then === undefined ? undefined : [{ ...stmt, condition: anyLane(mask), then }];
};

const widenStmt = (stmt: Stmt, widening: Widening): readonly Stmt[] | undefined => {
  switch (stmt.kind) {
    case "let":
      return widenLet(stmt, widening);
    case "assign":
      return widenAssign(stmt, widening);
    case "store":
      return widenStore(stmt, widening);
    case "for": {
      if (varies(stmt.from, widening.varying) || varies(stmt.to, widening.varying)) return undefined;
      const body = widenBlock(stmt.body, widening);
      return body === undefined ? undefined : [{ ...stmt, mode: "serial", body }];
    }
    case "if":
      return widenIf(stmt, widening);
  }
};

/** The statements for four iterations at once; undefined where one of them cannot be widened. */
export const widenBlock = (stmts: readonly Stmt[], widening: Widening): readonly Stmt[] | undefined => {
  const result: Stmt[] = [];
  for (const stmt of stmts) {
    const widened = widenStmt(stmt, widening);
    if (widened === undefined) return undefined;
    result.push(...widened);
  }
  return result;
};
