// What written attributes and types mean: values by the kinds that the op's schema names. A dimension goes through the
// canonical form, so `T*B` in a text is `B*T` in the graph.
import { locate, reject, WeftError } from "../diagnostics/diagnostic.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import { isPlainName } from "../graph/print-node.ts";
import { isInResultType, type Schema } from "../graph/schema.ts";
import type { AttributeKind, Attributes, AttributeValue } from "../ops/attributes.ts";
import type { Body } from "../ops/body.ts";
import { type Dim, normalizeDim } from "../types/dim.ts";
import { dtypeNames, isDType } from "../types/dtype.ts";
import { type TensorType, tensorType } from "../types/tensor-type.ts";
import type { AttributeSyntax, AttributeValueSyntax, BodySyntax, NodeSyntax, Piece, TypeSyntax } from "./syntax.ts";
import { quote } from "./tokens.ts";

/** Longer expressions are no extents of networks, and could take long to bring to their canonical form. */
const longestDim = 400;

/** A parenthesis that stands anywhere but behind `floor` or around its whole numerator. */
const group = /(?<!\bfloor)(?<!\bfloor\()\(/;

/** Reads an extent or an expression of symbols; W115. */
const readDim = ({ text, location }: Piece): Dim => {
  const refuse = (reason: string): never => reject("W115", { text: quote(text), reason }, { location });
  // Nearly all extents are one number or one symbol, which are canonical as they stand.
  if (isPlainName(text)) return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (text.length > longestDim) return refuse(`it is longer than ${longestDim} characters`);
  if (group.test(text)) return refuse("parentheses stand only behind floor");
  try {
    return normalizeDim(text);
  } catch (error) {
    if (error instanceof SyntaxError) return refuse(error.message.replace(/^dimension ".*?": /s, ""));
    throw error instanceof WeftError ? locate(error, location) : error;
  }
};

/** The type as the graph has it. */
export const readType = ({ dtype, extents }: TypeSyntax): TensorType => tensorType(dtype, extents.map(readDim));

const numberPattern = /^-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|inf|nan)$/;

/** A number, `inf` and `nan` included; undefined for anything else. */
const readNumber = (text: string): number | undefined =>
  numberPattern.test(text) ? Number(text.replace("inf", "Infinity").replace("nan", "NaN")) : undefined;

const readInteger = (text: string): number | undefined => {
  const value = readNumber(text);
  return Number.isSafeInteger(value) ? value : undefined;
};

type Expression = Exclude<
  AttributeKind,
  "boolean" | "text" | "integers" | "dims" | "body" | "function" | "resultDtype" | "resultShape"
>;

/** A single word, number or dimension; undefined where it is not of the kind. */
const readExpression = (kind: Expression, piece: Piece): AttributeValue | undefined => {
  const { text } = piece;
  if (typeof kind === "object") return kind.oneOf.includes(text) ? text : undefined;
  switch (kind) {
    case "integer":
      return readInteger(text);
    case "number":
      return readNumber(text);
    case "dtype":
      return isDType(text) ? text : undefined;
    case "dim":
      return readDim(piece);
  }
};

const readList = (kind: "integers" | "dims", items: readonly Piece[]): AttributeValue | undefined => {
  if (kind === "dims") return items.map(readDim);
  const integers = items.map(({ text }) => readInteger(text));
  return integers.every((item) => item !== undefined) ? integers : undefined;
};

/** Builds the graph that an op repeats, or finds the function of a name. */
export type ReadBody = (body: BodySyntax | Piece) => Body;

/** The value of an attribute of this kind; undefined where the text says another kind of thing. */
const readValue = (
  kind: AttributeKind,
  value: AttributeValueSyntax,
  readBody: ReadBody,
): AttributeValue | undefined => {
  if (kind === "boolean") {
    if (value.kind !== "expression") return value.kind === "flag" ? true : undefined;
    return value.value.text === "true" ? true : value.value.text === "false" ? false : undefined;
  }
  if (kind === "function" && value.kind === "function") return readBody(value.name);
  if (kind === "body" || kind === "function") return value.kind === "body" ? readBody(value.body) : undefined;
  if (kind === "text") return value.kind === "string" ? value.value.text : undefined;
  if (kind === "integers" || kind === "dims") return value.kind === "list" ? readList(kind, value.items) : undefined;
  if (kind === "resultDtype" || kind === "resultShape") return undefined;
  return value.kind === "expression" ? readExpression(kind, value.value) : undefined;
};

const wanted: { readonly [K in Extract<AttributeKind, string>]: string } = {
  integer: "a whole number",
  number: "a number, inf or nan",
  boolean: "a flag without a value, or true or false",
  text: "a string",
  dim: "an extent",
  dtype: `one of ${dtypeNames.join(", ")}`,
  integers: "a list of whole numbers such as [1, 2]",
  dims: "a list of extents such as [B, 2]",
  body: "a body such as (%x: f32[2]) { yield %x }",
  function: "a function such as @twice",
  resultDtype: "left out, for the element type stands behind the colon",
  resultShape: "left out, for the shape stands behind the colon",
};

const describeKind = (kind: AttributeKind): string =>
  typeof kind === "object" ? `one of ${kind.oneOf.join(", ")}` : wanted[kind];

const describeValue = (value: AttributeValueSyntax): string => {
  switch (value.kind) {
    case "flag":
      return "a flag";
    case "string":
      return `the string ${quote(value.value.text)}`;
    case "body":
      return "a body";
    case "function":
      return `the function ${quote(value.name.text)}`;
    case "list":
      return quote(`[${value.items.map(({ text }) => text).join(", ")}]`);
    case "expression":
      return quote(value.value.text);
  }
};

/** Reads what is written between the braces; unknown names, repeated names and values of another kind are refused. */
const readWritten = (
  op: string,
  schema: Schema,
  written: readonly AttributeSyntax[],
  readBody: ReadBody,
): Map<string, AttributeValue> => {
  const values = new Map<string, AttributeValue>();
  for (const { name, value } of written) {
    const { text: attribute, location } = name;
    const kind = schema.get(attribute);
    if (kind === undefined) {
      const known = [...schema].filter(([, kind]) => !isInResultType(kind)).map(([name]) => name);
      return reject("W110", { op, attribute, known, nearest: nearestName(attribute, known) }, { location });
    }
    if (values.has(attribute)) reject("W113", { op, attribute }, { location });
    const read = readValue(kind, value, readBody);
    if (read === undefined) {
      const details = { op, attribute, wanted: describeKind(kind), found: describeValue(value) };
      return reject("W112", details, { location });
    }
    values.set(attribute, read);
  }
  return values;
};

/** The attributes of a node, complete: flags that are not written are off, and the result type fills in its own. */
export const readAttributes = (
  { op, attributes }: NodeSyntax,
  schema: Schema,
  result: TensorType,
  readBody: ReadBody,
): Attributes => {
  const written = readWritten(op.text, schema, attributes, readBody);
  const complete = [...schema].map(([name, kind]): readonly [string, AttributeValue] => {
    if (kind === "resultDtype") return [name, result.dtype];
    if (kind === "resultShape") return [name, result.shape];
    const value = written.get(name) ?? (kind === "boolean" ? false : undefined);
    return [
      name,
      value ?? reject("W111", { op: op.text, attribute: name, wanted: describeKind(kind) }, { location: op.location }),
    ];
  });
  return Object.fromEntries(complete);
};
