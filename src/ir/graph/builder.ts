// Births: the plain builder through which every graph comes into being, whether a user describes it, a pass derives it or
// a text is read. It types each node as it is emitted, gives the same values for the same node (hash-consing), and
// freezes everything at `finish`, so that immer later skips it.

import { locate, type Note, reject, WeftError } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Location } from "../diagnostics/location.ts";
import { type Attributes, type AttributeValue, isBody } from "../ops/attributes.ts";
import { type OpKind, opOf } from "../ops/index.ts";
import { isKnown } from "../types/dim.ts";
import type { DataArray, DType } from "../types/dtype.ts";
import { limits } from "../types/limits.ts";
import { printType, type Shape, type TensorType, tensorType } from "../types/tensor-type.ts";
import { constantId, sameContents } from "./constant-id.ts";
import type { ConstantData, ConstantId, Entry, Graph, Node, NodeId, Value, ValueId } from "./graph.ts";

/** A graph under construction. */
export interface GraphBuilder {
  /** Adds a node, or finds the equal one that is there. `reject`s operands that do not fit, at `location`. */
  readonly emit: (
    op: OpKind,
    operands: readonly ValueId[],
    attrs: Attributes,
    location?: Location,
  ) => readonly ValueId[];
  /** A value that the caller feeds. */
  readonly input: (name: string, type: TensorType, location?: Location) => ValueId;
  /** A value that persists between runs. */
  readonly parameter: (name: string, type: TensorType, location?: Location) => ValueId;
  /** A tensor filled with one number. */
  readonly constant: (value: number, dtype: DType, shape: Shape) => ValueId;
  /** A dense constant; equal contents are kept once. */
  readonly data: (dtype: DType, shape: readonly number[], data: DataArray, location?: Location) => ValueId;
  /** Takes over the contents of dense constants of a graph that is being rebuilt. */
  readonly adopt: (constants: ReadonlyMap<ConstantId, ConstantData>) => void;
  /** The type of a value. */
  readonly typeOf: (value: ValueId) => TensorType;
  /** Where the node was written that gives a value, where that is known. */
  readonly locationOf: (value: ValueId) => Location | undefined;
  /** The node that gives a value. */
  readonly definitionOf: (value: ValueId) => Node;
  /** Closes the graph with its entry points and freezes it. */
  readonly finish: (name: string, entries: readonly Entry[]) => Graph;
}

/** Numbers as text that keeps apart what JSON does not: -0, NaN and the infinities. */
const keyOfValue = (value: AttributeValue): string =>
  typeof value === "number"
    ? Object.is(value, -0)
      ? "-0"
      : String(value)
    : isBody(value)
      ? value.text
      : typeof value === "object"
        ? `[${value.map((item) => (typeof item === "string" ? JSON.stringify(item) : keyOfValue(item))).join()}]`
        : JSON.stringify(value);

/** The same text for the same attributes, whatever the order they were written in. */
export const attributesKey = (attrs: Attributes): string =>
  Object.keys(attrs)
    .sort()
    .map((name) => `${name}=${keyOfValue(attrs[name] ?? "")}`)
    .join();

const freezeAttributes = (attrs: Attributes): Attributes => {
  for (const value of Object.values(attrs)) if (typeof value === "object") Object.freeze(value);
  return Object.isFrozen(attrs) ? attrs : Object.freeze({ ...attrs });
};

interface Defined {
  readonly type: TensorType;
  readonly location: Location | undefined;
  readonly by: NodeId;
}

/** How a graph is built. */
export interface BuilderOptions {
  /** Whether equal nodes are one node: yes, unless the graph is to be exactly as a text says. */
  readonly shareEqual?: boolean;
}

/** Everything a builder holds until it is finished. */
interface State {
  readonly nodes: Map<NodeId, Node>;
  readonly values: Defined[];
  /** Results by the key of the node that gives them: the same node is made once. Absent where equal nodes stay apart. */
  readonly known: Map<string, readonly ValueId[]> | undefined;
  readonly constants: Map<ConstantId, ConstantData>;
  readonly names: Set<string>;
}

const defined = ({ values }: State, value: ValueId): Defined => {
  const found = values[value];
  invariant(found !== undefined, `value %${value} is not of this graph`);
  return found;
};

/** Where operands come from, as notes of an error about them. */
export const originsOf = (operands: readonly Pick<Defined, "type" | "location">[]): readonly Note[] =>
  operands.map(({ type, location }, position) => ({
    label: `operand ${position + 1}`,
    text: printType(type),
    ...(location === undefined ? {} : { location }),
  }));

/** Refuses what is too large to be compiled, as far as extents are known: W132, W133. */
const requireWithinLimits = (op: OpKind, { dtype, shape }: TensorType): void => {
  if (shape.length > limits.rank) reject("W132", { op, rank: shape.length, most: limits.rank });
  let elements = 1;
  for (const extent of shape) if (isKnown(extent)) elements *= Math.max(1, extent);
  if (elements > limits.elements) reject("W133", { op, type: printType({ dtype, shape }), most: limits.elements });
};

