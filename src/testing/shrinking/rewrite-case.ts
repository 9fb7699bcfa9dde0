// Writes a case anew with something changed: the one way in which every rule of the shrinker makes its candidates. Only what
// the results need is written, every node is typed again by its op's own rule, and what no longer fits is refused.

import { evaluateEntry } from "../../backends/reference/interpreter.ts";
import { WeftError } from "../../ir/diagnostics/diagnostic.ts";
import { InvariantError } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, order, typeOf } from "../../ir/graph/analysis.ts";
import { bodiesIn } from "../../ir/graph/body-graph.ts";
import { type GraphBuilder, graphBuilder } from "../../ir/graph/builder.ts";
import type { Entry, Graph, NamedValue, Node, NodeId, ValueId } from "../../ir/graph/graph.ts";
import { indexRanges } from "../../ir/graph/index-ranges.ts";
import { verifyGraph } from "../../ir/graph/verify.ts";
import type { Attributes } from "../../ir/ops/attributes.ts";
import { type OpKind, opOf } from "../../ir/ops/index.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import { generate, type KnownType, type NdArray, positionOf, sizeOf } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import { sameShape, type TensorType } from "../../ir/types/tensor-type.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { isLeaf } from "./measure.ts";

/** What a leaf becomes: how it comes about, and what it holds. */
export interface Leaf {
  readonly form: "input" | "parameter" | "data";
  readonly array: NdArray;
}

/** What stands in the place of a node; operands are values of the old graph. */
export interface Replacement {
  readonly op: OpKind;
  readonly operands: readonly ValueId[];
  readonly attrs: Attributes;
}

/** What is changed on the way. Everything left out stays as it is. */
export interface Change {
  readonly entries?: readonly Entry[];
  /** Values, and those that are read in their place. */
  readonly substitutes?: ReadonlyMap<ValueId, ValueId>;
  /** Values that become leaves, or other leaves than they were. */
  readonly leaves?: ReadonlyMap<ValueId, Leaf>;
  readonly nodes?: ReadonlyMap<NodeId, Replacement>;
  /** The type of a leaf whose contents are not given above; elements are taken from the old ones. */
  readonly leafType?: (type: KnownType, value: ValueId) => KnownType;
  /** Whether a leaf that becomes smaller keeps its last elements rather than its first. */
  readonly keepLast?: boolean;
  /** Attributes to try for a node whose operands have new types, the best first. */
  readonly attributes?: (
    node: Node,
    operands: readonly TensorType[],
    old: readonly TensorType[],
  ) => Iterable<Attributes>;
  /** Whether inputs that nothing reads stay, as those of a body must. */
  readonly keepInputs?: boolean;
}

/** Elements for a type from those of another array: the first, or the last, along each of its last axes; repeated where there are too few. */
const resized = (array: NdArray, { dtype, shape }: KnownType, keepLast = false): NdArray => {
  if (sameShape(array.shape, shape)) return array;
  const surplus = shape.length - array.shape.length;
  return generate(dtype, shape, (index) => {
    const old = array.shape.map((extent, axis) => {
      const skipped = keepLast ? Math.max(extent - (shape[axis + surplus] ?? 1), 0) : 0;
      return ((index[axis + surplus] ?? 0) + skipped) % Math.max(extent, 1);
    });
    return array.data[positionOf(array.shape, old)] ?? 0;
  });
};

/** The leaf that a value is in a case; undefined for a constant of one number, which is told by its attributes. */
export const leafOf = ({ graph, feeds, parameters }: GraphCase, value: ValueId): Leaf | undefined => {
  const node = definitionOf(graph, value);
  const given = (arrays: GraphCase["feeds"], name: string): NdArray | undefined =>
    Object.hasOwn(arrays, name) ? arrays[name] : undefined;
  if (node.op === "input" || node.op === "parameter") {
    const array = given(node.op === "input" ? feeds : parameters, node.attrs.name);
    return array === undefined ? undefined : { form: node.op, array };
  }
  if (node.op !== "data") return undefined;
  // An attribute is plain text; the table is keyed by the same text, branded.
  const contents = (graph.constants as ReadonlyMap<string, { readonly data: ArrayLike<number> }>).get(node.attrs.id);
  if (contents === undefined) return undefined;
  return { form: "data", array: { ...knownType(typeOf(graph, value)), data: Float64Array.from(contents.data) } };
};

/** Ops whose operands all have the shape of the result, so that a leaf among them takes whatever shape the others have. */
const elementwise: ReadonlySet<OpKind> = new Set<OpKind>(["binary", "compare", "select"]);

interface Writing {
  readonly drawn: GraphCase;
  readonly change: Change;
  readonly builder: GraphBuilder;
  readonly places: Map<ValueId, ValueId>;
  readonly feeds: Map<string, NdArray>;
  readonly parameters: Map<string, NdArray>;
}

