// Reverse-mode differentiation, graph to graph. Walks from the loss back to what it was made of; at each node the op's own
// rule turns the cotangents of its results into cotangents of its operands, as further nodes of the same graph. It runs
// before decomposition, so a composite such as a loss is differentiated by its own stable rule and not through its parts.
import { atCaller } from "../ir/diagnostics/at-caller.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { invariant } from "../ir/diagnostics/invariant.ts";
import { onBehalfOf } from "../ir/diagnostics/location.ts";
import { definitionOf, order, reachable, typeOf } from "../ir/graph/analysis.ts";
import { describeBody, inlineBody, inputsRead, withInputs } from "../ir/graph/body.ts";
import { bodyResults, graphOf } from "../ir/graph/body-graph.ts";
import { graphBuilder } from "../ir/graph/builder.ts";
import { copyEntries, copyNodes } from "../ir/graph/copy.ts";
import type { Entry, Graph, Node, NodeId, ValueId } from "../ir/graph/graph.ts";
import { noteTensors } from "../ir/graph/origins.ts";
import { pointwiseParts } from "../ir/graph/pointwise-body.ts";
import { currentTrace, type Trace, withTrace } from "../ir/graph/trace.ts";
import { isTensor, traceOf, traceOver } from "../ir/graph/traced-tensor.ts";
import { writtenOut } from "../ir/graph/write-functions.ts";
import type { Body, BodyTools } from "../ir/ops/body.ts";
import { opOf } from "../ir/ops/index.ts";
import type { Emitter } from "../ir/ops/op.ts";
import { type DType, isFloat } from "../ir/types/dtype.ts";
import type { Check } from "../ir/types/static/check.ts";
import type { FloatTensors, LossShape } from "../ir/types/static/gradient.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { printType, sameType } from "../ir/types/tensor-type.ts";
import { fusePrimal } from "./attention/fuse-primal.ts";
import type { Pass } from "./pass.ts";

/** Cotangents as they arrive: a value used several times gets several, summed in the order of arrival. */
type Arrivals = Map<ValueId, Tensor>;

const arrive = (arrivals: Arrivals, value: ValueId, cotangent: Tensor): void => {
  const sum = arrivals.get(value);
  arrivals.set(value, sum === undefined ? cotangent : sum.add(cotangent));
};

/** The nodes that depend on one of the values. */
const dependents = (nodes: readonly Node[], values: ReadonlySet<ValueId>): ReadonlySet<NodeId> => {
  const depending = new Set<NodeId>();
  const reached = new Set(values);
  for (const { id, operands, results } of nodes)
    if (operands.some((operand) => reached.has(operand))) {
      depending.add(id);
      for (const result of results) reached.add(result.id);
    }
  return depending;
};

const zeros = (trace: Trace, { type: { dtype, shape } }: Tensor): Tensor => trace.constant(0, dtype, shape);

/** Takes a cotangent to the value that it is of. */
type Reach = (value: ValueId, cotangent: Tensor) => void;

/** Passes the cotangents of a node's results on to its operands. */
const pullBack = (
  trace: Trace,
  arrivals: ReadonlyMap<ValueId, Tensor>,
  reach: Reach,
  { op, attrs, operands, results }: Node,
): void => {
  if (!results.some(({ id }) => arrivals.has(id))) return;
  const { vjp } = opOf(op);
  const resultTensors = results.map(({ id }) => trace.tensor(id));
  const operandTensors = operands.map(trace.tensor);
  const cotangents = vjp({
    ...toolsOf(trace),
    flows: results.map(({ id }) => arrivals.has(id)),
    attrs,
    operands: operandTensors,
    results: resultTensors,
    cotangents: resultTensors.map((result, position) => {
      const id = results[position]?.id;
      return (id === undefined ? undefined : arrivals.get(id)) ?? zeros(trace, result);
    }),
  });
  invariant(cotangents.length === operands.length, `the derivative of ${op} gives one cotangent for each operand`);
  operands.forEach((operand, position) => {
    const [primal, cotangent] = [operandTensors[position], cotangents[position]];
    if (primal === undefined || cotangent === undefined || cotangent === null) return;
    const agree = sameType(primal.type, cotangent.type);
    invariant(agree, `the derivative of ${op}: ${printType(cotangent.type)} for a ${printType(primal.type)}`);
    reach(operand, cotangent);
  });
};

