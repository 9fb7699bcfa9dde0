// Larger graphs of the same meaning, for what random graphs seldom hold: code that nothing needs, the same node twice, nodes
// that differ in one attribute, and subgraphs that give back what they are given (equivalence modulo inputs: Le, Afshari
// and Su 2014). What is put where follows from the graph alone.

import { WeftError } from "../../ir/diagnostics/diagnostic.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, order } from "../../ir/graph/analysis.ts";
import { type GraphBuilder, graphBuilder } from "../../ir/graph/builder.ts";
import { copyEntries } from "../../ir/graph/copy.ts";
import type { Entry, Graph, NamedValue, Node, ValueId } from "../../ir/graph/graph.ts";
import { schemaOf } from "../../ir/graph/schema.ts";
import type { Attributes, AttributeValue } from "../../ir/ops/attributes.ts";
import { isBody } from "../../ir/ops/attributes.ts";
import { type OpKind, opOf } from "../../ir/ops/index.ts";
import { isKnown } from "../../ir/types/dim.ts";
import { type DType, isFloat } from "../../ir/types/dtype.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import type { Shape } from "../../ir/types/tensor-type.ts";

/** A graph being built anew, equal nodes staying apart. */
interface Growing {
  readonly builder: GraphBuilder;
  /** Where a value of the old graph is read from now. */
  readonly place: (value: ValueId) => ValueId;
  /** Emits an op of one result. */
  readonly emit: (op: OpKind, operands: readonly ValueId[], attrs: Attributes) => ValueId;
}

/** What to do at each node, which has been copied: where its results are to be read from instead of from the copy. */
type AtNode = (growing: Growing, node: Node, made: readonly ValueId[]) => readonly ValueId[];

const isLeaf = ({ op }: Node): boolean => op === "input" || op === "parameter";

/** The graph built anew with something done at each node; `more` gives further outputs of the first entry point. */
const regrow = (graph: Graph, atNode: AtNode, more: () => readonly NamedValue[] = () => []): Graph => {
  const builder = graphBuilder({ shareEqual: false });
  const places = new Map<ValueId, ValueId>();
  const place = (value: ValueId): ValueId => {
    const found = places.get(value);
    invariant(found !== undefined, `%${value} is built before it is used`);
    return found;
  };
  const emit: Growing["emit"] = (op, operands, attrs) => {
    const [made] = builder.emit(op, operands, attrs);
    invariant(made !== undefined, `${op} has a result`);
    return made;
  };
  const growing: Growing = { builder, place, emit };
  builder.adopt(graph.constants);
  const leaves = [...graph.inputs, ...graph.parameters].map((leaf) => definitionOf(graph, leaf));
  for (const { op, attrs, results, location } of leaves)
    for (const { id, type } of results)
      if (op === "input" || op === "parameter") places.set(id, builder[op](attrs.name, type, location));
  for (const node of [...leaves, ...order(graph).filter((each) => !isLeaf(each))]) {
    const made = isLeaf(node)
      ? node.results.map(({ id }) => place(id))
      : builder.emit(node.op, node.operands.map(place), node.attrs, node.location);
    const read = atNode(growing, node, made);
    node.results.forEach(({ id }, position) => {
      const value = read[position];
      invariant(value !== undefined, `%${id} is built`);
      places.set(id, value);
    });
  }
  const [first, ...others] = copyEntries(graph.entries, place);
  const entries: readonly Entry[] =
    first === undefined ? others : [{ ...first, outputs: [...first.outputs, ...more()] }, ...others];
  return builder.finish(graph.name, entries);
};

/** What has a negation: bytes and truth values have none. */
const negatable: ReadonlySet<DType> = new Set(["f32", "f64", "i32"]);

/** The graph with computations that nothing reads: of each value a square, and its negation. */
export const withDeadCode = (graph: Graph): Graph =>
  regrow(graph, ({ builder, emit }, _, made) => {
    for (const value of made)
      if (negatable.has(builder.typeOf(value).dtype))
        emit("unary", [emit("binary", [value, value], { fn: "mul" })], { fn: "neg" });
    return made;
  });

/** The graph with every node twice; its readers read the one and the other in turn. */
export const withCopies = (graph: Graph): Graph =>
  regrow(graph, ({ builder, place }, node, made) => {
    if (isLeaf(node)) return made;
    const again = builder.emit(node.op, node.operands.map(place), node.attrs, node.location);
    return node.id % 2 === 0 ? again : made;
  });

const isKnownShape = (shape: Shape): shape is readonly number[] => shape.every(isKnown);

/** Another value of an attribute, where one is easily said. */
const altered = (op: OpKind, name: string, value: AttributeValue): AttributeValue | undefined => {
  const kind = schemaOf(op).get(name);
  if (typeof kind === "object" && typeof value === "string")
    return kind.oneOf[(kind.oneOf.indexOf(value) + 1) % kind.oneOf.length];
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value === 0 ? 1 : value - 1;
  if (typeof value !== "object" || isBody(value) || value.length === 0) return undefined;
  const reversed = value.toReversed();
  return reversed.some((item, at) => item !== value[at]) ? reversed : undefined;
};

