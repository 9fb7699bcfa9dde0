// The tables of leaf loops, looked up by operator and type. The arrays that a row will be given are those of the type it
// was looked up by, which TypeScript cannot follow through a variable type: hence the casts, here and nowhere else.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { LoopBinary, LoopCompare, LoopType, LoopUnary } from "../../ir/loop/expr.ts";
import { isVector, laneType } from "../../ir/loop/expr.ts";
import type { DataArray } from "../../ir/types/dtype.ts";
import * as boolean from "./rows/boolean.ts";
import * as cast from "./rows/cast.ts";
import * as float32 from "./rows/float32.ts";
import * as float64 from "./rows/float64.ts";
import * as fold from "./rows/fold.ts";
import * as int32 from "./rows/int32.ts";
import type { BinaryRow, FoldRow, TernaryRow, UnaryRow } from "./rows/row.ts";
import { storageOf } from "./value.ts";

type AnyUnary = UnaryRow<DataArray, DataArray>;
type AnyBinary = BinaryRow<DataArray, DataArray>;
type AnyTernary = TernaryRow<DataArray>;

const rowNamed = (rows: { readonly [fn: string]: unknown }, fn: string, type: LoopType): unknown => {
  invariant(Object.hasOwn(rows, fn), `loop ${fn} of ${type}`);
  return rows[fn];
};

export const unaryRow = (fn: LoopUnary, type: LoopType): AnyUnary => {
  const storage = storageOf(type);
  if (storage === "f64") return float64.unary(fn) as AnyUnary;
  if (storage === "u8") return rowNamed({ not: boolean.not }, fn, type) as AnyUnary;
  return rowNamed(storage === "f32" ? float32.unary : int32.unary, fn, type) as AnyUnary;
};

export const binaryRow = (fn: LoopBinary, type: LoopType): AnyBinary => {
  const storage = storageOf(type);
  if (storage === "f64") return float64.binary(fn) as AnyBinary;
  return rowNamed({ f32: float32.binary, i32: int32.binary, u8: boolean.binary }[storage], fn, type) as AnyBinary;
};

/** The row of a comparison of operands of this type. */
export const compareRow = (fn: LoopCompare, type: LoopType): AnyBinary => {
  const storage = storageOf(type);
  if (storage === "f64") return float64.compare(fn) as AnyBinary;
  if (storage === "u8") return boolean.compare(fn) as AnyBinary;
  return rowNamed(storage === "f32" ? float32.compare : int32.compare, fn, type) as AnyBinary;
};

const selects = { f32: float32.select, f64: float64.select, i32: int32.select, u8: boolean.select };

export const selectRow = (type: LoopType): AnyTernary => selects[storageOf(type)] as AnyTernary;

export const multiplyAddRow: AnyTernary = float32.multiplyAdd as AnyTernary;

export const rampRow: AnyUnary = int32.ramp as AnyUnary;

/** The row of a cast that a typed array's store does not do by itself. */
export const castRow = (from: LoopType, to: LoopType): AnyUnary | undefined => {
  const target = laneType(to);
  const source = laneType(from);
  if (target === "bool") return cast.notEqualZero as AnyUnary;
  if (target === "i32" && source === "f32") return cast.truncateFloats as AnyUnary;
  if (target === "i32" && source === "f64") return cast.truncateAny as AnyUnary;
  return undefined;
};

export const foldRow = (fn: LoopBinary, type: LoopType): FoldRow<DataArray> => {
  if (storageOf(type) !== "f32" || !fold.isFloatReducer(fn)) return fold.anyFold(fn, type, isVector(type) ? 4 : 1);
  return (isVector(type) ? fold.vector : fold.scalar)[fn] as FoldRow<DataArray>;
};
