// Between the static types of the public functions and the graph. The rules of ir/types/static say what a call gives; the
// typing rules of ops say the same again when the graph is described, for callers without a type checker and for shapes it
// does not know. Here the two meet: arguments lose their static types, results get them.
import { atCaller } from "../diagnostics/at-caller.ts";
import { reject } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { noteTensors } from "../graph/origins.ts";
import { isTensor, traceOf } from "../graph/traced-tensor.ts";
import { requireOperand } from "../ops/operand-types.ts";
import { requireAxis, requireSameDType } from "../ops/typing.ts";
import { broadcastShapes } from "../types/shape.ts";
import type { Operand, Tensor } from "../types/tensor.ts";
import { tensorType } from "../types/tensor-type.ts";

export { atCaller } from "../diagnostics/at-caller.ts";
export { aboutOperands } from "../graph/traced-tensor.ts";
export { requireOperand } from "../ops/operand-types.ts";

/** An argument as a tensor; W230 for anything else. */
export const tensorOf = (op: string, argument: unknown): Tensor => {
  if (!isTensor(argument)) return reject("W230", { op, given: inWords(argument) });
  noteTensors([argument]);
  return argument;
};

/** An argument as a tensor or number. */
export const operandOf = (op: string, argument: unknown): Operand =>
  typeof argument === "number" ? argument : tensorOf(op, argument);

/** Two operands, of which one may be a number: in front it becomes a constant of the other one's element type. */
export const operandsOf = (op: string, a: unknown, b: unknown): readonly [Tensor, Operand] => {
  if (typeof a !== "number") return [tensorOf(op, a), operandOf(op, b)];
  const other = tensorOf(op, b);
  return [traceOf(other, op).constant(a, other.dtype, other.shape), other];
};

/** A list of tensors. */
export const tensorsOf = (op: string, argument: unknown): readonly Tensor[] =>
  Array.isArray(argument) ? argument.map((tensor: unknown) => tensorOf(op, tensor)) : [tensorOf(op, argument)];

/** Refuses, under the name the user wrote, operands that do not broadcast or differ in element type. */
export const requireFit = (name: string, a: Tensor, b: Operand): void => {
  if (typeof b === "number") return;
  broadcastShapes(name, a.shape, b.shape);
  requireSameDType(name, a.type, b.type);
};

/** The axis of channels is there, and has as many as it must: W205, W248 for a weight that would not fit. */
export const requireChannels = (op: string, x: Tensor, channels: number): void => {
  requireAxis(op, x.shape, 1);
  requireOperand(op, "weight", tensorType(x.dtype, [channels]), tensorType(x.dtype, x.shape.slice(1, 2)));
};

/** One of a few words, or W140; for callers without a type checker. */
export const checkedChoice = <T extends string>(what: string, given: T, choices: readonly T[], write: string): T =>
  choices.includes(given)
    ? given
    : atCaller(() =>
        reject("W140", {
          what,
          expected: choices.map((word) => `"${word}"`).join(" or "),
          given: inWords(given),
          write,
        }),
      );

/** A rate of dropout, or W140. */
export const checkedRate = (rate: unknown): number =>
  typeof rate === "number" && rate >= 0 && rate <= 1
    ? rate
    : reject("W140", { what: "dropout: rate", expected: "from 0 to 1", given: inWords(rate), write: "dropout(0.5)" });

/**
 * Describes the result of a public function. `T` is what the static rule gave, which the run time holds to: the two are
 * tested against each other.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where static shapes are put on
export const described = <T extends Tensor>(describeResult: () => Tensor): T => atCaller(describeResult) as T;
