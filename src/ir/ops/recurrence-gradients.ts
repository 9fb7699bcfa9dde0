// The derivative of `scan`: backpropagation through time, itself a scan that runs the other way (Rumelhart, Hinton and
// Williams 1986; Werbos 1990). With lambda[t] the gradient with respect to the state before step t,
//
//   (lambda[t], dx[t]) = (d body / d (h, x) at (h[t], x[t]))^T (lambda[t+1], dy[t])
//   dw                 = sum over t of (d body / d w at (h[t], x[t]))^T (lambda[t+1], dy[t])
//
// What is saved of each step, and what is computed again: the state before the step, the results of products, reductions and
// other loops, and what sigmoid, tanh and exp gave are saved where the way back reads them; elementwise work on these is
// repeated.
import { isFloat } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";
import type { TensorType } from "../types/tensor-type.ts";
import type { Body } from "./body.ts";
import type { OpDefinition, VjpContext } from "./op.ts";
import { partsOf, type ScanAttrs } from "./recurrence-parts.ts";

type Context = VjpContext<ScanAttrs, "many", "many">;

/** The way back as a body, and which parts of its signature are there at all. */
interface Backward {
  readonly body: Body;
  /** Positions among the states, elements and captured values that get a gradient. */
  readonly state: readonly number[];
  readonly over: readonly number[];
  readonly captured: readonly number[];
  /** Outputs of the body through whose sequences something flows back. */
  readonly flowing: readonly number[];
}

const floatsAmong = (types: readonly TensorType[]): readonly number[] =>
  types.flatMap(({ dtype }, at) => (isFloat(dtype) ? [at] : []));

const pick = <T>(list: readonly T[], positions: readonly number[]): readonly T[] =>
  positions.flatMap((at) => list[at] ?? []);

/** Values with what flows into each. */
const paired = (values: readonly Tensor[], flows: readonly Tensor[]): readonly (readonly [Tensor, Tensor])[] =>
  values.flatMap((value, at) => {
    const flow = flows[at];
    return flow === undefined ? [] : [[value, flow] as const];
  });

/** Cuts a list into pieces as long as some other lists. */
const cutLike = <T>(list: readonly T[], like: readonly (readonly unknown[])[]): readonly (readonly T[])[] => {
  let from = 0;
  return like.map(({ length }) => list.slice(from, (from += length)));
};

/**
 * One step back. Its state: the gradients of the state and of the captured values so far. Its elements: the state before
 * the step, the elements of the step, its costly values, and the cotangents of its results. It captures what the way there did.
 */
const describeBackward = ({ attrs, flows, bodies }: Context): Backward => {
  const { carried, body } = attrs;
  const taken = partsOf(body.inputs, attrs);
  const flowing = floatsAmong(body.outputs).filter((at) => at >= carried && flows[at] === true);
  const [state = [], captured = [], elementsAsked = []] = [taken.state, taken.captured, taken.over].map(floatsAmong);
  const stateTypes = pick(taken.state, state);
  const inputs = [
    stateTypes,
    pick(taken.captured, captured),
    taken.state,
    taken.over,
    bodies.costlyTypes(body),
    pick(body.outputs, flowing),
    taken.captured,
  ];
  let over: readonly number[] = [];
  const described = bodies.describe(inputs.flat(), (tensors, { constant, substitute }) => {
    const [lambda = [], sums = [], before = [], elements = [], saved = [], flow = [], given = []] = cutLike(
      tensors,
      inputs,
    );
    const { outputs, costly } = bodies.inline(body, [...before, ...elements, ...given]);
    for (const [value, same] of paired(costly, saved)) substitute(value, same);
    const found = bodies.pullBack(
      [...paired(pick(outputs, state), lambda), ...paired(pick(outputs, flowing), flow)],
      [...pick(before, state), ...pick(given, captured), ...pick(elements, elementsAsked)],
    );
    const [ofState = [], ofCaptured = [], ofElements = []] = cutLike(found, [state, captured, elementsAsked]);
    over = elementsAsked.filter((_, position) => ofElements[position] !== null);
    return [
      ...stateTypes.map((type, at) => ofState[at] ?? constant(0, type)),
      ...sums.map((sum, at) => {
        const gradient = ofCaptured[at] ?? null;
        return gradient === null ? sum : sum.add(gradient);
      }),
      ...ofElements.flatMap((gradient) => gradient ?? []),
    ];
  });
  return { body: described, state, over, captured, flowing };
};

