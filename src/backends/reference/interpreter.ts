// The meaning of graphs, executed: every op's own `evaluate` in double precision, one node after the other, nothing fused,
// nothing reused. Slow and obvious on purpose, for it is what every pass and every backend is compared with.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, order, reachable } from "../../ir/graph/analysis.ts";
import { bodyResults, graphOf } from "../../ir/graph/body-graph.ts";
import { decomposition } from "../../ir/graph/decomposition.ts";
import { inputNames } from "../../ir/graph/entry-inputs.ts";
import type { Entry, Graph, NamedValue, Node, ValueId } from "../../ir/graph/graph.ts";
import type { Body, RunBody } from "../../ir/ops/body.ts";
import { opOf } from "../../ir/ops/index.ts";
import { type KnownType, type NdArray, sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { printType, sameType } from "../../ir/types/tensor-type.ts";

/** Arrays by the name they have for the caller. */
export type NamedArrays = NamedResults<NdArray>;

/** How a graph is evaluated. */
export interface EvaluationOptions {
  /** `f32`: each f32 result is rounded as it would be in memory. Otherwise f32 keeps double precision. */
  readonly round?: "f32";
  /** Sees the results of each node, in order; composites are one node. */
  readonly observe?: (node: Node, results: readonly NdArray[]) => void;
}

/** What a run gives: outputs, and the new values of the parameters that the entry updates. */
export interface Evaluation {
  readonly outputs: NamedArrays;
  readonly updates: NamedArrays;
}

/** What the values of a walk are and how a node makes them: arrays in double precision, or arrays with more beside them. */
export interface Evaluator<V extends NdArray> {
  /** The value of what the caller gave, or of a dense constant. */
  readonly leaf: (array: NdArray) => V;
  readonly node: (node: Pick<Node, "op" | "attrs">, operands: readonly V[]) => readonly V[];
  /** Sees the results of each node, in order; composites are one node. */
  readonly observe?: (node: Node, results: readonly V[]) => void;
}

/** Values by the name they have for the caller. */
export type NamedResults<V> = Readonly<Record<string, V>>;

const fed = (what: string, arrays: NamedArrays, name: string, type: Node["results"][number]["type"]): NdArray => {
  const array = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
  invariant(array !== undefined, `${what} ${JSON.stringify(name)} is given`);
  const fits = sameType(array, type) && array.data.length === sizeOf(array.shape);
  invariant(fits, `${what} ${JSON.stringify(name)} is ${printType(type)}, not ${printType(array)}`);
  return array;
};

const knownType = ({ dtype, shape }: Node["results"][number]["type"]): KnownType => ({
  dtype,
  shape: knownShape(shape),
});

/** Elements of a node without computation: what the caller gave, or a dense constant. */
const recall = (graph: Graph, node: Node, feeds: NamedArrays, parameters: NamedArrays): NdArray | undefined => {
  const [result] = node.results;
  if (result === undefined) return undefined;
  if (node.op === "input") return fed("input", feeds, node.attrs.name, result.type);
  if (node.op === "parameter") return fed("parameter", parameters, node.attrs.name, result.type);
  if (node.op !== "data") return undefined;
  const contents = [...graph.constants].find(([id]) => id === node.attrs.id)?.[1];
  invariant(contents !== undefined, `the contents of ${node.attrs.id} are in the graph`);
  return { ...knownType(result.type), data: Float64Array.from(contents.data) };
};

const rounded = (array: NdArray, { round }: EvaluationOptions): NdArray =>
  round === "f32" && array.dtype === "f32" ? { ...array, data: array.data.map(Math.fround) } : array;

/** The meaning in double precision, or rounded where memory would round. */
const reference = (options: EvaluationOptions): Evaluator<NdArray> => ({
  leaf: (array) => rounded(array, options),
  node: (node, operands) => evaluateNode(node, operands, options),
  ...(options.observe === undefined ? {} : { observe: options.observe }),
});

const unobserved = ({ round }: EvaluationOptions): EvaluationOptions => (round === undefined ? {} : { round });

/** The results of one op on arrays; a composite without a meaning of its own means its decomposition. */
export const evaluateNode = (
  node: Pick<Node, "op" | "attrs">,
  operands: readonly NdArray[],
  options: EvaluationOptions = {},
): readonly NdArray[] => {
  const { evaluate } = opOf(node.op);
  const inner = reference(unobserved(options));
  if (evaluate === undefined) return walkDecomposition(node, operands, inner);
  // What a body is given was computed as well: a body that hands it on rounds it as one that multiplies it by 1 does.
  const given = (inputs: readonly NdArray[]): readonly NdArray[] => inputs.map((array) => rounded(array, options));
  const run: RunBody = (body, inputs) => walkBody(body, given(inputs), inner);
  return evaluate(operands, node.attrs, run).map((array) => rounded(array, options));
};

/** The results of a composite, by what it is made of. */
export const walkDecomposition = <V extends NdArray>(
  { op, attrs }: Pick<Node, "op" | "attrs">,
  operands: readonly V[],
  evaluator: Evaluator<V>,
): readonly V[] => {
  const graph = decomposition(op, operands, attrs);
  return walkGraph(graph, bodyResults(graph), inputsAt(graph, operands), evaluator);
};

/** The results of the body of an op that repeats one. */
export const walkBody = <V extends NdArray>(
  body: Body,
  inputs: readonly V[],
  evaluator: Evaluator<V>,
): readonly V[] => {
  const graph = graphOf(body);
  return walkGraph(graph, bodyResults(graph), inputsAt(graph, inputs), evaluator);
};

/** Values of inputs by their name, from a list in the order in which the graph declares them. */
const inputsAt = <V>(graph: Graph, values: readonly V[]): ReadonlyMap<string, V> =>
  new Map(
    inputNames(graph).map((name, at) => {
      const value = values[at];
      invariant(value !== undefined, `something is given for ${name} of a body`);
      return [name, value];
    }),
  );

/** The wanted values of a graph without parameters, on values of its inputs. */
const walkGraph = <V extends NdArray>(
  graph: Graph,
  wanted: readonly ValueId[],
  inputs: ReadonlyMap<string, V>,
  evaluator: Evaluator<V>,
): readonly V[] => {
  const input = (node: Node): V | undefined => (node.op === "input" ? inputs.get(node.attrs.name) : undefined);
  const values = walk(graph, wanted, (node) => input(node) ?? recalled(graph, node, {}, {}, evaluator), evaluator);
  return wanted.flatMap((value) => values.get(value) ?? []);
};

const recalled = <V extends NdArray>(
  graph: Graph,
  node: Node,
  feeds: NamedArrays,
  parameters: NamedArrays,
  { leaf }: Evaluator<V>,
): V | undefined => {
  const array = recall(graph, node, feeds, parameters);
  return array === undefined ? undefined : leaf(array);
};

/** One node after the other, as far as the wanted values need them. */
const walk = <V extends NdArray>(
  graph: Graph,
  wanted: readonly ValueId[],
  given: (node: Node) => V | undefined,
  evaluator: Evaluator<V>,
): ReadonlyMap<ValueId, V> => {
  const values = new Map<ValueId, V>();
  const value = (id: ValueId): V => {
    const array = values.get(id);
    invariant(array !== undefined, `%${id} is evaluated before it is used`);
    return array;
  };
  const needed = reachable(wanted, (id) => definitionOf(graph, id));
  for (const node of order(graph)) {
    if (!needed.has(node.id)) continue;
    const known = given(node);
    const results = known === undefined ? evaluator.node(node, node.operands.map(value)) : [known];
    node.results.forEach(({ id, type }, position) => {
      const array = results[position];
      invariant(array !== undefined && sameType(array, type), `${node.op} means a ${printType(type)}`);
      values.set(id, array);
    });
    evaluator.observe?.(node, results);
  }
  return values;
};

const entryOf = (graph: Graph, name: string): Entry => {
  const entry = graph.entries.find((candidate) => candidate.name === name);
  invariant(entry !== undefined, `graph ${graph.name} has an entry ${JSON.stringify(name)}`);
  return entry;
};

/** Runs one entry of a graph whose extents are all known, with an evaluator of one's own: outputs and updates, by name. */
export const walkEntry = <V extends NdArray>(
  graph: Graph,
  entry: string,
  feeds: NamedArrays,
  parameters: NamedArrays,
  evaluator: Evaluator<V>,
): { readonly outputs: NamedResults<V>; readonly updates: NamedResults<V> } => {
  const { outputs, updates } = entryOf(graph, entry);
  const wanted = [...outputs, ...updates].map(({ value }) => value);
  const values = walk(graph, wanted, (node) => recalled(graph, node, feeds, parameters, evaluator), evaluator);
  const named = (list: readonly NamedValue[]): NamedResults<V> =>
    Object.fromEntries(
      list.flatMap(({ name, value }) => {
        const array = values.get(value);
        return array === undefined ? [] : [[name, array] as const];
      }),
    );
  return { outputs: named(outputs), updates: named(updates) };
};

/** Runs one entry of a graph whose extents are all known: its outputs and updates, by name. */
export const evaluateEntry = (
  graph: Graph,
  entry: string,
  feeds: NamedArrays,
  parameters: NamedArrays = {},
  options: EvaluationOptions = {},
): Evaluation => walkEntry(graph, entry, feeds, parameters, reference(options));

/** The outputs of one entry of a graph whose extents are all known. */
export const evaluateGraph = (
  graph: Graph,
  entry: string,
  feeds: NamedArrays,
  parameters: NamedArrays = {},
  options: EvaluationOptions = {},
): NamedArrays => evaluateEntry(graph, entry, feeds, parameters, options).outputs;
