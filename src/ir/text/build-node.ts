// One line of text as a node of the graph: its op is looked up, its operands and attributes are counted and read, and the
// graph builder types it by the op's own rule; then the printed type is checked against what the rule says.
import { locate, reject, WeftError } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Location } from "../diagnostics/location.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import { dimAttributes } from "../graph/analysis.ts";
import { bodyOf, finishBody } from "../graph/body.ts";
import { type GraphBuilder, graphBuilder } from "../graph/builder.ts";
import type { ValueId } from "../graph/graph.ts";
import { schemaOf } from "../graph/schema.ts";
import { type Attributes, isBody } from "../ops/attributes.ts";
import type { Body } from "../ops/body.ts";
import { isOpKind, type OpKind, opOf, ops } from "../ops/index.ts";
import type { Arity } from "../ops/op.ts";
import { isKnown, symbolsOf } from "../types/dim.ts";
import { printType, sameType, type TensorType } from "../types/tensor-type.ts";
import { readAttributes, readType } from "./attributes.ts";
import { type ContentsTable, contentsTable, readContents } from "./contents.ts";
import { type FunctionTable, functionNamed } from "./functions.ts";
import type { BodySyntax, FunctionSyntax, InputSyntax, NodeSyntax, Piece, TypeSyntax } from "./syntax.ts";

/** What is known while a graph is being built. */
export interface Reading {
  readonly builder: GraphBuilder;
  /** The values defined so far, by their names in the text. */
  readonly values: Map<string, ValueId>;
  /** The parameters defined so far, by their own names. */
  readonly parameters: Map<string, ValueId>;
  readonly contents: ContentsTable;
  /** The functions that nodes may name. */
  readonly functions: FunctionTable;
  /** The symbols that inputs and parameters declare. */
  readonly symbols: ReadonlySet<string>;
}

/** The value of this name; W106 where none is defined so far. */
export const lookUp = ({ values }: Reading, { text, location }: Piece): ValueId =>
  values.get(text) ?? reject("W106", { name: text, nearest: nearestName(text, [...values.keys()]) }, { location });

/** Gives a value its name; W107 where it is taken. */
export const define = ({ values }: Reading, { text, location }: Piece, value: ValueId): void => {
  if (values.has(text)) reject("W107", { name: text }, { location });
  values.set(text, value);
};

/**
 * Builds at the place that the text records for a node, or else at the node's place in the text. A refusal points into
 * the text either way, with the recorded place beside it.
 */
export const built = <T>(written: Location, recorded: Location | undefined, build: (place: Location) => T): T => {
  try {
    return build(recorded ?? written);
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    const [first, ...rest] = error.diagnostics;
    if (recorded === undefined || first?.location !== recorded) throw locate(error, written);
    const notes = [...first.notes, { label: "recorded place", text: "", location: recorded }];
    throw new WeftError([{ ...first, location: written, notes }, ...rest], { cause: error.cause });
  }
};

const kindOf = ({ text, location }: Piece): OpKind => {
  if (text === "input") reject("W130", {}, { location });
  return isOpKind(text)
    ? text
    : reject("W105", { name: text, nearest: nearestName(text, Object.keys(ops)) }, { location });
};

const requireCounts = ({ op: { text, location }, operands, results, types }: NodeSyntax, kind: OpKind): void => {
  // Looked up by name, a definition has the type of a variadic op; the counts themselves are what it was written with.
  const { arity, resultArity }: { readonly arity: Arity; readonly resultArity: Arity } = opOf(kind);
  const require = (what: string, wanted: Arity, given: number): void => {
    if (wanted !== "many" && wanted !== given) reject("W108", { op: text, what, wanted, given }, { location });
  };
  require("operand", arity, operands.length);
  require("result", resultArity, results.length);
  if (results.length !== types.length)
    reject("W108", { op: text, what: "type", wanted: results.length, given: types.length }, { location });
};