/** All variants of a node that its typing rule accepts: one attribute changed, or the operands turned round. */
const variantsOf = ({ builder, place }: Growing, node: Node): readonly ValueId[] => {
  const operands = node.operands.map(place);
  const attempted = (values: readonly ValueId[], attrs: Attributes): readonly ValueId[] => {
    try {
      return builder.emit(node.op, values, attrs);
    } catch (error) {
      if (error instanceof WeftError) return [];
      throw error;
    }
  };
  const attributes: Attributes = node.attrs;
  const changed = Object.entries(attributes).flatMap(([name, value]) => {
    const other = altered(node.op, name, value);
    return other === undefined ? [] : attempted(operands, { ...attributes, [name]: other });
  });
  return operands.length === 2 ? [...changed, ...attempted(operands.toReversed(), attributes)] : changed;
};

/** Whether a node's operands or attributes name places or repeat a body: a variant of it could read where nothing is. */
const isPlaced = (node: Node): boolean =>
  isLeaf(node) || node.op === "data" || "body" in node.attrs || opOf(node.op).operandRange !== undefined;

/**
 * The graph with, beside each node, nodes that differ from it in one attribute or in the order of operands, all of them fetched:
 * whoever takes nearly the same for the same gives wrong outputs.
 */
export const withNearCopies = (graph: Graph, most = 12): Graph => {
  const fetched: NamedValue[] = [];
  const taken = new Set(graph.entries.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  const atNode: AtNode = (growing, node, made) => {
    if (isPlaced(node)) return made;
    for (const value of variantsOf(growing, node)) {
      const { shape } = growing.builder.typeOf(value);
      const name = `near${fetched.length}`;
      const isSmall = isKnownShape(shape) && sizeOf(shape) <= 4096;
      if (isSmall && fetched.length < most && !taken.has(name)) fetched.push({ name, value });
    }
    return made;
  };
  return regrow(graph, atNode, () => fetched);
};

type Identity = (growing: Growing, value: ValueId) => ValueId | undefined;

/** Subgraphs that give back every bit of what they are given, NaN being one class; undefined for types that they are not for. */
const identities: Readonly<Record<string, Identity>> = {
  "two negations": ({ builder, emit }, x) =>
    isFloat(builder.typeOf(x).dtype) ? emit("unary", [emit("unary", [x], { fn: "neg" })], { fn: "neg" }) : undefined,
  "two reshapes": ({ builder, emit }, x) => {
    const { shape } = builder.typeOf(x);
    if (!isKnownShape(shape)) return undefined;
    return emit("reshape", [emit("reshape", [x], { shape: [sizeOf(shape)] })], { shape });
  },
  "two transposes": ({ builder, emit }, x) => {
    const permutation = builder.typeOf(x).shape.map((_, axis, all) => all.length - 1 - axis);
    return emit("transpose", [emit("transpose", [x], { permutation })], { permutation });
  },
  "two flips": ({ builder, emit }, x) => {
    const axes = builder.typeOf(x).shape.map((_, axis) => axis);
    return emit("flip", [emit("flip", [x], { axes })], { axes });
  },
  "casts to f64 and back": ({ builder, emit }, x) =>
    builder.typeOf(x).dtype === "f32"
      ? emit("cast", [emit("cast", [x], { dtype: "f64" })], { dtype: "f32" })
      : undefined,
  "a choice that is always the same": ({ builder, emit }, x) => {
    const { dtype, shape } = builder.typeOf(x);
    return emit("select", [builder.constant(1, "bool", shape), x, builder.constant(1, dtype, shape)], {});
  },
  "a maximum with -infinity": ({ builder, emit }, x) => {
    const { dtype, shape } = builder.typeOf(x);
    return isFloat(dtype) ? emit("binary", [x, builder.constant(-Infinity, dtype, shape)], { fn: "max" }) : undefined;
  },
  "a slice of what was padded": ({ builder, emit }, x) => {
    const { shape } = builder.typeOf(x);
    if (!isKnownShape(shape)) return undefined;
    const zeros = shape.map(() => 0);
    const padded = emit("pad", [x], { low: shape.map(() => 1), high: zeros, interior: zeros, value: 0 });
    const attrs = { starts: shape.map(() => 1), ends: shape.map((extent) => extent + 1), steps: shape.map(() => 1) };
    return emit("slice", [padded], attrs);
  },
};

const inTurn = Object.values(identities);

/** The graph with an identity behind every second value, one after the other. */
export const withIdentities = (graph: Graph): Graph =>
  regrow(graph, (growing, node, made) =>
    made.map((value, position) => {
      const at = node.id + position;
      if (at % 2 === 1) return value;
      return inTurn[(at / 2) % inTurn.length]?.(growing, value) ?? value;
    }),
  );

/** For each identity, what it is and the graph with that one behind all values. */
export const withEachIdentity = (graph: Graph): readonly (readonly [what: string, graph: Graph])[] =>
  Object.entries(identities).map(([what, identity]) => [
    what,
    regrow(graph, (growing, _, made) => made.map((value) => identity(growing, value) ?? value)),
  ]);