/**
 * The gradients that reach some tensors from cotangents of others, all of the graph being described; `undefined` where
 * none does. Independent ones are given: nothing flows through one of them to what it was made of.
 */
const backpropagate = (
  trace: Trace,
  cotangents: readonly (readonly [of: Tensor, cotangent: Tensor])[],
  wanted: readonly Tensor[],
  areIndependent: boolean,
): readonly (Tensor | undefined)[] => {
  const valueOf = (tensor: Tensor): ValueId => trace.value(tensor, "differentiate");
  // Functions are gone before anything looks at the graph, here as in the pipeline of passes.
  const written = writtenOut(trace.builder, [...wanted.map(valueOf), ...cotangents.map(([of]) => valueOf(of))]);
  const values = written.values.slice(0, wanted.length);
  const given = new Set(values);
  const { graph, ends } = fusePrimal(trace, written.values.slice(wanted.length), values, written.inOrder);
  const arrivals: Arrivals = new Map();
  const reached: Arrivals = areIndependent ? new Map() : arrivals;
  const reach: Reach = (value, cotangent) => arrive(given.has(value) ? reached : arrivals, value, cotangent);
  cotangents.forEach(([, cotangent], at) => {
    const end = ends[at];
    if (end !== undefined) reach(end, cotangent);
  });
  const nodes = order(graph);
  const depending = dependents(nodes, new Set(values));
  const needed = reachable(arrivals.keys(), (value) => definitionOf(graph, value));
  withTrace(trace, () => {
    for (const node of nodes.toReversed())
      if (depending.has(node.id) && needed.has(node.id))
        onBehalfOf(node.location, () => pullBack(trace, arrivals, reach, node));
  });
  return values.map((value) => reached.get(value));
};

/** What the derivative rules of ops with a body work with. */
const bodyTools: BodyTools = {
  describe: describeBody,
  inline: (body, inputs) => {
    const trace = innermostTrace(inputs);
    const places = inlineBody(
      body,
      trace.builder,
      inputs.map((input) => trace.value(input)),
    );
    const placed = (value: ValueId): Tensor => {
      const place = places.get(value);
      invariant(place !== undefined, `%${value} of a body is written out`);
      return trace.tensor(place);
    };
    return { outputs: bodyResults(graphOf(body)).map(placed), costly: costlyValues(body).map(placed) };
  },
  costlyTypes: (body) => costlyValues(body).map((value) => typeOf(graphOf(body), value)),
  pullBack: (cotangents, wanted) => {
    const trace = innermostTrace(wanted);
    const found = backpropagate(trace, cotangents, wanted, true);
    // What stands for several gets its gradient once: whoever asked adds them up.
    const seen = new Set<ValueId>();
    return wanted.map((tensor, at) => {
      const value = trace.value(tensor);
      const isFirst = !seen.has(value);
      seen.add(value);
      return isFirst ? (found[at] ?? null) : null;
    });
  },
  pointwise: pointwiseParts,
  inputsRead,
  withInputs,
};

/** What every derivative rule gets, whatever the op. */
export const toolsOf = ({ emit, constant }: Trace): Emitter & { readonly bodies: BodyTools } => ({
  emit,
  constant,
  bodies: bodyTools,
});

/** The trace of the body being described. */
const innermostTrace = (tensors: readonly Tensor[]): Trace => {
  const [first] = tensors;
  return first === undefined ? currentTrace("differentiate") : traceOf(first, "differentiate");
};

/** Long functions whose derivative needs their value alone: with that at hand, nothing that it was made of is read again. */
const longFunctions: ReadonlySet<string> = new Set(["exp", "expm1", "sigmoid", "tanh"]);

/** Whether computing a node takes a loop of its own or many instructions: what else there is costs a few where it is read. */
const isCostly = (node: Node): boolean => {
  const { lower } = opOf(node.op);
  return (
    (node.op === "unary" && longFunctions.has(node.attrs.fn)) ||
    lower.by === "kernel" ||
    lower.by === "ops" ||
    lower.by === "body" ||
    (lower.by === "element" && lower.work === "loop")
  );
};

const costlyValues = (body: Body): readonly ValueId[] =>
  order(graphOf(body)).flatMap((node) => (isCostly(node) ? node.results.map(({ id }) => id) : []));

