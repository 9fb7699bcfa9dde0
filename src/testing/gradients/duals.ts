// Forward mode, over the reference: every value of a graph with the change that small changes of inputs and parameters make in
// it. What the backward mode says of a graph must agree: u . (J v) = (J^T u) . v.
import { evaluateEntry, evaluateNode, type NamedArrays } from "../../backends/reference/interpreter.ts";
import { bodyResults, graphOf } from "../../ir/graph/body-graph.ts";
import { decomposition } from "../../ir/graph/decomposition.ts";
import { inputNames } from "../../ir/graph/entry-inputs.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import type { Body } from "../../ir/ops/body.ts";
import { partsOf } from "../../ir/ops/recurrence-parts.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../ir/types/ndarray.ts";
import { knownExtent } from "../../ir/types/shape.ts";
import { compositeRules, type DualRule, dualRules, type Point, type Tangent, zerosLike } from "./dual-rules.ts";

/** A node as it was evaluated. */
export interface Evaluated {
  readonly node: Node;
  readonly operands: readonly NdArray[];
  readonly results: readonly NdArray[];
}

/** Runs an entry of a graph and keeps what every node gave, in order. */
export const evaluateNodes = (
  graph: Graph,
  entry: string,
  feeds: NamedArrays,
  parameters: NamedArrays = {},
): readonly Evaluated[] => {
  const values = new Map<ValueId, NdArray>();
  const evaluated: Evaluated[] = [];
  evaluateEntry(graph, entry, feeds, parameters, {
    observe: (node, results) => {
      evaluated.push({ node, operands: node.operands.flatMap((operand) => values.get(operand) ?? []), results });
      node.results.forEach(({ id }, at) => {
        const result = results[at];
        if (result !== undefined) values.set(id, result);
      });
    },
  });
  return evaluated;
};

/** How the values of a graph change when its inputs and parameters change like this; absent where they do not. */
export const tangentsOf = (
  evaluated: readonly Evaluated[],
  changes: ReadonlyMap<string, NdArray>,
): ReadonlyMap<ValueId, NdArray> => {
  const tangents = new Map<ValueId, NdArray>();
  for (const { node, operands, results } of evaluated) {
    const isLeaf = node.op === "input" || node.op === "parameter";
    const made = isLeaf
      ? [changes.get(node.attrs.name)]
      : changeOf({
          ...pointOf(node),
          operands,
          results,
          tangents: node.operands.map((operand) => tangents.get(operand)),
        });
    node.results.forEach(({ id, type }, at) => {
      const tangent = made[at];
      if (tangent !== undefined && isFloat(type.dtype)) tangents.set(id, tangent);
    });
  }
  return tangents;
};

const pointOf = ({ op, attrs }: Node): Pick<Point, "op" | "attrs"> => ({ op, attrs });

/** How the results of one node change with its operands. */
export const changeOf = (point: Point): readonly Tangent[] => {
  if (point.tangents.every((tangent) => tangent === undefined)) return point.results.map(() => undefined);
  const rules = { ...dualRules, ...structuralRules, ...compositeRules };
  // The rule is found under the point's own op, which the union of rules cannot say.
  const rule = (rules as Readonly<Record<string, DualRule<never> | undefined>>)[point.op] ?? changeOfParts;
  return rule(point as never);
};

/** A composite changes as what it is made of. */
const changeOfParts = ({ op, attrs, operands, tangents }: Point): readonly Tangent[] => {
  const graph = decomposition(op, operands, attrs);
  return changeOfGraph(
    graph,
    operands.map((_, at) => `operand${at}`),
    operands,
    tangents,
  );
};

const changeOfGraph = (
  graph: Graph,
  names: readonly string[],
  inputs: readonly NdArray[],
  tangents: readonly Tangent[],
): readonly Tangent[] => {
  const feeds = Object.fromEntries(
    names.map((name, at) => [name, inputs[at] ?? zerosLike({ dtype: "f64", shape: [0], data: new Float64Array() })]),
  );
  const changes = new Map(
    names.flatMap((name, at) => (tangents[at] === undefined ? [] : [[name, tangents[at]] as const])),
  );
  const found = tangentsOf(evaluateNodes(graph, graph.entries[0]?.name ?? "", feeds), changes);
  return bodyResults(graph).map((value) => found.get(value));
};

