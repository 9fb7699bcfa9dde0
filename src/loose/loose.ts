// The types of values for projects that want no shapes in theirs: whatever a signature says of shapes and element types is taken out
// of it, by one mapped type over the signatures that everyone else sees. So there is nothing to keep in step but names.
import type { Dim } from "../ir/types/dim.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Tensor as ShapedTensor, TensorMethods } from "../ir/types/tensor.ts";

/** The methods of a tensor, without shapes. */
type LooseMethods = { readonly [K in keyof TensorMethods]: Loose<TensorMethods[K]> };

/** A tensor of any shape and any element type: what it really has is checked at run time. */
export interface Tensor extends LooseMethods {
  readonly shape: readonly Dim[];
  readonly dtype: DType;
}

/** What has no tensors in it, though it is an object. */
type Closed = ArrayBufferView | ArrayBufferLike | Promise<unknown> | Error;

/** The parts of a record or list. */
type LooseParts<T> = { [K in keyof T]: Loose<T[K]> };

/** All of a union at once. */
type AllOf<T> = (T extends unknown ? (member: T) => void : never) extends (member: infer All) => void ? All : never;

/** A result that depends on options has whatever it may have: attention is a tensor, and has weights. */
type LooseResult<T> = [T] extends [object] ? AllOf<Loose<T>> : Loose<T>;

/** A function, which as a layer has parameters by name. */
type LooseFunction<T, Operands extends readonly unknown[], Result> = ((
  ...operands: LooseParts<Operands>
) => LooseResult<Result>) &
  ([keyof T] extends [never] ? unknown : LooseParts<T>);

/** A type without the shapes and element types of the tensors in it. */
export type Loose<T> = T extends ShapedTensor
  ? Tensor
  : T extends (...operands: infer Operands) => infer Result
    ? LooseFunction<T, Operands, Result>
    : T extends object
      ? T extends Closed
        ? T
        : LooseParts<T>
      : T;

/** The same value by its type without shapes. The cast holds because that type says less: that operands are tensors, not which ones. */
export const loosely = <T>(value: T): Loose<T> => value as unknown as Loose<T>;
