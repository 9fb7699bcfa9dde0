// Random calls of public functions for comparing their static rules with what they do: tensors to be made, and the arbitraries
// that all families of calls are put together from.
import * as fc from "fast-check";
import type * as functions from "../../../src/ir/functions/index.ts";
import type { Dim } from "../../../src/ir/types/dim.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import type { Shape } from "../../../src/ir/types/tensor-type.ts";
import type * as nn from "../../../src/nn/index.ts";

/** What the type checker does not know of a tensor: some of its extents, its shape altogether, its element type. */
export interface Unknown {
  readonly extents: readonly ("number" | "string" | undefined)[];
  readonly rank: boolean;
  readonly dtype: boolean;
}

/** A tensor to be made, in a call. */
export class Given {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly unknown: Unknown | undefined;

  constructor(dtype: DType, shape: Shape, unknown?: Unknown) {
    this.dtype = dtype;
    this.shape = shape;
    this.unknown = unknown;
  }
}

/** An argument of which the type checker knows only the type. */
export class Widened {
  readonly value: number | string | boolean;

  constructor(value: number | string | boolean) {
    this.value = value;
  }
}

/** An argument that is code: a function, and its text. */
export class Code {
  readonly text: string;
  readonly value: unknown;

  constructor(text: string, value: unknown) {
    this.text = text;
    this.value = value;
  }
}

/** A call of a public function, or of the function of a layer that is made with `made`. */
export interface Call {
  readonly name: FunctionName | LayerName;
  readonly layer?: readonly unknown[];
  /** Of `weftgraph/nn`, though it is no layer. */
  readonly isLoss?: boolean;
  /** Of the method of this name, of the first of what is given. */
  readonly isMethod?: boolean;
  readonly given: readonly unknown[];
}

export type FunctionName = keyof typeof functions;
export type LayerName = keyof typeof nn;

/** An extent, often an equal one; now and then a large one, or one that is worked out. */
export const dim: fc.Arbitrary<Dim> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<Dim>(1, 1, 2, 3, 4, 6, 12, "B", "T", "B*T", "T+1", "2*B") },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Dim>(
      0,
      128,
      768,
      50257,
      "floor((T+1)/2)",
      "B*T+3",
      "2*B+T",
      "B*B",
      "T-1",
      "floor(H/32)",
    ),
  },
);
/** A shape of so many axes. */
export const shape = (minLength: number, maxLength: number): fc.Arbitrary<Shape> =>
  fc.array(dim, { minLength, maxLength });
/** A shape of few axes, or of as many as people use at most. */
export const anyShape = (minLength: number, usual = 4): fc.Arbitrary<Shape> =>
  fc.oneof({ weight: 9, arbitrary: shape(minLength, usual) }, { weight: 1, arbitrary: shape(5, 8) });

/** Mostly f32. */
export const dtype: fc.Arbitrary<DType> = fc.constantFrom("f32", "f32", "f32", "f32", "f64");
/** Any, f32 more often than others. */
export const anyDType: fc.Arbitrary<DType> = fc.constantFrom("f32", "f32", "f32", "f64", "i32", "u8", "bool");
/** Nearly always the same one. */
export const mostly = (usual: DType, other: DType = "f64"): fc.Arbitrary<DType> =>
  fc.constantFrom(usual, usual, usual, usual, usual, usual, usual, other);

/** Mostly the same shape; sometimes with another extent, or without the first axis. */
export const near = (like: Shape): fc.Arbitrary<Shape> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(like) },
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

/** A tensor of i32, nearly always. */
export const indices = (of: fc.Arbitrary<Shape>): fc.Arbitrary<Given> => tensor(of, mostly("i32", "f32"));

/** An extent as somebody might write it, not in its canonical form. */
export const written = (of: fc.Arbitrary<Dim>): fc.Arbitrary<Dim> =>
  fc.tuple(of, fc.boolean()).map(([extent, plainly]) => {
    if (plainly || typeof extent !== "string") return extent;
    return { "B*T": "T * B", "T+1": "1+T", "2*B": "B+B", "2*B+T": "T+2*B" }[extent] ?? extent;
  });

/** An axis, or what is none. */
export const axis = fc.integer({ min: -4, max: 3 });
/** An axis of a shape, counted from either end; now and then one beside it. */
export const axisOf = (of: Shape): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -of.length, max: Math.max(0, of.length - 1) }) },
    { weight: 1, arbitrary: fc.constantFrom(of.length, -of.length - 1) },
  );
/** A call of a function of this name with these arguments. */
export const call = (name: FunctionName, given: fc.Arbitrary<readonly unknown[]>): fc.Arbitrary<Call> =>
  given.map((given) => ({ name, given }));
/** The same with one of several names. */
export const callOf = (
  names: readonly [FunctionName, ...FunctionName[]],
  given: fc.Arbitrary<readonly unknown[]>,
): fc.Arbitrary<Call> => fc.tuple(fc.constantFrom(...names), given).map(([name, given]) => ({ name, given }));
/** A call of a loss of `weftgraph/nn`. */
export const lossOf = (
  names: readonly [LayerName, ...LayerName[]],
  given: fc.Arbitrary<readonly unknown[]>,
): fc.Arbitrary<Call> =>
  fc.tuple(fc.constantFrom(...names), given).map(([name, given]) => ({ name, given, isLoss: true }));
/** A call of the function of a layer. */
export const layerCall = (
  name: LayerName,
  made: fc.Arbitrary<readonly [layer: readonly unknown[], given: readonly unknown[]]>,
): fc.Arbitrary<Call> => made.map(([layer, given]) => ({ name, layer, given }));
