// What values along one axis have in common: their sum, their largest, the logarithm of a sum of exponentials. Such a value may
// have kept the axis or not, and been reshaped, repeated or converted on the way to where it meets what it is of, so atoms are
// compared (axes.ts), not shapes.
import type { View } from "../../ir/graph/view.ts";
import { lowestFinite } from "../../ir/ops/attention-meaning.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import { type Axes, axesOf, type Placed, peeled, sameAxes, samePlace } from "./axes.ts";
import { isElementwise, isMovement } from "./match-product.ts";

/** A value with one atom for each of its axes. */
export const whole = (view: View): Placed => ({ view, axes: axesOf(view.type.shape) });

/** The value that was moved, or converted to another float. */
export const source = (placed: Placed): Placed => {
  const { view, axes } = peeled(placed);
  const [operand] = view.args;
  const isWidth =
    view.op === "cast" && isFloat(view.type.dtype) && operand !== undefined && isFloat(operand.type.dtype);
  return isWidth ? source({ view: operand, axes }) : { view, axes };
};

/** What a reduction along one axis is of: the axis put back among the atoms. */
export const reducedBy = (
  fn: string,
  { view, axes }: Placed,
  all: Axes,
): { readonly of: Placed; readonly axis: number } | undefined => {
  if (view.op !== "reduce" || view.attrs.fn !== fn) return undefined;
  const [operand] = view.args;
  const [along, ...more] = view.attrs.axes;
  if (operand === undefined || along === undefined || more.length > 0) return undefined;
  const present = axes.flat();
  const missing = all.flat().filter(({ name }) => present.every((atom) => atom.name !== name));
  if (missing.length !== 1) return undefined;
  const axis = all.findIndex((atoms) => atoms.length === 1 && atoms[0]?.name === missing[0]?.name);
  const of = {
    view: operand,
    axes: view.attrs.keepDims ? axes.with(along, missing) : axes.toSpliced(along, 0, missing),
  };
  const fits = operand.type.shape[along] === missing[0]?.extent;
  return fits && axis >= 0 ? { of, axis } : undefined;
};

/** The axis along which a value is the sum (or maximum) of another, wherever it is repeated to. */
const axisReduced = (fn: string, placed: Placed, of: View): number | undefined => {
  const all = whole(of);
  const found = reducedBy(fn, source(placed), all.axes);
  return found !== undefined && samePlace(peeled(found.of), peeled(all)) ? found.axis : undefined;
};

/** The argument of 1 / d, however it is spelled. */
export const inverted = (placed: Placed): Placed | undefined => {
  const { view, axes } = source(placed);
  const [first, second] = view.args;
  if (view.op === "unary" && view.attrs.fn === "reciprocal" && first !== undefined) return { view: first, axes };
  if (view.op !== "binary" || first === undefined || second === undefined) return undefined;
  const isOne = first.op === "constant" && first.attrs.value === 1;
  if (view.attrs.fn === "div" && isOne) return { view: second, axes };
  const isPower = view.attrs.fn === "pow" && second.op === "constant" && second.attrs.value === -1;
  return isPower ? { view: first, axes } : undefined;
};

/** The largest of x along an axis, which is perhaps kept from being -infinity. */
const axisOfLargest = (placed: Placed, of: View): number | undefined => {
  const { view, axes } = peeled(placed);
  const [first, second] = view.args;
  if (view.op === "stopGradient" && first !== undefined) return axisOfLargest({ view: first, axes }, of);
  if (view.op !== "binary" || view.attrs.fn !== "max" || second?.op !== "constant" || first === undefined)
    return axisReduced("max", { view, axes }, of);
  const lowest = lowestFinite[view.type.dtype === "f64" ? "f64" : "f32"];
  return second.attrs.value <= lowest ? axisReduced("max", { view: first, axes }, of) : undefined;
};

