// Where values are while a kernel runs: in registers (typed arrays that hold one value, or one value per iteration of a
// chunk) or in the program's memory. A `Value` says how to find them, so that loads, splats, lanes and reinterpretations
// cost nothing until something needs them side by side.
import { isVector, type LoopType, laneType } from "../../ir/loop/expr.ts";
import type { DataArray } from "../../ir/types/dtype.ts";

/** The typed arrays of registers. A bool is a byte. */
export type Storage = "f32" | "f64" | "i32" | "u8";

/** A position in an array that is set while the program runs; the values that share it differ by a constant. */
export interface Cursor {
  offset: number;
}

/** A register that is handed back when the last of its readers has read it. */
export interface Register {
  readonly storage: Storage;
  readonly array: DataArray;
  owners: number;
}

/**
 * Lane l of iteration k is at `array[cursor.offset + delta + k * step + l * laneStep]`. A step of 0 is a value that is
 * the same in every iteration.
 */
export interface Value {
  readonly type: LoopType;
  readonly array: DataArray;
  readonly cursor: Cursor;
  readonly delta: number;
  readonly step: number;
  readonly laneStep: number;
  readonly register?: Register | undefined;
}

/** How many iterations one pass over the code computes; changes from chunk to chunk. */
export interface Extent {
  count: number;
}

/** A compiled piece of work. */
export type Step = () => void;

/** The extent of code that runs for one iteration at a time. */
export const once: Extent = Object.freeze({ count: 1 });

/** The cursor of registers, which stay where they are. */
export const fixed: Cursor = Object.freeze({ offset: 0 });

export const lanesOf = (type: LoopType): 1 | 4 => (isVector(type) ? 4 : 1);

export const storageOf = (type: LoopType): Storage => {
  const scalar = laneType(type);
  return scalar === "bool" ? "u8" : scalar;
};

/** What an array of program memory holds. */
export const storageOfArray = (array: DataArray): Storage =>
  array instanceof Float32Array
    ? "f32"
    : array instanceof Int32Array
      ? "i32"
      : array instanceof Float64Array
        ? "f64"
        : "u8";

/** Whether the values of consecutive iterations lie side by side, or are all one. */
export const isDense = ({ type, step, laneStep }: Value): boolean =>
  step === 0 ? laneStep <= 1 : step === lanesOf(type) && (step === 1 || laneStep === 1);

/** The mask by which a leaf loop addresses a dense value. */
export const maskOf = ({ type, step, laneStep }: Value): number =>
  step !== 0 ? -1 : laneStep === 0 ? 0 : lanesOf(type) - 1;

/** One lane of a vector, where it is. */
export const laneOf = (vector: Value, lane: number): Value => ({
  ...vector,
  type: laneType(vector.type),
  delta: vector.delta + lane * vector.laneStep,
  laneStep: 1,
});

/** A scalar seen as a vector of four equal lanes. */
export const splatOf = (scalar: Value, type: LoopType): Value => ({ ...scalar, type, laneStep: 0 });

/** The same bits as the other type of four bytes. */
export const reinterpreted = (value: Value, type: LoopType): Value => {
  const { buffer, byteOffset, length } = value.array;
  const array =
    storageOf(type) === "f32"
      ? new Float32Array(buffer, byteOffset, length)
      : new Int32Array(buffer, byteOffset, length);
  return { ...value, type, array };
};
