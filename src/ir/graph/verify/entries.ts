// Entry points (V1, V7): what they return and write back is there, under names of its own and of the right type.
import { printType, sameType, type TensorType } from "../../types/tensor-type.ts";
import type { Entry, Graph, ValueId } from "../graph.ts";
import { called, repeated, type Violation, violation } from "./violation.ts";

interface Known {
  readonly types: ReadonlyMap<ValueId, TensorType>;
  readonly parameters: ReadonlyMap<string, TensorType>;
}

const namesOf = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name);

const updateViolations = ({ name: entry, updates }: Entry, { types, parameters }: Known): readonly Violation[] =>
  updates.flatMap(({ name, value }): readonly Violation[] => {
    const parameter = parameters.get(name);
    const type = types.get(value);
    if (parameter === undefined)
      return [violation("V7", `entry ${entry} updates ${JSON.stringify(name)}, which is no parameter`)];
    if (type === undefined || sameType(type, parameter)) return [];
    const change = `${printType(parameter)} to ${printType(type)}`;
    return [violation("V7", `entry ${entry} changes the type of ${JSON.stringify(name)}: ${change}`)];
  });

const violationsOf = (entry: Entry, known: Known): readonly Violation[] => [
  ...[...entry.outputs, ...entry.updates]
    .filter(({ value }) => !known.types.has(value))
    .map(({ name, value }) =>
      violation("V1", `${JSON.stringify(name)} of entry ${entry.name} is ${called(value)}, which no node defines`),
    ),
  ...repeated(namesOf(entry.outputs)).map((name) =>
    violation("V7", `entry ${entry.name} has two outputs named ${JSON.stringify(name)}`),
  ),
  ...repeated(namesOf(entry.updates)).map((name) =>
    violation("V7", `entry ${entry.name} updates ${JSON.stringify(name)} twice`),
  ),
  ...updateViolations(entry, known),
];

/** (V1), (V7) for all entries. */
export const entryViolations = (graph: Graph): readonly Violation[] => {
  const nodes = [...graph.nodes.values()];
  const results = nodes.flatMap((node) => node.results);
  const parameters = nodes.flatMap((node): readonly (readonly [string, TensorType])[] => {
    const [result] = node.results;
    return node.op === "parameter" && result !== undefined ? [[node.attrs.name, result.type]] : [];
  });
  const known: Known = {
    types: new Map(results.map(({ id, type }) => [id, type])),
    parameters: new Map(parameters),
  };
  return [
    ...repeated(namesOf(graph.entries)).map((name) => violation("V7", `two entries are named ${JSON.stringify(name)}`)),
    ...graph.entries.flatMap((entry) => violationsOf(entry, known)),
  ];
};