const resolve = ({ substitutes }: Change, value: ValueId): ValueId => {
  let last = value;
  for (let next = substitutes?.get(last); next !== undefined; next = substitutes?.get(last)) last = next;
  return last;
};

const nameOf = ({ drawn, feeds, parameters }: Writing, value: ValueId): string => {
  const node = definitionOf(drawn.graph, value);
  if (node.op === "input" || node.op === "parameter") return node.attrs.name;
  const taken = new Set([
    ...feeds.keys(),
    ...parameters.keys(),
    ...Object.keys(drawn.feeds),
    ...Object.keys(drawn.parameters),
  ]);
  const fresh = (count: number): string => (taken.has(`x${count}`) ? fresh(count + 1) : `x${count}`);
  return fresh(0);
};

const contentsOf = ({ dtype, data }: NdArray) => {
  const contents = dtypes[dtype].allocate(data.length);
  contents.set(data);
  return contents;
};

const plantLeaf = (writing: Writing, value: ValueId, { form, array }: Leaf): ValueId => {
  const { builder, feeds, parameters } = writing;
  if (form === "data") return builder.data(array.dtype, array.shape, contentsOf(array));
  const name = nameOf(writing, value);
  (form === "input" ? feeds : parameters).set(name, array);
  return builder[form](name, array);
};

/** A leaf in the new graph, made when it is first read; `shape` is what its reader needs, where the reader is particular. */
const leafPlace = (writing: Writing, value: ValueId, shape?: readonly number[]): ValueId => {
  const { drawn, change, builder, places } = writing;
  const node = definitionOf(drawn.graph, value);
  const old = knownType(typeOf(drawn.graph, value));
  const given = change.leaves?.get(value);
  const type = shape === undefined ? (change.leafType?.(old, value) ?? old) : { dtype: old.dtype, shape };
  const leaf = given ?? leafOf(drawn, value);
  const constant = node.op === "constant" ? (change.nodes?.get(node.id)?.attrs ?? node.attrs) : undefined;
  const made =
    leaf === undefined && constant !== undefined
      ? builder.emit("constant", [], { ...constant, shape: type.shape })[0]
      : leaf === undefined
        ? undefined
        : plantLeaf(writing, value, given ?? { form: leaf.form, array: resized(leaf.array, type, change.keepLast) });
  if (made === undefined) throw new InvariantError(`%${value} has elements`);
  places.set(value, made);
  return made;
};

const isLeafNow = ({ drawn, change }: Writing, value: ValueId): boolean =>
  change.leaves?.has(value) === true || isLeaf(definitionOf(drawn.graph, value));

const placeOf = (writing: Writing, value: ValueId, shape?: readonly number[]): ValueId => {
  const resolved = resolve(writing.change, value);
  const place = writing.places.get(resolved);
  if (place !== undefined) return place;
  if (isLeafNow(writing, resolved)) return leafPlace(writing, resolved, shape);
  throw new InvariantError(`%${resolved} is written before it is used`);
};

/** Operands in the new graph; leaves of elementwise ops take the shape that the others have by now. */
const placeOperands = (writing: Writing, op: OpKind, operands: readonly ValueId[]): readonly ValueId[] => {
  const { builder, places, change } = writing;
  const decided = elementwise.has(op)
    ? operands.map((operand) => places.get(resolve(change, operand))).find((place) => place !== undefined)
    : undefined;
  const shape = decided === undefined ? undefined : knownType(builder.typeOf(decided)).shape;
  return operands.map((operand) => placeOf(writing, operand, shape));
};

const writeNode = (writing: Writing, node: Node): void => {
  const { drawn, change, builder, places } = writing;
  const { op, operands, attrs } = change.nodes?.get(node.id) ?? node;
  const placed = placeOperands(writing, op, operands);
  const types = placed.map(builder.typeOf);
  const old = operands.map((operand) => typeOf(drawn.graph, operand));
  const tried = change.attributes === undefined || op !== node.op ? [attrs] : change.attributes(node, types, old);
  const fitting = firstFitting(op, types, tried);
  const made = builder.emit(op, placed, fitting);
  node.results.forEach(({ id }, at) => {
    const result = made[at];
    if (result !== undefined && !places.has(id)) places.set(id, result);
  });
};

/** The first attributes under which the op takes operands of these types; the refusal of the last where there are none. */
const firstFitting = (op: OpKind, types: readonly TensorType[], tried: Iterable<Attributes>): Attributes => {
  let refusal: unknown = new InvariantError(`${op} has attributes`);
  for (const attrs of tried)
    try {
      opOf(op).infer(types, attrs);
      return attrs;
    } catch (error) {
      refusal = error;
    }
  throw refusal;
};

