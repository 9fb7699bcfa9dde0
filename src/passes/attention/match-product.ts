// From the scores back to the product of queries and keys: through whatever works on one pair of query and key at a time, and
// through movements of the scores. Also the operands of a product by their axes, whichever flags it has.
import type { View } from "../../ir/graph/view.ts";
import type { Dim } from "../../ir/types/dim.ts";
import { type Atom, type Axes, before, type Found, isPlaced, isSplit, type Placed } from "./axes.ts";

const elementwise: ReadonlySet<string> = new Set(["unary", "binary", "compare", "select", "cast", "clamp"]);
const moves: ReadonlySet<string> = new Set(["reshape", "transpose", "broadcast"]);

/** Whether an op makes each element of elements at the same index. */
export const isElementwise = ({ op }: View): boolean => elementwise.has(op);

/** Whether an op only puts elements elsewhere, so that `before` may say where they were. */
export const isMovement = ({ op }: View): boolean => moves.has(op);

/** A matrix product. */
export type Product = View & { readonly op: "matmul" };

/** The operands of a product with the axes that they have by those of the result. */
export interface Operands {
  readonly left: Placed;
  readonly right: Placed;
}

const batchAxes = (view: View, batch: Axes): Axes => {
  const rank = view.type.shape.length - 2;
  return batch.slice(batch.length - rank).map((atoms, axis) => (view.type.shape[axis] === 1 ? [] : atoms));
};

/** The operands of a product whose result has these axes; `inner` is what it sums over. */
export const operandsOf = ({ attrs, args }: Product, axes: Axes, inner: Atom): Operands | undefined => {
  const [left, right] = args;
  const [rows, columns] = axes.slice(-2);
  if (left === undefined || right === undefined || rows === undefined || columns === undefined) return undefined;
  const batch = axes.slice(0, -2);
  const summed = inner.extent === 1 ? [] : [inner];
  const [own, other] = [
    attrs.transposeA ? [summed, rows] : [rows, summed],
    attrs.transposeB ? [columns, summed] : [summed, columns],
  ];
  return {
    left: { view: left, axes: [...batchAxes(left, batch), ...own] },
    right: { view: right, axes: [...batchAxes(right, batch), ...other] },
  };
};

/** What a product sums over. */
export const innerExtent = ({ attrs, args }: Product): Dim => args[0]?.type.shape.at(attrs.transposeA ? -2 : -1) ?? 1;

/** Whether a value depends on another, elementwise and through movements alone. */
export type DependsOn = (view: View) => boolean;

/** Makes `DependsOn` for one value. */
export const dependingOn = (target: View): DependsOn => {
  const known = new Map<View["id"], boolean>([[target.id, true]]);
  const depends: DependsOn = (view) => {
    const found = known.get(view.id);
    if (found !== undefined) return found;
    const result = (isElementwise(view) || isMovement(view)) && view.args.some(depends);
    known.set(view.id, result);
    return result;
  };
  return depends;
};

/** The products that a value is made of, elementwise and through movements. */
const productsIn = (view: View, seen: Set<View["id"]> = new Set()): readonly Product[] => {
  if (seen.has(view.id)) return [];
  seen.add(view.id);
  if (view.op === "matmul") return [view];
  return isElementwise(view) || isMovement(view) ? view.args.flatMap((arg) => productsIn(arg, seen)) : [];
};

/** Where a product stands, by where something that depends on it stands. */
const placeOf = (placed: Placed, product: Product, depends: DependsOn): Found<Placed> => {
  const { view, axes } = placed;
  if (view.id === product.id) return placed;
  if (isMovement(view)) {
    const from = before(placed);
    return from === undefined || isSplit(from) ? from : placeOf(from, product, depends);
  }
  const next = view.args.find(depends);
  return next === undefined ? undefined : placeOf({ view: next, axes }, product, depends);
};

/** The product of queries and keys. */
export interface FoundProduct {
  readonly product: Product;
  readonly axes: Axes;
  readonly depends: DependsOn;
}

/** Whether one side of a product runs over the keys, and neither the other nor the batch does. */
const isOverKeys = (axes: Axes, keys: Atom): boolean => {
  const has = (atoms: readonly Atom[]): boolean => atoms.some(({ name }) => name === keys.name);
  const [rows = [], columns = []] = axes.slice(-2);
  return !axes.slice(0, -2).some(has) && has(rows) !== has(columns);
};

/** The one product over keys that scores are made of; of several the one that has more axes than all others. */
export const productOf = (scores: Placed, keys: Atom): Found<FoundProduct> => {
  const found: FoundProduct[] = [];
  for (const product of productsIn(scores.view)) {
    const depends = dependingOn(product);
    const placed = placeOf(scores, product, depends);
    // Keys that are not one axis are no keys: such a product is something else.
    if (isSplit(placed) && placed.atom !== keys.name) return placed;
    if (isPlaced(placed) && isOverKeys(placed.axes, keys)) found.push({ product, axes: placed.axes, depends });
  }
  const size = ({ axes }: FoundProduct): number => axes.flat().length;
  const [best, second] = found.toSorted((a, b) => size(b) - size(a));
  return best !== undefined && (second === undefined || size(second) < size(best)) ? best : undefined;
};
