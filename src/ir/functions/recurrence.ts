// Recurrence as users describe it: one step as a function of the state and of one element of each sequence.
import { reject } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { optionNames, requireKnownOptions } from "../diagnostics/known-options.ts";
import { captureBody } from "../graph/captured-body.ts";
import { noteTensors } from "../graph/origins.ts";
import { emitMany, isTensor, traceOf } from "../graph/traced-tensor.ts";
import type { Dim } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { Check } from "../types/static/check.ts";
import type { CarryRule, SequencesRule } from "../types/static/recurrence.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { printType, sameType } from "../types/tensor-type.ts";
import { atCaller } from "./argument.ts";

/**
 * Tensors by name. Members are not said to be tensors here, lest the checker infer the most general tensor for a call such as
 * `constant(0)` that stands there; what is no tensor is refused when the graph is described.
 */
export type Tensors = Readonly<Record<string, unknown>>;

type Described = Readonly<Record<string, Tensor>>;

/** One element of each sequence: the first axis is time, and is gone. */
export type ElementsOf<X extends Tensors> = {
  readonly [K in keyof X]: X[K] extends Tensor<readonly [Dim, ...infer Rest extends Dims], infer D extends DType>
    ? Tensor<Rest, D>
    : Tensor;
};

/** How many steps sequences have. */
type LengthOf<X extends Tensors> = X[keyof X] extends Tensor<readonly [infer T extends Dim, ...Dims]> ? T : Dim;

/** Sequences of such elements. */
export type SequencesOf<Y extends Tensors, T extends Dim> = {
  readonly [K in keyof Y]: Y[K] extends Tensor<infer S, infer D> ? Tensor<[T, ...S], D> : Tensor;
};

/** The state after the last step is of the types that it had, unless a step changes them. */
type StateAfter<C extends Tensors, Rule> = Rule extends string ? { readonly [K in keyof C]: Tensor } : C;

/** A recurrence. */
export interface ScanDescription<C extends Tensors, X extends Tensors, Next extends Tensors, Y extends Tensors> {
  /** The state before the first step; after each step it has the same shapes. */
  readonly carry: Check<NoInfer<CarryRule<C, Next>>, C>;
  /** Sequences [T, ...], all of one length. */
  readonly over: Check<NoInfer<SequencesRule<X>>, X>;
  /** Whether the last element comes first. Result sequences are in the order of time all the same. */
  readonly reverse?: boolean;
  /** The state after a step, and one element of each result sequence. It may use any tensor of the graph around it. */
  readonly step: (
    carry: C,
    elements: ElementsOf<X>,
  ) => {
    /** The state after the step. */
    readonly carry: Next;
    /** One element of each result sequence. */
    readonly output?: Y;
  };
}

/** The state after the last step, and the result sequences [T, ...]. */
export interface ScanResult<C extends Tensors, Y extends Tensors, T extends Dim> {
  /** The state after the last step. */
  readonly carry: C;
  /** The result sequences, [T, ...]. */
  readonly outputs: SequencesOf<Y, T>;
}

const record = (what: string, value: unknown, write: string): Described => {
  const given: unknown = value ?? {};
  if (typeof given !== "object" || given === null || isTensor(given))
    return reject("W140", { what, expected: "a record of tensors", given: inWords(value), write });
  for (const [name, tensor] of Object.entries(given))
    if (!isTensor(tensor))
      reject("W140", { what: `${what}: ${name}`, expected: "a tensor", given: inWords(tensor), write });
  noteTensors(Object.values(given));
  return given as Described; // every member was looked at
};

const known = optionNames<ScanDescription<Tensors, Tensors, Tensors, Tensors>>({
  carry: true,
  over: true,
  reverse: true,
  step: true,
});

const write = "scan({ carry: { h }, over: { x }, step: ({ h }, { x }) => ({ carry: { h: h2 }, output: { y } }) })";

/** Tensors in the order of their names, as the static rules go through them. */
const inOrder = (tensors: Described): readonly (readonly [string, Tensor])[] =>
  Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));

