// `gradientsMatch`, for a test suite of one's own: whether the gradients of a model, a training, a graph or a function are the
// slopes of what it gives, and if not, which op is wrong, and how.
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { definitionOf, usedSymbols } from "../../ir/graph/analysis.ts";
import { graphBuilder } from "../../ir/graph/builder.ts";
import { callerName } from "../../ir/graph/entry-inputs.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import { indexRanges } from "../../ir/graph/index-ranges.ts";
import { withTrace } from "../../ir/graph/trace.ts";
import { isTensor, traceOver } from "../../ir/graph/traced-tensor.ts";
import type { Bindings } from "../../ir/types/dim.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import { randomStream } from "../../model/initializer.ts";
import { type AnyModel, declareInputs, type InputSpec, modelGraph } from "../../model/model.ts";
import { flattenSpecs } from "../../model/parameter.ts";
import { writeFunctions } from "../../passes/decompose.ts";
import { bindSymbols } from "../../passes/specialize.ts";
import type { AnyTraining } from "../../training/training.ts";
import { trainingGraph } from "../../training/training-graph.ts";
import { randomArray } from "../arbitraries/values.ts";
import { checkGradients, type GradientCheck, type Mismatch, type Values } from "./check-gradients.ts";
import { describeFault, elementIn, inDigits } from "./describe-fault.ts";
import { evaluateNodes, tangentsOf } from "./duals.ts";
import { inDouble } from "./in-double.ts";
import { firstFault } from "./local-gradients.ts";
import { type Order, type Projected, projected } from "./projected.ts";

/** A function of tensors of any kind, as a method so that its parameters may be of any tensor types. */
export interface TensorFunction {
  /** The function. */
  of(...operands: Tensor[]): Tensor | readonly Tensor[];
}

/** What has gradients. */
export type GradientSubject = AnyModel | AnyTraining | Graph | TensorFunction["of"];

/** At which points, and how thoroughly. */
export interface GradientsMatchOptions {
  /** Extents for symbolic dimensions; 2 for those that are not named. */
  readonly dims?: Bindings;
  /** The operands of a function. */
  readonly inputs?: readonly InputSpec[];
  /** Of the first point; each further point has the next. 1 unless it is said. */
  readonly seed?: number;
  /** How many random points: 3 unless it is said. */
  readonly points?: number;
  /** 2 to differentiate the gradient as well, and compare that. */
  readonly order?: Order;
  /**
   * Names of functions with a derivative of their own that is no slope, on purpose. The graph is checked on both sides of
   * their calls.
   */
  readonly except?: readonly string[];
}

const known = optionNames<GradientsMatchOptions>({
  dims: true,
  inputs: true,
  seed: true,
  points: true,
  order: true,
  except: true,
});

const isModel = (subject: GradientSubject): subject is AnyModel | AnyTraining => "kind" in subject;

/** A graph with one entry, `main`, that applies a function to its inputs, `x0` and so on. */
export const functionGraph = (apply: TensorFunction["of"], inputs: readonly InputSpec[]): Graph => {
  const trace = traceOver(graphBuilder());
  const named = Object.fromEntries(inputs.map((input, at) => [`x${at}`, input]));
  return withTrace(trace, () => {
    const given = apply(...Object.values(declareInputs(trace, named)));
    const results: readonly Tensor[] = isTensor(given) ? [given] : given;
    const outputs = results.map((result, at) => ({ name: `y${at}`, value: trace.value(result) }));
    return trace.builder.finish(apply.name === "" ? "function" : apply.name, [{ name: "main", outputs, updates: [] }]);
  });
};

interface Traced {
  readonly graph: Graph;
  readonly specs: AnyModel["params"] | undefined;
  /** The entries to look at, and of their outputs these. */
  readonly entries: readonly string[];
  readonly only?: readonly string[];
}