const runBody = (body: Body, inputs: readonly NdArray[]): readonly NdArray[] => {
  const graph = graphOf(body);
  const feeds = Object.fromEntries(inputNames(graph).map((name, at) => [name, inputs[at]]));
  // Every input of the body is given, as its op's typing rule says.
  return Object.values(evaluateEntry(graph, graph.entries[0]?.name ?? "", feeds as NamedArrays).outputs);
};

const elementAt = (sequence: Tangent, at: number): Tangent => {
  if (sequence === undefined) return undefined;
  const shape = sequence.shape.slice(1);
  const size = sizeOf(shape);
  return { dtype: sequence.dtype, shape, data: sequence.data.slice(at * size, (at + 1) * size) };
};

/** Step by step: the state carries its change along. */
const changeOfScan: DualRule<"scan"> = ({ operands, tangents, results, attrs }) => {
  const { carried, reverse, body } = attrs;
  const graph = graphOf(body);
  const names = inputNames(graph);
  const [given, changes] = [partsOf(operands, attrs), partsOf(tangents, attrs)];
  const length = knownExtent(attrs.length);
  const sequences = results.slice(carried).map(zerosLike);
  let [state, moved] = [given.state, changes.state];
  for (let step = 0; step < length; step++) {
    const at = reverse ? length - 1 - step : step;
    const inputs = [...state, ...given.over.flatMap((sequence) => elementAt(sequence, at) ?? []), ...given.captured];
    const around = [...moved, ...changes.over.map((sequence) => elementAt(sequence, at)), ...changes.captured];
    const next = changeOfGraph(graph, names, inputs, around);
    state = runBody(body, inputs).slice(0, carried);
    moved = next.slice(0, carried);
    next.slice(carried).forEach((change, of) => {
      if (change !== undefined) sequences[of]?.data.set(change.data, at * change.data.length);
    });
  }
  return [...moved, ...sequences];
};

/** Weights of the values at 1 to 4 steps ahead, less those behind: exact up to the eighth power of the step. */
const weights = [4 / 5, -1 / 5, 4 / 105, -1 / 280] as const;

/** For ops that would take a page to write forward: differences of eighth order, good to eleven digits where they are smooth. */
const changeByDifferences = ({ op, attrs, operands, tangents, results }: Point): readonly Tangent[] => {
  const largest = tangents.reduce(
    (most, tangent) => tangent?.data.reduce((max, each) => Math.max(max, Math.abs(each)), most) ?? most,
    0,
  );
  const step = 2e-3 / Math.max(1, largest);
  const at = (distance: number): readonly NdArray[] =>
    evaluateNode(
      // The op of the node itself, on operands of the same types.
      { op, attrs } as Pick<Node, "op" | "attrs">,
      operands.map((operand, position) => moved(operand, tangents[position], distance)),
    );
  const data = results.map(({ data: { length } }) => new Float64Array(length));
  weights.forEach((weight, index) => {
    const [ahead, behind] = [at((index + 1) * step), at(-(index + 1) * step)];
    data.forEach((sums, position) => {
      for (const [element, value] of (ahead[position]?.data ?? []).entries()) {
        const other = behind[position]?.data[element] ?? 0;
        // Infinities that stay, as logarithms of nothing, do not change.
        if (value !== other) sums[element] = (sums[element] ?? 0) + (weight * (value - other)) / step;
      }
    });
  });
  return results.map((result, position) => ({ ...result, data: data[position] ?? result.data }));
};

/** What a rule needs duals of graphs for, or cannot say in a few lines. */
const structuralRules: { readonly [K in "scan" | "attention" | "attentionGradients"]: DualRule<K> } = {
  scan: changeOfScan,
  attention: changeByDifferences,
  attentionGradients: changeByDifferences,
};

/** An array some way along a direction. */
export const moved = (array: NdArray, direction: Tangent, distance: number): NdArray =>
  direction === undefined
    ? array
    : { ...array, data: array.data.map((element, at) => element + distance * (direction.data[at] ?? 0)) };