/** The common length of the sequences: W272 where they have none in common, W273 where there is no sequence. */
const lengthOf = (over: Described): Dim => {
  const sequences = inOrder(over);
  const [first] = sequences;
  if (first === undefined) return reject("W273", {});
  for (const [name, tensor] of sequences)
    if (tensor.shape.length === 0 || tensor.shape[0] !== first[1].shape[0])
      reject("W272", { first: first[0], type: printType(first[1].type), name, other: printType(tensor.type) });
  return first[1].shape[0] ?? 0;
};

/** A step gives every state back, and none of another type: W274, W275. */
const requireSameState = (before: Described, after: Described): void => {
  const states = inOrder(before);
  for (const [name] of states) if (after[name] === undefined) reject("W274", { name });
  for (const [name, { type }] of states) {
    const next = after[name]?.type ?? type;
    if (!sameType(type, next)) reject("W275", { name, before: printType(type), after: printType(next) });
  }
};

/** The type of `scan`. */
export interface ScanFunction {
  <C extends Tensors, X extends Tensors, Next extends Tensors, Y extends Tensors = Record<never, never>>(
    description: ScanDescription<C, X, Next, Y>,
  ): ScanResult<StateAfter<C, CarryRule<C, Next>>, Y, LengthOf<X>>;
}

/**
 * A recurrence: (h[t+1], y[t]) = step(h[t], x[t]) for every t of sequences [T, ...], as one op of the graph whatever T
 * is. Differentiable: the way back is a recurrence too, which saves of each step the state and the results of products,
 * and repeats elementwise work.
 *
 * @throws W272 sequences of different lengths; W273 no sequence; W274 a state that is not given back; W275 one that
 * changes its type; W140 what is no record of tensors.
 * @see `jax.lax.scan`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3), [3]);
 * const { carry, outputs } = scan({
 *   carry: { total: constant(0) },
 *   over: { x },
 *   step: ({ total }, { x }) => {
 *     const next = add(total, x);
 *     return { carry: { total: next }, output: { y: next } };
 *   },
 * });
 * carry.total; // Tensor<[], "f32">: 6
 * outputs.y; // [1, 3, 6]
 */
export const scan: ScanFunction = (description) =>
  atCaller(() => {
    requireKnownOptions("scan", description, known);
    const carry = record("scan: carry", description.carry, write);
    const over = record("scan: over", description.over, write);
    if (typeof description.step !== "function")
      reject("W140", { what: "scan: step", expected: "a function", given: inWords(description.step), write });
    const length = lengthOf(over);
    const [state, sequences] = [Object.entries(carry), Object.entries(over)];
    const inputs = [
      ...state.map(([name, { type }]) => [name, type] as const),
      ...sequences.map(([name, { type }]) => [name in carry ? `${name}.element` : name, elementType(type)] as const),
    ];
    const trace = traceOf(Object.values(over)[0] ?? reject("W273", {}), "scan");
    let outputs: readonly string[] = [];
    const { body, captured } = captureBody(trace, inputs, (tensors) => {
      const named = (entries: readonly (readonly [string, Tensor])[], from: number): Described =>
        Object.fromEntries(entries.map(([name], at) => [name, tensors[from + at] ?? reject("W273", {})]));
      // The same names, and the types that the signature says.
      const given = description.step(named(state, 0) as never, named(sequences, state.length) as never);
      const next = record("scan: the carry of step", given?.carry, write);
      const made = record("scan: the output of step", given?.output, write);
      requireSameState(carry, next);
      outputs = Object.keys(made);
      return [...state.flatMap(([name]) => next[name] ?? []), ...Object.values(made)];
    });
    const results = emitMany(trace, "scan", [...Object.values(carry), ...Object.values(over), ...captured], {
      carried: state.length,
      sequences: sequences.length,
      length,
      reverse: description.reverse ?? false,
      body,
    });
    const result = {
      carry: Object.fromEntries(state.map(([name], at) => [name, results[at]])),
      outputs: Object.fromEntries(outputs.map((name, at) => [name, results[state.length + at]])),
    };
    // What the signature says of the names and types of a record that was just made from them.
    return result as never;
  });

const elementType = ({ dtype, shape }: Tensor["type"]): Tensor["type"] => ({ dtype, shape: shape.slice(1) });
