// Operators on four lanes. Masks (boolx4) are all ones or all zeros in each lane, as comparisons give them.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type Expr, type ExprOf, type LoopBinary, type VectorType } from "../../ir/loop/expr.ts";
import { sameExpr } from "../../ir/loop/key.ts";
import { constantLanes, type Emitter, required, share } from "./emitter.ts";
import { type Instruction, i32Const, lane, plain } from "./instruction.ts";
import { emitSplatLoad } from "./memory-access.ts";
import type { PlainOp } from "./opcodes.ts";
import { binaryOps, unaryOps } from "./operators.ts";

const zeros = (emitter: Emitter): Instruction => emitter.constants.use("i32x4", [0, 0, 0, 0]);

/** A mask in every lane, from a bool 0 or 1. */
const splatMask = (condition: Instruction): Instruction =>
  plain("i32x4.splat", plain("i32.sub", i32Const(0), condition));

export const emitSplat = (emitter: Emitter, { operand }: ExprOf<"splat">): Instruction => {
  if (operand.kind === "const") {
    const { type } = operand;
    const value =
      type === "f32" ? Math.fround(operand.value) : type === "bool" ? -operand.value | 0 : operand.value | 0;
    return emitter.constants.use(type === "f32" ? "f32x4" : "i32x4", [value, value, value, value]);
  }
  const loaded = operand.kind === "load" ? emitSplatLoad(emitter, operand) : undefined;
  if (loaded !== undefined) return loaded;
  const value = emitter.expression(operand);
  if (operand.type === "bool") return splatMask(value);
  return plain(operand.type === "f32" ? "f32x4.splat" : "i32x4.splat", value);
};

export const emitRamp = (emitter: Emitter, { operand }: ExprOf<"ramp">): Instruction => {
  if (operand.kind === "const") {
    const { value } = operand;
    return emitter.constants.use("i32x4", [value | 0, (value + 1) | 0, (value + 2) | 0, (value + 3) | 0]);
  }
  const start = plain("i32x4.splat", emitter.expression(operand));
  return plain("i32x4.add", start, emitter.constants.use("i32x4", [0, 1, 2, 3]));
};

const extractLane = (type: VectorType, value: Instruction, at: number): Instruction => {
  if (type === "f32x4") return lane("f32x4.extract_lane", at, value);
  const bits = lane("i32x4.extract_lane", at, value);
  return type === "boolx4" ? plain("i32.and", bits, i32Const(1)) : bits;
};

export const emitLane = (emitter: Emitter, { operand, lane: at }: ExprOf<"lane">): Instruction =>
  extractLane(operand.type as VectorType, emitter.expression(operand), at);

export const emitVectorUnary = (emitter: Emitter, { fn, type, operand }: ExprOf<"unary">): Instruction =>
  plain(
    required(unaryOps[type][fn], () => `${fn} of ${type}`),
    emitter.expression(operand),
  );

/**
 * `pmax(x, c)` is `x < c ? c : x`: one instruction on x64, where `max` takes eight. It differs from `max` only where c is
 * NaN, or where x and c are zeros of different sign; adding 0 turns the -0 that `pmax(-0, 0)` leaves into 0.
 */
const extremeWithConstant = (emitter: Emitter, fn: "min" | "max", x: Expr, limit: number): Instruction | undefined => {
  const constant = (): Instruction => emitter.constants.use("f32x4", [limit, limit, limit, limit]);
  if (Number.isNaN(limit) || (fn === "min" && Object.is(limit, -0))) return undefined;
  const chosen = plain(fn === "min" ? "f32x4.pmin" : "f32x4.pmax", emitter.expression(x), constant());
  return fn === "max" && Object.is(limit, 0) ? plain("f32x4.add", chosen, constant()) : chosen;
};

const shiftOps: { readonly [F in LoopBinary]?: PlainOp } = {
  shl: "i32x4.shl",
  shr: "i32x4.shr_s",
  shrUnsigned: "i32x4.shr_u",
};

/** Vector shifts take one distance for all lanes, as a scalar. */
const emitShift = (emitter: Emitter, op: PlainOp, left: Expr, right: Expr): Instruction => {
  invariant(right.kind === "splat", "a vector is shifted by the same distance in all lanes");
  const value = emitter.expression(left);
  return plain(op, value, emitter.expression(right.operand));
};

