// One step of a recurrence as an entry point like any other: the state it carries is what persists between calls, so states
// are parameters, the state after the step is their update, and elements of sequences are inputs and outputs.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, order, typeOf } from "../../ir/graph/analysis.ts";
import { bodyResults, graphOf } from "../../ir/graph/body-graph.ts";
import { graphBuilder } from "../../ir/graph/builder.ts";
import type { Graph, NodeOf, ValueId } from "../../ir/graph/graph.ts";
import type { CoreOp } from "../../ir/ops/index.ts";

/** The name of a state, of an input, of an output: by position, since names in a body are for people. */
export const stateName = (position: number): string => `state${position}`;
export const inputName = (position: number): string => `input${position}`;
export const outputName = (position: number): string => `output${position}`;

/** The step of a scan, computing those outputs of its body (behind the states) that are wanted. */
export const stepGraph = (node: NodeOf<"scan">, wanted: (output: number) => boolean): Graph<CoreOp> => {
  const { body, carried } = node.attrs;
  const graph = graphOf(body);
  const builder = graphBuilder();
  builder.adopt(graph.constants);
  const places = new Map<ValueId, ValueId>();
  const place = (value: ValueId): ValueId => {
    const found = places.get(value);
    invariant(found !== undefined, `%${value} of a body is copied before it is used`);
    return found;
  };
  graph.inputs.forEach((input, at) => {
    const { location } = definitionOf(graph, input);
    const type = typeOf(graph, input);
    const made =
      at < carried
        ? builder.parameter(stateName(at), type, location)
        : builder.input(inputName(at - carried), type, location);
    places.set(input, made);
  });
  for (const { op, operands, attrs, results, location } of order(graph)) {
    if (op === "input") continue;
    const made = builder.emit(op, operands.map(place), attrs, location);
    results.forEach(({ id }, at) => {
      const value = made[at];
      if (value !== undefined) places.set(id, value);
    });
  }
  const results = bodyResults(graph).map(place);
  const outputs = results.slice(carried).flatMap((value, at) => (wanted(at) ? [{ name: outputName(at), value }] : []));
  const updates = results.slice(0, carried).map((value, at) => ({ name: stateName(at), value }));
  // Bodies are decomposed with the graph around them.
  return builder.finish("step", [{ name: "step", outputs, updates }]) as Graph<CoreOp>;
};
