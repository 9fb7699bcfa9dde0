// Expressions as steps: each operator becomes one closure that runs a leaf loop over the values of its operands. What
// needs no arithmetic (loads with even strides, splats, lanes, reinterpretations) only says where the values are.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type Expr, type ExprKind, type ExprOf, type LoopBinary, type LoopType, laneType } from "../../ir/loop/expr.ts";
import type { DataArray } from "../../ir/types/dtype.ts";
import { binaryRow, castRow, compareRow, multiplyAddRow, rampRow, selectRow, unaryRow } from "./row-of.ts";
import { copyRow, gatherRow } from "./rows/move.ts";
import type { BinaryRow, TernaryRow, UnaryRow } from "./rows/row.ts";
import type { Scope } from "./scope.ts";
import {
  isDense,
  laneOf,
  lanesOf,
  maskOf,
  reinterpreted,
  splatOf,
  storageOf,
  storageOfArray,
  type Value,
} from "./value.ts";

/** Adds the step that copies a value to a place; numbers are rounded or wrapped as the place's array does. */
export const emitCopy = ({ code, extent }: Scope, out: Value, value: Value): void => {
  const row = copyRow(out.array, value.array, lanesOf(out.type));
  const { array: to, cursor: toCursor, delta: toDelta, step: toStep, laneStep: toLane } = out;
  const { array: from, cursor: fromCursor, delta: fromDelta, step: fromStep, laneStep: fromLane } = value;
  code.push(() =>
    row(
      extent.count,
      to,
      toCursor.offset + toDelta,
      toStep,
      toLane,
      from,
      fromCursor.offset + fromDelta,
      fromStep,
      fromLane,
    ),
  );
};

const emitUnary = ({ code, extent }: Scope, row: UnaryRow<DataArray, DataArray>, out: Value, a: Value): void => {
  // A ramp makes four values of each of its operand's; every other row, one of one.
  const lanes = lanesOf(a.type);
  const p = maskOf(a);
  code.push(() =>
    row(extent.count * lanes, out.array, out.cursor.offset + out.delta, a.array, a.cursor.offset + a.delta, p),
  );
};

const emitBinary = (
  { code, extent }: Scope,
  row: BinaryRow<DataArray, DataArray>,
  out: Value,
  a: Value,
  b: Value,
): void => {
  const lanes = lanesOf(out.type);
  const p = maskOf(a);
  const q = maskOf(b);
  code.push(() =>
    row(
      extent.count * lanes,
      out.array,
      out.cursor.offset + out.delta,
      a.array,
      a.cursor.offset + a.delta,
      p,
      b.array,
      b.cursor.offset + b.delta,
      q,
    ),
  );
};

const emitTernary = (
  { code, extent }: Scope,
  row: TernaryRow<DataArray>,
  out: Value,
  [a, b, c]: readonly [Value, Value, Value],
): void => {
  const lanes = lanesOf(out.type);
  const p = maskOf(a);
  const q = maskOf(b);
  const r = maskOf(c);
  code.push(() =>
    row(
      extent.count * lanes,
      out.array,
      out.cursor.offset + out.delta,
      a.array,
      a.cursor.offset + a.delta,
      p,
      b.array,
      b.cursor.offset + b.delta,
      q,
      c.array,
      c.cursor.offset + c.delta,
      r,
    ),
  );
};

const release = (scope: Scope, ...values: readonly Value[]): void => {
  for (const value of values) scope.kernel.registers.release(value);
};

/** The value with consecutive iterations side by side. */
export const densify = (value: Value, scope: Scope): Value => {
  if (isDense(value)) return value;
  const copy = scope.allocate(value.type);
  emitCopy(scope, copy, value);
  release(scope, value);
  return copy;
};

/** Compiles an operand of a leaf loop. */
export const compileDense = (expr: Expr, scope: Scope): Value =>
  expr.kind === "var" && scope.hoist(expr) === undefined
    ? scope.read(expr.name, true)
    : densify(compileExpression(expr, scope), scope);

const load = (expr: ExprOf<"load">, scope: Scope): Value => {
  const place = scope.address(expr.buffer, expr.index, expr.type);
  const { stride = 1 } = expr;
  if (place !== undefined) {
    const elements: Value = stride === 1 ? place : { ...place, laneStep: stride };
    // A u8 buffer loads as i32.
    if (storageOfArray(elements.array) === storageOf(expr.type)) return elements;
    const out = scope.allocate(expr.type);
    emitCopy(scope, out, elements);
    return out;
  }
  const index = compileDense(expr.index, scope);
  const binding = scope.kernel.bindings.get(expr.buffer);
  invariant(binding !== undefined, `no buffer ${expr.buffer}`);
  const out = scope.allocate(expr.type);
  const row = gatherRow(out.array, binding.array, lanesOf(expr.type));
  const p = maskOf(index);
  const { extent } = scope;
  const { array } = binding;
  // Indices are i32.
  const at = index.array as Int32Array<ArrayBuffer>;
  scope.code.push(() =>
    row(extent.count, out.array, out.delta, array, at, index.cursor.offset + index.delta, p, stride),
  );
  release(scope, index);
  return out;
};

