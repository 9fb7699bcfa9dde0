// What an op is: one object with all its facets. Adding an op means writing one of these; a missing facet, or one that
// disagrees on the number of operands, does not compile. Scalar functions are simpler still: see ir/scalar.
import type { BlockBuilder } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { Numerics } from "../loop/kernel.ts";
import type { DType } from "../types/dtype.ts";
import type { KnownType, NdArray } from "../types/ndarray.ts";
import type { Tensor } from "../types/tensor.ts";
import type { TensorType } from "../types/tensor-type.ts";
import type { Arbitrary, FastCheckModule } from "./arbitrary.ts";
import type { AttributeSchema } from "./attributes.ts";
import type { Body, BodyTools, DescribeBody, RunBody } from "./body.ts";

/** How many operands (or results) an op has; `"many"` for variadic ops such as concat. */
export type Arity = 0 | 1 | 2 | 3 | 4 | "many";

export type Tuple<T, N extends Arity> = N extends 0
  ? readonly []
  : N extends 1
    ? readonly [T]
    : N extends 2
      ? readonly [T, T]
      : N extends 3
        ? readonly [T, T, T]
        : N extends 4
          ? readonly [T, T, T, T]
          : readonly T[];

/** Makes nodes of the graph under construction. `ops` are given as their definitions, so the floors stay apart. */
export interface Emitter {
  /** Adds a use of an op; gives its results. */
  readonly emit: <A, In extends Arity, Out extends Arity>(
    op: OpDefinition<A, In, Out>,
    operands: Tuple<Tensor, In>,
    attrs: A,
  ) => Tuple<Tensor, Out>;
  /** A tensor filled with one number. */
  readonly constant: (value: number, dtype: DType, shape?: TensorType["shape"]) => Tensor;
}

/** What a composite may be said with: other ops, and the bodies in its attributes. */
export interface Decomposer extends Emitter {
  /** Writes a body out on these tensors; gives its outputs. */
  readonly inline: (body: Body, inputs: readonly Tensor[]) => readonly Tensor[];
}

/** What a derivative rule may look at. */
export interface VjpContext<A, In extends Arity, Out extends Arity> extends Emitter {
  readonly attrs: A;
  readonly operands: Tuple<Tensor, In>;
  readonly results: Tuple<Tensor, Out>;
  /** One per result: the gradient of the loss with respect to it. Zeros where nothing flowed. */
  readonly cotangents: Tuple<Tensor, Out>;
  /** For each result, whether a cotangent reached it; those of the others are zeros. */
  readonly flows: readonly boolean[];
  /** For ops that repeat a body. */
  readonly bodies: BodyTools;
}

/** Reads one element of a tensor inside a kernel: emits what it needs into `body`, gives the value. */
export type ElementReader = (body: BlockBuilder, index: readonly Expr[]) => Expr;

/** What a lowering may look at; every extent is known by then. */
export interface LoweringContext<A, In extends Arity, Out extends Arity> {
  readonly attrs: A;
  readonly operandTypes: Tuple<KnownType, In>;
  readonly resultTypes: Tuple<KnownType, Out>;
  /** Readers of the operands: loads, or the fused computation of the element. */
  readonly operands: Tuple<ElementReader, In>;
  /** For each axis of an operand, whether all that its elements are read from goes on there as along the axis before it. */
  readonly joints: (operand: number) => readonly boolean[];
}

/** A region of a result: `extent` positions from `from` on, per axis. */
export interface Span {
  readonly from: Expr;
  readonly extent: Expr | number;
}

/**
 * Lets an op write whole kernels. Each call of `kernel` adds one kernel call to the program, in order. Within it,
 * `operands` read fused producers, `operandBuffer` and `resultBuffer` give names of buffers to load and store directly
 * (row-major, the type's elements), and `finish` must be called once for every element of the result after it is stored,
 * so that fused consumers (bias, activation, residual) can be computed while the element is still in cache.
 */
export interface KernelContext<A, In extends Arity, Out extends Arity> extends LoweringContext<A, In, Out> {
  readonly kernel: (name: string, fill: (body: BlockBuilder) => void) => void;
  readonly operandBuffer: (operand: number) => string;
  readonly resultBuffer: (result?: number) => string;
  /** Whether somebody reads a result; what nobody reads has no buffer. */
  readonly isWanted: (result: number) => boolean;
  /** For ops that apply a body element by element: readers of its outputs, given those of its inputs. */
  readonly bodyElements: (body: Body, inputs: readonly ElementReader[]) => readonly ElementReader[];
  /** A temporary of this op, in no other op's way; loaded and stored by the name it gives. */
  readonly scratch: (dtype: DType, length: number, hint: string) => string;
  /** Whether products and sums will be contracted, which leaves a tile more registers. */
  readonly numerics: Numerics;
  /** Applies fused consumers to a stored region of the (first) result. */
  readonly finish: (body: BlockBuilder, region: readonly Span[]) => void;
}

