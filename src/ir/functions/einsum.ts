// Sums of products by their indices, in Einstein's notation: each operand's axes are named by letters, and what the result
// does not name is summed over. Operands are joined from left to right, two at a time, each pair as one matrix product.

import { reject } from "../diagnostics/diagnostic.ts";
import { expect } from "../diagnostics/expect.ts";
import { requireDType, requireSameDType } from "../ops/typing.ts";
import { type Dim, multiplyDims } from "../types/dim.ts";
import type { Check } from "../types/static/check.ts";
import type { EinsumDType, EinsumShape } from "../types/static/einsum.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { printType } from "../types/tensor-type.ts";
import { described, tensorsOf } from "./argument.ts";
import { iota } from "./creation.ts";

/** A tensor whose axes have names, each its own. */
interface Named {
  readonly tensor: Tensor;
  readonly axes: readonly string[];
}

/** A formula taken apart; the result is undefined where the formula leaves it open. */
interface Formula {
  readonly operands: readonly string[];
  readonly result: string | undefined;
}

const ellipsis = "...";

const lettersOf = (term: string): readonly string[] => term.split("");

const parse = (formula: string): Formula => {
  const [left = "", result, ...more] = formula.replaceAll(" ", "").split("->");
  const operands = left.split(",");
  const isTerm = (term: string): boolean => /^[A-Za-z]*(?:\.\.\.)?[A-Za-z]*$/.test(term);
  const wrong = [...operands, result ?? "", ...more].find((term) => !isTerm(term));
  if (more.length > 0 || wrong !== undefined)
    reject("W250", {
      formula,
      why: more.length > 0 ? "it has two arrows" : `${JSON.stringify(wrong)} is no list of letters`,
    });
  return { operands, result };
};

/** The names of the axes that an ellipsis stands for, counted from the last, since they are aligned there. */
const openAxes = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, axis) => `${ellipsis}${count - axis}`);

/** The names of a term's axes, of which `rank` are there; W253 where there are others. */
const namesOf = (formula: string, term: string, { shape, type }: Tensor, position: number): readonly string[] => {
  const [before = "", after] = term.split(ellipsis);
  const named = before.length + (after?.length ?? 0);
  if (after === undefined ? named !== shape.length : named > shape.length) {
    const operand = position + 1;
    reject("W253", { formula, operand, rank: shape.length, letters: named, type: printType(type) });
  }
  return after === undefined
    ? lettersOf(before)
    : [...lettersOf(before), ...openAxes(shape.length - named), ...lettersOf(after)];
};

/** The extent of every name; W251 where two differ. Axes that an ellipsis stands for may also be 1. */
const extentsOf = (formula: string, operands: readonly Named[]): ReadonlyMap<string, Dim> => {
  const extents = new Map<string, Dim>();
  for (const { tensor, axes } of operands)
    for (const [position, name] of axes.entries()) {
      const extent = tensor.shape[position] ?? 1;
      const known = extents.get(name) ?? extent;
      const isOpen = name.startsWith(ellipsis);
      if (known !== extent && !(isOpen && (known === 1 || extent === 1))) {
        const types = operands.map(({ tensor: { type } }) => printType(type)).join(", ");
        const index = isOpen ? ellipsis : name;
        reject("W251", { formula, index, first: `${known}`, second: `${extent}`, types });
      }
      extents.set(name, known === 1 ? extent : known);
    }
  return extents;
};

/** The names of the result: those that are said, or each that occurs once, in the order of the alphabet. */
const resultNames = (
  formula: string,
  { operands, result }: Formula,
  extents: ReadonlyMap<string, Dim>,
): readonly string[] => {
  const open = [...extents.keys()].filter((name) => name.startsWith(ellipsis)).length;
  const occurrences = lettersOf(operands.join("").replaceAll(ellipsis, ""));
  const once = occurrences.filter((name) => occurrences.indexOf(name) === occurrences.lastIndexOf(name)).sort();
  const [before = "", after] = result?.split(ellipsis) ?? ["", once.join("")];
  const names = [...lettersOf(before), ...(after === undefined ? [] : openAxes(open)), ...lettersOf(after ?? "")];
  const unknown = names.find((name) => !extents.has(name));
  if (unknown !== undefined) reject("W250", { formula, why: `no operand has ${unknown}` });
  if (new Set(names).size < names.length) reject("W250", { formula, why: "the result names an index twice" });
  return names;
};

/** Axes that an ellipsis stands for and the result does not have, repeated to their whole extent before they are summed. */
const widened = ({ tensor, axes }: Named, extents: ReadonlyMap<string, Dim>, names: readonly string[]): Named => {
  const shape = axes.map((name, axis) =>
    name.startsWith(ellipsis) && !names.includes(name) ? (extents.get(name) ?? 1) : (tensor.shape[axis] ?? 1),
  );
  return { tensor: tensor.broadcastTo(shape), axes };
};

/** Each name once: where two axes have one name only their diagonal is kept. */
const diagonal = ({ tensor, axes }: Named): Named => {
  const second = axes.findIndex((name, at) => axes.indexOf(name) < at);
  if (second < 0) return { tensor, axes };
  const first = axes.indexOf(axes[second] ?? "");
  const counted = tensor.shape.map((extent, axis) => (axis === first || axis === second ? extent : 1));
  const positions = (axis: number): Tensor => iota(counted, axis);
  const kept = positions(first)
    .equal(positions(second))
    .select(tensor, 0)
    .sum({ axes: [second] });
  return diagonal({ tensor: kept, axes: axes.toSpliced(second, 1) });
};

