// Gradients for a whole tree of parameters, as a tree of the same form: what `differentiate` gives for a list.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { atCaller } from "../ir/functions/argument.ts";
import { isTensor } from "../ir/graph/traced-tensor.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check } from "../ir/types/static/check.ts";
import type { LossShape } from "../ir/types/static/gradient.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { differentiate } from "../passes/differentiate.ts";

/** A tree of tensors for a tree of parameters: each tensor's gradient is of its type, and of a layer it is its parameters. */
export type GradientTree<P> = P extends Tensor ? P : { readonly [K in keyof P]: GradientTree<P[K]> };

type Branch = Readonly<Record<string, unknown>> | readonly unknown[];

/** What is below a branch; W140 for what is no tensor, list, record or layer. */
const branchOf = (tree: unknown): Branch => {
  if (typeof tree === "function") return Object.fromEntries(Object.entries(tree));
  if (typeof tree !== "object" || tree === null) {
    const details = { what: "grad: the parameters", expected: "a tree of tensors", given: inWords(tree) };
    return reject("W140", { ...details, write: "grad(loss)({ weight, bias }, x)" });
  }
  // A list or a record, of whatever.
  return tree as Branch;
};

/** The tensors of a tree, in order. */
const leavesOf = (tree: unknown): readonly Tensor[] =>
  isTensor(tree) ? [tree] : Object.values(branchOf(tree)).flatMap(leavesOf);

/** The same tree with what is next in the place of each tensor. */
const rebuilt = (tree: unknown, next: Iterator<Tensor>): unknown => {
  if (isTensor(tree)) return next.next().value;
  const branch = branchOf(tree);
  if (Array.isArray(branch)) return branch.map((each) => rebuilt(each, next));
  return Object.fromEntries(Object.entries(branch).map(([name, each]) => [name, rebuilt(each, next)]));
};

/** The type of `grad`. */
export interface GradFunction {
  <P, A extends readonly unknown[], S extends Dims, D extends DType>(
    loss: (params: P, ...operands: A) => Check<NoInfer<LossShape<S, D>>, Tensor<S, D>>,
  ): (params: P, ...operands: A) => GradientTree<P>;
}

/**
 * Makes a function that gives the gradients dL/dp of a loss for its first argument, a tree of tensors such as the
 * parameters of a model: records and lists stay what they are, and a layer becomes the record of its parameters.
 * Describes the loss at each call.
 *
 * @throws W120 a loss that is not one float; W121 tensors that hold no floats; W140 what is no
 * tree.
 * @see `jax.grad`, `torch.func.grad`.
 * @example
 * const params = { w: constant(Float32Array.of(1, 2), [2]), b: constant(3) };
 * const slopes = grad((p: typeof params, x: Tensor<[2], "f32">) => add(dot(p.w, x), square(p.b)));
 * const { w, b } = slopes(params, constant(Float32Array.of(5, 7), [2]));
 * w; // Tensor<[2], "f32">: [5, 7]
 * b; // Tensor<[], "f32">: 6
 */
export const grad: GradFunction =
  (loss) =>
  (params, ...operands) =>
    atCaller(() => {
      const leaves = leavesOf(params);
      // A tensor, unless the loss did not compile.
      const gradients = differentiate(loss(params, ...operands) as Tensor, leaves);
      // Of the same form, with tensors of the same types.
      return rebuilt(params, gradients.values()) as never;
    });