export const emitVectorBinary = (emitter: Emitter, { fn, type, left, right }: ExprOf<"binary">): Instruction => {
  if (type === "f32x4" && (fn === "min" || fn === "max")) {
    const rightLimit = constantLanes(emitter, right);
    const leftLimit = rightLimit === undefined ? constantLanes(emitter, left) : undefined;
    const fast =
      rightLimit !== undefined
        ? extremeWithConstant(emitter, fn, left, rightLimit)
        : leftLimit !== undefined
          ? extremeWithConstant(emitter, fn, right, leftLimit)
          : undefined;
    if (fast !== undefined) return fast;
  }
  const shift = type === "i32x4" ? shiftOps[fn] : undefined;
  if (shift !== undefined) return emitShift(emitter, shift, left, right);
  const x = emitter.expression(left);
  return plain(
    required(binaryOps[type][fn], () => `${fn} of ${type}`),
    x,
    emitter.expression(right),
  );
};

/**
 * `pmax(a, b)` is `a < b ? b : a` and `pmin(a, b)` is `b < a ? b : a`, NaN and zeros included: one instruction on x64,
 * where a comparison and a choice take four.
 */
const asExtreme = (emitter: Emitter, { condition, then, otherwise }: ExprOf<"select">): Instruction | undefined => {
  if (condition.kind !== "compare" || condition.left.type !== "f32x4") return undefined;
  const { fn, left, right } = condition;
  if (fn !== "lt" && fn !== "gt") return undefined;
  const [less, greater] = fn === "lt" ? [left, right] : [right, left];
  const isMax = sameExpr(then, greater) && sameExpr(otherwise, less);
  if (!isMax && !(sameExpr(then, less) && sameExpr(otherwise, greater))) return undefined;
  const kept = emitter.expression(otherwise);
  return plain(isMax ? "f32x4.pmax" : "f32x4.pmin", kept, emitter.expression(then));
};

/** The mask itself chooses between a value and 0. */
const withZero = (emitter: Emitter, { condition, then, otherwise }: ExprOf<"select">): Instruction | undefined => {
  const isZero = (value: Expr): boolean => Object.is(constantLanes(emitter, value), 0);
  if (!isZero(then) && !isZero(otherwise)) return undefined;
  const value = emitter.expression(isZero(otherwise) ? then : otherwise);
  return plain(isZero(otherwise) ? "v128.and" : "v128.andnot", value, emitter.expression(condition));
};

export const emitVectorSelect = (emitter: Emitter, select: ExprOf<"select">): Instruction => {
  const { condition, then, otherwise } = select;
  invariant(condition.type === "boolx4", `select of vectors by ${condition.type}`);
  const shorter = asExtreme(emitter, select) ?? withZero(emitter, select);
  if (shorter !== undefined) return shorter;
  const whenTrue = emitter.expression(then);
  const whenFalse = emitter.expression(otherwise);
  return plain("v128.bitselect", whenTrue, whenFalse, emitter.expression(condition));
};

export const emitVectorCast = (emitter: Emitter, type: VectorType, operand: Expr): Instruction => {
  const value = emitter.expression(operand);
  const from = operand.type;
  if (from === type) return value;
  if (type === "boolx4") return plain(from === "f32x4" ? "f32x4.ne" : "i32x4.ne", value, zeros(emitter));
  if (from === "boolx4") {
    const one = emitter.constants.use(type, [1, 1, 1, 1]);
    return plain("v128.and", value, one);
  }
  invariant(from === "f32x4" || from === "i32x4", `cast of ${from} to ${type}`);
  return plain(type === "f32x4" ? "f32x4.convert_i32x4_s" : "i32x4.trunc_sat_f32x4_s", value);
};

const swapNeighbours = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];
const swapHalves = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** Lane 0 of (l0 . l1) . (l2 . l3): both steps are done in all lanes. */
export const emitReduceLanes = (emitter: Emitter, { fn, operand }: ExprOf<"reduceLanes">): Instruction => {
  const type = operand.type === "f32x4" ? "f32x4" : "i32x4";
  const op = required(binaryOps[type][fn], () => `${fn} of ${type}`);
  const fold = (value: Instruction, bytes: readonly number[]): Instruction => {
    const { first, again } = share(emitter, value, "v128");
    return plain(op, first, { kind: "shuffle", bytes, operands: [again, again] });
  };
  return extractLane(type, fold(fold(emitter.expression(operand), swapNeighbours), swapHalves), 0);
};
