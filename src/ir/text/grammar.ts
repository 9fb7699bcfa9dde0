// The grammar of IR text, one function for each rule. What nests are parentheses within an extent, and bodies, as deep as
// `limits` says; `//` starts a comment that runs to the end of the line.
//
//   graph     := "graph" "@"name "(" [input {"," input}] ")" "{" {statement} "}"
//   input     := "%"name ":" type [place]
//   statement := function | node | entry | contents
//   function  := "function" "@"name body
//   node      := "%"name {"," "%"name} "=" op ["%"name {"," "%"name}] ["{" attribute {"," attribute} "}"]
//                ":" type {"," type} [place]
//   entry     := "entry" "@"name "(" bindings ")" ["updates" "(" bindings ")"]
//   bindings  := [name "=" "%"name {"," name "=" "%"name}]
//   contents  := "contents" string ":" dtype "=" (string | "elided")
//   attribute := name ["=" (string | "[" [expression {"," expression}] "]" | body | "@"name | expression)]
//   body      := "(" [input {"," input}] ")" "{" {node | contents | "yield" ["%"name {"," "%"name}]} "}"
//   type      := dtype "[" [expression {"," expression}] "]"
//   place     := "loc" "(" string ":" line ":" column ")"
//
// A name is a plain word or a string; an expression is a word, a number or a dimension such as floor((H+31)/32).
import { reject } from "../diagnostics/diagnostic.ts";
import { at, type Location } from "../diagnostics/location.ts";
import { type DType, dtypeNames, isDType } from "../types/dtype.ts";
import { limits } from "../types/limits.ts";
import type {
  AttributeSyntax,
  AttributeValueSyntax,
  BindingSyntax,
  BodySyntax,
  ContentsSyntax,
  EntrySyntax,
  FunctionSyntax,
  GraphSyntax,
  InputSyntax,
  NodeSyntax,
  Piece,
  TypeSyntax,
} from "./syntax.ts";
import { type Token, type TokenReader, tokenReader } from "./tokens.ts";

const pieceOf = (reader: TokenReader, token: Token): Piece => ({ text: token.text, location: reader.locate(token) });

/** Items with commas between them, at least one. */
const commaSeparated = <T>(reader: TokenReader, item: () => T): readonly T[] => {
  const items = [item()];
  while (reader.accept(",") !== undefined) items.push(item());
  return items;
};

/** Items between an opening and a closing character, perhaps none. */
const enclosed = <T>(reader: TokenReader, open: string, close: string, item: () => T): readonly T[] => {
  reader.expect(open);
  if (reader.accept(close) !== undefined) return [];
  const items = commaSeparated(reader, item);
  if (reader.accept(close) === undefined) reader.fail(`"," or "${close}"`);
  return items;
};

const name = (reader: TokenReader, what: string): Piece => {
  const { kind } = reader.peek();
  return kind === "word" || kind === "string" ? pieceOf(reader, reader.next()) : reader.fail(what);
};

const value = (reader: TokenReader): Piece => pieceOf(reader, reader.expectKind("value", "a value such as %0"));

const isPartOfExpression = ({ kind, text }: Token): boolean =>
  kind === "word" || kind === "number" || (kind === "character" && "+-*/(".includes(text));

/** What speaks of the axes of a tensor, in brackets. */
const bracketed = (reader: TokenReader, what: string): readonly Piece[] => {
  const location = reader.locate(reader.peek());
  const items = enclosed(reader, "[", "]", () => expression(reader, what));
  return items.length > limits.rank
    ? reject("W132", { op: "graph text", rank: items.length, most: limits.rank }, { location })
    : items;
};

/** A word, a number or a dimension, as written: what it means depends on the attribute. */
const expression = (reader: TokenReader, what: string): Piece => {
  const first = reader.peek();
  let depth = 0;
  let end = first.start;
  for (let token = first; isPartOfExpression(token) || (token.text === ")" && depth > 0); token = reader.peek()) {
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
    end = reader.next().end;
  }
  if (end === first.start) return reader.fail(what);
  return { text: reader.slice(first.start, end), location: reader.locate(first) };
};

const dtype = (reader: TokenReader): DType => {
  const { text } = reader.peek();
  if (!isDType(text)) return reader.fail(`an element type (${dtypeNames.join(", ")})`);
  reader.next();
  return text;
};

const type = (reader: TokenReader): TypeSyntax => {
  const location = reader.locate(reader.peek());
  return { location, dtype: dtype(reader), extents: bracketed(reader, "an extent") };
};

const wholeNumber = (reader: TokenReader, what: string): number => {
  const { kind, text } = reader.peek();
  if (kind !== "number" || !/^\d{1,15}$/.test(text)) return reader.fail(what);
  reader.next();
  return Number(text);
};

const place = (reader: TokenReader): Location | undefined => {
  if (reader.accept("loc") === undefined) return undefined;
  reader.expect("(");
  const file = reader.expectKind("string", "the name of a file as a string").text;
  reader.expect(":");
  const line = wholeNumber(reader, "a line number");
  reader.expect(":");
  const column = wholeNumber(reader, "a column number");
  reader.expect(")");
  return at(file, line, column);
};

/** How deep in bodies the reader is, and how many nodes it has seen in all. */
interface Nesting {
  readonly depth: number;
  readonly nodes: { count: number; readonly most: number };
}