/** The inputs of the way back behind its state: their positions among all its inputs, and which of them it reads. */
interface Reading {
  /** Positions of what is read, in order. */
  readonly read: readonly number[];
  /** Of each part, which of its members are read: states, elements, costly values, cotangents, captured values. */
  readonly parts: readonly (readonly number[])[];
}

const readingOf = (context: Context, { body, state, captured, flowing }: Backward): Reading => {
  const { attrs, operands, bodies } = context;
  const given = partsOf(operands, attrs);
  const count = state.length + captured.length;
  const read = bodies.inputsRead(body).filter((at) => at >= count);
  const parts = [given.state, given.over, bodies.costlyTypes(attrs.body), flowing, given.captured];
  const positions = body.inputs.map((_, at) => at).slice(count);
  return {
    read,
    parts: cutLike(positions, parts).map((part) => part.flatMap((at, member) => (read.includes(at) ? [member] : []))),
  };
};

/** The way there again, saving what is read on the way back: states before each step, and costly values, as sequences. */
const saveForward = (
  scan: OpDefinition<ScanAttrs, "many", "many">,
  { attrs, operands, bodies, emit }: Context,
  statesRead: readonly number[],
  costlyRead: readonly number[],
): readonly (readonly Tensor[])[] => {
  const { body } = attrs;
  const saving = bodies.describe(body.inputs, (tensors) => {
    const { outputs, costly } = bodies.inline(body, tensors);
    return [...outputs, ...pick(tensors, statesRead), ...pick(costly, costlyRead)];
  });
  const saved = emit(scan, operands, { ...attrs, body: saving }).slice(body.outputs.length);
  return cutLike(saved, [statesRead, costlyRead]);
};

/** The rule of `scan`: the way there again, saving what is read on the way back, and the way back. */
export const scanGradients = (
  scan: OpDefinition<ScanAttrs, "many", "many">,
  context: Context,
): readonly (Tensor | null)[] => {
  const { attrs, operands, cotangents, bodies, emit, constant } = context;
  const backward = describeBackward(context);
  const given = partsOf(operands, attrs);
  const { read, parts } = readingOf(context, backward);
  const [statesRead = [], elementsRead = [], costlyRead = [], flowsRead = [], capturedRead = []] = parts;
  const [states = [], costly = []] = saveForward(scan, context, statesRead, costlyRead);
  const flows = pick(cotangents, pick(backward.flowing, flowsRead));
  const sequences = [...states, ...pick(given.over, elementsRead), ...costly, ...flows];
  const state = [
    ...pick(cotangents, backward.state),
    ...pick(given.captured, backward.captured).map(({ dtype, shape }) => constant(0, dtype, shape)),
  ];
  const results = emit(scan, [...state, ...sequences, ...pick(given.captured, capturedRead)], {
    carried: state.length,
    sequences: sequences.length,
    length: attrs.length,
    reverse: !attrs.reverse,
    body: bodies.withInputs(backward.body, [...state.map((_, at) => at), ...read]),
  });
  const [ofState, ofCaptured, ofElements] = cutLike(results, [backward.state, backward.captured, backward.over]);
  const gradients = (operands: readonly Tensor[], positions: readonly number[], found: readonly Tensor[] = []) =>
    operands.map((_, at) => found[positions.indexOf(at)] ?? null);
  return [
    ...gradients(given.state, backward.state, ofState),
    ...gradients(given.over, backward.over, ofElements),
    ...gradients(given.captured, backward.captured, ofCaptured),
  ];
};
