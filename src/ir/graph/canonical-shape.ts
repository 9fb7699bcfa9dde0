// Extents as users write them, checked: op functions take them from callers with and without a type checker.
import { reject } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { type Dim, normalizeDim } from "../types/dim.ts";
import { printShape, type Shape, type TensorType, tensorType } from "../types/tensor-type.ts";

/** Extents in canonical form; W209 for what is no dimension, W140 for what is no list. */
export const canonicalShape = (op: string, shape: unknown): Shape => {
  if (!Array.isArray(shape)) {
    const write = 'a list of extents, such as ["B", 784]';
    return reject("W140", { what: op, expected: "a shape", given: inWords(shape), write });
  }
  return shape.map((extent: unknown): Dim => {
    try {
      if (typeof extent === "number" || typeof extent === "string") return normalizeDim(extent);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    const details = { op, extent: String(extent), shape: printShape(shape.map(String)) };
    return reject("W209", details);
  });
};

/** One extent in canonical form; W209 for what is no dimension. */
export const canonicalExtent = (op: string, extent: Dim): Dim => canonicalShape(op, [extent])[0] ?? 0;

/** A type whose shape is in canonical form; W209 and W140 for what is no shape. */
export const canonicalType = (what: string, { dtype, shape }: TensorType): TensorType =>
  tensorType(dtype, canonicalShape(what, shape));