const traced = (subject: GradientSubject, { inputs = [] }: GradientsMatchOptions): Traced => {
  if (typeof subject === "function")
    return { graph: functionGraph(subject, inputs), specs: undefined, entries: ["main"] };
  if (!isModel(subject)) return { graph: subject, specs: undefined, entries: subject.entries.map(({ name }) => name) };
  if (subject.kind === "model") return { graph: modelGraph(subject), specs: subject.params, entries: ["predict"] };
  return { graph: trainingGraph(subject), specs: subject.model.params, entries: ["grads"], only: ["loss"] };
};

/** Random values: parameters of a model around those that it starts with, indices within their range, all else anything. */
const valuesFor = (graph: Graph, specs: Traced["specs"], seed: number): Values => {
  const starts = new Map(specs === undefined ? [] : flattenSpecs(specs));
  const ranges = indexRanges(graph);
  const named = (values: Graph["inputs"]): Readonly<Record<string, NdArray>> =>
    Object.fromEntries(
      values.flatMap((value): readonly (readonly [string, NdArray])[] => {
        const node = definitionOf(graph, value);
        if (node.op !== "input" && node.op !== "parameter") return [];
        const { name } = node.attrs;
        const type = knownType(node.attrs);
        const drawn = randomArray(type, seed * 1009 + node.id, "normal", ranges.get(callerName(graph, name)));
        const start = starts.get(name);
        if (start === undefined || !isFloat(type.dtype)) return [[name, drawn]];
        const values = start.initializer.fill(type.shape, randomStream(seed, name));
        return [[name, { ...type, data: values.map((element, at) => element + 0.1 * (drawn.data[at] ?? 0)) }]];
      }),
    );
  return { feeds: named(graph.inputs), parameters: named(graph.parameters) };
};

/** How many elements of a wrong gradient are compared one by one. */
const mostElements = 200;

/** The element in which a gradient differs most from the slope. */
const worstElement = (
  { graph, weights }: Projected,
  { feeds, parameters }: Values,
  { leaf }: Mismatch,
): { readonly at: number; readonly got: number; readonly wanted: number } => {
  const all = { ...feeds, ...weights };
  const evaluated = evaluateNodes(graph, "loss", all, parameters);
  const gradients = evaluateNodes(graph, "gradients", all, parameters);
  const idOf = (entry: string, name: string) =>
    graph.entries.find((each) => each.name === entry)?.outputs.find((output) => output.name === name)?.value;
  const [lossId, gradientId] = [idOf("loss", "loss"), idOf("gradients", leaf.name)];
  const made = gradients.find(({ node }) => node.results.some(({ id }) => id === gradientId));
  const gradient = made?.results[made.node.results.findIndex(({ id }) => id === gradientId)];
  const length = Math.min(gradient?.data.length ?? 0, mostElements);
  const elements = Array.from({ length }, (_, at) => {
    const unit = new Float64Array(gradient?.data.length ?? 0).fill(1, at, at + 1);
    const tangents = tangentsOf(evaluated, new Map([[leaf.name, { ...leaf.type, data: unit }]]));
    const wanted = lossId === undefined ? 0 : (tangents.get(lossId)?.data[0] ?? 0);
    return { at, got: gradient?.data[at] ?? Number.NaN, wanted };
  });
  const apart = ({ got, wanted }: (typeof elements)[number]): number => Math.abs(got - wanted);
  return elements.reduce(
    (worst, each) => (apart(each) > apart(worst) ? each : worst),
    elements[0] ?? { at: 0, got: 0, wanted: 0 },
  );
};

/** What a report is headed with, and the option by which a gradient that is no slope on purpose is excused. */
export interface Wording {
  readonly title: string;
  readonly excuse: (name: string) => string;
}

