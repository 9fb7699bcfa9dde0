// The rules of what is fed: an array of the right class for every input, under its name.
import type { DType, GivenArrayOf } from "../dtype.ts";
import type { Named, NamedAs } from "../named.ts";
import type { Sentence } from "../sentences.ts";

/** What may be fed: the typed array of the dtype, or that with a shape, which is compared when the program runs. */
export type Feed<D extends DType = DType> =
  | GivenArrayOf[D]
  | {
      /** Elements in row-major order. */
      readonly data: GivenArrayOf[D];
      /** The extents they are meant for, to be checked. */
      readonly shape?: readonly number[];
    };

/** The class of the arrays that hold a dtype, with its article. */
interface ArrayClass {
  readonly f32: "a Float32Array";
  readonly f64: "a Float64Array";
  readonly i32: "an Int32Array";
  readonly u8: "a Uint8Array";
  readonly bool: "a Uint8Array";
}

/** What was given, in the words that the run time has for it. */
type InWords<Given> = Given extends { readonly [Symbol.toStringTag]: infer Class extends string }
  ? `${Class extends `${"A" | "E" | "I" | "O"}${string}` ? "an" : "a"} ${Class}`
  : Given extends readonly unknown[]
    ? "a list"
    : Given extends (...operands: never) => unknown
      ? "a function"
      : Given extends object
        ? "a record"
        : Given extends number | string | boolean | null | undefined
          ? `${Given}`
          : "something else";

/** The array of what was given: itself, or what stands beside a shape. */
type DataOf<Given> = "data" extends keyof Given ? Given["data" & keyof Given] : Given;

/** The rule of one feed: what was given, or W303. */
export type FeedRule<Name, D extends DType, Given> = [D] extends [never]
  ? Given
  : [Given] extends [Feed<D>]
    ? Given
    : Sentence<"W303", { name: Name & string; dtype: D; wanted: ArrayClass[D]; given: InWords<DataOf<Given>> }>;

/** What is fed: an array for each input, by name. */
export type Feeds<I extends Named = Named> = { readonly [T in I as T["name"]]: Feed<T["dtype"]> };

/** What has no arrays by name, whatever else it has. */
export type Unnamed =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly unknown[]
  | ArrayBufferView
  | ((...operands: never) => unknown);

/** What was given, with a sentence in the place of each mistake: W303 for a feed, W302 for a name. */
type FeedsWithMistakes<Entry extends string, I extends Named, Also extends Named, Given> = {
  readonly [Name in keyof Given]: Name extends I["name"]
    ? FeedRule<Name, NamedAs<I, Name>["dtype"], Given[Name]>
    : Name extends Also["name"]
      ? Given[Name]
      : Sentence<"W302", { entry: Entry; name: Name & string }>;
};

/**
 * The rule of a call: `Feeds` of its inputs, unless names or arrays do not fit. A sentence then stands where the mistake is: at
 * a name that is no input or an array of another class, or for all where an input is missing. Inputs that only other entry points
 * read may be given `Also`.
 */
export type CheckFeeds<
  Entry extends string,
  I extends Named,
  Given,
  Also extends Named = never,
> = string extends I["name"]
  ? Readonly<Record<string, unknown>>
  : [Given, Exclude<keyof Given, (I | Also)["name"]>] extends [Feeds<I>, never]
    ? [Exclude<keyof Given, I["name"]>] extends [never]
      ? Feeds<I>
      : Given
    : [Given] extends [Unnamed]
      ? Feeds<I>
      : [Exclude<I["name"], keyof Given>, Exclude<keyof Given, (I | Also)["name"]>] extends [infer Missing, never]
        ? [Missing] extends [never]
          ? FeedsWithMistakes<Entry, I, Also, Given>
          : Sentence<"W301", { entry: Entry; name: Missing & string }>
        : FeedsWithMistakes<Entry, I, Also, Given>;
