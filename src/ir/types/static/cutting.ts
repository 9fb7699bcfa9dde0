// Shapes of slice, pad, concat and stack.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { AnySentence, Sentence } from "../sentences.ts";
import type { Dims, Shaped } from "../shaped.ts";
import type { AxisOf, OutsideAxes, ReplaceAxis } from "./axes.ts";
import type { IsUnknownRank, PrintShape, PrintType, SameDType, UnknownFrom } from "./check.ts";
import type {
  AddDims,
  CanonicalDim,
  Decrement,
  FloorDivideDim,
  IsAbove,
  MultiplyDims,
  PrintDim,
  SameDim,
  SignOfDim,
  SubtractDims,
} from "./dims.ts";
import type { InsertAxis } from "./reshaping.ts";

/** Which positions along one axis are kept: from `start` (0) up to `end` (the extent), every `step`-th (1). */
export interface SliceRange {
  readonly start?: Dim;
  readonly end?: Dim;
  readonly step?: number;
}

/** Elements added along one axis: before, after, and between each two; none where not said. */
export interface AxisPadding {
  readonly low?: number;
  readonly high?: number;
  readonly interior?: number;
}

type StartOf<Range> = Range extends { readonly start: infer Start extends Dim } ? Start : 0;
type EndOf<Range, Extent extends Dim> = Range extends { readonly end: infer End extends Dim } ? End : Extent;
type StepOf<Range> = Range extends { readonly step: infer Step extends number } ? Step : 1;

/** ceil((end - start) / step) */
type RangeLength<Start extends Dim, End extends Dim, Step extends number> = Step extends 1
  ? SubtractDims<End, Start>
  : number extends Step
    ? number
    : Step extends 0
      ? number
      : FloorDivideDim<AddDims<SubtractDims<End, Start>, Decrement<Step>>, Step>;

type OutsideRange<
  Start extends Dim,
  End extends Dim,
  Axis extends number,
  Extent extends Dim,
  S extends Dims,
> = Sentence<
  "W214",
  {
    start: PrintDim<CanonicalDim<Start>>;
    end: PrintDim<CanonicalDim<End>>;
    axis: Axis;
    extent: PrintDim<Extent>;
    shape: PrintShape<S>;
  }
>;

type SliceAxis<
  Start extends Dim,
  End extends Dim,
  Step extends number,
  Axis extends number,
  Extent extends Dim,
  S extends Dims,
> = true extends IsAbove<0, Start> | IsAbove<Start, End> | IsAbove<End, Extent>
  ? OutsideRange<Start, End, Axis, Extent, S>
  : RangeLength<Start, End, Step>;

type SliceAxes<S extends Dims, Ranges, Whole extends Dims, Result extends Dims = []> = S extends readonly [
  infer Extent extends Dim,
  ...infer Rest extends Dims,
]
  ? Ranges extends readonly [infer Range, ...infer Others]
    ? SliceAxis<
        StartOf<Range>,
        EndOf<Range, Extent>,
        StepOf<Range>,
        Result["length"],
        Extent,
        Whole
      > extends infer Length
      ? Length extends AnySentence
        ? Length
        : Length extends Dim
          ? SliceAxes<Rest, Others, Whole, [...Result, Length]>
          : never
      : never
    : [...Result, ...S]
  : Result;

/** Whether a list has more entries than a shape has axes. */
type HasMore<List extends readonly unknown[], S extends Dims> = List extends readonly [
  ...{ readonly [Axis in keyof S]: unknown },
  unknown,
  ...unknown[],
]
  ? true
  : false;

/** The rule of `slice(x, ranges)`: one range per axis; axes behind the last one given are kept whole. */
export type SliceShape<S extends Dims, Ranges extends readonly SliceRange[]> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : number extends Ranges["length"]
      ? Dims
      : HasMore<Ranges, S> extends true
        ? Sentence<
            "W215",
            { op: "slice"; attribute: "starts"; length: Ranges["length"]; rank: S["length"]; shape: PrintShape<S> }
          >
        : SliceAxes<S, Ranges, S>;

type CountOption<Options, Name extends string> = Options extends { readonly [Key in Name]: infer N extends number }
  ? N
  : 0;

/** There is one space less between elements than there are elements, and none where there are none. */
type Padded<Extent extends Dim, Padding> =
  CountOption<Padding, "interior"> extends infer Interior extends number
    ? AddDims<
        Interior extends 0 ? Extent : AddDims<Extent, MultiplyDims<SubtractDims<Extent, SignOfDim<Extent>>, Interior>>,
        AddDims<CountOption<Padding, "low">, CountOption<Padding, "high">>
      >
    : never;

