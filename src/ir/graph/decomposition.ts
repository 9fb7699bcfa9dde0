// What a composite op is made of, as a graph of its own: the interpreter runs it, and the pass `decompose` puts it in the
// composite's place.
import { invariant } from "../diagnostics/invariant.ts";
import { type Location, onBehalfOf } from "../diagnostics/location.ts";
import type { Attributes } from "../ops/attributes.ts";
import { type CompositeOp, type OpKind, opOf } from "../ops/index.ts";
import type { Decomposer } from "../ops/op.ts";
import { printType, sameType, type TensorType } from "../types/tensor-type.ts";
import { inlineBody } from "./body.ts";
import { bodyResults, graphOf } from "./body-graph.ts";
import { attributesKey, graphBuilder } from "./builder.ts";
import type { Graph } from "./graph.ts";
import { type Trace, withTrace } from "./trace.ts";
import { traceOver } from "./traced-tensor.ts";

/** Whether other ops say this one. */
export const isComposite = (op: OpKind): op is CompositeOp => opOf(op).lower.by === "ops";

/** Writes bodies into a graph under construction. */
const inliner =
  (trace: Trace): Decomposer["inline"] =>
  (body, inputs) => {
    const places = inlineBody(
      body,
      trace.builder,
      inputs.map((input) => trace.value(input)),
    );
    return bodyResults(graphOf(body)).map((value) => {
      const place = places.get(value);
      invariant(place !== undefined, `%${value} of a body is written out`);
      return trace.tensor(place);
    });
  };

const nowhere: Location = () => undefined;

const expand = (op: OpKind, operandTypes: readonly TensorType[], attrs: Attributes): Graph => {
  const definition = opOf(op);
  invariant(definition.lower.by === "ops", `${op} is a composite`);
  const trace = traceOver(graphBuilder());
  const operands = operandTypes.map((type, position) => trace.input(`operand${position}`, type));
  const { decompose } = definition.lower;
  // What a composite is made of stands where the composite does, which is not known here.
  const results = onBehalfOf(nowhere, () =>
    withTrace(trace, () => decompose(operands, attrs, { ...trace, inline: inliner(trace) })),
  );
  const expected = definition.infer(operandTypes, attrs);
  invariant(
    results.length === expected.length && expected.every((type, at) => results[at] && sameType(results[at].type, type)),
    `${op} decomposes into what it promises: ${expected.map(printType).join(", ")}`,
  );
  const outputs = results.map((result, position) => ({ name: `result${position}`, value: trace.value(result, op) }));
  return trace.builder.finish(op, [{ name: op, outputs, updates: [] }]);
};

const known = new Map<string, Graph>();

/** How many different uses of composites are kept; a network has few, and a long-lived process must not grow. */
const capacity = 256;

/** The graph that says a composite op: an input for each operand, an output for each result. */
export const decomposition = (op: OpKind, operandTypes: readonly TensorType[], attrs: Attributes): Graph => {
  const key = `${op}(${operandTypes.map(printType).join()}){${attributesKey(attrs)}}`;
  const found = known.get(key) ?? expand(op, operandTypes, attrs);
  if (known.size >= capacity) known.clear();
  known.set(key, found);
  return found;
};
