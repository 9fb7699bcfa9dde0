// Softmax in any spelling, as the composite. Sums and maxima along the axis may have kept it or not, and been reshaped and
// repeated in whatever way to where they are subtracted or divided by: only atoms are compared (axes.ts). Every rule is the
// same formula, rounded elsewhere; rows that have no finite number, or overflow, come out better.
import { P } from "ts-pattern";
import type { View } from "../../ir/graph/view.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import type { TensorType } from "../../ir/types/tensor-type.ts";
import { binary, filled, make, type RuleSet, reshaped, rules, type Term, unary } from "../rules.ts";
import { type Atom, type Axes, axesOf, before, isPlaced, type Placed, peeled, sameAxes, samePlace } from "./axes.ts";
import { innerExtent, operandsOf } from "./match-product.ts";

const x = P.select("x");
const y = P.select("y");
const whole = (view: View): Placed => ({ view, axes: axesOf(view.type.shape) });
const exponential = P.select("e", { op: "unary", attrs: { fn: "exp" }, args: [x] });
const float = { dtype: P.union("f32", "f64") } as const;

/** The value that was moved, or converted to another float. */
const source = (placed: Placed): Placed => {
  const { view, axes } = peeled(placed);
  const [operand] = view.args;
  const isWidth = view.op === "cast" && isFloat(view.type.dtype) && operand !== undefined && isFloat(operand.type.dtype);
  return isWidth ? source({ view: operand, axes }) : { view, axes };
};

