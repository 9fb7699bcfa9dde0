// The body of a structural op such as `scan`: what it repeats, as an attribute. Ops see only its signature, a function of
// tensors; what it computes is a graph, and graphs are known to the floors above (ir/graph/body.ts).
import type { NdArray } from "../types/ndarray.ts";
import type { Tensor } from "../types/tensor.ts";
import type { TensorType } from "../types/tensor-type.ts";

/** A function of tensors, frozen. */
export interface Body {
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
  /** The canonical text of what it computes: equal bodies have equal texts. */
  readonly text: string;
}

/** What a description of a body may use beside its inputs. */
export interface Describing {
  /** A tensor filled with one number. */
  readonly constant: (value: number, type: TensorType) => Tensor;
  /** Lets one tensor stand for another of its type wherever that is read. */
  readonly substitute: (value: Tensor, by: Tensor) => void;
}

/** Makes a body from a description: runs it once, on tensors of these types. What the results do not need is dropped. */
export type DescribeBody = (
  inputs: readonly TensorType[],
  describe: (inputs: readonly Tensor[], describing: Describing) => readonly Tensor[],
) => Body;

/** A description that names the tensors it is given. */
export const taking =
  <T extends readonly Tensor[]>(describe: (given: T) => readonly Tensor[]) =>
  // A body is described with as many tensors as it has inputs, and whoever describes it says these.
  (given: readonly Tensor[]): readonly Tensor[] =>
    describe(given as T);

/** Runs a body on arrays, in double precision. */
export type RunBody = (body: Body, inputs: readonly NdArray[]) => readonly NdArray[];

/** A body written out into the graph under construction. */
export interface InlinedBody {
  readonly outputs: readonly Tensor[];
  /** What was costly to compute (products, reductions, composites, long functions): one tensor for each of `costlyTypes`. */
  readonly costly: readonly Tensor[];
}

/** What a derivative rule may do with bodies. */
export interface BodyTools {
  readonly describe: DescribeBody;
  readonly inline: (body: Body, inputs: readonly Tensor[]) => InlinedBody;
  readonly costlyTypes: (body: Body) => readonly TensorType[];
  /**
   * The gradients that reach `wanted` from cotangents of some tensors; `null` where none does. What is wanted is given: nothing
   * flows through it to what it was made of, and where one tensor stands twice, it gets its gradient the first time.
   */
  readonly pullBack: (
    cotangents: readonly (readonly [of: Tensor, cotangent: Tensor])[],
    wanted: readonly Tensor[],
  ) => readonly (Tensor | null)[];
  /** Cuts a body that is elementwise in its first input: reads of captured values, and the rest (ir/graph/pointwise-body.ts). */
  readonly pointwise: (body: Body) => { readonly reads: Body; readonly score: Body };
  /** The positions of the inputs that a body reads, and the body with no inputs but those at some positions. */
  readonly inputsRead: (body: Body) => readonly number[];
  readonly withInputs: (body: Body, positions: readonly number[]) => Body;
}
