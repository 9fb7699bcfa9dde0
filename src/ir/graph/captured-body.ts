// A body as users describe it: a function that may also use tensors of the graph around it. These are captured: each becomes
// an input of the body, and the op that repeats the body gets it as an operand.
import type { Body } from "../ops/body.ts";
import type { Tensor } from "../types/tensor.ts";
import type { TensorType } from "../types/tensor-type.ts";
import { bodyWith, finishBody } from "./body.ts";
import { graphBuilder } from "./builder.ts";
import type { Node, ValueId } from "./graph.ts";
import { type Trace, withTrace } from "./trace.ts";
import { traceOver } from "./traced-tensor.ts";

/** A body, and the tensors around it that it uses, in the order of its last inputs. */
export interface CapturedBody {
  readonly body: Body;
  readonly captured: readonly Tensor[];
}

/**
 * Runs a description once, within the graph `outer`; its inputs have names, which the text of the body shows. What `isInside`
 * says of a node around it, that it be computed within, is, with all that it is made of for which the same holds.
 */
export const captureBody = (
  outer: Trace,
  inputs: readonly (readonly [name: string, type: TensorType])[],
  describe: (inputs: readonly Tensor[]) => readonly Tensor[],
  isInside: (node: Node) => boolean = () => false,
): CapturedBody => {
  const builder = graphBuilder();
  const captured = new Map<ValueId, { readonly tensor: Tensor; readonly input: ValueId }>();
  const taken: ValueId[] = [];
  const within = new Map<ValueId, ValueId>();
  const placed = (value: ValueId): ValueId => {
    const known = captured.get(value)?.input ?? within.get(value);
    if (known !== undefined) return known;
    const node = outer.builder.definitionOf(value);
    if (isInside(node)) {
      const made = builder.emit(node.op, node.operands.map(placed), node.attrs, node.location);
      node.results.forEach(({ id }, at) => within.set(id, made[at] ?? placed(id)));
      return placed(value);
    }
    const name = `captured${captured.size}`;
    const input = builder.input(name, outer.builder.typeOf(value), outer.builder.locationOf(value));
    captured.set(value, { tensor: outer.tensor(value), input });
    return input;
  };
  // A tensor of a graph further out is captured by every graph between; one of no graph around is refused there.
  const trace = traceOver(builder, { outer, capture: (tensor, what) => placed(outer.value(tensor, what)) });
  const tensors = inputs.map(([name, type]) => trace.input(name, type));
  for (const tensor of tensors) taken.push(trace.value(tensor));
  const results = withTrace(trace, () => describe(tensors)).map((result) => trace.value(result, "a result of step"));
  const all = [...captured.values()];
  const graph = finishBody(builder, results);
  return {
    body: bodyWith(graph, [...taken, ...all.map(({ input }) => input)], results),
    captured: all.map(({ tensor }) => tensor),
  };
};