/** Refuses what is no loss (W120) and what has no gradient (W121). */
const requireDifferentiable = (loss: Tensor, withRespectTo: readonly Tensor[]): void => {
  if (!isTensor(loss)) reject("W120", { type: inWords(loss) });
  noteTensors([loss]);
  if (!isFloat(loss.dtype) || loss.shape.length > 0) reject("W120", { type: printType(loss.type) });
  for (const tensor of withRespectTo) {
    noteTensors([tensor]);
    if (!isTensor(tensor)) reject("W230", { op: "differentiate", given: inWords(tensor) });
    if (!isFloat(tensor.dtype)) reject("W121", { type: printType(tensor.type) });
  }
};

/** The type of `differentiate`. */
export interface DifferentiateFunction {
  <S extends Dims, D extends DType, const T extends readonly Tensor[]>(
    loss: Check<NoInfer<LossShape<S, D>>, Tensor<S, D>>,
    withRespectTo: Check<NoInfer<FloatTensors<T>>, readonly [...T]>,
  ): { readonly [K in keyof T]: T[K] };
}

/**
 * The gradients of a scalar loss, one for each given tensor and of its type: dL/dx. Zeros where the loss does not
 * depend on it. Works on tensors of the graph being described, and on its own results again.
 *
 * @throws W120 a loss that is not one float number; W121 a tensor that holds no floats.
 * @see Griewank and Walther 2008, section 3.2; `torch.autograd.grad`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3), [3]);
 * const [dx] = differentiate(sum(square(x)), [x]);
 * dx; // Tensor<[3], "f32">: [2, 4, 6]
 */
export const differentiate: DifferentiateFunction = (loss, withRespectTo) => {
  // A tensor and a list of tensors, unless the call did not compile.
  const [one, tensors] = [loss as Tensor, withRespectTo as readonly Tensor[]];
  // One for each tensor, of its type.
  return atCaller(() => gradientsOf(one, tensors)) as never;
};

/** One for each given tensor, of its type: backpropagation keeps types. */
const gradientsOf = (loss: Tensor, withRespectTo: readonly Tensor[]): readonly Tensor[] => {
  requireDifferentiable(loss, withRespectTo);
  const trace = traceOf(loss, "differentiate");
  const gradients = backpropagate(trace, [[loss, trace.constant(1, loss.dtype)]], withRespectTo, false);
  return withRespectTo.map((tensor, position) => gradients[position] ?? zeros(trace, tensor));
};

/** What to differentiate in a finished graph. */
export interface GradientRequest {
  /** The entry that gives the loss, and the name of that output. */
  readonly entry: string;
  readonly loss: string;
  /** Names of inputs or parameters. */
  readonly withRespectTo: readonly string[];
  /** The name of the entry to add; its outputs are the gradients, named as what they belong to. */
  readonly as: string;
}

const outputValue = ({ entries }: Graph, entryName: string, output: string): ValueId => {
  const entry = entries.find(({ name }) => name === entryName);
  const found = entry?.outputs.find(({ name }) => name === output);
  return found?.value ?? reject("W123", { what: "output", name: `${entryName}.${output}` });
};

const leafValue = (graph: Graph, wanted: string): ValueId => {
  const leaf = [...graph.inputs, ...graph.parameters].find((value) => {
    const node = definitionOf(graph, value);
    return (node.op === "input" || node.op === "parameter") && node.attrs.name === wanted;
  });
  return leaf ?? reject("W123", { what: "input or parameter", name: wanted });
};

/** A pass that adds an entry with the gradients of an output. */
export const addGradients = ({ entry, loss, withRespectTo, as }: GradientRequest): Pass<Graph, Graph> => ({
  name: "differentiate",
  summary: "Adds an entry that gives the gradients of an output.",
  run: (graph) => {
    const lossValue = outputValue(graph, entry, loss);
    const leaves = withRespectTo.map((name) => leafValue(graph, name));
    const trace = traceOver(graphBuilder());
    const copy = copyNodes(graph, trace.builder);
    const tensors = leaves.map((leaf) => trace.tensor(copy(leaf)));
    const gradients = differentiate(trace.tensor(copy(lossValue)), tensors);
    const added: Entry = {
      name: as,
      outputs: withRespectTo.map((name, position) => {
        const gradient = gradients[position];
        invariant(gradient !== undefined, `${name} has a gradient`);
        return { name, value: trace.value(gradient, "differentiate") };
      }),
      updates: [],
    };
    return trace.builder.finish(graph.name, [...copyEntries(graph.entries, copy), added]);
  },
});
