// `customGradientMatches`, for functions with a derivative of their own: everything that can be checked of one without a model around
// it. Symbols in the specs are tried with several extents, 0 and 1 among them.
import { evaluateGraph, type NamedArrays } from "../../backends/reference/interpreter.ts";
import { planGraph } from "../../compile/plan-graph.ts";
import { WeftError } from "../../ir/diagnostics/diagnostic.ts";
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { typeOf, usedSymbols } from "../../ir/graph/analysis.ts";
import { inputNames } from "../../ir/graph/entry-inputs.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import { type Bindings, bindDim } from "../../ir/types/dim.ts";
import { type DataArray, dtypes } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import { printType, type TensorType, tensorType } from "../../ir/types/tensor-type.ts";
import type { InputSpec } from "../../model/model.ts";
import { bindSymbols } from "../../passes/specialize.ts";
import { randomArray, type ValueProfile } from "../arbitraries/values.ts";
import { firstDifference, runEverywhere } from "../run-everywhere.ts";
import { elementIn, inDigits } from "./describe-fault.ts";
import { functionGraph, matchGradients, type TensorFunction } from "./gradients-match.ts";
import { arraysInDouble, inDouble } from "./in-double.ts";
import { type Order, projected } from "./projected.ts";

/** What a function is held against. */
export interface CustomGradientOptions {
  /** The operands, with symbols for extents that shall be tried out. */
  readonly inputs: readonly InputSpec[];
  /** What it should give, in plain numbers: elements in row-major order, or a list of such for several results. */
  readonly reference?: (...operands: readonly NdArray[]) => ArrayLike<number> | readonly ArrayLike<number>[];
  /** 2 to differentiate the gradient as well. */
  readonly order?: Order;
  /** false for a gradient that is no slope on purpose: everything else is checked all the same. */
  readonly slopes?: boolean;
  /** What values are drawn from; 1 unless it is said. */
  readonly seed?: number;
}

const knownOptions = optionNames<CustomGradientOptions>({
  inputs: true,
  reference: true,
  order: true,
  slopes: true,
  seed: true,
});

/** The extents that symbols are bound to: different small ones, all 1, and each 0 in turn. */
const bindingsFor = (symbols: readonly string[]): readonly Bindings[] => {
  if (symbols.length === 0) return [{}];
  const all = (extent: (at: number) => number): Bindings =>
    Object.fromEntries(symbols.map((symbol, at) => [symbol, extent(at)]));
  return [
    all((at) => 2 + (at % 4)),
    all((at) => 5 - (at % 4)),
    all(() => 1),
    ...symbols.map((_, zero) => all((at) => (at === zero ? 0 : 3))),
  ];
};

const inWords = (bindings: Bindings): string =>
  Object.entries(bindings)
    .map(([symbol, extent]) => `${symbol} = ${extent}`)
    .join(", ");

const boundType = ({ dtype, shape }: TensorType, bindings: Bindings): TensorType =>
  tensorType(
    dtype,
    shape.map((extent) => bindDim(extent, bindings)),
  );

/** The function at known extents; undefined where it refuses an extent of 0, as a maximum does. */
const describedAt = (
  apply: TensorFunction["of"],
  inputs: readonly InputSpec[],
  bindings: Bindings,
): Graph | undefined => {
  const known = inputs.map((input) => ({ ...input, shape: boundType(input, bindings).shape }));
  try {
    return functionGraph(apply, known);
  } catch (error) {
    if (error instanceof WeftError && Object.values(bindings).includes(0)) return undefined;
    throw error;
  }
};

const resultsOf = (graph: Graph): readonly TensorType[] =>
  (graph.entries[0]?.outputs ?? []).map(({ value }) => typeOf(graph, value));

/** What it gives at some extents is what it says for symbols. */
const shapeMistake = (symbolic: Graph, known: Graph, bindings: Bindings): string | undefined => {
  const said = resultsOf(symbolic).map((type) => printType(boundType(type, bindings)));
  const given = resultsOf(known).map(printType);
  const at = said.findIndex((type, position) => type !== given[position]);
  return at < 0 && said.length === given.length
    ? undefined
    : `with ${inWords(bindings)} result ${at + 1} is ${given[at]}, and ${said[at]} by the symbols`;
};

const drawn = (graph: Graph, seed: number, profile: ValueProfile): NamedArrays => {
  const names = inputNames(graph);
  return Object.fromEntries(
    graph.inputs.map((value, at) => {
      const type = knownType(typeOf(graph, value));
      return [names[at] ?? "", randomArray(type, seed * 31 + at, profile)];
    }),
  );
};

