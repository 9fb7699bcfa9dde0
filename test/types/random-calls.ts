// Random calls of public functions for comparing their static rules with what they do: tensors to be made, and the arbitraries
// that all families of calls are put together from.
import * as fc from "fast-check";
import type * as functions from "../../src/ir/functions/index.ts";
import type { Dim } from "../../src/ir/types/dim.ts";
import type { DType } from "../../src/ir/types/dtype.ts";
import type { Shape } from "../../src/ir/types/tensor-type.ts";

/** A tensor to be made, in a call. */
export class Given {
  readonly dtype: DType;
  readonly shape: Shape;

  constructor(dtype: DType, shape: Shape) {
    this.dtype = dtype;
    this.shape = shape;
  }
}

/** A call of a public function. */
export interface Call {
  readonly name: keyof typeof functions;
  readonly given: readonly unknown[];
}

/** An extent, often an equal one. */
export const dim: fc.Arbitrary<Dim> = fc.constantFrom(1, 1, 2, 3, 4, 6, 12, "B", "T", "B*T", "T+1", "2*B");
/** A shape of so many axes. */
export const shape = (minLength: number, maxLength: number): fc.Arbitrary<Shape> =>
  fc.array(dim, { minLength, maxLength });
/** Mostly f32. */
export const dtype: fc.Arbitrary<DType> = fc.constantFrom("f32", "f32", "f32", "f32", "f64");

/** Mostly the same shape; sometimes with another extent, or without the first axis. */
export const near = (like: Shape): fc.Arbitrary<Shape> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(like) },
    { weight: 1, arbitrary: fc.constant(like.slice(1)) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.nat(Math.max(0, like.length - 1)), dim)
        .map(([at, extent]) => (like.length === 0 ? like : like.with(at, extent))),
    },
  );

/** A tensor of one of some shapes. */
export const tensor = (of: fc.Arbitrary<Shape>, type: fc.Arbitrary<DType> = dtype): fc.Arbitrary<Given> =>
  fc.tuple(type, of).map(([dtype, shape]) => new Given(dtype, shape));

/** An axis, or what is none. */
export const axis = fc.integer({ min: -4, max: 3 });
/** A call of a function of this name with these arguments. */
export const call = (name: Call["name"], given: fc.Arbitrary<readonly unknown[]>): fc.Arbitrary<Call> =>
  given.map((given) => ({ name, given }));
