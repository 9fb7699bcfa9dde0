// Values to run a described network on: parameters as its model begins them, what a training keeps as it may be, inputs from a
// profile.
import { callerName } from "../../ir/graph/entry-inputs.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import { indexRanges } from "../../ir/graph/index-ranges.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import { randomStream } from "../../model/initializer.ts";
import type { AnyModel } from "../../model/model.ts";
import { flattenSpecs } from "../../model/parameter.ts";
import type { GraphCase } from "./graph-case.ts";
import { randomArray, type ValueProfile } from "./values.ts";

/** State of an optimizer, or a count: nothing below 0, as second moments are. */
const state = (array: NdArray): NdArray => ({ ...array, data: array.data.map(Math.abs) });

/** A case of a graph with known extents, which the model, or a training of it, was described by. */
export const caseFor = (graph: Graph, model: AnyModel, seed: number, profile: ValueProfile): GraphCase => {
  const ranges = indexRanges(graph);
  const specs = new Map(flattenSpecs(model.params));
  const [feeds, parameters]: [Record<string, NdArray>, Record<string, NdArray>] = [{}, {}];
  for (const { id, op, attrs, results } of graph.nodes.values()) {
    const [result] = results;
    if (result === undefined || (op !== "input" && op !== "parameter")) continue;
    const { name } = attrs;
    const type = knownType(result.type);
    const initializer = specs.get(name)?.initializer;
    if (op === "input") feeds[name] = randomArray(type, seed + 977 * id, profile, ranges.get(callerName(graph, name)));
    else if (initializer === undefined) parameters[name] = state(randomArray(type, seed + 977 * id, "normal"));
    else {
      const data = initializer.fill(type.shape, randomStream(seed, name));
      parameters[name] = { ...type, data: type.dtype === "f32" ? data.map(Math.fround) : data };
    }
  }
  return { graph, feeds, parameters, origin: { motifs: [], profiles: [profile] } };
};
