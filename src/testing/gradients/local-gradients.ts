// Each op of a graph by itself, at the values that it has there: what its derivative rule gives, and what it should have given.
// The first op whose own gradient is wrong is where a wrong gradient of the whole comes from.
import { evaluateEntry } from "../../backends/reference/interpreter.ts";
import type { Location } from "../../ir/diagnostics/location.ts";
import { definitionOf } from "../../ir/graph/analysis.ts";
import { bodiesIn, bodyResults, graphOf } from "../../ir/graph/body-graph.ts";
import { graphBuilder } from "../../ir/graph/builder.ts";
import { inputNames } from "../../ir/graph/entry-inputs.ts";
import type { Graph, Node } from "../../ir/graph/graph.ts";
import { functionOf } from "../../ir/graph/print-node.ts";
import { withTrace } from "../../ir/graph/trace.ts";
import { emitMany, traceOver } from "../../ir/graph/traced-tensor.ts";
import { opOf } from "../../ir/ops/index.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import { toolsOf } from "../../passes/differentiate.ts";
import { randomArray, randomFrom } from "../arbitraries/values.ts";
import type { Tangent } from "./dual-rules.ts";
import { changeOf, type Evaluated, evaluateNodes } from "./duals.ts";
import { randomDirection } from "./projected.ts";

/** An op whose gradient of one operand is wrong. */
export interface Fault {
  /** The op, or the name of a function with a derivative of its own. */
  readonly name: string;
  readonly isCustom: boolean;
  /** Counted from 0. */
  readonly operand: number;
  readonly value: NdArray;
  /** The gradient for random cotangents: as the rule gives it, and as it should be. NaN where it was not asked. */
  readonly got: NdArray;
  readonly wanted: NdArray;
  /** What the operands before and after should have got, where they have the same shape. */
  readonly others: readonly { readonly operand: number; readonly wanted: NdArray }[];
  /** The lines that matter: where the gradient is made and the function defined, if it has one of its own, and where it is used. */
  readonly places: readonly (readonly [what: string, location: Location | undefined])[];
}

/** What the rule of one node gives for each operand. */
const ruleGives = ({ node, operands }: Evaluated, cotangents: readonly NdArray[]): readonly Tangent[] | undefined => {
  const { vjp } = opOf(node.op);
  const trace = traceOver(graphBuilder());
  const names = operands.map((_, at) => `operand${at}`);
  return withTrace(trace, () => {
    const tensors = operands.map((operand, at) => trace.input(names[at] ?? "", operand));
    const flows = cotangents.map((cotangent, at) => trace.input(`cotangent${at}`, cotangent));
    const results = emitMany(trace, node.op, tensors, node.attrs);
    const found = vjp({
      ...toolsOf(trace),
      attrs: node.attrs,
      operands: tensors,
      results,
      cotangents: flows,
      flows: flows.map(() => true),
    });
    const outputs = found.flatMap((tensor, at) =>
      tensor === null ? [] : [{ name: `${at}`, value: trace.value(tensor) }],
    );
    const graph = trace.builder.finish("rule", [{ name: "rule", outputs, updates: [] }]);
    const feeds = [
      ...operands.map((each, at) => [`operand${at}`, each] as const),
      ...cotangents.map((each, at) => [`cotangent${at}`, each] as const),
    ];
    const values = evaluateEntry(graph, "rule", Object.fromEntries(feeds)).outputs;
    return found.map((_, at) => values[`${at}`]);
  });
};

const dot = (left: Tangent, right: Tangent): number =>
  left?.data.reduce((sum, element, at) => sum + element * (right?.data[at] ?? 0), 0) ?? 0;

/** How the results, weighed by cotangents, change with one operand along a direction. */
const slopeOf = (
  { node, operands, results }: Evaluated,
  operand: number,
  direction: NdArray,
  cotangents: readonly NdArray[],
): number => {
  const tangents = operands.map((_, at) => (at === operand ? direction : undefined));
  const changes = changeOf({ op: node.op, attrs: node.attrs, operands, results, tangents });
  return changes.reduce(
    (sum, change, at) => sum + (results[at] && isFloat(results[at].dtype) ? dot(change, cotangents[at]) : 0),
    0,
  );
};

/** How many elements of a wrong gradient are worked out one by one. */
const mostElements = 64;

