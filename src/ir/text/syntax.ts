// IR text as it is written, before anything is known about ops and types: what the grammar reads and the builder of the
// graph takes. Every piece keeps its place, so that each finding points at the word it is about.
import type { Location } from "../diagnostics/location.ts";
import type { DType } from "../types/dtype.ts";

/** A piece of text and its place. */
export interface Piece {
  readonly text: string;
  readonly location: Location;
}

/** `f32[B, 128]`: the extents still as written. */
export interface TypeSyntax {
  readonly dtype: DType;
  readonly extents: readonly Piece[];
  readonly location: Location;
}

/** What stands behind an attribute's name: nothing (a flag), a string, a list, a body, a function, or one word or expression. */
export type AttributeValueSyntax =
  | { readonly kind: "flag" }
  | { readonly kind: "string"; readonly value: Piece }
  | { readonly kind: "list"; readonly items: readonly Piece[]; readonly location: Location }
  | { readonly kind: "body"; readonly body: BodySyntax }
  | { readonly kind: "function"; readonly name: Piece }
  | { readonly kind: "expression"; readonly value: Piece };

export interface AttributeSyntax {
  readonly name: Piece;
  readonly value: AttributeValueSyntax;
}

/** `%q: f32[batch, 128]` in the first line. */
export interface InputSyntax {
  readonly name: Piece;
  readonly type: TypeSyntax;
  /** The place that the text records for it. */
  readonly recorded: Location | undefined;
}

/** `%1 = matmul %q, %k {transposeB} : f32[batch, 128, 128]` */
export interface NodeSyntax {
  readonly results: readonly Piece[];
  readonly op: Piece;
  readonly operands: readonly Piece[];
  readonly attributes: readonly AttributeSyntax[];
  readonly types: readonly TypeSyntax[];
  readonly recorded: Location | undefined;
}

/** `name = %1` */
export interface BindingSyntax {
  readonly name: Piece;
  readonly value: Piece;
}

/** `entry @step(loss = %9) updates(weights = %12)` */
export interface EntrySyntax {
  readonly name: Piece;
  readonly outputs: readonly BindingSyntax[];
  readonly updates: readonly BindingSyntax[];
}

/** `contents "f32x2-..." : f32 = "..."`; no bytes where they are elided. */
export interface ContentsSyntax {
  readonly id: Piece;
  readonly dtype: DType;
  readonly bytes: Piece | undefined;
}

/** `(%h: f32[4], %x: f32[4]) { %0 = ... yield %0 }`: what an op repeats. */
export interface BodySyntax {
  readonly inputs: readonly InputSyntax[];
  readonly nodes: readonly NodeSyntax[];
  readonly results: readonly Piece[];
  readonly contents: readonly ContentsSyntax[];
  readonly location: Location;
}

/** `function @twice(%x: f32[4]) { ... }` */
export interface FunctionSyntax {
  readonly name: Piece;
  readonly body: BodySyntax;
}

export interface GraphSyntax {
  readonly name: string;
  readonly inputs: readonly InputSyntax[];
  readonly functions: readonly FunctionSyntax[];
  readonly nodes: readonly NodeSyntax[];
  readonly entries: readonly EntrySyntax[];
  readonly contents: readonly ContentsSyntax[];
}
