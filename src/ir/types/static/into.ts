// The rules of where results go: for some of them, by name, an array of the right class.
import type { DType } from "../dtype.ts";
import type { Named, NamedAs } from "../named.ts";
import type { Sentence } from "../sentences.ts";
import type { Feed, FeedRule, Unnamed } from "./feeds.ts";

/** Arrays that results may be written into: typed arrays, or what a run has given before, for some of the results or for all. */
export type Into<O extends Named = Named> = { readonly [T in O as T["name"]]?: Feed<T["dtype"]> };

/** What was given, with a sentence in the place of each mistake: W303 for an array, W313 for a name. */
type IntoWithMistakes<Entry extends string, O extends Named, Given> = {
  readonly [Name in keyof Given]: Name extends O["name"]
    ? FeedRule<Name, NamedAs<O, Name>["dtype"], Given[Name]>
    : Sentence<"W313", { entry: Entry; name: Name & string }>;
};

/** The rule of `into`: what was given, unless it names what is no result, or an array has another class. */
export type CheckInto<Entry extends string, O extends Named, Given> = string extends O["name"]
  ? Given
  : [Given, Exclude<keyof Given, O["name"]>] extends [Into<O>, never]
    ? Given
    : [Given] extends [Unnamed]
      ? Into<O>
      : IntoWithMistakes<Entry, O, Given>;

/** Where a loss may go: into an array of one element, or in the place of a number. */
type IntoLoss<D extends DType> = number | Feed<D>;

/** Where the results of a step may go: the loss in the place of a number or into an array of one element, metrics into arrays. */
export type IntoStep<M extends Named = Named, D extends DType = DType> = {
  /** The loss. */
  readonly loss?: IntoLoss<D>;
} & Into<M>;

/** Where a loss and gradients may go: as `IntoStep` says of the loss, and gradients into arrays by path. */
export interface IntoGradients<W extends Named = Named, D extends DType = DType> {
  /** The loss. */
  readonly loss?: IntoLoss<D>;
  /** Its gradients by path of the parameter. */
  readonly gradients?: Into<W>;
}

/** The rule of where a loss goes: what was given, or W303. */
type LossRule<D extends DType, Given> = [Given] extends [number] ? Given : FeedRule<"loss", D, Given>;

/** The rule of `into` of a step. */
export type CheckIntoStep<M extends Named, D extends DType, Given> = string extends M["name"]
  ? Given
  : [Given, Exclude<keyof Given, "loss" | M["name"]>] extends [IntoStep<M, D>, never]
    ? Given
    : [Given] extends [Unnamed]
      ? IntoStep<M, D>
      : {
          readonly [Name in keyof Given]: Name extends "loss"
            ? LossRule<D, Given[Name]>
            : IntoWithMistakes<"step", M, Given>[Name];
        };

/** What was given for gradients, with a sentence in the place of each mistake; they are results by the name of the program. */
type GradientsWithMistakes<W extends Named, Given> = {
  readonly [Name in keyof Given]: Name extends W["name"]
    ? FeedRule<`gradient.${Name & string}`, NamedAs<W, Name>["dtype"], Given[Name]>
    : Sentence<"W313", { entry: "grads"; name: Name & string }>;
};

/** What was named as gradients. */
type GradientsOf<Given> = Given extends { readonly gradients: infer Gradients } ? Gradients : Record<never, never>;

/** The rule of `into` of gradients. */
export type CheckIntoGradients<W extends Named, D extends DType, Given> = string extends W["name"]
  ? Given
  : [Given, Exclude<keyof Given, "loss" | "gradients">, Exclude<keyof GradientsOf<Given>, W["name"]>] extends [
        IntoGradients<W, D>,
        never,
        never,
      ]
    ? Given
    : [Given] extends [Unnamed]
      ? IntoGradients<W, D>
      : {
          readonly [Name in keyof Given]: Name extends "loss"
            ? LossRule<D, Given[Name]>
            : Name extends "gradients"
              ? GradientsWithMistakes<W, Given[Name]>
              : Sentence<"W313", { entry: "grads"; name: Name & string }>;
        };