/** How an op becomes loops. */
export type Lowering<A, In extends Arity, Out extends Arity> =
  /**
   * One element of the result from elements of the operands. `index`: moves or makes elements without arithmetic on
   * them (transpose, slice, iota), so it is always computed where it is used. `scalar`: elementwise arithmetic, fused
   * where that does not repeat it. `loop`: runs a loop for each element (reduction), so it is never repeated.
   */
  | {
      readonly by: "element";
      readonly work: "index" | "scalar" | "loop";
      readonly element: (context: LoweringContext<A, In, Out>, body: BlockBuilder, index: readonly Expr[]) => Expr;
    }
  /** The elements of the operand in the same row-major order: no code at all. */
  | { readonly by: "alias" }
  /**
   * Kernels of its own. `buffers` lists the operands that must be whole buffers in memory, because `operandBuffer` is
   * asked for them; all others may be fused into their reader.
   */
  | {
      readonly by: "kernel";
      readonly buffers: readonly number[] | { readonly allBut: readonly number[] };
      readonly build: (context: KernelContext<A, In, Out>) => void;
    }
  /** A composite: other ops say it. */
  | {
      readonly by: "ops";
      readonly decompose: (operands: Tuple<Tensor, In>, attrs: A, decomposer: Decomposer) => Tuple<Tensor, Out>;
    }
  /** Repeats the body in its attribute, which is lowered in turn. */
  | { readonly by: "body" }
  /** Inputs, parameters and dense constants: memory, not computation. */
  | { readonly by: "memory" };

/** A random well-typed use of an op, for property tests. */
export interface OpInstance<A, In extends Arity> {
  readonly operands: Tuple<KnownType, In>;
  readonly attrs: A;
}

/** Everything the compiler knows about one op. */
export interface OpDefinition<A, In extends Arity, Out extends Arity = 1> {
  /** The name in graphs and in text. */
  readonly kind: string;
  /** One line for the op reference. */
  readonly summary: string;
  /** What it means in mathematics, on one line, in the names that `shapes` gives to operands and extents. */
  readonly formula: string;
  /**
   * The typing rule on one line: `a [..., M, K], b [..., K, N] -> [..., M, N]`. Each operand has a name; a capital is an
   * extent, `S...` any number of them, `...` any number that broadcast, and an attribute's name its value. After a
   * semicolon come what the notation cannot say, and the form an operand has under a flag: `transposeA: a [..., K, M]`.
   */
  readonly shapes: string;
  /** The cotangents of the operands, on one line, given c, that of the result; absent where nothing flows. */
  readonly gradient?: string;
  readonly arity: In;
  readonly resultArity: Out;
  readonly attributes: AttributeSchema<NoInfer<A>>;
  /** The typing rule: result types; `reject`s operands that do not fit. Works on symbolic shapes. */
  readonly infer: (operands: Tuple<TensorType, In>, attrs: A) => Tuple<TensorType, Out>;
  /** What the op means. Slow, obvious, in double precision: the oracle of every test. Absent where `lower` is by ops. */
  readonly evaluate?: (operands: Tuple<NdArray, In>, attrs: A, run?: RunBody) => Tuple<NdArray, Out>;
  /** One cotangent per operand, `null` where none flows (integers, masks). */
  readonly vjp: (context: VjpContext<A, In, Out>) => Tuple<Tensor | null, In>;
  readonly lower: Lowering<A, In, Out>;
  /**
   * Random well-typed uses. Operand values that must lie in a range (indices) say so in `operandRange`.
   *
   * @internal Declarations leave it out, for it has fast-check's types, and only who imports `weftgraph/testing` has those.
   */
  readonly arbitrary: (fc: FastCheckModule, describe?: DescribeBody) => Arbitrary<OpInstance<A, In>>;
  /** For an i32 operand that indexes something: the number of rows it may address. */
  readonly operandRange?: (
    operand: number,
    operands: Tuple<TensorType, In>,
    attrs: A,
  ) => TensorType["shape"][number] | undefined;
}

/** Only what is said by other ops, or is memory, may leave its meaning to others. */
type WithMeaning = { readonly lower: { readonly by: "ops" | "memory" } } | { readonly evaluate: object };

/** An op whose facets are all there: checks them against each other, changes nothing. */
export const defineOp = <A, In extends Arity, Out extends Arity = 1>(
  definition: OpDefinition<A, In, Out> & WithMeaning,
): OpDefinition<A, In, Out> => Object.freeze(definition);
