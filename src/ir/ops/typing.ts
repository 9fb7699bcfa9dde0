// The checks that typing rules share. Each refuses what a user wrote with a code of the catalogue; none of them changes
// anything. An attribute that names axes is canonical: counted from 0, ascending. `normalizeAxis` and `normalizeAxes` make
// that of what users write.
import { reject } from "../diagnostics/diagnostic.ts";
import { type Dim, isKnown, normalizeDim, subtractDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import { printShape, printType, type Shape, sameShape, type TensorType } from "../types/tensor-type.ts";

/** The axis counted from 0, given one that may count from the end; W205 where the tensor has none such. */
export const normalizeAxis = (op: string, shape: Shape, axis: number): number => {
  const counted = axis < 0 ? axis + shape.length : axis;
  requireAxis(op, shape, Number.isInteger(axis) && counted >= 0 ? counted : axis);
  return counted;
};

/** Axes counted from 0 and ascending; W205 for one that is outside, W206 for one that is named twice. */
export const normalizeAxes = (op: string, shape: Shape, axes: readonly number[]): readonly number[] => {
  const counted = axes.map((axis) => normalizeAxis(op, shape, axis)).sort((a, b) => a - b);
  if (new Set(counted).size < counted.length) reject("W206", { op, axes: printShape(axes), shape: printShape(shape) });
  return counted;
};

/** The axis of an attribute lies in the shape. */
export const requireAxis = (op: string, shape: Shape, axis: number): void => {
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length)
    reject("W205", { op, axis, rank: shape.length, shape: printShape(shape) });
};

/** The axes of an attribute lie in the shape and ascend. */
export const requireAxes = (op: string, shape: Shape, axes: readonly number[]): void => {
  for (const axis of axes) requireAxis(op, shape, axis);
  if (axes.some((axis, position) => position > 0 && axis <= (axes[position - 1] ?? axis)))
    reject("W206", { op, axes: printShape(axes), shape: printShape(shape) });
};

/** The operand has one of the element types that the op is defined for. */
export const requireDType = (op: string, type: TensorType, allowed: readonly DType[]): void => {
  if (!allowed.includes(type.dtype)) reject("W204", { op, dtype: type.dtype, allowed, type: printType(type) });
};

/** Two operands have one element type. */
export const requireSameDType = (op: string, left: TensorType, right: TensorType): void => {
  if (left.dtype !== right.dtype)
    reject("W202", { op, left: printType(left), right: printType(right), dtypes: [left.dtype, right.dtype] });
};

/** Two operands of an elementwise op have one element type and one shape. */
export const requireSameType = (op: string, left: TensorType, right: TensorType): void => {
  requireSameDType(op, left, right);
  requireSameShape(op, left, right);
};

/** Two operands of an elementwise op have one shape: the builder has already broadcast them. */
export const requireSameShape = (op: string, left: TensorType, right: TensorType): void => {
  if (!sameShape(left.shape, right.shape)) reject("W201", { op, left: printType(left), right: printType(right) });
};

/** A list attribute has one entry per axis. */
export const requirePerAxis = (op: string, attribute: string, list: readonly unknown[], shape: Shape): void => {
  if (list.length !== shape.length)
    reject("W215", { op, attribute, length: list.length, rank: shape.length, shape: printShape(shape) });
};

/** Every extent is a whole number from 0 up or a dimension expression in canonical form. */
export const requireExtents = (op: string, shape: Shape): void => {
  for (const extent of shape)
    if (!isExtent(extent)) reject("W209", { op, extent: `${extent}`, shape: printShape(shape) });
};

const isExtent = (extent: Dim): boolean => {
  if (isKnown(extent)) return Number.isSafeInteger(extent) && extent >= 0;
  try {
    return normalizeDim(extent) === extent;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
};

/** The number can stand in a tensor of the element type: any for floats, whole and in range otherwise. */
export const requireNumber = (op: string, value: number, dtype: DType): void => {
  const [low, high] = numberRange[dtype];
  const fits = low === -Infinity || (Number.isInteger(value) && value >= low && value <= high);
  if (!fits) reject("W210", { op, value, dtype });
};

const numberRange: { readonly [D in DType]: readonly [low: number, high: number] } = {
  f32: [-Infinity, Infinity],
  f64: [-Infinity, Infinity],
  i32: [-2147483648, 2147483647],
  u8: [0, 255],
  bool: [0, 1],
};

/** There are at least `length` positions along the axis: W223 where that is certainly not so. */
export const requireRoom = (op: string, length: Dim, axis: number, x: TensorType): void => {
  const extent = x.shape[axis] ?? 0;
  const rest = subtractDims(extent, length);
  if (isKnown(rest) && rest < 0)
    reject("W223", { op, length: `${length}`, axis, extent: `${extent}`, type: printType(x) });
};
