// The derivative of `scan`: backpropagation through time, itself a scan that runs the other way (Rumelhart, Hinton and
// Williams 1986; Werbos 1990). With lambda[t] the gradient with respect to the state before step t,
//
//   (lambda[t], dx[t]) = (d body / d (h, x) at (h[t], x[t]))^T (lambda[t+1], dy[t])
//   dw                 = sum over t of (d body / d w at (h[t], x[t]))^T (lambda[t+1], dy[t])
//
// What is saved of each step, and what is computed again: the state before the step and the results of products,
// reductions and other loops are saved where the way back reads them; elementwise work on these is repeated.
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
    const [lambda = [], sums = [], before = [], elements = [], saved = [], flow = [], given = []] = cutLike(tensors, inputs);
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

/** The rule of `scan`: the way there again, saving what is read on the way back, and the way back. */
export const scanGradients = (
  scan: OpDefinition<ScanAttrs, "many", "many">,
  context: Context,
): readonly (Tensor | null)[] => {
  const { attrs, operands, cotangents, bodies, emit, constant } = context;
  const { body, carried } = attrs;
  const backward = describeBackward(context);
  const given = partsOf(operands, attrs);
  const costly = bodies.costlyTypes(body);
  const count = backward.state.length + backward.captured.length;
  const read = bodies.inputsRead(backward.body).filter((at) => at >= count);

  // The sources of the inputs behind the state, in order; what must be saved for them is the extra results of the way there.
  const parts = [given.state, given.over, costly, backward.flowing];
  const [before = [], elements = [], saved = [], flows = [], captures = []] = cutLike(
    operandPositions(count, [...parts, given.captured].reduce((sum, { length }) => sum + length, 0)),
    [...parts, given.captured],
  );
  const readAmong = (positions: readonly number[]): readonly number[] =>
    positions.flatMap((at, position) => (read.includes(at) ? [position] : []));
  const [statesSaved, costlySaved] = [readAmong(before), readAmong(saved)];
  const saving = bodies.describe(body.inputs, (tensors) => {
    const inlined = bodies.inline(body, tensors);
    return [...inlined.outputs, ...pick(tensors, statesSaved), ...pick(inlined.costly, costlySaved)];
  });
  const extra = emit(scan, operands, { ...attrs, body: saving }).slice(body.outputs.length);
  const sequences = [
    ...extra.slice(0, statesSaved.length),
    ...pick(given.over, readAmong(elements)),
    ...extra.slice(statesSaved.length),
    ...pick(cotangents, pick(backward.flowing, readAmong(flows))),
  ];
  const results = emit(
    scan,
    [
      ...pick(cotangents, backward.state),
      ...pick(given.captured, backward.captured).map(({ dtype, shape }) => constant(0, dtype, shape)),
      ...sequences,
      ...pick(given.captured, readAmong(captures)),
    ],
    {
      carried: count,
      sequences: sequences.length,
      length: attrs.length,
      reverse: !attrs.reverse,
      body: bodies.withInputs(backward.body, [...operandPositions(0, count), ...read]),
    },
  );
  const [ofState = [], ofCaptured = [], ofElements = []] = cutLike(results, [backward.state, backward.captured, backward.over]);
  const gradientOf = (positions: readonly number[], gradients: readonly Tensor[]) => (at: number) =>
    gradients[positions.indexOf(at)] ?? null;
  return [
    ...given.state.map((_, at) => gradientOf(backward.state, ofState)(at)),
    ...given.over.map((_, at) => gradientOf(backward.over, ofElements)(at)),
    ...given.captured.map((_, at) => gradientOf(backward.captured, ofCaptured)(at)),
  ].slice(0, carried + attrs.sequences + given.captured.length);
};

const operandPositions = (from: number, length: number): readonly number[] => Array.from({ length }, (_, at) => from + at);
