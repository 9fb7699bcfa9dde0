// Random values to run a description on, from a seed alone: parameters as its model initialises them, what a training keeps
// as it may be, inputs from a profile. No fast-check here, so that the command line needs none.
import { callerName } from "../../ir/graph/entry-inputs.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import { indexFacts } from "../../ir/graph/index-ranges.ts";
import type { KnownType, NdArray } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import { randomStream } from "../../model/initializer.ts";
import type { AnyModel } from "../../model/model.ts";
import { flattenSpecs, type ParamSpec } from "../../model/parameter.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { randomArray, type ValueProfile } from "../arbitraries/values.ts";

/** What values are drawn by. */
export interface CaseOptions {
  readonly seed: number;
  readonly profile: ValueProfile;
}

/** A seed for the position in a list, far from those of its neighbours. */
export const seedAt = (seed: number, position: number): number => Math.imul(seed + 1, 0x9e3779b1) + position;

const initial = ({ initializer }: ParamSpec, type: KnownType, seed: number, path: string): NdArray => {
  const data = initializer.fill(type.shape, randomStream(seed, path));
  return { ...type, data: type.dtype === "f32" ? data.map(Math.fround) : data };
};

/** What is no parameter of the model is the state of an optimizer or a count: anything from 0 up, as second moments are. */
const state = (array: NdArray): NdArray => ({ ...array, data: array.data.map(Math.abs) });

/** For each parameter that indexes something, the number of rows that it may address in every entry point. */
const stateRanges = (graph: Graph): ReadonlyMap<string, number> => {
  const ranges = new Map<string, number>();
  for (const [name, range] of [...indexFacts(graph).states.values()].flatMap((states) => [...states]))
    ranges.set(name, Math.min(range, ranges.get(name) ?? Number.POSITIVE_INFINITY));
  return ranges;
};

/** Values for all inputs and parameters of a graph whose extents are known; `model` is the one it was described by. */
export const randomCase = (graph: Graph, model: AnyModel | undefined, { seed, profile }: CaseOptions): GraphCase => {
  const [{ ranges }, states] = [indexFacts(graph), stateRanges(graph)];
  const specs = new Map(model === undefined ? [] : flattenSpecs(model.params));
  const [feeds, parameters]: [Record<string, NdArray>, Record<string, NdArray>] = [{}, {}];
  let position = 0;
  for (const node of graph.nodes.values()) {
    const [result] = node.results;
    if (result === undefined || (node.op !== "input" && node.op !== "parameter")) continue;
    const { name } = node.attrs;
    const type = knownType(result.type);
    position += 1;
    if (node.op === "input") {
      feeds[name] = randomArray(type, seedAt(seed, position), profile, ranges.get(callerName(graph, name)));
      continue;
    }
    const spec = specs.get(name);
    const drawn = (): NdArray => randomArray(type, seedAt(seed, position), "normal", states.get(name));
    if (spec !== undefined) parameters[name] = initial(spec, type, seed, name);
    else parameters[name] = model === undefined ? drawn() : state(drawn());
  }
  return { graph, feeds, parameters, origin: { motifs: [], profiles: [profile] } };
};
