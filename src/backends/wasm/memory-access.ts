// Loads and stores of single elements and of four at once. An element of a u8 or bool buffer is a byte; vectors are only of
// f32 and i32. Alignments promise no more than that of an element.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type Expr, type ExprOf, isVector, type LoopType } from "../../ir/loop/expr.ts";
import { elementFits } from "../../ir/loop/typing.ts";
import { type DType, dtypes } from "../../ir/types/dtype.ts";
import type { Emitter } from "./emitter.ts";
import type { Instruction } from "./instruction.ts";
import type { MemoryOp } from "./opcodes.ts";

const scalarLoads: { readonly [D in DType]: MemoryOp } = {
  f32: "f32.load",
  f64: "f64.load",
  i32: "i32.load",
  u8: "i32.load8_u",
  bool: "i32.load8_u",
};

const scalarStores: { readonly [D in DType]: MemoryOp } = {
  f32: "f32.store",
  f64: "f64.store",
  i32: "i32.store",
  u8: "i32.store8",
  bool: "i32.store8",
};

/** The buffer's dtype, which values of the type must fit. */
const elementOf = ({ dtypeOf }: Emitter, buffer: string, type: LoopType): DType => {
  const dtype = dtypeOf(buffer);
  invariant(elementFits(dtype, type), `${type} in the ${dtype} buffer ${buffer}`);
  return dtype;
};

const emitLoadAs = (emitter: Emitter, { buffer, index }: ExprOf<"load">, op: MemoryOp, dtype: DType): Instruction => {
  const { base, offset } = emitter.addressing.address(buffer, index);
  return { kind: "memory", op, offset, align: dtypes[dtype].bytes, operands: [base] };
};

export const emitLoad = (emitter: Emitter, load: ExprOf<"load">): Instruction => {
  const dtype = elementOf(emitter, load.buffer, load.type);
  return emitLoadAs(emitter, load, isVector(load.type) ? "v128.load" : scalarLoads[dtype], dtype);
};

/** One element in all lanes, straight from memory; undefined for elements that are not four bytes wide. */
export const emitSplatLoad = (emitter: Emitter, load: ExprOf<"load">): Instruction | undefined => {
  const dtype = elementOf(emitter, load.buffer, load.type);
  return dtypes[dtype].bytes === 4 ? emitLoadAs(emitter, load, "v128.load32_splat", dtype) : undefined;
};

export const emitStore = (emitter: Emitter, buffer: string, index: Expr, value: Expr): Instruction => {
  const dtype = elementOf(emitter, buffer, value.type);
  const { base, offset } = emitter.addressing.address(buffer, index);
  const op = isVector(value.type) ? "v128.store" : scalarStores[dtype];
  return { kind: "memory", op, offset, align: dtypes[dtype].bytes, operands: [base, emitter.expression(value)] };
};
