// Functions of tensors with a derivative of their own, instead of the one that follows from what they are made of: for a form
// that is more exact or cheaper, for a straight-through estimator, for a gradient that is clipped on its way.
import { goOn } from "../diagnostics/collecting.ts";
import { reject, WeftError } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { captureLocation } from "../diagnostics/location.ts";
import type { Trace } from "../graph/trace.ts";
import { emitMany, innermostTrace, isTensor } from "../graph/traced-tensor.ts";
import type { Body } from "../ops/body.ts";
import { isFloat } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";
import { printType, sameType, type TensorType } from "../types/tensor-type.ts";
import { atCaller, tensorOf } from "./argument.ts";
import { calledFrom, type Definition, definedAt, describeClosed } from "./closed-body.ts";

/** Whatever a function of tensors gives: one, or a list of several. */
export type TensorResults = Tensor | readonly Tensor[];

/**
 * A function of tensors. A method, because the parameters of methods may be of any tensor types: `(x: Tensor<["B", 4], "f32">)`
 * is one as well, and a parameter without a type is a `Tensor`.
 */
export interface AnyTensorFunction {
  /** The function. */
  of(...operands: Tensor[]): TensorResults;
}

/** Results as a list. */
export type ResultList<R> = R extends readonly Tensor[] ? R : readonly [R];

/** What a derivative may be made of. */
export interface GradientContext<F extends AnyTensorFunction["of"]> {
  /** What the function was given. */
  readonly operands: Parameters<F>;
  /** What `forward` gave for the operands. */
  readonly results: ResultList<ReturnType<F>>;
  /** The gradient of the loss with respect to each result; zeros where nothing flowed. */
  readonly cotangents: ResultList<ReturnType<F>>;
}

/** One for each operand. */
export type ForEach<X extends readonly unknown[]> = { readonly [K in keyof X]: Tensor | null };

/** The same function where nothing is known of shapes, as it is written when its type is given beforehand. */
export type Loosely<F extends AnyTensorFunction["of"]> = (...operands: Parameters<F>) => AnyOf<ReturnType<F>>;

type AnyOf<R> = R extends readonly Tensor[] ? { readonly [K in keyof R]: Tensor } : Tensor;

/** A function of tensors, and its derivative. */
export interface CustomGradient<Forward, Context, Gradients> {
  /** What it is called in graphs, profiles and messages. */
  readonly name: string;
  /** Operands -> a tensor, or a list of tensors. It may use no tensor but its operands and what it makes itself. */
  readonly forward: Forward;
  /** A gradient for each operand, of its shape and element type; `null` where none flows. */
  readonly gradient: (context: Context) => Gradients;
}

type Part = "forward" | "gradient";

/** Runs a part of the definition in a graph of its own. What it takes from the graph around it is refused (W293). */
const describePart = (
  outer: Trace,
  definition: Definition,
  part: Part,
  inputs: readonly (readonly [name: string, type: TensorType])[],
  describe: (inputs: readonly Tensor[]) => readonly Tensor[],
): Body => {
  const { name } = definition;
  const capture = (): never => reject("W293", { name, part }, { notes: definedAt(definition) });
  return describeClosed(definition, { outer, capture }, inputs, describe);
};

/** What a part of the definition gave, as a list of tensors; W292 for anything else. */
const listOf = (name: string, part: Part, given: unknown): readonly (Tensor | null)[] => {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  return list.map((each) => {
    if (isTensor(each)) return each;
    return part === "gradient" && each === null && Array.isArray(given)
      ? null
      : reject("W292", { name, part, given: inWords(each) });
  });
};

const numbered = (letter: string, types: readonly TensorType[]) =>
  types.map((type, at) => [`${letter}${at}`, type] as const);

/** A gradient, or nothing, for each operand: the list has their length (W294) and their types (W295). */
const requireGradients = (
  { name }: Definition,
  operands: readonly TensorType[],
  gradients: readonly (Tensor | null)[],
): void => {
  if (gradients.length !== operands.length)
    reject("W294", { name, operands: operands.length, given: gradients.length });
  for (const [at, type] of operands.entries()) {
    const gradient = gradients[at] ?? null;
    if (gradient === null || (isFloat(type.dtype) && sameType(gradient.type, type))) continue;
    const expected = isFloat(type.dtype) ? printType(type) : "null";
    reject("W295", { name, operand: at + 1, gradient: printType(gradient.type), expected });
  }
};

