// The meaning of graphs, executed: every op's own `evaluate` in double precision, one node after the other, nothing fused,
// nothing reused. Slow and obvious on purpose, for it is what every pass and every backend is compared with.
import { InvariantError, invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, order, reachable } from "../../ir/graph/analysis.ts";
import { bodyResults, graphOf } from "../../ir/graph/body-graph.ts";
import { decomposition } from "../../ir/graph/decomposition.ts";
import { inputNames } from "../../ir/graph/entry-inputs.ts";
import type { Entry, Graph, NamedValue, Node, ValueId } from "../../ir/graph/graph.ts";
import type { RunBody } from "../../ir/ops/body.ts";
import { opOf } from "../../ir/ops/index.ts";
import { type KnownType, type NdArray, sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { printType, sameType } from "../../ir/types/tensor-type.ts";

/** Arrays by the name they have for the caller. */
export type NamedArrays = Readonly<Record<string, NdArray>>;

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

const rounded = (array: NdArray, { round }: EvaluationOptions): NdArray =>
  round === "f32" && array.dtype === "f32" ? { ...array, data: array.data.map(Math.fround) } : array;

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

/** The results of one op on arrays; a composite without a meaning of its own means its decomposition. */
export const evaluateNode = (
  node: Pick<Node, "op" | "attrs">,
  operands: readonly NdArray[],
  options: EvaluationOptions = {},
): readonly NdArray[] => {
  const { evaluate } = opOf(node.op);
  if (evaluate !== undefined)
    return evaluate(operands, node.attrs, bodyRunner(options)).map((array) => rounded(array, options));
  const graph = decomposition(node.op, operands, node.attrs);
  const feeds = Object.fromEntries(operands.map((operand, position) => [`operand${position}`, operand]));
  return Object.values(evaluateEntry(graph, node.op, feeds, {}, unobserved(options)).outputs);
};

const unobserved = ({ round }: EvaluationOptions): EvaluationOptions => (round === undefined ? {} : { round });

/** Runs the bodies of ops that repeat one. */
const bodyRunner = (options: EvaluationOptions): RunBody => {
  return (body, inputs) => {
    const graph = graphOf(body);
    const wanted = bodyResults(graph);
    const feeds = Object.fromEntries(inputNames(graph).map((name, at) => [name, inputs[at] ?? unfed(name)]));
    const values = evaluateNodes(graph, wanted, feeds, {}, unobserved(options));
    return wanted.flatMap((value) => values.get(value) ?? []);
  };
};

const unfed = (name: string): NdArray => {
  throw new InvariantError(`weftgraph contradicts itself (please report this): nothing is given for ${name} of a body`);
};

const evaluateNodes = (
  graph: Graph,
  wanted: readonly ValueId[],
  feeds: NamedArrays,
  parameters: NamedArrays,
  options: EvaluationOptions,
): ReadonlyMap<ValueId, NdArray> => {
  const values = new Map<ValueId, NdArray>();
  const value = (id: ValueId): NdArray => {
    const array = values.get(id);
    invariant(array !== undefined, `%${id} is evaluated before it is used`);
    return array;
  };
  const needed = reachable(wanted, (id) => definitionOf(graph, id));
  for (const node of order(graph)) {
    if (!needed.has(node.id)) continue;
    const recalled = recall(graph, node, feeds, parameters);
    const results =
      recalled === undefined ? evaluateNode(node, node.operands.map(value), options) : [rounded(recalled, options)];
    node.results.forEach(({ id, type }, position) => {
      const array = results[position];
      invariant(array !== undefined && sameType(array, type), `${node.op} means a ${printType(type)}`);
      values.set(id, array);
    });
    options.observe?.(node, results);
  }
  return values;
};

const entryOf = (graph: Graph, name: string): Entry => {
  const entry = graph.entries.find((candidate) => candidate.name === name);
  invariant(entry !== undefined, `graph ${graph.name} has an entry ${JSON.stringify(name)}`);
  return entry;
};

/** Runs one entry of a graph whose extents are all known: its outputs and updates, by name. */
export const evaluateEntry = (
  graph: Graph,
  entry: string,
  feeds: NamedArrays,
  parameters: NamedArrays = {},
  options: EvaluationOptions = {},
): Evaluation => {
  const { outputs, updates } = entryOf(graph, entry);
  const wanted = [...outputs, ...updates].map(({ value }) => value);
  const values = evaluateNodes(graph, wanted, feeds, parameters, options);
  const named = (list: readonly NamedValue[]): NamedArrays =>
    Object.fromEntries(
      list.flatMap(({ name, value }) => {
        const array = values.get(value);
        return array === undefined ? [] : [[name, array] as const];
      }),
    );
  return { outputs: named(outputs), updates: named(updates) };
};

/** The outputs of one entry of a graph whose extents are all known. */
export const evaluateGraph = (
  graph: Graph,
  entry: string,
  feeds: NamedArrays,
  parameters: NamedArrays = {},
  options: EvaluationOptions = {},
): NamedArrays => evaluateEntry(graph, entry, feeds, parameters, options).outputs;
