// Nodes one by one: counts and types (V4), attributes (V5), dense constants (V8), symbols (V9).
import { WeftError } from "../../diagnostics/diagnostic.ts";
import { type AttributeKind, type AttributeValue, isBody } from "../../ops/attributes.ts";
import { findOp } from "../../ops/index.ts";
import type { Arity } from "../../ops/op.ts";
import { type Dim, isKnown, normalizeDim, symbolsOf } from "../../types/dim.ts";
import { dtypes, isDType } from "../../types/dtype.ts";
import { sizeOf } from "../../types/ndarray.ts";
import { printType, sameShape, sameType, type TensorType } from "../../types/tensor-type.ts";
import { bodiesIn } from "../body-graph.ts";
import type { ConstantData, Graph, Node, ValueId } from "../graph.ts";
import { schemaOf } from "../schema.ts";
import { isFrozenNode } from "./tables.ts";
import { type InvariantName, type Violation, violation } from "./violation.ts";

/** What is checked of a node, with what is known of the graph around it. */
interface Surroundings {
  readonly types: ReadonlyMap<ValueId, TensorType>;
  readonly symbols: ReadonlySet<string>;
  readonly constants: ReadonlyMap<string, ConstantData>;
  readonly verifyBody: VerifyBody;
}

type Finding = readonly [invariant: InvariantName, message: string];

const isDim = (value: unknown): value is Dim => {
  if (typeof value === "number") return Number.isSafeInteger(value);
  try {
    return typeof value === "string" && normalizeDim(value) === value;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
};

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem);

/** Whether a value is of the kind that the schema says; `result` is the type of the node's first result. */
const isOfKind = (kind: AttributeKind, value: AttributeValue, result: TensorType | undefined): boolean => {
  if (typeof kind === "object") return typeof value === "string" && kind.oneOf.includes(value);
  switch (kind) {
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string";
    case "dim":
      return isDim(value);
    case "dtype":
      return typeof value === "string" && isDType(value);
    case "integers":
      return isListOf(value, Number.isSafeInteger);
    case "dims":
      return isListOf(value, isDim);
    case "body":
    case "function":
      return isBody(value);
    case "resultDtype":
      return value === result?.dtype;
    case "resultShape":
      return Array.isArray(value) && result !== undefined && value.every(isDim) && sameShape(value, result.shape);
  }
};

const attributeFindings = (node: Node): readonly Finding[] => {
  const schema = schemaOf(node.op);
  const found: Finding[] = [];
  for (const name of Object.keys(node.attrs))
    if (!schema.has(name)) found.push(["V5", `${node.op} has no attribute ${name}`]);
  for (const [name, kind] of schema) {
    const value = node.attrs[name];
    if (value === undefined) found.push(["V5", `${node.op} lacks the attribute ${name}`]);
    else if (!isOfKind(kind, value, node.results[0]?.type))
      found.push(["V5", `the attribute ${name} of ${node.op} is not of its kind: ${JSON.stringify(value)}`]);
  }
  return found;
};

const printTypes = (types: readonly TensorType[]): string => types.map(printType).join(", ");

/** What the op's typing rule says, or why it refuses; a rule may only be asked with the right number of operands. */
const typeFindings = (node: Node, { types }: Surroundings): readonly Finding[] => {
  const op = findOp(node.op);
  if (op === undefined) return [["V4", `there is no op ${node.op as string}`]];
  // Found by name, a definition has the type of a variadic op; the counts themselves are what it was written with.
  const { arity, resultArity }: { readonly arity: Arity; readonly resultArity: Arity } = op;
  const differs = (wanted: Arity, given: number): boolean => wanted !== "many" && wanted !== given;
  if (differs(arity, node.operands.length))
    return [["V4", `${node.op} has ${node.operands.length} operands instead of ${arity}`]];
  if (differs(resultArity, node.results.length))
    return [["V4", `${node.op} has ${node.results.length} results instead of ${resultArity}`]];
  const operands = node.operands.flatMap((operand) => types.get(operand) ?? []);
  if (operands.length < node.operands.length) return [];
  try {
    const inferred = op.infer(operands, node.attrs);
    const actual = node.results.map(({ type }) => type);
    const agrees =
      inferred.length === actual.length &&
      inferred.every((type, at) => actual[at] !== undefined && sameType(type, actual[at]));
    return agrees ? [] : [["V4", `${node.op} has type ${printTypes(actual)}, its rule infers ${printTypes(inferred)}`]];
  } catch (error) {
    if (error instanceof WeftError) return [["V4", `the rule of ${node.op} refuses its operands: ${error.message}`]];
    throw error;
  }
};