/** Values against plain numbers, in double precision. */
const valueMistake = (
  graph: Graph,
  reference: CustomGradientOptions["reference"],
  seed: number,
): string | undefined => {
  if (reference === undefined) return undefined;
  const double = inDouble(graph);
  const feeds = arraysInDouble(drawn(graph, seed, "normal"));
  const outputs = Object.values(evaluateGraph(double, "main", feeds));
  const given = reference(...Object.values(feeds));
  const isList = Array.isArray(given) && given.every((each) => typeof each === "object");
  // A list of arrays, or one array of numbers.
  const wanted = (isList ? given : [given]) as readonly ArrayLike<number>[];
  for (const [position, { shape, data }] of outputs.entries()) {
    const at = data.findIndex((element, index) => {
      const other = wanted[position]?.[index] ?? Number.NaN;
      return !Object.is(element, other) && !(Math.abs(element - other) <= 1e-9 * (1 + Math.abs(other)));
    });
    if (at >= 0 || wanted[position]?.length !== data.length)
      return `result ${position + 1} at ${elementIn(shape, Math.max(at, 0))} is ${inDigits(data[at] ?? Number.NaN)}, the reference gives ${inDigits(wanted[position]?.[at] ?? Number.NaN)} (${wanted[position]?.length} elements for ${data.length})`;
  }
  return undefined;
};

const portArrays = (arrays: NamedArrays): ReadonlyMap<string, DataArray> =>
  new Map(
    Object.entries(arrays).map(([name, { dtype, data }]) => {
      const array = dtypes[dtype].allocate(data.length);
      array.set(data);
      return [name, array];
    }),
  );

/** The function and its gradient on every backend, from the same numbers: NaN, infinities and -0 among the special ones. */
const backendMistake = async (graph: Graph, order: Order, seed: number): Promise<string | undefined> => {
  const made = projected(graph, "main", { order, seed });
  for (const subject of [graph, made.graph]) {
    const { program } = planGraph(subject, { verify: "each" });
    for (const profile of ["normal", "special"] as const)
      for (const { name } of program.entries) {
        const feeds = portArrays({ ...drawn(subject, seed, profile), ...(subject === made.graph ? made.weights : {}) });
        const [closure, ...others] = await runEverywhere(program, name, feeds);
        for (const other of others) {
          const difference = firstDifference(closure, other);
          if (difference !== undefined)
            return `${difference.backends.join(" and ")} differ in ${name}.${difference.name} at ${difference.element}: ${difference.values.join(" and ")} (${profile} numbers)`;
        }
      }
  }
  return undefined;
};

/**
 * Checks a function with a derivative of its own at many extents: that it gives the shapes that it says for symbols,
 * that its values are those of a plain reference if there is one, that its gradient is the slope, once or twice, and
 * that all backends agree in every bit, NaN, infinities and -0 included. Throws an error that says what is wrong, and
 * of a wrong gradient where. A gradient that is no slope on purpose is checked for everything else with `slopes:
 * false`.
 *
 * @throws W140 operands of another kind; an Error with the report for what does not match.
 * @example
 * const cube = customGradient({
 *   name: "cube",
 *   forward: (x: Tensor) => mul(mul(x, x), x),
 *   gradient: ({ operands: [x], cotangents: [dy] }) => [mul(dy, mul(mul(x, x), 3))],
 * });
 * await customGradientMatches(cube, { inputs: [spec("f64", ["N"])] }); // undefined
 */
export const customGradientMatches = async (
  apply: TensorFunction["of"],
  options: CustomGradientOptions,
): Promise<void> => {
  requireKnownOptions("customGradientMatches", options, knownOptions);
  const { inputs, reference, order = 1, slopes = true, seed = 1 } = options;
  const symbolic = functionGraph(apply, inputs);
  for (const bindings of bindingsFor(usedSymbols(symbolic))) {
    const known = describedAt(apply, inputs, bindings);
    if (known === undefined) continue;
    const mistake =
      shapeMistake(symbolic, known, bindings) ??
      valueMistake(known, reference, seed) ??
      (await backendMistake(bindSymbols(symbolic, bindings), order, seed));
    if (mistake !== undefined) throw new Error(`customGradientMatches(${symbolic.name}): ${mistake}`);
    if (slopes)
      for (const each of order === 2 ? ([1, 2] as const) : ([1] as const))
        matchGradients(symbolic, { dims: bindings, seed, order: each }, "customGradientMatches", () => "slopes: false");
  }
};