const attributeValue = (reader: TokenReader, nesting: Nesting): AttributeValueSyntax => {
  if (reader.accept("=") === undefined) return { kind: "flag" };
  const first = reader.peek();
  if (first.kind === "string") return { kind: "string", value: pieceOf(reader, reader.next()) };
  if (first.kind === "name") return { kind: "function", name: pieceOf(reader, reader.next()) };
  if (first.kind === "character" && first.text === "(") return { kind: "body", body: body(reader, nesting) };
  if (first.kind !== "character" || first.text !== "[")
    return { kind: "expression", value: expression(reader, "a value for the attribute") };
  return { kind: "list", items: bracketed(reader, "a number or a dimension"), location: reader.locate(first) };
};

const attribute = (reader: TokenReader, nesting: Nesting): AttributeSyntax => ({
  name: pieceOf(reader, reader.expectKind("word", "the name of an attribute")),
  value: attributeValue(reader, nesting),
});

const input = (reader: TokenReader): InputSyntax => {
  const name = pieceOf(reader, reader.expectKind("value", "an input such as %x: f32[2, 3]"));
  reader.expect(":");
  return { name, type: type(reader), recorded: place(reader) };
};

const node = (reader: TokenReader, nesting: Nesting): NodeSyntax => {
  const { nodes } = nesting;
  if (++nodes.count > nodes.most) reject("W134", { most: nodes.most }, { location: reader.locate(reader.peek()) });
  const results = commaSeparated(reader, () => value(reader));
  reader.expect("=");
  const op = pieceOf(reader, reader.expectKind("word", "the name of an op"));
  const operands = reader.peek().kind === "value" ? commaSeparated(reader, () => value(reader)) : [];
  const first = reader.peek();
  const hasAttributes = first.kind === "character" && first.text === "{";
  const attributes = hasAttributes ? enclosed(reader, "{", "}", () => attribute(reader, nesting)) : [];
  if (reader.accept(":") === undefined)
    reader.fail(hasAttributes ? '":" and the type' : 'operands, "{" or ":" and the type');
  const types = commaSeparated(reader, () => type(reader));
  return { results, op, operands, attributes, types, recorded: place(reader) };
};

const bindings = (reader: TokenReader, what: string): readonly BindingSyntax[] =>
  enclosed(reader, "(", ")", () => {
    const bound = name(reader, what);
    reader.expect("=");
    return { name: bound, value: value(reader) };
  });

const entry = (reader: TokenReader): EntrySyntax => ({
  name: pieceOf(reader, reader.expectKind("name", "the entry's name, such as @main")),
  outputs: bindings(reader, "the name of an output"),
  updates: reader.accept("updates") === undefined ? [] : bindings(reader, "the name of a parameter"),
});

const contents = (reader: TokenReader): ContentsSyntax => {
  const id = pieceOf(reader, reader.expectKind("string", "the id of a constant as a string"));
  reader.expect(":");
  const contentType = dtype(reader);
  reader.expect("=");
  if (reader.accept("elided") !== undefined) return { id, dtype: contentType, bytes: undefined };
  return {
    id,
    dtype: contentType,
    bytes: pieceOf(reader, reader.expectKind("string", 'base64 as a string, or "elided"')),
  };
};

const body = (reader: TokenReader, { depth: around, nodes: counted }: Nesting): BodySyntax => {
  const depth = around + 1;
  const location = reader.locate(reader.peek());
  // Deeper is no network, and would exhaust the stack.
  if (depth > limits.bodyDepth) return reader.fail(`at most ${limits.bodyDepth} bodies within each other`);
  const inputs = enclosed(reader, "(", ")", () => input(reader));
  const nodes: NodeSyntax[] = [];
  const tables: ContentsSyntax[] = [];
  let results: readonly Piece[] | undefined;
  reader.expect("{");
  while (reader.accept("}") === undefined) {
    if (reader.peek().kind === "value") nodes.push(node(reader, { depth, nodes: counted }));
    else if (reader.accept("contents") !== undefined) tables.push(contents(reader));
    else if (results === undefined && reader.accept("yield") !== undefined)
      results = reader.peek().kind === "value" ? commaSeparated(reader, () => value(reader)) : [];
    else reader.fail(results === undefined ? 'a node (%0 = ...), "yield" or "}"' : '"contents" or "}"');
  }
  return { inputs, nodes, results: results ?? [], contents: tables, location };
};

const functionOf = (reader: TokenReader, nesting: Nesting): FunctionSyntax => ({
  name: pieceOf(reader, reader.expectKind("name", "the function's name, such as @twice")),
  body: body(reader, nesting),
});

/** Reads the one graph that a text holds; W104 where it is not as the grammar says, W132 and W134 where it is too large. */
export const readGraph = (text: string, file: string, mostNodes: number): GraphSyntax => {
  const reader = tokenReader(text, file);
  const functions: FunctionSyntax[] = [];
  const nodes: NodeSyntax[] = [];
  const entries: EntrySyntax[] = [];
  const tables: ContentsSyntax[] = [];
  const nesting: Nesting = { depth: 0, nodes: { count: 0, most: mostNodes } };
  reader.expect("graph");
  const { text: graphName } = reader.expectKind("name", "the graph's name, such as @model");
  const inputs = enclosed(reader, "(", ")", () => input(reader));
  reader.expect("{");
  while (reader.accept("}") === undefined) {
    if (reader.peek().kind === "value") nodes.push(node(reader, nesting));
    else if (reader.accept("entry") !== undefined) entries.push(entry(reader));
    else if (reader.accept("contents") !== undefined) tables.push(contents(reader));
    else if (reader.accept("function") !== undefined) functions.push(functionOf(reader, nesting));
    else reader.fail('a node (%0 = ...), "function", "entry", "contents" or "}"');
  }
  if (reader.peek().kind !== "end") reader.fail("the end of the text");
  return { name: graphName, inputs, functions, nodes, entries, contents: tables };
};
