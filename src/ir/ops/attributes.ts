// The attributes of ops as data: what the text form prints and parses, and what the verifier checks, without knowing ops.
import type { Dim } from "../types/dim.ts";
import type { Body } from "./body.ts";

/**
 * The kinds of attribute values. `resultType` marks the two attributes of leaves that merely repeat the result type
 * (`dtype`, `shape`): text shows the type once, behind the colon. A `function` is a body that text shows once, wherever it is
 * used, under the name that stands beside it in the attribute `name`.
 */
export type AttributeKind =
  | "integer"
  | "number"
  | "boolean"
  | "text"
  | "dim"
  | "dtype"
  | "integers"
  | "dims"
  | "body"
  | "function"
  | "resultDtype"
  | "resultShape"
  | { readonly oneOf: readonly string[] };

/** Any attribute value. */
export type AttributeValue = number | boolean | string | readonly number[] | readonly Dim[] | Body;

/** Whether a value is a body; lists are the other objects among attribute values. */
export const isBody = (value: AttributeValue | undefined): value is Body =>
  typeof value === "object" && "outputs" in value;

/** Attributes as they stand in a node: a frozen flat record. */
export type Attributes = { readonly [name: string]: AttributeValue };

/** One kind for each attribute. A boolean attribute defaults to false in text; all others are always written. */
export type AttributeSchema<A> = { readonly [K in keyof A]-?: AttributeKind };