const contentFindings = (node: Node, { constants }: Surroundings): readonly Finding[] => {
  if (node.op !== "data") return [];
  const { id, dtype, shape } = node.attrs;
  const contents = constants.get(id);
  if (contents === undefined) return [["V8", `the contents of ${id} are missing`]];
  const isRightArray = contents.data.constructor === dtypes[dtype].allocate(0).constructor;
  if (contents.dtype !== dtype || !isRightArray)
    return [["V8", `the contents of ${id} are of type ${contents.dtype} instead of ${dtype}`]];
  const extents = shape.filter(isKnown);
  const length = extents.length < shape.length ? undefined : sizeOf(extents);
  return contents.data.length === length
    ? []
    : [["V8", `the contents of ${id} have ${contents.data.length} elements for ${printType({ dtype, shape })}`]];
};

/** The dimensions in the types and attributes of a node. */
const dimsOf = (node: Node): readonly Dim[] => {
  const given: unknown[] = node.results.flatMap(({ type }) => type.shape);
  for (const [name, kind] of schemaOf(node.op))
    if (kind === "dim" || kind === "dims" || kind === "resultShape") given.push(...[node.attrs[name]].flat());
  return given.filter(isDim);
};

const symbolFindings = (node: Node, dims: readonly Dim[], { symbols }: Surroundings): readonly Finding[] => {
  if (dims.every(isKnown)) return [];
  const free = new Set(dims.flatMap(symbolsOf).filter((symbol) => !symbols.has(symbol)));
  return [...free].map(
    (symbol): Finding => ["V9", `the symbol ${symbol} of ${node.op} is in no input and no parameter`],
  );
};

/** The symbols in the types of inputs and parameters. */
const declaredSymbols = (graph: Graph): ReadonlySet<string> => {
  const leaves = [...graph.nodes.values()].filter(({ op }) => op === "input" || op === "parameter");
  const dims = leaves.flatMap(({ results }) => results.flatMap(({ type }) => type.shape));
  return new Set(dims.filter(isDim).flatMap(symbolsOf));
};

/** Checks a graph within another one, whose symbols it may use. */
export type VerifyBody = (graph: Graph, symbols: ReadonlySet<string>) => readonly Violation[];

const bodyFindings = (node: Node, { symbols, verifyBody }: Surroundings): readonly Finding[] =>
  bodiesIn(node).flatMap(([name, body]) =>
    verifyBody(body, symbols).map(
      ({ invariant, message }): Finding => [invariant, `in the ${name} of ${node.op}: ${message}`],
    ),
  );

/**
 * Frozen nodes in which nothing was found that the graph around them has no part in, and the operand types they were looked at with.
 * Passes keep most nodes, so most of a graph was verified with the graph before it.
 */
const soundWith = new WeakMap<Node, readonly TensorType[]>();

const nodeFindings = (node: Node, surroundings: Surroundings): readonly Finding[] => {
  const { types } = surroundings;
  const known = soundWith.get(node);
  if (known !== undefined && node.operands.every((operand, at) => types.get(operand) === known[at])) return [];
  const attributes = attributeFindings(node);
  // A typing rule relies on well-formed attributes, so it is asked only where they are.
  if (attributes.length > 0) return attributes;
  const dims = dimsOf(node);
  const findings: readonly Finding[] = [
    ...typeFindings(node, surroundings),
    ...contentFindings(node, surroundings),
    ...symbolFindings(node, dims, surroundings),
    ...bodyFindings(node, surroundings),
  ];
  const standsAlone = node.op !== "data" && dims.every(isKnown) && bodiesIn(node).length === 0;
  const operandTypes = node.operands.flatMap((operand) => types.get(operand) ?? []);
  const isWhole = findings.length === 0 && operandTypes.length === node.operands.length;
  if (isWhole && standsAlone && isFrozenNode(node)) soundWith.set(node, operandTypes);
  return findings;
};

/** (V4), (V5), (V8), (V9) for every node, and all invariants for the bodies that nodes repeat. */
export const nodeViolations = (
  graph: Graph,
  around: ReadonlySet<string>,
  verifyBody: VerifyBody,
): readonly Violation[] => {
  const results = [...graph.nodes.values()].flatMap((node) => node.results);
  const surroundings: Surroundings = {
    types: new Map(results.map(({ id, type }) => [id, type])),
    symbols: new Set([...around, ...declaredSymbols(graph)]),
    verifyBody,
    constants: graph.constants,
  };
  return [...graph.nodes].flatMap(([key, node]) =>
    nodeFindings(node, surroundings).map(([invariant, message]) => violation(invariant, message, key)),
  );
};
