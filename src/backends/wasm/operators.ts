// Loop operators that are one WebAssembly instruction, by type. What is missing here has no meaning for that type or
// takes several instructions: see scalar-expressions.ts and vector-expressions.ts.
import type { LoopBinary, LoopCompare, LoopType, LoopUnary } from "../../ir/loop/expr.ts";
import type { PlainOp } from "./opcodes.ts";

type OpTable<F extends string> = { readonly [T in LoopType]: { readonly [K in F]?: PlainOp } };

export const unaryOps: OpTable<LoopUnary> = {
  f32: {
    neg: "f32.neg",
    abs: "f32.abs",
    sqrt: "f32.sqrt",
    floor: "f32.floor",
    ceil: "f32.ceil",
    trunc: "f32.trunc",
    nearest: "f32.nearest",
  },
  f64: {
    neg: "f64.neg",
    abs: "f64.abs",
    sqrt: "f64.sqrt",
    floor: "f64.floor",
    ceil: "f64.ceil",
    trunc: "f64.trunc",
    nearest: "f64.nearest",
  },
  i32: { not: "i32.eqz" },
  bool: { not: "i32.eqz" },
  f32x4: {
    neg: "f32x4.neg",
    abs: "f32x4.abs",
    sqrt: "f32x4.sqrt",
    floor: "f32x4.floor",
    ceil: "f32x4.ceil",
    trunc: "f32x4.trunc",
    nearest: "f32x4.nearest",
  },
  i32x4: { neg: "i32x4.neg", abs: "i32x4.abs" },
  boolx4: { not: "v128.not" },
};

/** min and max of f32 and f32x4 pass NaN on and order -0 below +0, as the loop IR asks. */
export const binaryOps: OpTable<LoopBinary> = {
  f32: { add: "f32.add", sub: "f32.sub", mul: "f32.mul", div: "f32.div", min: "f32.min", max: "f32.max" },
  f64: { add: "f64.add", sub: "f64.sub", mul: "f64.mul", div: "f64.div", min: "f64.min", max: "f64.max" },
  i32: {
    add: "i32.add",
    sub: "i32.sub",
    mul: "i32.mul",
    and: "i32.and",
    or: "i32.or",
    xor: "i32.xor",
    shl: "i32.shl",
    shr: "i32.shr_s",
    shrUnsigned: "i32.shr_u",
  },
  bool: { and: "i32.and", or: "i32.or", xor: "i32.xor" },
  f32x4: {
    add: "f32x4.add",
    sub: "f32x4.sub",
    mul: "f32x4.mul",
    div: "f32x4.div",
    min: "f32x4.min",
    max: "f32x4.max",
  },
  i32x4: {
    add: "i32x4.add",
    sub: "i32x4.sub",
    mul: "i32x4.mul",
    min: "i32x4.min_s",
    max: "i32x4.max_s",
    and: "v128.and",
    or: "v128.or",
    xor: "v128.xor",
  },
  boolx4: { and: "v128.and", or: "v128.or", xor: "v128.xor" },
};

/** Masks have lanes of all ones or all zeros, so they are equal or not like whole numbers. */
export const compareOps: OpTable<LoopCompare> = {
  f32: { eq: "f32.eq", ne: "f32.ne", lt: "f32.lt", le: "f32.le", gt: "f32.gt", ge: "f32.ge" },
  f64: { eq: "f64.eq", ne: "f64.ne", lt: "f64.lt", le: "f64.le", gt: "f64.gt", ge: "f64.ge" },
  i32: { eq: "i32.eq", ne: "i32.ne", lt: "i32.lt_s", le: "i32.le_s", gt: "i32.gt_s", ge: "i32.ge_s" },
  bool: { eq: "i32.eq", ne: "i32.ne", lt: "i32.lt_u", le: "i32.le_u", gt: "i32.gt_u", ge: "i32.ge_u" },
  f32x4: { eq: "f32x4.eq", ne: "f32x4.ne", lt: "f32x4.lt", le: "f32x4.le", gt: "f32x4.gt", ge: "f32x4.ge" },
  i32x4: { eq: "i32x4.eq", ne: "i32x4.ne", lt: "i32x4.lt_s", le: "i32x4.le_s", gt: "i32x4.gt_s", ge: "i32x4.ge_s" },
  boolx4: { eq: "i32x4.eq", ne: "i32x4.ne" },
};

/** Casts between scalars that are one instruction; bool to i32 is none at all. */
export const castOps: {
  readonly [From in "f32" | "f64" | "i32" | "bool"]: { readonly [To in "f32" | "f64" | "i32"]?: PlainOp };
} = {
  f32: { f64: "f64.promote_f32", i32: "i32.trunc_sat_f32_s" },
  f64: { f32: "f32.demote_f64", i32: "i32.trunc_sat_f64_s" },
  i32: { f32: "f32.convert_i32_s", f64: "f64.convert_i32_s" },
  bool: { f32: "f32.convert_i32_s", f64: "f64.convert_i32_s" },
};
