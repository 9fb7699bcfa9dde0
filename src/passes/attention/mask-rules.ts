// Masks in the bodies of recognised attention, brought to the one form from which the kernel reads which keys need not be
// looked at: select(condition, score, -infinity), the condition made of comparisons of positions.
import { P } from "ts-pattern";
import type { Graph } from "../../ir/graph/graph.ts";
import type { View } from "../../ir/graph/view.ts";
import { castNumber, literalNumber } from "../../ir/ops/elements.ts";
import type { CompareFn } from "../../ir/scalar/compare.ts";
import { compares } from "../../ir/scalar/compare.ts";
import { type DType, isFloat } from "../../ir/types/dtype.ts";
import { rewrite } from "../rewrite.ts";
import { binary, filled, make, type RuleSet, rules, type Term, unary } from "../rules.ts";
import { conversions } from "../simplify/arithmetic.ts";

const x = P.select("x");
const c = P.select("c");
const float = { dtype: P.union("f32", "f64") } as const;
const filledWith = <const V extends number>(value: V) => ({ op: "constant", attrs: { value } }) as const;
const lowest = filledWith(-Infinity);
const y = P.select("y");
const masked = { op: "select", args: [c, x, P.select("m", lowest)] } as const;
const number = <const Name extends string>(name: Name) =>
  ({ op: "constant", attrs: { value: P.select(name) } }) as const;

/** The negation of a condition. */
const opposite = (condition: View): Term => {
  const [operand] = condition.args;
  const isNegation = condition.op === "unary" && condition.attrs.fn === "not" && operand !== undefined;
  return isNegation ? operand : unary("not", condition);
};

/** A truth value that stands for a choice of two, given what holds of the first and of the second. */
const chosen = (condition: View, first: boolean, second: boolean): Term =>
  first === second ? filled(first ? 1 : 0, condition.type) : first ? condition : opposite(condition);

/** Whether a number compares with another, both as numbers of an element type. */
const comparing =
  (fn: CompareFn, dtype: DType, second: number) =>
  (first: number): boolean =>
    compares[fn].evaluate(literalNumber(dtype, first), literalNumber(dtype, second));

/** Conditions that went through numbers. */
export const conditions: RuleSet = rules("conditions", {
  // (a where c, b elsewhere) < d => c, not c, or what is known
  comparedChoice: (node) =>
    node.with(
      {
        op: "compare",
        attrs: { fn: P.select("fn") },
        args: [{ op: "select", args: [c, number("a"), number("b")] }, number("d")],
      },
      ({ fn, c, a, b, d }, { args: [choice] }) => {
        const holds = comparing(fn, choice?.type.dtype ?? "f64", d);
        return chosen(c, holds(a), holds(b));
      },
    ),
  // cast(c) < d => c, not c, or what is known
  comparedTruth: (node) =>
    node.with(
      {
        op: "compare",
        attrs: { fn: P.select("fn") },
        args: [{ op: "cast", args: [P.select("c", { type: { dtype: "bool" } })] }, number("d")],
      },
      ({ fn, c, d }, { args: [number] }) => {
        const holds = comparing(fn, number?.type.dtype ?? "f64", d);
        return chosen(c, holds(1), holds(0));
      },
    ),
  // cast(1 where c, 0 elsewhere, bool) => c, and so for any numbers
  choiceAsTruth: (node) =>
    node.with(
      { op: "cast", attrs: { dtype: "bool" }, args: [{ op: "select", args: [c, number("a"), number("b")] }] },
      ({ c, a, b }) => chosen(c, a !== 0, b !== 0),
    ),
  // cast(a where c, b elsewhere) => cast(a) where c, cast(b) elsewhere
  castChoice: (node) =>
    node.with(
      {
        op: "cast",
        attrs: { dtype: P.select("dtype", P.not("bool")) },
        args: [{ op: "select", args: [c, number("a"), number("b")] }],
      },
      ({ dtype, c, a, b }, { type, args: [choice] }) => {
        const converted = (value: number): Term =>
          filled(castNumber(dtype, literalNumber(choice?.type.dtype ?? "f64", value)), type);
        return make("select", {}, c, converted(a), converted(b));
      },
    ),
  // true where c, false elsewhere => c
  choiceOfTruths: (node) =>
    node.with({ op: "select", type: { dtype: "bool" }, args: [c, number("a"), number("b")] }, ({ c, a, b }) =>
      chosen(c, a !== 0, b !== 0),
    ),
});

