// Tensors made from nothing: constants, counting, random numbers. They belong to the graph that is being described.

import { reject } from "../diagnostics/diagnostic.ts";
import { expect } from "../diagnostics/expect.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { requireKnownOptions } from "../diagnostics/known-options.ts";
import { canonicalShape } from "../graph/canonical-shape.ts";
import { currentTrace } from "../graph/trace.ts";
import { applyBinary, emitOne, traceOf } from "../graph/traced-tensor.ts";
import { isKnown } from "../types/dim.ts";
import { type DataArray, type DType, dtypes } from "../types/dtype.ts";
import { sizeOf } from "../types/ndarray.ts";
import type { Check, NeedsDType } from "../types/static/check.ts";
import type { CanonicalShape } from "../types/static/dims.ts";
import type { KeyShape } from "../types/static/indexing.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { printShape, printType, type Shape } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";

/** The element type of a constant whose type is not said: that of the array, and f32 for a number. */
type DTypeOfValue<Value> = Value extends Float64Array
  ? "f64"
  : Value extends Int32Array
    ? "i32"
    : Value extends Uint8Array
      ? "u8"
      : "f32";

/** The shape of a constant whose shape is not said. */
type ShapeOfValue<Value> = Value extends number ? [] : [number];

const dtypeOfArray = (data: DataArray): DType => {
  if (data instanceof Float64Array) return "f64";
  if (data instanceof Int32Array) return "i32";
  return data instanceof Uint8Array ? "u8" : "f32";
};

const knownExtents = (shape: Shape): readonly number[] =>
  shape.map((extent) =>
    isKnown(extent) ? extent : reject("W209", { op: "constant", extent, shape: printShape(shape) }),
  );

/** A copy of the data, so that the graph does not change with the caller's array. */
const dataTensor = (data: DataArray, shape: readonly number[], dtype: DType): Tensor => {
  const type = printType({ dtype, shape });
  const copy = dtypes[dtype].allocate(data.length);
  const wanted = copy.constructor.name;
  if (data.constructor.name !== wanted) reject("W303", { name: "constant", dtype, wanted, given: inWords(data) });
  if (data.length !== sizeOf(shape))
    reject("W305", { name: "constant", type, wanted: sizeOf(shape), given: data.length });
  copy.set(data);
  return currentTrace("constant").data(dtype, shape, copy);
};

/** The type of `constant`. */
export interface ConstantFunction {
  <Value extends number | DataArray, const S extends Dims = ShapeOfValue<Value>, D extends DType = DTypeOfValue<Value>>(
    value: Value,
    shape?: S,
    dtype?: D,
  ): Tensor<CanonicalShape<S>, NoInfer<D>>;
}

/**
 * A constant of the shape [...S]: filled with one number, or the elements of a typed array in row-major order. The
 * element type is that of the array, and f32 for a number, unless it is said.
 *
 * @throws W140 and W209 what is no shape; W303 an array of another class; W305 another number of elements.
 * @see `torch.full`, `torch.tensor`.
 * @example
 * constant(Int32Array.of(1, 2, 3, 4), [2, 2]); // Tensor<[2, 2], "i32">: [[1, 2], [3, 4]]
 * constant(0.5, [3]); // Tensor<[3], "f32">: [0.5, 0.5, 0.5]
 * constant(Float32Array.of(1, 2), [3]); // throws W305
 */
export const constant: ConstantFunction = (value, shape, dtype) =>
  described(() => {
    const isValue = typeof value === "number" || (ArrayBuffer.isView(value) && "length" in value);
    expect(isValue, "constant", "a number or a typed array", value, "constant(Float32Array.of(1, 2), [2])");
    if (typeof value === "number")
      return currentTrace("constant").constant(value, dtype ?? "f32", canonicalShape("constant", shape ?? []));
    return dataTensor(
      value,
      knownExtents(canonicalShape("constant", shape ?? [value.length])),
      dtype ?? dtypeOfArray(value),
    );
  });

/** The type of `iota`. */
export interface IotaFunction {
  <const S extends Dims, D extends DType = "i32">(
    shape: S,
    axis?: number,
    dtype?: Check<NoInfer<NeedsDType<"iota", CanonicalShape<S>, D, readonly ["f32", "f64", "i32"]>>, D>,
  ): Tensor<CanonicalShape<S>, D>;
}

/**
 * y[..., i, ...] = i: the position along an axis, the last unless said, at every position.
 *
 * @throws W205 an axis that is not there; W140 and W209 what is no shape; W204 bools.
 * @see `torch.arange`.
 * @example
 * iota([2, 3]); // Tensor<[2, 3], "i32">: [[0, 1, 2], [0, 1, 2]]
 * iota([2, 3], 0, "f32"); // Tensor<[2, 3], "f32">: [[0, 0, 0], [1, 1, 1]]
 */
export const iota: IotaFunction = (shape, axis, dtype) =>
  described(() => {
    const extents = canonicalShape("iota", shape);
    const at = axis === undefined ? extents.length - 1 : axis < 0 ? axis + extents.length : axis;
    return emitOne(currentTrace("iota"), "iota", [], { axis: at, dtype: dtype ?? "i32", shape: extents });
  });

/** The type of `randomBits`. */
export interface RandomBitsFunction {
  <K extends Dims, E extends DType, const S extends Dims>(
    key: Check<NoInfer<KeyShape<K, E>>, Tensor<K, E>>,
    shape: S,
  ): Tensor<CanonicalShape<S>, "i32">;
}

/**
 * 32 random bits for each element of a tensor [...S]: a pure function of a key, i32 [2], and of the element's position,
 * by 20 rounds of Threefry-2x32.
 *
 * @throws W222 what is no key; W140 and W209 what is no shape.
 * @see Salmon et al. 2011; `jax.random.bits`.
 * @example
 * const bits = randomBits(constant(Int32Array.of(1, 2), [2]), [2, 3]);
 * bits; // Tensor<[2, 3], "i32">
 */
export const randomBits: RandomBitsFunction = (key, shape) =>
  described(() => {
    const words = tensorOf("randomBits", key);
    return emitOne(traceOf(words, "randomBits"), "randomBits", [words], { shape: canonicalShape("randomBits", shape) });
  });

/** The type of `randomUniform`. */
export interface RandomUniformFunction {
  <K extends Dims, E extends DType, const S extends Dims>(
    key: Check<NoInfer<KeyShape<K, E>>, Tensor<K, E>>,
    shape: S,
    options?: { readonly low?: number; readonly high?: number },
  ): Tensor<CanonicalShape<S>, "f32">;
}

/**
 * low + (high - low) u with u evenly spread over [0, 1) in steps of 2^-24: a pure function of a key, i32 [2], and of
 * the element's position.
 *
 * @throws W222 what is no key; W140 and W209 what is no shape.
 * @see Salmon et al. 2011; `jax.random.uniform`.
 * @example
 * const u = randomUniform(constant(Int32Array.of(1, 2), [2]), [2, 3], { low: -1 });
 * u; // Tensor<[2, 3], "f32">
 */
export const randomUniform: RandomUniformFunction = (key, shape, options = {}) =>
  described(() => {
    requireKnownOptions("randomUniform", options, ["low", "high"]);
    const { low = 0, high = 1 } = options;
    const words = tensorOf("randomBits", key);
    const bits = emitOne(traceOf(words, "randomBits"), "randomBits", [words], {
      shape: canonicalShape("randomBits", shape),
    });
    const lowBits = applyBinary("and", bits, 2 ** 24 - 1);
    return lowBits
      .cast("f32")
      .mul((high - low) / 2 ** 24)
      .add(low);
  });
