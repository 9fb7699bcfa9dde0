// Shapes of one step of a recurrent network: an element [..., in] beside a state [..., hidden], and weights that hold one gate
// below the other.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Dims } from "../tensor.ts";
import type { After, AllOf, IsUnknownRank } from "./check.ts";
import type { MultiplyDims } from "./dims.ts";
import type { LayerNormOperand, OnlyType } from "./indexing.ts";

/** The operands of a cell, each as its shape and its element type. */
export interface CellTypes {
  readonly x: readonly [Dims, DType];
  readonly hidden: readonly [Dims, DType];
  readonly inputWeight: readonly [Dims, DType];
  readonly hiddenWeight: readonly [Dims, DType];
  readonly inputBias: readonly [Dims, DType];
  readonly hiddenBias: readonly [Dims, DType];
}

type LastOf<S extends Dims, Otherwise extends Dim> = S extends readonly [...Dims, infer Last extends Dim]
  ? Last
  : Otherwise;

/** The shape of a state: the axes of the element, but for the features, which are its own. */
type StateBeside<X extends Dims, Hidden extends Dims> = true extends IsUnknownRank<X> | IsUnknownRank<Hidden>
  ? Dims
  : X extends readonly [...infer Leading extends Dims, Dim]
    ? [...Leading, LastOf<Hidden, "hidden">]
    : Dims;

/** How many rows weights have: those of each gate. */
type Rows<Hidden extends Dims, Gates extends number> =
  IsUnknownRank<Hidden> extends true ? number : MultiplyDims<Gates, LastOf<Hidden, number>>;

type Columns<S extends Dims> = IsUnknownRank<S> extends true ? number : LastOf<S, number>;

/** The rules of the operands of a cell; each is silent where one before it is broken. */
export interface CellRules<Op extends string, Gates extends number, T extends CellTypes> {
  readonly x: LayerNormOperand<Op, T["x"][0], T["x"][1]>;
  readonly hidden: After<
    this["x"],
    OnlyType<Op, "hidden state", T["hidden"][0], T["hidden"][1], StateBeside<T["x"][0], T["hidden"][0]>, T["x"][1]>
  >;
  readonly inputWeight: After<
    this["x"] | this["hidden"],
    OnlyType<
      Op,
      "input weight",
      T["inputWeight"][0],
      T["inputWeight"][1],
      [Rows<T["hidden"][0], Gates>, Columns<T["x"][0]>],
      T["x"][1]
    >
  >;
  readonly hiddenWeight: After<
    this["x"] | this["hidden"] | this["inputWeight"],
    OnlyType<
      Op,
      "hidden weight",
      T["hiddenWeight"][0],
      T["hiddenWeight"][1],
      [Rows<T["hidden"][0], Gates>, Columns<T["hidden"][0]>],
      T["x"][1]
    >
  >;
  readonly inputBias: After<
    this["x"] | this["hidden"] | this["inputWeight"] | this["hiddenWeight"],
    OnlyType<Op, "input bias", T["inputBias"][0], T["inputBias"][1], [Rows<T["hidden"][0], Gates>], T["x"][1]>
  >;
  readonly hiddenBias: After<
    this["x"] | this["hidden"] | this["inputWeight"] | this["hiddenWeight"] | this["inputBias"],
    OnlyType<Op, "hidden bias", T["hiddenBias"][0], T["hiddenBias"][1], [Rows<T["hidden"][0], Gates>], T["x"][1]>
  >;
}

/** The shape of the state after a step: that of the state before it. */
export type CellShape<Op extends string, Gates extends number, T extends CellTypes> =
  CellRules<Op, Gates, T> extends infer Rules extends CellRules<Op, Gates, T>
    ? AllOf<
        [
          Rules["x"],
          Rules["hidden"],
          Rules["inputWeight"],
          Rules["hiddenWeight"],
          Rules["inputBias"],
          Rules["hiddenBias"],
        ],
        T["hidden"][0]
      >
    : never;