/** What a reduction along one axis is of: the axis put back among the atoms. */
const reducedBy = (fn: string, { view, axes }: Placed, all: Axes): { readonly of: Placed; readonly axis: number } | undefined => {
  if (view.op !== "reduce" || view.attrs.fn !== fn) return undefined;
  const [operand] = view.args;
  const [along, ...more] = view.attrs.axes;
  if (operand === undefined || along === undefined || more.length > 0) return undefined;
  const present = axes.flat();
  const missing = all.flat().filter(({ name }) => present.every((atom) => atom.name !== name));
  if (missing.length !== 1) return undefined;
  const axis = all.findIndex((atoms) => atoms.length === 1 && atoms[0]?.name === missing[0]?.name);
  const of = { view: operand, axes: view.attrs.keepDims ? axes.with(along, missing) : axes.toSpliced(along, 0, missing) };
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
const inverted = (placed: Placed): Placed | undefined => {
  const { view, axes } = source(placed);
  const [first, second] = view.args;
  if (view.op === "unary" && view.attrs.fn === "reciprocal" && first !== undefined) return { view: first, axes };
  if (view.op !== "binary" || first === undefined || second === undefined) return undefined;
  const isOne = first.op === "constant" && first.attrs.value === 1;
  if (view.attrs.fn === "div" && isOne) return { view: second, axes };
  const isPower = view.attrs.fn === "pow" && second.op === "constant" && second.attrs.value === -1;
  return isPower ? { view: first, axes } : undefined;
};

/** The largest of x along an axis, perhaps no less than some number. */
const axisOfLargest = (placed: Placed, of: View): number | undefined => {
  const { view, axes } = peeled(placed);
  const [first, second] = view.args;
  const bounded = view.op === "binary" && view.attrs.fn === "max" && second?.op === "constant" && first !== undefined;
  if (view.op === "stopGradient" && first !== undefined) return axisOfLargest({ view: first, axes }, of);
  return axisReduced("max", bounded ? { view: first, axes } : { view, axes }, of);
};

/** The axis along which a divisor is the sum of e; where e^(x - max x) is summed, perhaps no less than 1. */
const axisOfSum = (divisor: Placed, e: View): number | undefined => {
  const { view, axes } = source(divisor);
  const [first, second] = view.args;
  const bound = view.op === "binary" && view.attrs.fn === "max" && second?.op === "constant" ? second.attrs.value : undefined;
  if (bound === undefined || first === undefined) return axisReduced("sum", { view, axes }, e);
  const axis = axisReduced("sum", { view: first, axes }, e);
  const [shifted] = e.args;
  if (axis === undefined || !(bound <= 1) || shifted?.op !== "binary" || shifted.attrs.fn !== "sub") return undefined;
  const [score, largest] = shifted.args;
  if (score === undefined || largest === undefined) return undefined;
  return axisOfLargest(whole(largest), score) === axis ? axis : undefined;
};

/** Whether a value is ln(sum(e^x)) along an axis, perhaps taken of x - c and with c added again; the axis. */
const axisOfLogSum = (placed: Placed, of: View): number | undefined => {
  const { view, axes } = peeled(placed);
  const [first, second] = view.args;
  if (first === undefined) return undefined;
  if (view.op === "unary" && view.attrs.fn === "log") {
    const found = reducedBy("sum", peeled({ view: first, axes }), axesOf(of.type.shape));
    return found !== undefined && isExponentialOf(peeled(found.of), whole(of)) ? found.axis : undefined;
  }
  if (view.op !== "binary" || view.attrs.fn !== "add" || second === undefined) return undefined;
  for (const [logarithm, shift] of [[first, second], [second, first]] as const) {
    const { view: log, axes: logAxes } = peeled({ view: logarithm, axes });
    const [sum] = log.args;
    if (log.op !== "unary" || log.attrs.fn !== "log" || sum === undefined) continue;
    const found = reducedBy("sum", peeled({ view: sum, axes: logAxes }), axesOf(of.type.shape));
    if (found !== undefined && isExponentialOf(peeled(found.of), whole(of), peeled({ view: shift, axes }))) return found.axis;
  }
  return undefined;
};

/** Whether a value is e^x, or e^(x - shift). */
const isExponentialOf = ({ view, axes }: Placed, of: Placed, shift?: Placed): boolean => {
  const [exponent] = view.args;
  if (view.op !== "unary" || view.attrs.fn !== "exp" || exponent === undefined) return false;
  const target = peeled(of);
  const found = peeled({ view: exponent, axes });
  if (shift === undefined) return samePlace(found, target);
  const [left, right] = found.view.args;
  if (found.view.op !== "binary" || found.view.attrs.fn !== "sub" || left === undefined || right === undefined) return false;
  const taken = peeled({ view: right, axes: found.axes });
  const sameShift = taken.view.id === shift.view.id && sameAxes(taken.axes, shift.axes);
  return sameShift && samePlace(peeled({ view: left, axes: found.axes }), target);
};

/** Whether a value is one number along an axis. */
const isUniformAlong = (view: View, axis: number): boolean => {
  const { axes } = peeled(whole(view));
  const [atom] = axesOf(view.type.shape)[axis] ?? [];
  return view.op === "constant" || (atom !== undefined && axes.flat().every(({ name }) => name !== atom.name));
};

const softmaxed = (axis: number, of: Term): Term => make("softmax", { axis }, of);
const normalized = (axis: number | undefined, of: View): Term | undefined =>
  axis === undefined ? undefined : softmaxed(axis, of);

/** A truth value behind a mask of ones and zeros, moved as the mask is. */
const truthOf = (view: View): Term | undefined => {
  const [operand] = view.args;
  if (operand === undefined) return undefined;
  if (view.op === "cast") return operand.type.dtype === "bool" ? operand : undefined;
  const inner = truthOf(operand);
  return inner === undefined ? undefined : movedAs(view, inner);
};

/** A term moved as a view moves its operand. */
const movedAs = (view: View, operand: Term): Term | undefined => {
  switch (view.op) {
    case "reshape":
      return reshaped(view.type.shape, operand);
    case "transpose":
      return make("transpose", { ...view.attrs }, operand);
    case "broadcast":
      return make("broadcast", { shape: view.type.shape }, operand);
    default:
      return undefined;
  }
};

const maskedBy = (condition: Term | undefined, of: View, type: TensorType): Term | undefined =>
  condition === undefined ? undefined : unary("exp", make("select", {}, condition, of, filled(-Infinity, type)));

/** Where something is divided by a sum of weights: the sum, and what it runs over. */
interface Division {
  readonly divisor: Placed;
  readonly over: Atom;
}

/** softmax(x), if that is e^x divided by the divisor. */
const dividedExponential = (x: View, axes: Axes, { divisor, over }: Division): Term | undefined => {
  const found = reducedBy("sum", source(divisor), axes);
  if (found === undefined || axes[found.axis]?.[0]?.name !== over.name) return undefined;
  return isExponentialOf(peeled(found.of), { view: x, axes }) ? softmaxed(found.axis, x) : undefined;
};

/** Weights that are not divided yet, with softmax(x) in place of the e^x whose sum the divisor is. */
const dividedWithin = (placed: Placed, division: Division): Term | undefined => {
  const { view, axes } = placed;
  const [first, second, third] = view.args;
  const inner = (operand: View): Term | undefined => dividedWithin({ view: operand, axes }, division);
  const within = (operand: View, remade: (divided: Term) => Term): Term | undefined => {
    const divided = inner(operand);
    return divided === undefined ? undefined : remade(divided);
  };
  if (first === undefined) return undefined;
  if (view.op === "unary" && view.attrs.fn === "exp") {
    const [condition, x, lowest] = first.args;
    const chosen = first.op === "select" && lowest?.op === "constant" && lowest.attrs.value === -Infinity ? x : undefined;
    const divided = chosen === undefined ? undefined : dividedExponential(chosen, axes, division);
    if (divided === undefined || condition === undefined) return dividedExponential(first, axes, division);
    return make("select", {}, condition, divided, filled(0, view.type));
  }
  if (view.op === "cast") return within(first, (divided) => make("cast", { ...view.attrs }, divided));
  if (second !== undefined && view.op === "binary" && view.attrs.fn === "mul")
    return within(first, (divided) => binary("mul", divided, second)) ?? within(second, (divided) => binary("mul", first, divided));
  if (second !== undefined && third !== undefined && view.op === "select") {
    if (third.op === "constant" && third.attrs.value === 0)
      return within(second, (divided) => make("select", {}, first, divided, third));
    if (second.op === "constant" && second.attrs.value === 0)
      return within(third, (divided) => make("select", {}, first, second, divided));
  }
  const from = before(placed);
  const divided = isPlaced(from) ? dividedWithin(from, division) : undefined;
  return divided === undefined ? undefined : movedAs(view, divided);
};

/**
 * (w v) / d with the division moved to w, where d is the sum of the exponentials in w along the axis that the product sums
 * over; what moved the product stays where it was.
 */
const dividedBefore = (moved: Placed, divisor: Placed): Term | undefined => {
  const { view, axes } = moved;
  if (view.op !== "matmul") {
    const from = before(moved);
    const inner = isPlaced(from) ? dividedBefore(from, divisor) : undefined;
    return inner === undefined ? undefined : movedAs(view, inner);
  }
  const over: Atom = { name: "inner", extent: innerExtent(view) };
  const operands = operandsOf(view, axes, over);
  if (operands === undefined) return undefined;
  const { left, right } = operands;
  const remade = (a: Term, b: Term): Term => make("matmul", { ...view.attrs }, a, b);
  const onLeft = dividedWithin(left, { divisor, over });
  if (onLeft !== undefined) return remade(onLeft, right.view);
  const onRight = dividedWithin(right, { divisor, over });
  return onRight === undefined ? undefined : remade(left.view, onRight);
};

/** Softmax by other names. */
export const softmaxForms: RuleSet = rules(
  "softmax-forms",
  {
    // e^x / sum(e^x) => softmax(x)
    dividedBySum: (node) =>
      node.with({ op: "binary", attrs: { fn: "div" }, args: [exponential, y] }, ({ e, x, y }) =>
        normalized(axisOfSum(whole(y), e), x),
      ),
    // e^x (1 / sum(e^x)) => softmax(x)
    timesReciprocal: (node) =>
      node
        .with({ op: "binary", attrs: { fn: "mul" }, args: [exponential, y] }, ({ e, x, y }) => {
          const divisor = inverted(whole(y));
          return divisor === undefined ? undefined : normalized(axisOfSum(divisor, e), x);
        })
        .with({ op: "binary", attrs: { fn: "mul" }, args: [y, exponential] }, ({ e, x, y }) => {
          const divisor = inverted(whole(y));
          return divisor === undefined ? undefined : normalized(axisOfSum(divisor, e), x);
        }),
    // e^(x - ln(sum(e^x))) => softmax(x)
    lessLogarithmOfSum: (node) =>
      node.with(
        { op: "unary", attrs: { fn: "exp" }, args: [{ op: "binary", attrs: { fn: "sub" }, args: [x, y] }] },
        ({ x, y }) => normalized(axisOfLogSum(whole(y), x), x),
      ),
    // e^logSoftmax(x) => softmax(x)
    ofLogarithm: (node) =>
      node.with(
        { op: "unary", attrs: { fn: "exp" }, args: [{ op: "logSoftmax", attrs: { axis: P.select("axis") }, args: [x] }] },
        ({ axis, x }) => softmaxed(axis, x),
      ),
    // softmax(x - c) => softmax(x), c being one number along the axis
    shifted: (node) =>
      node.with(
        {
          op: "softmax",
          attrs: { axis: P.select("axis") },
          args: [{ op: "binary", attrs: { fn: P.union("sub", "add") }, args: [x, y] }],
        },
        ({ axis, x, y }) => (isUniformAlong(y, axis) ? softmaxed(axis, x) : undefined),
      ),
    // softmax(x - c where m, -infinity elsewhere) => softmax(x where m, -infinity elsewhere)
    shiftedWhereAllowed: (node) =>
      node.with(
        {
          op: "softmax",
          attrs: { axis: P.select("axis") },
          args: [
            {
              op: "select",
              args: [
                P.select("m"),
                { op: "binary", attrs: { fn: P.union("sub", "add") }, args: [x, y] },
                P.select("lowest", { op: "constant", attrs: { value: -Infinity } }),
              ],
            },
          ],
        },
        ({ axis, m, x, y, lowest }) =>
          isUniformAlong(y, axis) ? softmaxed(axis, make("select", {}, m, x, lowest)) : undefined,
      ),
    // e^x m => e^(x where m, -infinity elsewhere), m being 1 or 0
    maskedByProduct: (node) =>
      node
        .with({ op: "binary", type: float, attrs: { fn: "mul" }, args: [exponential, y] }, ({ x, y }, { type }) =>
          maskedBy(truthOf(y), x, type),
        )
        .with({ op: "binary", type: float, attrs: { fn: "mul" }, args: [y, exponential] }, ({ x, y }, { type }) =>
          maskedBy(truthOf(y), x, type),
        ),
    // e^x where c, 0 elsewhere => e^(x where c, -infinity elsewhere)
    maskedByChoice: (node) =>
      node
        .with(
          { op: "select", args: [y, exponential, { op: "constant", attrs: { value: 0 } }] },
          ({ x, y }, { type }) => maskedBy(y, x, type),
        )
        .with(
          { op: "select", args: [y, { op: "constant", attrs: { value: 0 } }, exponential] },
          ({ x, y }, { type }) => unary("exp", make("select", {}, y, filled(-Infinity, type), x)),
        ),
    // (e^x v) / sum(e^x) => softmax(x) v
    dividedAfterProduct: (node) =>
      node
        .with({ op: "binary", attrs: { fn: "div" }, args: [x, y] }, ({ x, y }) => dividedBefore(whole(x), whole(y)))
        .with({ op: "binary", attrs: { fn: "mul" }, args: [x, y] }, ({ x, y }) => {
          for (const [product, inverse] of [[x, y], [y, x]] as const) {
            const divisor = inverted(whole(inverse));
            const made = divisor === undefined ? undefined : dividedBefore(whole(product), divisor);
            if (made !== undefined) return made;
          }
          return undefined;
        }),
  },
  { numerics: "rounding" },
);
