// Loads and stores of single elements and of four at once. An element of a u8 or bool buffer is a byte, and four of them
// are widened to lanes of 32 bits. Alignments promise no more than that of an element.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { add } from "../../ir/loop/build.ts";
import { type Expr, type ExprOf, isVector, type LoopType } from "../../ir/loop/expr.ts";
import { elementFits } from "../../ir/loop/typing.ts";
import { type DType, dtypes } from "../../ir/types/dtype.ts";
import { type Emitter, share } from "./emitter.ts";
import { type Instruction, i32Const, lane, localGet, localSet, plain } from "./instruction.ts";
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
  invariant(elementFits(dtype, type), () => `${type} in the ${dtype} buffer ${buffer}`);
  return dtype;
};

const emitLoadAs = (emitter: Emitter, { buffer, index }: ExprOf<"load">, op: MemoryOp, dtype: DType): Instruction => {
  const { base, offset } = emitter.addressing.address(buffer, index);
  return { kind: "memory", op, offset, align: dtypes[dtype].bytes, operands: [base] };
};

const zero: Instruction = { kind: "vectorConst", shape: "i32x4", lanes: [0, 0, 0, 0] };

/** Four bytes as whole numbers; those of bools as a mask. */
const emitByteLanes = (emitter: Emitter, load: ExprOf<"load">, dtype: "u8" | "bool"): Instruction => {
  const bytes = emitLoadAs(emitter, load, "v128.load32_zero", dtype);
  const wide = plain("i32x4.extend_low_i16x8_u", plain("i16x8.extend_low_i8x16_u", bytes));
  return dtype === "bool" ? plain("i32x4.gt_s", wide, zero) : wide;
};

export const emitLoad = (emitter: Emitter, load: ExprOf<"load">): Instruction => {
  const dtype = elementOf(emitter, load.buffer, load.type);
  if (!isVector(load.type)) return emitLoadAs(emitter, load, scalarLoads[dtype], dtype);
  if (dtype === "u8" || dtype === "bool") return emitByteLanes(emitter, load, dtype);
  if (load.stride !== undefined) return emitApart(emitter, load, load.stride, dtype);
  return emitLoadAs(emitter, load, "v128.load", dtype);
};

const bytesOfLanes = (...lanes: readonly number[]): readonly number[] =>
  lanes.flatMap((at) => [0, 1, 2, 3].map((byte) => at * 4 + byte));

/** Lanes of two vectors: 0 to 3 are those of the first, 4 to 7 those of the second. */
const shuffle = (lanes: readonly number[], first: Instruction, second: Instruction): Instruction => ({
  kind: "shuffle",
  bytes: bytesOfLanes(...lanes),
  operands: [first, second],
});

/** Four elements that lie apart: two vectors hold them where the stride is 2 or 3; else each is loaded by itself. */
const emitApart = (emitter: Emitter, load: ExprOf<"load">, stride: number, dtype: DType): Instruction => {
  const at = (element: number, op: MemoryOp): Instruction =>
    emitLoadAs(emitter, { ...load, index: add(load.index, element) }, op, dtype);
  // Nothing is read before the first element or behind the last.
  if (stride === 2) return shuffle([0, 2, 5, 7], at(0, "v128.load"), at(3, "v128.load"));
  if (stride === 3) return shuffle([0, 3, 4, 7], at(0, "v128.load"), at(6, "v128.load"));
  const two = (first: number): Instruction =>
    shuffle([0, 4, 0, 4], at(first, "v128.load32_zero"), at(first + stride, "v128.load32_zero"));
  return shuffle([0, 1, 4, 5], two(0), two(2 * stride));
};

/** A vector that is loaded under a name. */
export interface NamedLoad {
  readonly name: string;
  readonly load: ExprOf<"load">;
}

/**
 * Four vectors of elements that lie apart, each beginning right behind the one before: the columns of a square, of which rows are loaded.
 * They are the very elements that the four would load one by one.
 */
export const emitSquare = (emitter: Emitter, columns: readonly NamedLoad[]): readonly Instruction[] => {
  const [first] = columns;
  invariant(first !== undefined && first.load.stride !== undefined, "a square has columns");
  const { load } = first;
  const { stride } = first.load;
  const emitted: Instruction[] = [];
  const kept = (value: Instruction, local = emitter.locals.declare("v128", "turn")): Instruction => {
    emitted.push(localSet(local, value));
    return localGet(local);
  };
  const row = (at: number): Instruction =>
    kept(emitLoadAs(emitter, { ...load, index: add(load.index, at * stride) }, "v128.load", "f32"));
  const [a, b, c, d] = [row(0), row(1), row(2), row(3)];
  const [left, right] = [[a, b] as const, [c, d] as const];
  const halves = [[0, 4, 1, 5] as const, [2, 6, 3, 7] as const].map((part) => [
    kept(shuffle(part, ...left)),
    kept(shuffle(part, ...right)),
  ]);
  for (const [at, { name }] of columns.entries()) {
    const [upper, lower] = halves[at >> 1] ?? [];
    invariant(upper !== undefined && lower !== undefined, "four columns are in two halves");
    kept(shuffle(at % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7], upper, lower), emitter.localOf(name));
  }
  return emitted;
};

/** One element in all lanes, straight from memory; undefined for elements that are not four bytes wide. */
export const emitSplatLoad = (emitter: Emitter, load: ExprOf<"load">): Instruction | undefined => {
  const dtype = elementOf(emitter, load.buffer, load.type);
  return dtypes[dtype].bytes === 4 ? emitLoadAs(emitter, load, "v128.load32_splat", dtype) : undefined;
};

/** The low bytes of four lanes in one whole number; what stands in the upper halves of the narrowed vectors is not read. */
const packBytes = (emitter: Emitter, lanes: Instruction, dtype: "u8" | "bool"): Instruction => {
  const low = dtype === "u8" ? plain("v128.and", lanes, emitter.constants.use("i32x4", [255, 255, 255, 255])) : lanes;
  const { first, again } = share(emitter, low, "v128");
  const halves = plain("i16x8.narrow_i32x4_s", first, again);
  const bytes = plain(dtype === "u8" ? "i8x16.narrow_i16x8_u" : "i8x16.narrow_i16x8_s", halves, again);
  const packed = lane("i32x4.extract_lane", 0, bytes);
  return dtype === "u8" ? packed : plain("i32.and", packed, i32Const(0x01010101));
};

export const emitStore = (emitter: Emitter, buffer: string, index: Expr, value: Expr): Instruction => {
  const dtype = elementOf(emitter, buffer, value.type);
  const { base, offset } = emitter.addressing.address(buffer, index);
  const stored = (op: MemoryOp, what: Instruction): Instruction => ({
    kind: "memory",
    op,
    offset,
    align: dtypes[dtype].bytes,
    operands: [base, what],
  });
  const emitted = emitter.expression(value);
  if (!isVector(value.type)) return stored(scalarStores[dtype], emitted);
  if (dtype === "u8" || dtype === "bool") return stored("i32.store", packBytes(emitter, emitted, dtype));
  return stored("v128.store", emitted);
};
