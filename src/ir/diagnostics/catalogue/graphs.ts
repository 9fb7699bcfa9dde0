// W1xx: graphs, their invariants and their text form.
import { sentence } from "../../types/sentences.ts";
import { type CatalogueEntry, entry } from "../entry.ts";
import { nearestName } from "../nearest.ts";
import { type GraphTextRows, graphText } from "./graph-text.ts";

interface GraphRows extends GraphTextRows {
  readonly W101: CatalogueEntry<{ name: string }>;
  readonly W102: CatalogueEntry<{ what: string }>;
  readonly W103: CatalogueEntry<{ what: string }>;
  readonly W120: CatalogueEntry<{ type: string }>;
  readonly W121: CatalogueEntry<{ type: string }>;
  readonly W123: CatalogueEntry<{ what: string; name: string }>;
  readonly W124: CatalogueEntry<{ graph: string; missing: readonly string[]; given: readonly string[] }>;
  readonly W125: CatalogueEntry<{ symbol: string; value: number }>;
  readonly W126: CatalogueEntry<{ op: string; shape: string; bindings: Readonly<Record<string, number | string>> }>;
  readonly W127: CatalogueEntry<{ name: string; known: readonly string[] }>;
}

export const graphs: GraphRows = {
  ...graphText,
  W101: entry({
    title: "a name is taken",
    message: ({ name }) => `the name ${JSON.stringify(name)} is given to two inputs or parameters`,
    help: () => "give each input and each parameter a name of its own.",
    explanation:
      "Inputs are fed by name, and parameters are saved and restored by name, so within one graph every input and every parameter needs a name that no other has.",
    example:
      'inputs: { image: spec("f32", [28, 28]), label: spec("i32", []) }  // not spec("f32", [28, 28]) as image beside a parameter that is called image',
  }),
  W102: entry({
    title: "outside a graph",
    message: ({ what }) => `${what}: no graph is being described here`,
    help: () => "call it inside the forward function of defineModel, or inside the callback of trace.",
    explanation:
      "Constants made from nothing belong to the graph that is being described. Outside the function that describes a network there is none.",
    example:
      "defineModel({ ..., forward: (p, { x }) => ({ y: add(x, constant(1)) }) })  // not const one = constant(1) outside of it",
  }),
  W103: entry({
    title: "tensors of two graphs",
    message: ({ what }) => `${what}: the operands belong to two different graphs`,
    help: () => "use only tensors that were made within the same forward function.",
    explanation:
      "A tensor is a value of the one graph under construction. Kept in a variable and used while another graph is being described, it would have no meaning there.",
    example: "let kept; trace(() => { kept = input(...) }); trace(() => add(kept, 1))  // is wrong",
  }),
  W120: entry({
    title: "the loss is not one number",
    message: ({ type }) => sentence("W120", { type }),
    help: () => "reduce it first, with sum() or mean() over all axes.",
    explanation:
      "A gradient says how one number changes with many. A loss of several numbers has a gradient for each of them, so it has to be brought down to one first, and it has to be of a float type, for only real numbers change smoothly.",
    example:
      "differentiate(crossEntropy(logits, labels).mean(), [weights])  // without .mean() the loss is f32[B], which is wrong",
  }),
  W121: entry({
    title: "a gradient with respect to integers",
    message: ({ type }) => sentence("W121", { type }),
    help: () => "ask for the gradient of float tensors only; indices, masks and labels have none.",
    explanation: "Integers and booleans cannot change by a little, so nothing has a derivative with respect to them.",
    example: "differentiate(loss, [weights])  // and not [weights, labels], where labels: i32[B]",
  }),
  W123: entry({
    title: "no such name in the graph",
    message: ({ what, name }) => `the graph has no ${what} named ${JSON.stringify(name)}`,
    help: ({ what }) => `use the name under which the ${what} was declared; printing the graph shows all of them.`,
    explanation: "Inputs, parameters, entries and outputs are spoken of by name from outside the graph.",
    example:
      'addGradients({ entry: "main", loss: "loss", withRespectTo: ["weights"], as: "grads" })  // not loss: "lss"',
  }),
  W124: entry({
    title: "symbols without a value",
    message: ({ graph, missing, given }) =>
      `specialize: ${graph} has dimensions without a value: ${missing.join(", ")} (given: ${given.join(", ") || "none"})`,
    help: ({ missing }) => `give each a number: dims: { ${missing.map((symbol) => `${symbol}: 1`).join(", ")} }.`,
    explanation:
      "A network may be described with symbolic dimensions such as the batch size. Compiled code has fixed extents, so compiling needs a number for each symbol.",
    example: 'compile(model, { dims: { B: 32 } })  // where x: f32["B", 784], not compile(model)',
  }),
  W125: entry({
    title: "a dimension that is no extent",
    message: ({ symbol, value }) => `specialize: the dimension ${symbol} is bound to ${value}, which is no extent`,
    help: () => "bind it to a whole number from 0 up.",
    explanation: "An extent counts positions along an axis: 0, 1, 2 and so on.",
    example: "dims: { B: 32 }  // not dims: { B: 2.5 }",
  }),
  W126: entry({
    title: "an extent below 0",
    message: ({ op, shape, bindings }) =>
      `specialize: ${op} gives a shape with an extent below 0: ${shape} with ${Object.entries(bindings)
        .map(([symbol, value]) => `${symbol} = ${value}`)
        .join(", ")}`,
    help: () => "choose larger dimensions, or cut away less.",
    explanation:
      "The extents of intermediate results are expressions of the symbols, such as T-2 after a slice. With the values given, one of them falls below 0.",
    example: "dims: { T: 8 }  // where the graph slices two steps away, T = 1 is too short, and is wrong",
  }),
  W127: entry({
    title: "no such pass",
    message: ({ name, known }) =>
      `there is no pass named ${JSON.stringify(name)} in this pipeline: ${known.join(", ")}`,
    help: ({ name, known }) => {
      const nearest = nearestName(name, known);
      return nearest === undefined ? "use one of the names listed." : `did you mean ${nearest}?`;
    },
    explanation: "A pipeline can be stopped after any of its passes, to look at the program there.",
    example: "weft print model.ts --after cse  // not --after csee",
  }),
};