/** Scores at which a mask forbids to look. */
export const masks: RuleSet = rules(
  "masks",
  {
    // x + (0 where c, -infinity elsewhere) => x where c, -infinity elsewhere
    addedMask: (node) =>
      node
        .with(
          {
            op: "binary",
            type: float,
            attrs: { fn: "add" },
            args: [x, { op: "select", args: [c, filledWith(0), P.select("m", lowest)] }],
          },
          ({ x, c, m }) => make("select", {}, c, x, m),
        )
        .with(
          {
            op: "binary",
            type: float,
            attrs: { fn: "add" },
            args: [{ op: "select", args: [c, filledWith(0), P.select("m", lowest)] }, x],
          },
          ({ x, c, m }) => make("select", {}, c, x, m),
        ),
    // x + (-infinity where c, 0 elsewhere) => -infinity where c, x elsewhere
    addedExclusion: (node) =>
      node
        .with(
          {
            op: "binary",
            type: float,
            attrs: { fn: "add" },
            args: [x, { op: "select", args: [c, P.select("m", lowest), filledWith(0)] }],
          },
          ({ x, c, m }) => make("select", {}, c, m, x),
        )
        .with(
          {
            op: "binary",
            type: float,
            attrs: { fn: "add" },
            args: [{ op: "select", args: [c, P.select("m", lowest), filledWith(0)] }, x],
          },
          ({ x, c, m }) => make("select", {}, c, m, x),
        ),
    // -infinity where c, x elsewhere => x where not c, -infinity elsewhere
    exclusion: (node) =>
      node.with({ op: "select", type: float, args: [c, P.select("m", lowest), x] }, ({ c, m, x }) =>
        x.op === "constant" && x.attrs.value === -Infinity ? undefined : make("select", {}, opposite(c), x, m),
      ),
    // (x where c, -infinity elsewhere) + y => x + y where c, -infinity elsewhere, and so for -, and * and / by a number above 0
    maskOutermost: (node) =>
      node
        .with(
          { op: "binary", type: float, attrs: { fn: P.select("fn", P.union("add", "sub")) }, args: [masked, y] },
          ({ fn, c, x, m, y }) => make("select", {}, c, binary(fn, x, y), m),
        )
        .with({ op: "binary", type: float, attrs: { fn: "add" }, args: [y, masked] }, ({ c, x, m, y }) =>
          make("select", {}, c, binary("add", y, x), m),
        )
        .with(
          {
            op: "binary",
            type: float,
            attrs: { fn: P.select("fn", P.union("mul", "div")) },
            args: [masked, P.select("y", { op: "constant", attrs: { value: P.number.positive() } })],
          },
          ({ fn, c, x, m, y }) => make("select", {}, c, binary(fn, x, y), m),
        ),
    // cast(x where c, -infinity elsewhere) => cast(x) where c, -infinity elsewhere
    maskOfAnotherWidth: (node) =>
      node.with({ op: "cast", type: float, args: [P.select("masked", masked)] }, ({ masked, c, x }, { attrs, type }) =>
        isFloat(masked.type.dtype)
          ? make("select", {}, c, make("cast", { ...attrs }, x), filled(-Infinity, type))
          : undefined,
      ),
  },
  { numerics: "finite" },
);

const oneForm: readonly RuleSet[] = [conversions, conditions, masks];

/** The body with its masks in one form. */
export const simplifiedBody = (body: Graph): Graph => rewrite(body, oneForm).graph;