/** Operands are handed back before the result takes its register, so that it may be one of theirs. */
const binaryOf = (fn: LoopBinary, type: LoopType, a: Value, b: Value, scope: Scope, target?: Value): Value => {
  release(scope, a, b);
  const out = target ?? scope.allocate(type);
  emitBinary(scope, binaryRow(fn, type), out, a, b);
  return out;
};

const reduceLanes = ({ fn, type, operand }: ExprOf<"reduceLanes">, scope: Scope, target?: Value): Value => {
  const vector = compileExpression(operand, scope);
  if (vector.register !== undefined) vector.register.owners += 3;
  const lane = (at: number): Value => densify(laneOf(vector, at), scope);
  const low = binaryOf(fn, type, lane(0), lane(1), scope);
  const high = binaryOf(fn, type, lane(2), lane(3), scope);
  return binaryOf(fn, type, low, high, scope, target);
};

/** `a * b + c` of f32, in either order of the sum, as its three operands. */
const multiplyAddOperands = ({ fn, type, left, right }: ExprOf<"binary">): readonly [Expr, Expr, Expr] | undefined => {
  if (fn !== "add" || laneType(type) !== "f32") return undefined;
  if (left.kind === "binary" && left.fn === "mul") return [left.left, left.right, right];
  return right.kind === "binary" && right.fn === "mul" ? [right.left, right.right, left] : undefined;
};

const ternaryOf = (
  row: TernaryRow<DataArray>,
  type: LoopType,
  [a, b, c]: readonly [Expr, Expr, Expr],
  scope: Scope,
  target?: Value,
): Value => {
  const operands = [compileDense(a, scope), compileDense(b, scope), compileDense(c, scope)] as const;
  release(scope, ...operands);
  const out = target ?? scope.allocate(type);
  emitTernary(scope, row, out, operands);
  return out;
};

/** How each kind of expression is compiled; `target`, where given, may take the result. */
const compilers: { readonly [K in ExprKind]: (expr: ExprOf<K>, scope: Scope, target?: Value) => Value } = {
  const: ({ type, value }, scope) => scope.kernel.registers.constant(type, value),
  var: ({ name }, scope) => scope.read(name, false),
  load,
  unary: ({ fn, type, operand }, scope, target) => {
    const a = compileDense(operand, scope);
    release(scope, a);
    const out = target ?? scope.allocate(type);
    emitUnary(scope, unaryRow(fn, type), out, a);
    return out;
  },
  binary: (expr, scope, target) => {
    const { fn, type, left, right } = expr;
    const operands = multiplyAddOperands(expr);
    if (operands !== undefined) return ternaryOf(multiplyAddRow, type, operands, scope, target);
    const a = compileDense(left, scope);
    const b = compileDense(right, scope);
    return binaryOf(fn, type, a, b, scope, target);
  },
  compare: ({ fn, type, left, right }, scope, target) => {
    const a = compileDense(left, scope);
    const b = compileDense(right, scope);
    release(scope, a, b);
    const out = target ?? scope.allocate(type);
    emitBinary(scope, compareRow(fn, left.type), out, a, b);
    return out;
  },
  select: ({ type, condition, then, otherwise }, scope, target) =>
    ternaryOf(selectRow(type), type, [condition, then, otherwise], scope, target),
  cast: ({ type, operand }, scope, target) => {
    const row = castRow(operand.type, type);
    const a = row === undefined ? compileExpression(operand, scope) : compileDense(operand, scope);
    const out = target ?? scope.allocate(type);
    if (row === undefined) emitCopy(scope, out, a);
    else emitUnary(scope, row, out, a);
    release(scope, a);
    return out;
  },
  reinterpret: ({ type, operand }, scope) => reinterpreted(compileExpression(operand, scope), type),
  splat: ({ type, operand }, scope) => splatOf(compileExpression(operand, scope), type),
  ramp: ({ type, operand }, scope, target) => {
    const a = compileDense(operand, scope);
    const out = target ?? scope.allocate(type);
    emitUnary(scope, rampRow, out, a);
    release(scope, a);
    return out;
  },
  lane: ({ operand, lane }, scope) => laneOf(compileExpression(operand, scope), lane),
  reduceLanes,
};

/** Adds the steps that compute an expression to the scope's code and says where the result is: in `target` if given. */
export const compileExpression = (expr: Expr, scope: Scope, target?: Value): Value => {
  // One row of the table, its expression chosen by the same kind: TypeScript cannot follow that correlation.
  const compiler = compilers[expr.kind] as (expr: Expr, scope: Scope, target?: Value) => Value;
  const value = scope.hoist(expr) ?? compiler(expr, scope, target);
  if (target === undefined || value === target) return value;
  emitCopy(scope, target, value);
  release(scope, value);
  return target;
};