/** The nodes that the results need, given what stands in for what. */
const neededNodes = ({ graph }: GraphCase, change: Change, entries: readonly Entry[]): ReadonlySet<NodeId> => {
  const needed = new Set<NodeId>();
  const open = entries.flatMap(({ outputs, updates }) => [...outputs, ...updates].map(({ value }) => value));
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const resolved = resolve(change, value);
    if (change.leaves?.has(resolved) === true) continue;
    const node = definitionOf(graph, resolved);
    if (needed.has(node.id)) continue;
    needed.add(node.id);
    open.push(...(change.nodes?.get(node.id)?.operands ?? node.operands));
  }
  return needed;
};

/** Parameters that an entry point writes have to be there, whether or not anything reads them. */
const updatedParameters = (graph: Graph, entries: readonly Entry[]): readonly ValueId[] => {
  const updated = new Set(entries.flatMap(({ updates }) => updates.map(({ name }) => name)));
  return graph.parameters.filter((value) => {
    const node = definitionOf(graph, value);
    return node.op === "parameter" && updated.has(node.attrs.name);
  });
};

const write = (drawn: GraphCase, change: Change): GraphCase => {
  const { graph } = drawn;
  const entries = change.entries ?? graph.entries;
  const builder = graphBuilder({ shareEqual: false });
  const writing: Writing = { drawn, change, builder, places: new Map(), feeds: new Map(), parameters: new Map() };
  const kept = [...(change.keepInputs === true ? graph.inputs : []), ...updatedParameters(graph, entries)];
  for (const value of kept) placeOf(writing, value);
  const needed = neededNodes(drawn, change, entries);
  for (const node of order(graph)) if (needed.has(node.id) && !isLeaf(node)) writeNode(writing, node);
  const named = (list: readonly NamedValue[]): readonly NamedValue[] =>
    list.map(({ name, value }) => ({ name, value: placeOf(writing, value) }));
  const written = entries.map(({ name, outputs, updates }) => ({
    name,
    outputs: named(outputs),
    updates: named(updates),
  }));
  return {
    graph: builder.finish(graph.name, written),
    feeds: Object.fromEntries(writing.feeds),
    parameters: Object.fromEntries(writing.parameters),
  };
};

/** Indices that are too large for what they index by now become the largest that are not. */
const withIndicesInRange = (drawn: GraphCase): GraphCase => {
  const ranges = indexRanges(drawn.graph);
  if (ranges.size === 0) return drawn;
  const feeds = Object.entries(drawn.feeds).map(([name, array]): readonly [string, NdArray] => {
    const range = ranges.get(name);
    if (range === undefined || array.data.every((row) => row < range)) return [name, array];
    return [name, { ...array, data: array.data.map((row) => Math.max(0, Math.min(row, range - 1))) }];
  });
  return { ...drawn, feeds: Object.fromEntries(feeds) };
};

const indexes = (graph: Graph): boolean =>
  order(graph).some(
    (node) => opOf(node.op).operandRange !== undefined || bodiesIn(node).some(([, body]) => indexes(body)),
  );

const hasMeaning = ({ graph, feeds, parameters }: GraphCase): boolean => {
  // An index that is computed may point out of what it indexes, and only then is there a graph without a meaning.
  if (indexes(graph)) for (const { name } of graph.entries) evaluateEntry(graph, name, feeds, parameters);
  return true;
};

/** Whether an error says that a change does not fit: refused by a typing rule, or without a meaning. */
const isRefusal = (error: unknown): boolean => error instanceof WeftError || error instanceof InvariantError;

const orRefused = <T>(action: () => T): T | undefined => {
  try {
    return action();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
};

/** The case with a change; undefined where the change does not fit. What comes back is well formed and has a meaning. */
export const rewriteCase = (drawn: GraphCase, change: Change): GraphCase | undefined =>
  orRefused(() => {
    const written = withIndicesInRange(write(drawn, change));
    return verifyGraph(written.graph).length === 0 && hasMeaning(written) ? written : undefined;
  });

/** The graph of a body with a change: its inputs stay, though their types may change. */
export const rewriteBody = (graph: Graph, change: Change): Graph | undefined => {
  const feeds = graph.inputs.flatMap((value) => {
    const node = definitionOf(graph, value);
    if (node.op !== "input") return [];
    const type = knownType(typeOf(graph, value));
    return [[node.attrs.name, { ...type, data: new Float64Array(sizeOf(type.shape)) }] as const];
  });
  return orRefused(
    () => write({ graph, feeds: Object.fromEntries(feeds), parameters: {} }, { ...change, keepInputs: true }).graph,
  );
};