/** The body of the derivative, and the operands that it gives gradients of. */
const describeGradient = (
  outer: Trace,
  definition: Definition,
  { inputs, outputs }: Body,
  gradient: LooseDefinition["gradient"],
): { readonly gradient: Body; readonly wanted: readonly number[] } => {
  let wanted: readonly number[] = [];
  const given = [...numbered("x", inputs), ...numbered("y", outputs), ...numbered("c", outputs)];
  const flows = [inputs, outputs].every((types) => types.some(({ dtype }) => isFloat(dtype)));
  const body = describePart(outer, definition, "gradient", given, (tensors) => {
    if (!flows) return [];
    const results = tensors.slice(inputs.length, inputs.length + outputs.length);
    const cotangents = tensors.slice(inputs.length + outputs.length);
    const made = gradient({ operands: tensors.slice(0, inputs.length), results, cotangents });
    if (!Array.isArray(made)) reject("W292", { name: definition.name, part: "gradient", given: inWords(made) });
    const gradients = listOf(definition.name, "gradient", made);
    requireGradients(definition, inputs, gradients);
    wanted = [...gradients.keys()].filter((at) => gradients[at] !== null);
    return gradients.flatMap((each) => each ?? []);
  });
  return { gradient: body, wanted };
};

const write =
  'customGradient({ name: "swish", forward: (x) => ..., gradient: ({ operands: [x], cotangents: [c] }) => [...] })';

type LooseDefinition = CustomGradient<AnyTensorFunction["of"], GradientContext<AnyTensorFunction["of"]>, unknown>;

const requireDefinition = (given: LooseDefinition): void => {
  const require = (field: string, expected: string, value: unknown): never =>
    reject("W140", { what: `customGradient: ${field}`, expected, given: inWords(value), write });
  if (typeof given?.name !== "string" || given.name === "") require("name", "a name", given?.name);
  if (typeof given.forward !== "function") require("forward", "a function", given.forward);
  if (typeof given.gradient !== "function") require("gradient", "a function", given.gradient);
};

const callOf =
  ({ forward, gradient }: LooseDefinition, definition: Definition) =>
  (...given: readonly unknown[]): TensorResults => {
    const { name } = definition;
    const site = captureLocation();
    try {
      const operands = given.map((operand) => tensorOf(name, operand));
      const outer = innermostTrace(name, operands);
      const types = operands.map(({ type }) => type);
      let isList = false;
      const body = describePart(outer, definition, "forward", numbered("x", types), (tensors) => {
        const results: unknown = forward(...tensors);
        isList = Array.isArray(results);
        return listOf(name, "forward", results).flatMap((each) => each ?? []);
      });
      const attrs = { name, body, ...describeGradient(outer, definition, body, gradient) };
      const results = emitMany(outer, "call", operands, attrs);
      const [only] = results;
      return isList || only === undefined ? results : only;
    } catch (error) {
      // The unknown may stand for anything.
      return goOn(error instanceof WeftError ? calledFrom(error, site) : error) as TensorResults;
    }
  };

/** A function that takes what `forward` takes and gives what `forward` gives. */
export interface MakeCustomGradient {
  <F extends AnyTensorFunction["of"], const G extends ForEach<Parameters<F>>>(
    definition: CustomGradient<F, GradientContext<F>, readonly [...G]>,
  ): F;
  /** With its type given beforehand, `customGradient<<S extends Dims>(x: Tensor<S, "f32">) => Tensor<S, "f32">>({ ... })`. */
  <F extends AnyTensorFunction["of"]>(
    definition: CustomGradient<Loosely<F>, GradientContext<F>, ForEach<Parameters<F>>>,
  ): F;
}

/**
 * A function of tensors with a derivative of its own: `gradient` gives, from operands, results y and the cotangents c
 * of the results, one gradient for each operand, c^T dy/dx. It is differentiated in turn where second derivatives are
 * asked for. The function is one op of the graph, `call`, until it is compiled, and works for any shapes, symbols
 * included, within the step of a `scan`, and on every backend. `customGradient<<S extends Dims>(x: Tensor<S, "f32">) =>
 * Tensor<S, "f32">>(...)` says what the editor shall know of its shapes.
 *
 * @throws W140 a definition of another kind; W293 tensors from around it; W292 what is no tensor; W294 gradients that
 * are not one for each operand; W295 a gradient of another type.
 * @see `torch.autograd.Function`, `jax.custom_vjp`.
 * @example
 * const clipped = customGradient<<S extends Dims>(x: Tensor<S, "f32">) => Tensor<S, "f32">>({
 *   name: "clippedGradient",
 *   forward: (x) => square(x),
 *   gradient: ({ operands: [x], cotangents: [c] }) => [clamp(mul(c, mul(x, 2)), -1, 1)],
 * });
 * const x = constant(3);
 * clipped(x); // Tensor<[], "f32">: 9
 * const [dx] = differentiate(clipped(x), [x]);
 * dx; // Tensor<[], "f32">: 1
 */
export const customGradient: MakeCustomGradient = ((definition: LooseDefinition) =>
  // What is made takes what `forward` takes, and gives tensors of the types that `forward` gives, or that F promises of it.
  atCaller(() => {
    requireDefinition(definition);
    const { name } = definition;
    return Object.defineProperty(callOf(definition, { name, place: captureLocation() }), "name", { value: name });
  })) as MakeCustomGradient;
