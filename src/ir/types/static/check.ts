// How a rule becomes a signature. A rule is one type alias that gives a shape or, where operands do not fit, a sentence: the
// sentence that the run time gives for the same mistake. The sentence stands as the type of the argument, so the editor
// shows it there and nothing can be assigned to it; the result is then unknown, so one mistake gives one error.
//
//   b: Check<NoInfer<MatmulShape<A, D, B, E>>, Tensor<B, E>>): ResultOf<MatmulShape<A, D, B, E>, D>
//
// `NoInfer` stands at the place of use: without it inference explores the rule with open type parameters.
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../shaped.ts";
import type { PrintDim } from "./dims.ts";
import type { JoinText } from "./text.ts";

/** An argument: what is wanted, or the sentence that says what is wrong with it. */
export type Check<Rule, Wanted> = Rule extends string ? Rule : Wanted;

/** A further rule, which only counts where those before it (a union) say nothing: one mistake is one sentence. */
export type After<Rules, Next> = [Extract<Rules, string>] extends [never] ? Next : Dims;

// After a mistake a result fits whatever is wanted, so that the mistake is the only error, even where the result goes to a variable
// whose shape is written down.

/** A result: the shape. */
// oxlint-disable-next-line typescript/no-explicit-any -- no other type is assignable to every shape
export type Resolved<Rule> = Rule extends Dims ? Rule : any;

/** Whether a shape is that of a result after a mistake. */
export type IsAny<S> = 0 extends 1 & S ? true : false;

/** What comes of a shape of which not even the number of axes is known: another such, and after a mistake what fits everything. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export type UnknownFrom<S extends Dims> = IsAny<S> extends true ? any : Dims;

/** A rule as far as it is about one argument: the sentences with these codes. */
export type About<Rule, Codes extends string> = Rule extends `${Codes}:${string}` ? Rule : true;

/** A rule but for the sentences with these codes, which are about another argument. */
export type Beside<Rule, Codes extends string> = Rule extends `${Codes}:${string}` ? true : Rule;

/** Several rules, one for each argument that has one: `Shape`, or what the first that is broken says. */
export type AllOf<Rules extends readonly unknown[], Shape> = Rules extends readonly [infer First, ...infer Others]
  ? First extends string
    ? First
    : AllOf<Others, Shape>
  : Shape;

/** Whether not even the number of axes is known. */
export type IsUnknownRank<S extends Dims> = number extends S["length"] ? true : false;

/** `[B, 128]`, as messages write shapes. */
export type PrintShape<S extends Dims> = number extends S["length"] ? "[...]" : PrintExtents<S>;

type PrintExtents<S extends Dims, Text extends string = ""> = S extends readonly [
  infer First,
  ...infer Rest extends Dims,
]
  ? PrintExtents<Rest, `${Text}${Text extends "" ? "" : ", "}${PrintDim<First & Dims[number]>}`>
  : `[${Text}]`;

/** `f32[B, 128]`, as messages write types. */
export type PrintType<S extends Dims, D extends DType> = `${DType extends D ? "?" : D}${PrintShape<S>}`;

/** Element types of real numbers, and of all that are numbers. */
export type Floats = readonly ["f32", "f64"];
export type Numbers = readonly ["f32", "f64", "i32", "u8"];

/** The rule of an operand that must have one of some element types: the shape it has. */
export type NeedsDType<Op extends string, S extends Dims, D extends DType, Allowed extends readonly DType[]> = [
  Extract<D, Allowed[number]>,
] extends [never]
  ? Sentence<"W204", { op: Op; dtype: D; allowed: JoinText<Allowed, ", ">; type: PrintType<S, D> }>
  : S;

/** `Rule`, unless two element types certainly differ. */
export type SameDType<Op extends string, A extends Dims, D extends DType, B extends Dims, E extends DType, Rule> = [
  D,
] extends [E]
  ? Rule
  : [E] extends [D]
    ? Rule
    : Sentence<"W202", { op: Op; first: D; second: E; left: PrintType<A, D>; right: PrintType<B, E> }>;