/** Sums over the axes that nothing asks for any more. */
const summed = ({ tensor, axes }: Named, isNeeded: (name: string) => boolean): Named => {
  const away = axes.flatMap((name, axis) => (isNeeded(name) ? [] : [axis]));
  return away.length === 0 ? { tensor, axes } : { tensor: tensor.sum({ axes: away }), axes: axes.filter(isNeeded) };
};

/** The axes in this order, those that are missing with an extent of 1. */
const arranged = ({ tensor, axes }: Named, order: readonly string[]): Tensor => {
  const present = order.filter((name) => axes.includes(name));
  const turned = tensor.transpose(present.map((name) => axes.indexOf(name)));
  return turned.reshape(order.map((name) => (axes.includes(name) ? (tensor.shape[axes.indexOf(name)] ?? 1) : 1)));
};

const sizeOf = ({ tensor, axes }: Named, names: readonly string[]): Dim =>
  names.map((name) => tensor.shape[axes.indexOf(name)] ?? 1).reduce(multiplyDims, 1);

/** Two operands as one: batched over what both have and is still needed, summed over what both have and is not. */
const joined = (left: Named, right: Named, isNeeded: (name: string) => boolean): Named => {
  const isShared = (name: string): boolean => right.axes.includes(name) && left.axes.includes(name);
  const batch = left.axes.filter((name) => isShared(name) && isNeeded(name));
  const inner = left.axes.filter((name) => isShared(name) && !isNeeded(name));
  const rows = left.axes.filter((name) => !isShared(name));
  const columns = right.axes.filter((name) => !isShared(name));
  const extentOf = (operand: Named, name: string): Dim => operand.tensor.shape[operand.axes.indexOf(name)] ?? 1;
  const batchOf = (operand: Named): Dims => batch.map((name) => extentOf(operand, name));
  const matrix = (operand: Named, first: readonly string[], second: readonly string[]): Tensor =>
    arranged(operand, [...batch, ...first, ...second]).reshape([
      ...batchOf(operand),
      sizeOf(operand, first),
      sizeOf(operand, second),
    ]);
  const product = matrix(left, rows, inner).matmul(matrix(right, inner, columns));
  const shape = [
    ...product.shape.slice(0, batch.length),
    ...rows.map((name) => extentOf(left, name)),
    ...columns.map((name) => extentOf(right, name)),
  ];
  return { tensor: product.reshape(shape), axes: [...batch, ...rows, ...columns] };
};

/** The type of `einsum`. */
export interface EinsumFunction {
  <const F extends string, const Tensors extends readonly Tensor[]>(
    formula: Check<NoInfer<EinsumShape<F, Tensors>>, F>,
    ...tensors: Tensors
  ): ResultOf<EinsumShape<F, Tensors>, EinsumDType<Tensors>>;
}

/**
 * The sum of products that a formula names: `einsum("bhqd,bhkd->bhqk", q, k)`. A letter names an axis; `...` stands for
 * axes that broadcast; a letter twice in one operand takes the diagonal; letters that the result does not have are
 * summed over. Without an arrow the result has the letters that occur once, in the order of the alphabet.
 *
 * @throws W250 a formula that says nothing; W251 and W253 operands that do not fit it; W202 element types that differ;
 * W204 bools.
 * @see `torch.einsum`, `numpy.einsum`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * einsum("ij,ij->i", a, a); // Tensor<[2], "f32">: [5, 25]
 * einsum("ii", a); // 5
 */
export const einsum: EinsumFunction = (formula, ...tensors) =>
  described(() => {
    expect(typeof formula === "string", "einsum", "a formula", formula, 'einsum("ij,jk->ik", a, b)');
    const parsed = parse(formula);
    const given = tensorsOf("einsum", tensors);
    if (given.length !== parsed.operands.length)
      reject("W250", { formula, why: `it names ${parsed.operands.length} operands, and there are ${given.length}` });
    for (const { type } of given) {
      requireDType("einsum", type, ["f32", "f64", "i32"]);
      requireSameDType("einsum", given[0]?.type ?? type, type);
    }
    const named = given.map(
      (tensor, at): Named => ({
        tensor,
        axes: namesOf(formula, parsed.operands[at] ?? "", tensor, at),
      }),
    );
    const extents = extentsOf(formula, named);
    const names = resultNames(formula, parsed, extents);
    // An operand is reduced to what the result or a later operand asks for.
    const [first, ...others] = named.map((operand) => diagonal(widened(operand, extents, names)));
    if (first === undefined) return reject("W250", { formula, why: "it has no operand" });
    const needed = (from: number) => (name: string) =>
      names.includes(name) || others.slice(from).some(({ axes }) => axes.includes(name));
    const all = others.reduce((product, operand, at) => {
      const own = (name: string): boolean => needed(at + 1)(name);
      const left = summed(product, (name) => needed(at)(name));
      const right = summed(operand, (name) => own(name) || left.axes.includes(name));
      return joined(left, right, own);
    }, first);
    return arranged(summed(all, needed(others.length)), names);
  });
