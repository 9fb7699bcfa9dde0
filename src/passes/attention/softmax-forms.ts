// Softmax in any spelling, as the composite. Sums and maxima along the axis may have kept it or not, and been reshaped and
// repeated in whatever way to where they are subtracted or divided by: only atoms are compared (axes.ts). Every rule is the
// same formula, rounded elsewhere; rows that have no finite number, or overflow, come out better.
import { P } from "ts-pattern";
import type { View } from "../../ir/graph/view.ts";
import type { TensorType } from "../../ir/types/tensor-type.ts";
import { binary, filled, make, type RuleSet, reshaped, rules, type Term, unary } from "../rules.ts";
import { type Atom, type Axes, before, isPlaced, type Placed, peeled } from "./axes.ts";
import { innerExtent, operandsOf } from "./match-product.ts";
import { axisOfLogSum, axisOfSum, inverted, isExponentialOf, isShiftOf, reducedBy, source, whole } from "./row-sums.ts";

const x = P.select("x");
const y = P.select("y");
const exponential = P.select("e", { op: "unary", attrs: { fn: "exp" }, args: [x] });
const float = { dtype: P.union("f32", "f64") } as const;

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

/** Where something is divided by a sum of weights: the sum, what it runs over, and where it was looked for in vain. */
interface Division {
  readonly divisor: Placed;
  readonly over: Atom;
  readonly without: Set<View["id"]>;
}

/** softmax(x), if that is e^x divided by the divisor. */
const dividedExponential = (x: View, axes: Axes, { divisor, over }: Division): Term | undefined => {
  const found = reducedBy("sum", source(divisor), axes);
  if (found === undefined || axes[found.axis]?.[0]?.name !== over.name) return undefined;
  return isExponentialOf(peeled(found.of), { view: x, axes }) ? softmaxed(found.axis, x) : undefined;
};

/** Weights that are not divided yet, with softmax(x) in place of the e^x whose sum the divisor is. */
const dividedWithin = (placed: Placed, division: Division): Term | undefined => {
  const { id } = placed.view;
  const divided = division.without.has(id) ? undefined : dividedInside(placed, division);
  if (divided === undefined) division.without.add(id);
  return divided;
};

const dividedInside = (placed: Placed, division: Division): Term | undefined => {
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
    const chosen =
      first.op === "select" && lowest?.op === "constant" && lowest.attrs.value === -Infinity ? x : undefined;
    const divided = chosen === undefined ? undefined : dividedExponential(chosen, axes, division);
    if (divided === undefined || condition === undefined) return dividedExponential(first, axes, division);
    return make("select", {}, condition, divided, filled(0, view.type));
  }
  if (view.op === "cast") return within(first, (divided) => make("cast", { ...view.attrs }, divided));
  if (second !== undefined && view.op === "binary" && view.attrs.fn === "mul")
    return (
      within(first, (divided) => binary("mul", divided, second)) ??
      within(second, (divided) => binary("mul", first, divided))
    );
  if (second !== undefined && view.op === "binary" && view.attrs.fn === "div")
    return within(first, (divided) => binary("div", divided, second));
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
  if (source(divisor).view.op !== "reduce") return undefined;
  const over: Atom = { name: "inner", extent: innerExtent(view) };
  const operands = operandsOf(view, axes, over);
  if (operands === undefined) return undefined;
  const { left, right } = operands;
  const remade = (a: Term, b: Term): Term => make("matmul", { ...view.attrs }, a, b);
  const onLeft = dividedWithin(left, { divisor, over, without: new Set() });
  if (onLeft !== undefined) return remade(onLeft, right.view);
  const onRight = dividedWithin(right, { divisor, over, without: new Set() });
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
        {
          op: "unary",
          attrs: { fn: "exp" },
          args: [{ op: "logSoftmax", attrs: { axis: P.select("axis") }, args: [x] }],
        },
        ({ axis, x }) => softmaxed(axis, x),
      ),
    // softmax(x - c) => softmax(x), c being one number along the axis, made of x
    shifted: (node) =>
      node.with(
        {
          op: "softmax",
          attrs: { axis: P.select("axis") },
          args: [{ op: "binary", attrs: { fn: P.union("sub", "add") }, args: [x, y] }],
        },
        ({ axis, x, y }) => (isShiftOf(x, y, axis) ? softmaxed(axis, x) : undefined),
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
          isShiftOf(x, y, axis) ? softmaxed(axis, make("select", {}, m, x, lowest)) : undefined,
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
        .with({ op: "select", args: [y, exponential, { op: "constant", attrs: { value: 0 } }] }, ({ x, y }, { type }) =>
          maskedBy(y, x, type),
        )
        .with({ op: "select", args: [y, { op: "constant", attrs: { value: 0 } }, exponential] }, ({ x, y }, { type }) =>
          unary("exp", make("select", {}, y, filled(-Infinity, type), x)),
        ),
    // (e^x v) / sum(e^x) => softmax(x) v
    dividedAfterProduct: (node) =>
      node
        .with({ op: "binary", attrs: { fn: "div" }, args: [x, y] }, ({ x, y }) => dividedBefore(whole(x), whole(y)))
        .with({ op: "binary", attrs: { fn: "mul" }, args: [x, y] }, ({ x, y }) => {
          for (const [product, inverse] of [
            [x, y],
            [y, x],
          ] as const) {
            const divisor = inverted(whole(inverse));
            const made = divisor === undefined ? undefined : dividedBefore(whole(product), divisor);
            if (made !== undefined) return made;
          }
          return undefined;
        }),
  },
  { numerics: "rounding" },
);