const requireSymbols = (
  { symbols }: Reading,
  kind: OpKind,
  attrs: Attributes,
  type: TensorType,
  location: Location,
): void => {
  const dims = [
    ...type.shape,
    ...dimAttributes(kind).flatMap((name) => (isBody(attrs[name]) ? [] : (attrs[name] ?? []))),
  ];
  for (const dim of dims)
    for (const symbol of typeof dim === "string" ? symbolsOf(dim) : [])
      if (!symbols.has(symbol)) reject("W109", { op: kind, symbol, declared: [...symbols].sort() }, { location });
};

const requireType = (op: string, value: TensorType, written: TensorType, { location }: TypeSyntax): void => {
  if (!sameType(value, written))
    reject("W114", { op, written: printType(written), inferred: printType(value) }, { location });
};

const textOf = (attrs: Attributes, name: string): string => {
  const text = attrs[name];
  invariant(typeof text === "string", `the attribute ${name} is text, as the op's schema says`);
  return text;
};

/** The ids of the node's results. */
const emit = (
  reading: Reading,
  kind: OpKind,
  syntax: NodeSyntax,
  attrs: Attributes,
  type: TensorType,
): readonly ValueId[] => {
  const { builder, parameters, contents } = reading;
  const { location } = syntax.op;
  const operands = syntax.operands.map((operand) => lookUp(reading, operand));
  return built(location, syntax.recorded, (place) => {
    if (kind === "parameter") {
      const name = textOf(attrs, "name");
      const value = builder.parameter(name, type, place);
      parameters.set(name, value);
      return [value];
    }
    if (kind !== "data") return builder.emit(kind, operands, attrs, place);
    const elements = readContents(contents, textOf(attrs, "id"), type, location);
    return [builder.data(type.dtype, type.shape.filter(isKnown), elements, place)];
  });
};

/** The name in the text of an input: quotes keep the input "0" apart from the value %0. */
const inputName = (text: string): string => (text.startsWith('"') ? (JSON.parse(text) as string) : text);

/** Adds an input to the graph under construction. */
export const buildInput = (reading: Reading, { name, type, recorded }: InputSyntax): void => {
  const value = built(name.location, recorded, (at) => reading.builder.input(inputName(name.text), readType(type), at));
  define(reading, name, value);
};

/** A function, which may use those above it. */
export const buildFunction = ({ body }: FunctionSyntax, within: Pick<Reading, "functions" | "symbols">): Body =>
  buildBody(within, body);

/** A graph of its own, in which nothing of the graph around it is known but its functions and its symbols. */
const buildBody = (
  { functions, symbols }: Pick<Reading, "functions" | "symbols">,
  { inputs, nodes, results, contents, location }: BodySyntax,
): Body => {
  const reading: Reading = {
    builder: graphBuilder({ shareEqual: false }),
    values: new Map(),
    parameters: new Map(),
    contents: contentsTable(contents),
    functions,
    symbols,
  };
  for (const input of inputs) buildInput(reading, input);
  for (const node of nodes) {
    if (node.op.text === "parameter") reject("W276", {}, { location: node.op.location });
    buildNode(reading, node);
  }
  const values = results.map((result) => lookUp(reading, result));
  return built(location, undefined, () => bodyOf(finishBody(reading.builder, values)));
};

/** Adds the node to the graph under construction. */
export const buildNode = (reading: Reading, syntax: NodeSyntax): void => {
  const kind = kindOf(syntax.op);
  requireCounts(syntax, kind);
  const types = syntax.types.map(readType);
  const [first] = types;
  if (first === undefined) return;
  const attrs = readAttributes(syntax, schemaOf(kind), first, (body) =>
    "text" in body ? functionNamed(reading.functions, body) : buildBody(reading, body),
  );
  requireSymbols(reading, kind, attrs, first, syntax.op.location);
  const values = emit(reading, kind, syntax, attrs, first);
  syntax.results.forEach((result, position) => {
    const [value, type, written] = [values[position], types[position], syntax.types[position]];
    if (value === undefined || type === undefined || written === undefined) return;
    requireType(kind, reading.builder.typeOf(value), type, written);
    define(reading, result, value);
  });
};