/** Types the node; a refusal gets the place of the op and the origins of its operands. */
const infer = (
  state: State,
  op: OpKind,
  operands: readonly ValueId[],
  attrs: Attributes,
  location: Location | undefined,
): readonly TensorType[] => {
  const types = operands.map((operand) => defined(state, operand).type);
  try {
    const results = opOf(op).infer(types, attrs);
    for (const type of results) requireWithinLimits(op, type);
    return results;
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    throw locate(error, location, originsOf(operands.map((operand) => defined(state, operand))));
  }
};

const emitInto = (
  state: State,
  op: OpKind,
  operands: readonly ValueId[],
  attrs: Attributes,
  location: Location | undefined,
): readonly ValueId[] => {
  const { nodes, values, known } = state;
  const frozen = freezeAttributes(attrs);
  const key = known === undefined ? "" : `${op}(${operands.join()}){${attributesKey(frozen)}}`;
  const existing = known?.get(key);
  if (existing !== undefined) return existing;
  const types = infer(state, op, operands, frozen, location);
  const id = nodes.size as NodeId;
  const results = types.map(({ dtype, shape }): Value => {
    const result = values.length as ValueId;
    const type = tensorType(dtype, shape);
    values.push({ type, location, by: id });
    return Object.freeze({ id: result, type });
  });
  // The attributes were accepted by this very op's typing rule, which the union type cannot express.
  const node = Object.freeze({
    id,
    op,
    operands: Object.freeze([...operands]),
    attrs: frozen,
    results: Object.freeze(results),
    ...(location === undefined ? {} : { location }),
  }) as Node;
  nodes.set(id, node);
  const ids = Object.freeze(results.map((result) => result.id));
  known?.set(key, ids);
  return ids;
};

const one = (ids: readonly ValueId[]): ValueId => {
  const [id] = ids;
  invariant(id !== undefined && ids.length === 1, "an op of one result");
  return id;
};

/** Keeps equal contents once. */
const addConstant = ({ constants }: State, dtype: DType, data: DataArray): ConstantId => {
  for (let salt = 0; ; salt++) {
    const id = constantId(dtype, data, salt) as ConstantId;
    const existing = constants.get(id);
    if (existing === undefined) constants.set(id, Object.freeze({ dtype, data }));
    if (existing === undefined || sameContents(existing.data, data)) return id;
  }
};

const freezeEntry = (state: State, { name, outputs, updates }: Entry): Entry => {
  for (const { value } of [...outputs, ...updates]) defined(state, value);
  const frozen = (values: Entry["outputs"]) => Object.freeze(values.map((each) => Object.freeze({ ...each })));
  return Object.freeze({ name, outputs: frozen(outputs), updates: frozen(updates) });
};

/**
 * Starts an empty graph. Equal nodes are one node unless `shareEqual` is false.
 *
 * @throws W101 a name that is taken, W132 and W133 what is too large, and what the ops refuse: from the methods, when a
 * node is added.
 * @example
 * const builder = graphBuilder();
 * const x = builder.input("x", { dtype: "f32", shape: ["B"] });
 * const [y] = builder.emit("unary", [x], { fn: "exp" });
 * builder.finish("g", y === undefined ? [] : [{ name: "main", outputs: [{ name: "y", value: y }], updates: [] }]).name; // "g"
 */
export const graphBuilder = ({ shareEqual = true }: BuilderOptions = {}): GraphBuilder => {
  const known = shareEqual ? new Map<string, readonly ValueId[]>() : undefined;
  const state: State = { nodes: new Map(), values: [], known, constants: new Map(), names: new Set() };
  const inputs: ValueId[] = [];
  const parameters: ValueId[] = [];
  const emit: GraphBuilder["emit"] = (op, operands, attrs, location) => emitInto(state, op, operands, attrs, location);
  const named =
    (op: "input" | "parameter", list: ValueId[]): GraphBuilder["input"] =>
    (name, type, location) => {
      if (state.names.has(name)) reject("W101", { name }, { location });
      state.names.add(name);
      const id = one(emit(op, [], { name, dtype: type.dtype, shape: type.shape }, location));
      list.push(id);
      return id;
    };
  return {
    emit,
    input: named("input", inputs),
    parameter: named("parameter", parameters),
    constant: (value, dtype, shape) => one(emit("constant", [], { value, dtype, shape })),
    data: (dtype, shape, data, location) =>
      one(emit("data", [], { id: addConstant(state, dtype, data), dtype, shape }, location)),
    adopt: (others) => {
      for (const [id, contents] of others) state.constants.set(id, contents);
    },
    typeOf: (value) => defined(state, value).type,
    locationOf: (value) => defined(state, value).location,
    definitionOf: (value) => {
      const node = state.nodes.get(defined(state, value).by);
      invariant(node !== undefined, `value %${value} is defined by a node`);
      return node;
    },
    finish: (name, entries) =>
      Object.freeze({
        name,
        inputs: Object.freeze([...inputs]),
        parameters: Object.freeze([...parameters]),
        entries: Object.freeze(entries.map((entry) => freezeEntry(state, entry))),
        nodes: new Map(state.nodes),
        constants: new Map(state.constants),
      }),
  };
};