/** The axis along which a divisor is the sum of e; where e^(x - max x) is summed, perhaps no less than 1. */
export const axisOfSum = (divisor: Placed, e: View): number | undefined => {
  const { view, axes } = source(divisor);
  const [first, second] = view.args;
  const bound =
    view.op === "binary" && view.attrs.fn === "max" && second?.op === "constant" ? second.attrs.value : undefined;
  if (bound === undefined || first === undefined) return axisReduced("sum", { view, axes }, e);
  const axis = axisReduced("sum", { view: first, axes }, e);
  const [shifted] = e.args;
  if (axis === undefined || !(bound <= 1) || shifted?.op !== "binary" || shifted.attrs.fn !== "sub") return undefined;
  const [score, largest] = shifted.args;
  if (score === undefined || largest === undefined) return undefined;
  return axisOfLargest(whole(largest), score) === axis ? axis : undefined;
};

/** Whether a value is ln(sum(e^x)) along an axis, perhaps taken of x - c and with c added again; the axis. */
export const axisOfLogSum = (placed: Placed, of: View): number | undefined => {
  const { view, axes } = peeled(placed);
  const [first, second] = view.args;
  if (first === undefined) return undefined;
  if (view.op === "unary" && view.attrs.fn === "log") {
    const found = reducedBy("sum", peeled({ view: first, axes }), axesOf(of.type.shape));
    return found !== undefined && isExponentialOf(peeled(found.of), whole(of)) ? found.axis : undefined;
  }
  if (view.op !== "binary" || view.attrs.fn !== "add" || second === undefined) return undefined;
  for (const [logarithm, added] of [
    [first, second],
    [second, first],
  ] as const) {
    const { view: log, axes: logAxes } = peeled({ view: logarithm, axes });
    const [sum] = log.args;
    if (log.op !== "unary" || log.attrs.fn !== "log" || sum === undefined) continue;
    const found = reducedBy("sum", peeled({ view: sum, axes: logAxes }), axesOf(of.type.shape));
    const shift = peeled({ view: added, axes });
    if (found === undefined || !isUniformAlong(shift, of, found.axis)) continue;
    if (isExponentialOf(peeled(found.of), whole(of), shift)) return found.axis;
  }
  return undefined;
};

/** Whether a value is e^x, or e^(x - shift). */
export const isExponentialOf = ({ view, axes }: Placed, of: Placed, shift?: Placed): boolean => {
  const [exponent] = view.args;
  if (view.op !== "unary" || view.attrs.fn !== "exp" || exponent === undefined) return false;
  const target = peeled(of);
  const found = peeled({ view: exponent, axes });
  if (shift === undefined) return samePlace(found, target);
  const [left, right] = found.view.args;
  if (found.view.op !== "binary" || found.view.attrs.fn !== "sub" || left === undefined || right === undefined)
    return false;
  const taken = peeled({ view: right, axes: found.axes });
  const sameShift = taken.view.id === shift.view.id && sameAxes(taken.axes, shift.axes);
  return sameShift && samePlace(peeled({ view: left, axes: found.axes }), target);
};

/** Whether a value is one number along an axis of another. */
const isUniformAlong = ({ view, axes }: Placed, of: View, axis: number): boolean => {
  const [atom] = axesOf(of.type.shape)[axis] ?? [];
  return view.op === "constant" || (atom !== undefined && axes.flat().every(({ name }) => name !== atom.name));
};

/** Whether a value is made of another: of its elements, moved, or of what they are folded to. */
const isMadeOf = (view: View, source: View["id"], seen: Set<View["id"]> = new Set()): boolean => {
  if (view.id === source) return true;
  if (seen.has(view.id)) return false;
  seen.add(view.id);
  const leads = view.op === "reduce" || isElementwise(view) || isMovement(view);
  return leads && view.args.some((operand) => isMadeOf(operand, source, seen));
};

/**
 * Whether what is added to a value is one number along an axis that the softmax of the sum does not show, be it no number at all: what
 * is made of the value is NaN where a row has one, and a number that is known is none.
 */
export const isShiftOf = (value: View, shift: View, axis: number): boolean =>
  isUniformAlong(peeled(whole(shift)), shift, axis) &&
  (isMadeOf(shift, value.id) || (shift.op === "constant" && Number.isFinite(shift.attrs.value)));