/** The gradient of an operand as it should be, element by element; NaN beyond the first of them. */
const wantedGradient = (
  evaluated: Evaluated,
  operand: number,
  value: NdArray,
  cotangents: readonly NdArray[],
): NdArray => ({
  ...value,
  data: Float64Array.from(value.data, (_, at) => {
    if (at >= mostElements) return Number.NaN;
    const unit = { ...value, data: new Float64Array(value.data.length).fill(1, at, at + 1) };
    return slopeOf(evaluated, operand, unit, cotangents);
  }),
});

const isFinite = ({ data }: NdArray): boolean => data.every(Number.isFinite);

/** The share of the numbers on the way by which a rule may be off. */
const tolerance = 1e-8;

/** Where the gradient of an operand was made in the user's program, and where the function was defined. */
const placesOf = (node: Node, operand: number): Fault["places"] => {
  if (node.op !== "call") return [["written", node.location]];
  const gradient = graphOf(node.attrs.gradient);
  const result = bodyResults(gradient)[node.attrs.wanted.indexOf(operand)];
  const [first] = gradient.inputs;
  return [
    ["made", result === undefined ? undefined : definitionOf(gradient, result).location],
    ["defined", first === undefined ? undefined : definitionOf(gradient, first).location],
    ["called", node.location],
  ];
};

const nameOf = (node: Node): string =>
  node.op === "call" ? node.attrs.name : [node.op, functionOf(node)].filter((part) => part !== undefined).join(" ");

/** What is wrong with the rule of one node. */
const faultOf = (evaluated: Evaluated, seed: number): Fault | undefined => {
  const { node, operands, results } = evaluated;
  if (operands.length === 0 || ![...operands, ...results].every(isFinite)) return undefined;
  if (node.op === "stopGradient" || !results.some(({ dtype }) => isFloat(dtype))) return undefined;
  const random = randomFrom(seed);
  const cotangents = results.map((result) =>
    isFloat(result.dtype) ? randomDirection(result, random) : { ...result, data: new Float64Array(result.data.length) },
  );
  const given = ruleGives(evaluated, cotangents);
  for (const [operand, value] of operands.entries()) {
    if (given === undefined || !isFloat(value.dtype)) continue;
    const direction = randomDirection(value, random);
    const [got, wanted] = [dot(given[operand], direction), slopeOf(evaluated, operand, direction, cotangents)];
    const scale = 1 + Math.abs(got) + Math.abs(wanted);
    if (!Number.isFinite(wanted) || Math.abs(got - wanted) <= tolerance * scale) continue;
    const others = operands.flatMap((other, at) =>
      at !== operand && isFloat(other.dtype) && other.data.length === value.data.length
        ? [{ operand: at, wanted: wantedGradient(evaluated, at, other, cotangents) }]
        : [],
    );
    return {
      name: nameOf(node),
      isCustom: node.op === "call",
      operand,
      value,
      got: given[operand] ?? { ...value, data: new Float64Array(sizeOf(value.shape)) },
      wanted: wantedGradient(evaluated, operand, value, cotangents),
      others,
      places: placesOf(node, operand),
    };
  }
  return undefined;
};

/** The nodes of a body, on random numbers. */
const withinBody = (body: Graph, seed: number): readonly Evaluated[] => {
  const names = inputNames(body);
  const feeds = Object.fromEntries(
    body.inputs.map((input, at) => {
      const type = knownType(definitionOf(body, input).results[0]?.type ?? { dtype: "f64", shape: [] });
      return [names[at] ?? "", randomArray(type, seed + at, "normal", isFloat(type.dtype) ? undefined : 1)];
    }),
  );
  return evaluateNodes(body, body.entries[0]?.name ?? "", feeds);
};

/** The first op of an evaluation whose own gradient is wrong, and in the bodies of its ops, which are looked at on random numbers. */
export const firstFault = (evaluated: readonly Evaluated[], seed: number): Fault | undefined => {
  for (const [at, each] of evaluated.entries()) {
    const own = faultOf(each, seed + at);
    if (own?.isCustom === true) return own;
    const bodies = each.node.op === "call" ? [] : bodiesIn(each.node);
    for (const [, body] of bodies) {
      const inner = firstFault(withinBody(body, seed + at), seed);
      if (inner !== undefined) return inner;
    }
    if (own !== undefined) return own;
  }
  return undefined;
};
