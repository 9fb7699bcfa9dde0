// What the kit and the command line can examine: a model, a training, a decoding, or a graph. They are told by their form
// (`kind`, or the tables of a graph), never by their class, so that two installations of the package understand each other.
import type { Graph } from "../../ir/graph/graph.ts";
import { type AnyModel, modelGraph } from "../../model/model.ts";
import type { AnyDecoding } from "../../training/decoding.ts";
import { decodingGraph } from "../../training/decoding-graph.ts";
import type { AnyTraining } from "../../training/training.ts";
import { trainingGraph } from "../../training/training-graph.ts";

/** A description that can be compiled, or a graph as it is. */
export type Description = AnyModel | AnyTraining | AnyDecoding | Graph;

/** A description as what is needed of it. */
export interface Subject {
  /** As reports call it: the name that its description has. */
  readonly name: string;
  readonly kind: "model" | "training" | "decoding" | "graph";
  /** The model whose initialisers fill the parameters; a graph alone has none. */
  readonly model: AnyModel | undefined;
  /** The graph as described. Describes it at each call. */
  readonly graph: () => Graph;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const isModel = (value: unknown): value is AnyModel =>
  isObject(value) &&
  "kind" in value &&
  value.kind === "model" &&
  ["name", "params", "inputs", "forward"].every((part) => part in value);

const isTraining = (value: unknown): value is AnyTraining =>
  isObject(value) && "kind" in value && value.kind === "training" && "model" in value && isModel(value.model);

const isDecoding = (value: unknown): value is AnyDecoding =>
  isObject(value) && "kind" in value && value.kind === "decoding" && "model" in value && isModel(value.model);

const isGraph = (value: unknown): value is Graph =>
  isObject(value) && "nodes" in value && "entries" in value && "constants" in value && "name" in value;

/** What a value describes; undefined where it is no description. */
export const subjectOf = (value: unknown): Subject | undefined => {
  if (isModel(value)) return { name: value.name, kind: "model", model: value, graph: () => modelGraph(value) };
  if (isTraining(value))
    return { name: value.model.name, kind: "training", model: value.model, graph: () => trainingGraph(value) };
  if (isDecoding(value))
    return { name: value.model.name, kind: "decoding", model: value.model, graph: () => decodingGraph(value) };
  return isGraph(value) ? { name: value.name, kind: "graph", model: undefined, graph: () => value } : undefined;
};