/** What is wrong, in sentences: the gradient that shows it, the op that is to blame, and how to see it again. */
const report = (
  { title, excuse }: Wording,
  made: Projected,
  values: Values,
  check: GradientCheck,
  seed: number,
): string => {
  const [first] = check.mismatches;
  if (first === undefined) return "";
  const { leaf, by } = first;
  const { at, got, wanted } = worstElement(made, values, first);
  const fault = firstFault(
    evaluateNodes(made.graph, "loss", { ...values.feeds, ...made.weights }, values.parameters),
    seed,
  );
  const other = check.mismatches.find((each) => each.leaf.name === leaf.name && each.by === "differences");
  const along = ` along a random direction: gradient ${inDigits(first.got)}, slope ${inDigits(first.wanted)}`;
  return [
    `${title}: the ${made.order === 2 ? "second " : ""}gradient of ${leaf.kind} ${JSON.stringify(leaf.name)} is not the slope`,
    ...(by === "duals"
      ? [`  at ${elementIn(leaf.type.shape, at)}: gradient ${inDigits(got)}, slope ${inDigits(wanted)}`]
      : []),
    ` ${along}${other === undefined ? "" : `, by differences ${inDigits(other.wanted)}`}`,
    ...(fault === undefined
      ? ["  no op is wrong by itself: what is wrong is how differentiation put them together"]
      : describeFault(fault).map((line) => `  ${line}`)),
    ...(fault?.isCustom === true ? [`    if it is meant so: { ${excuse(fault.name)} }`] : []),
    `  the numbers again: { seed: ${seed}, points: 1${made.order === 2 ? ", order: 2" : ""} }`,
  ].join("\n");
};

/** Extents for all symbols: those that are given, and 2 for the others. */
const dimsFor = (graph: Graph, given: Bindings = {}): Bindings => ({
  ...Object.fromEntries(usedSymbols(graph).map((symbol) => [symbol, 2])),
  ...given,
});

/** How often new numbers are drawn where some led to NaN or beyond all bounds. */
const attempts = 10;

/**
 * Compares, in double precision and at random points, the gradients of all parameters and float inputs with the slopes of what
 * the subject gives: a random weighting of its outputs, or the loss of a training. Slopes are taken forward, op by op, and by
 * differences. Throws an error that names the gradient, the op at fault, its mistake and its line.
 *
 * @throws W140 what is no subject; an Error with the report for a gradient that is no slope.
 * @example
 * await gradientsMatch(learning, { dims: { B: 2 }, points: 1 }); // undefined
 */
export const gradientsMatch = (subject: GradientSubject, options: GradientsMatchOptions = {}): Promise<void> =>
  Promise.resolve().then(() => {
    requireKnownOptions("gradientsMatch", options, known);
    return matchGradients(subject, options, "gradientsMatch");
  });

const exceptIt = (name: string): string => `except: [${JSON.stringify(name)}]`;

/** The same without waiting, on behalf of a check of this name. */
export const matchGradients = (
  subject: GradientSubject,
  options: GradientsMatchOptions,
  checkName: string,
  excuse: Wording["excuse"] = exceptIt,
): void => {
  const { seed = 1, points = 3, order = 1, except = [] } = options;
  const { graph, specs, entries, only } = traced(subject, options);
  const title = `${checkName}(${graph.name})`;
  // What is excepted may be called within a function.
  const bound = writeFunctions(bindSymbols(graph, dimsFor(graph, options.dims)));
  const double = inDouble(bound, (node) => node.op === "call" && except.includes(node.attrs.name));
  for (const entry of entries)
    for (let point = 0; point < points; point++) {
      let check: GradientCheck | undefined;
      for (let attempt = 0; attempt < attempts && check?.finite !== true; attempt++) {
        const own = seed + point + 1000 * attempt;
        const made = projected(double, entry, { order, seed: own, ...(only === undefined ? {} : { only }) });
        const values = valuesFor(double, specs, own);
        check = checkGradients(made, values, { seed: own });
        if (check.mismatches.length > 0) throw new Error(report({ title, excuse }, made, values, check, own));
      }
      if (check?.finite === false)
        throw new Error(
          `${title}: with ${attempts} draws of numbers something became NaN or larger than 1e12, so nothing was compared`,
        );
    }
};
