// Tensors by name: what goes into a description, what comes out of it, and what it learns. Types of compiled descriptions list
// them one after the other, so that an editor shows a model in one line:
//
//   CompiledModel<Named<"image", ["B", 784], "f32">, Named<"logits", ["B", 10], "f32">, Named<"output.weight", [10, 784], "f32">>
import type { DType } from "./dtype.ts";
import type { Dims } from "./tensor.ts";

/** A tensor by name: an input, a result or a parameter. A name may be a pattern, such as `blocks.${number}.weight`. */
export interface Named<Name extends string = string, S extends Dims = Dims, D extends DType = DType> {
  /** The name. */
  readonly name: Name;
  /** The extents, known or symbolic. */
  readonly shape: S;
  /** The element type. */
  readonly dtype: D;
}

/** A parameter that no optimizer changes, by name. */
export interface NamedBuffer<Name extends string = string, S extends Dims = Dims, D extends DType = DType>
  extends Named<Name, S, D> {
  /** No optimizer changes it. */
  readonly trainable: false;
}

/** Those of some tensors that a name stands for: itself, or a pattern that it fits. */
export type NamedAs<T extends Named, Name extends string> =
  T extends Named<infer Pattern> ? (Name extends Pattern ? T : never) : never;
