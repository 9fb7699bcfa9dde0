// The text of one node: what a line of IR text and a message about a broken graph have in common. Reads only the node
// and the schema of its op, so that it also shows nodes that are wrong.
import { type AttributeKind, type AttributeValue, isBody } from "../ops/attributes.ts";
import type { Body } from "../ops/body.ts";
import { printType } from "../types/tensor-type.ts";
import type { Node, ValueId } from "./graph.ts";
import { isInResultType, schemaOf } from "./schema.ts";

/** How a value is called in text, with its `%`. */
export type NameOf = (value: ValueId) => string;

/** What stands for a body in text: all that it says, or the name of a function. */
export type BodyText = (body: Body, kind: AttributeKind | undefined) => string;

const inFull: BodyText = ({ text }) => text;

/** Whether a name can stand in text without quotes. */
export const isPlainName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** A name that a user chose, quoted as JSON where it is no plain name. */
export const printName = (name: string): string => (isPlainName(name) ? name : JSON.stringify(name));

/** Lines two blanks further in, also those that a line holds itself. */
export const indented = (lines: readonly string[]): string =>
  lines.map((line) => `  ${line.replaceAll("\n", "\n  ")}\n`).join("");

/** A number as the shortest text that reads back as the same number: `-0`, `nan` and `inf` included. */
export const printNumber = (value: number): string => {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
};

/** The scalar function that a node applies, such as `tanh` for a `unary`. */
export const functionOf = ({ attrs }: Node): string | undefined =>
  "fn" in attrs && typeof attrs.fn === "string" ? attrs.fn : undefined;

/** One attribute value; only texts are quoted, all other words are names that we chose. */
const printValue = (kind: AttributeKind | undefined, value: AttributeValue, bodyText: BodyText): string => {
  if (typeof value === "number") return printNumber(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return kind === "text" || kind === undefined ? JSON.stringify(value) : value;
  if (isBody(value)) return bodyText(value, kind);
  return `[${value.map((item) => (typeof item === "number" ? printNumber(item) : item)).join(", ")}]`;
};

/** The attributes in the order of the schema; what the result type repeats, and flags that are off, are left out. */
export const printAttributes = (node: Node, bodyText: BodyText = inFull): readonly string[] => {
  const schema = schemaOf(node.op);
  const names = new Set([...schema.keys(), ...Object.keys(node.attrs)]);
  return [...names].flatMap((name): readonly string[] => {
    const kind = schema.get(name);
    const value = node.attrs[name];
    if (value === undefined || (kind !== undefined && isInResultType(kind))) return [];
    if (kind === "boolean" && typeof value === "boolean") return value ? [name] : [];
    return [`${name} = ${printValue(kind, value, bodyText)}`];
  });
};

/** `%2 = matmul %0, %1 {transposeB} : f32[4, 8]` */
export const printNode = (node: Node, nameOf: NameOf, bodyText: BodyText = inFull): string => {
  const results = node.results.map(({ id }) => nameOf(id)).join(", ");
  const operands = node.operands
    .map((operand, position) => `${position === 0 ? " " : ", "}${nameOf(operand)}`)
    .join("");
  const attributes = printAttributes(node, bodyText);
  const braces = attributes.length === 0 ? "" : ` {${attributes.join(", ")}}`;
  const types = node.results.map(({ type }) => printType(type)).join(", ");
  return `${results} = ${node.op}${operands}${braces} : ${types}`;
};