type PadAxes<S extends Dims, Paddings, Result extends Dims = []> = S extends readonly [
  infer Extent extends Dim,
  ...infer Rest extends Dims,
]
  ? Paddings extends readonly [infer Padding, ...infer Others]
    ? PadAxes<Rest, Others, [...Result, Padded<Extent, Padding>]>
    : [...Result, ...S]
  : Result;

/** The rule of `pad(x, padding)`: one entry per axis; axes behind the last one given are left as they are. */
export type PadShape<S extends Dims, Paddings extends readonly AxisPadding[]> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : number extends Paddings["length"]
      ? Dims
      : HasMore<Paddings, S> extends true
        ? Sentence<
            "W215",
            { op: "pad"; attribute: "low"; length: Paddings["length"]; rank: S["length"]; shape: PrintShape<S> }
          >
        : PadAxes<S, Paddings>;

/** Whether two shapes may be the same off one axis. */
type AgreesOff<
  A extends Dims,
  B extends Dims,
  Axis extends number,
  Passed extends readonly unknown[] = [],
> = A extends readonly [infer FirstA extends Dim, ...infer RestA extends Dims]
  ? B extends readonly [infer FirstB extends Dim, ...infer RestB extends Dims]
    ? Passed["length"] extends Axis
      ? AgreesOff<RestA, RestB, Axis, [...Passed, FirstA]>
      : SameDim<FirstA, FirstB> extends true
        ? AgreesOff<RestA, RestB, Axis, [...Passed, FirstA]>
        : false
    : false
  : B extends readonly []
    ? true
    : false;

type JoinAll<
  First extends Dims,
  D extends DType,
  Others,
  Axis extends number,
  Joined extends Dim,
> = Others extends readonly [Shaped<infer S, infer E>, ...infer Rest]
  ? IsUnknownRank<S> extends true
    ? JoinAll<First, D, Rest, Axis, number>
    : SameDType<"concat", First, D, S, E, "agree"> extends infer Verdict
      ? Verdict extends "agree"
        ? AgreesOff<First, S, Axis> extends true
          ? JoinAll<First, D, Rest, Axis, AddDims<Joined, S[Axis]>>
          : Sentence<"W218", { axis: Axis; first: PrintType<First, D>; other: PrintType<S, E> }>
        : Verdict
      : never
  : ReplaceAxis<First, Axis, Joined>;

/** The rule of `concat(tensors, axis)`: the extents along the axis are added. */
export type ConcatShape<Tensors extends readonly Shaped[], Axis extends number> = number extends
  | Tensors["length"]
  | Axis
  ? Dims
  : Tensors extends readonly [Shaped<infer First, infer D>, ...infer Others]
    ? IsUnknownRank<First> extends true
      ? UnknownFrom<First>
      : [AxisOf<First, Axis>] extends [never]
        ? OutsideAxes<"concat", Axis, First>
        : JoinAll<First, D, Others, AxisOf<First, Axis>, First[AxisOf<First, Axis>]>
    : Sentence<"W219", { op: "concat" }>;

type AllLike<First extends Dims, D extends DType, Others, Axis extends number> = Others extends readonly [
  Shaped<infer S, infer E>,
  ...infer Rest,
]
  ? SameDType<"stack", First, D, S, E, "agree"> extends infer Verdict
    ? Verdict extends "agree"
      ? AgreesOff<First, S, -1> extends true
        ? AllLike<First, D, Rest, Axis>
        : IsUnknownRank<S> extends true
          ? AllLike<First, D, Rest, Axis>
          : Sentence<"W235", { first: PrintType<First, D>; other: PrintType<S, E> }>
      : Verdict
    : never
  : "agree";

/** The rule of `stack(tensors, axis)`: a new axis, counted in the result, as long as the list. */
export type StackShape<Tensors extends readonly Shaped[], Axis extends number> = number extends Tensors["length"] | Axis
  ? Dims
  : Tensors extends readonly [Shaped<infer First, infer D>, ...infer Others]
    ? IsUnknownRank<First> extends true
      ? UnknownFrom<First>
      : AllLike<First, D, Others, Axis> extends infer Verdict
        ? Verdict extends "agree"
          ? [AxisOf<[...First, 1], Axis>] extends [never]
            ? OutsideAxes<"stack", Axis, [...First, 1]>
            : InsertAxis<First, AxisOf<[...First, 1], Axis>, Tensors["length"]>
          : Verdict
        : never
    : Sentence<"W219", { op: "stack" }>;
