// Expressions of the loop IR as JavaScript. A vector has no JavaScript value: each of its lanes is an expression of its
// own, and what all lanes share (an index, a splatted scalar) is named once, in a line before the statement. f32 results
// go through Math.fround, which makes each step round as f32 does; bools are JavaScript booleans.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { fitsInteger, type Interval, intervalOf } from "../../ir/loop/bounds.ts";
import {
  type Expr,
  type ExprKind,
  type ExprOf,
  isVector,
  type LoopCompare,
  type LoopType,
  laneType,
} from "../../ir/loop/expr.ts";
import { keyOf } from "../../ir/loop/key.ts";
import { someExpr } from "../../ir/loop/rewrite.ts";
import { printBoolBinary, printFloatBinary, printIntegerBinary } from "./print-binary.ts";
import type { Printer } from "./printer.ts";
import { atom, call, infix, level, number, type Text, within, wrap } from "./text.ts";

/** A scalar that several lanes read: itself where that is short, else a name for it. */
const nameOnce = (expr: Expr, printer: Printer, hint: string): Text => {
  if (expr.kind === "const" || expr.kind === "var") return printExpression(expr, 0, printer);
  const known = printer.named.get(expr);
  if (known !== undefined) return atom(known);
  const value = printExpression(expr, 0, printer).text;
  const name = printer.fresh(hint);
  printer.line(`const ${name} = ${value};`);
  printer.named.set(expr, name);
  return atom(name);
};

/** A sum of unchanging whole numbers, named for as long as its scope lasts. */
const nameSum = (expr: Expr, printer: Printer): Text => {
  const isFixed = !someExpr(
    expr,
    (each) => each.kind === "load" || (each.kind === "var" && !printer.bounds.has(each.name)),
  );
  if (expr.kind === "var" || !isFixed) return nameOnce(expr, printer, "at");
  const key = keyOf(expr);
  const known = printer.sums.get(key);
  if (known !== undefined) return atom(known);
  const value = printExpression(expr, 0, printer).text;
  const name = printer.fresh("at");
  printer.line(`const ${name} = ${value};`);
  printer.sums.set(key, name);
  return atom(name);
};

/** A whole number plus the number of a lane; the rest of the number, without its constant, may have a name. */
const plusLane = (expr: Expr, lane: number, printer: Printer): Text => {
  if (expr.kind === "const") return number((expr.value + lane) | 0);
  const [start, constant] =
    expr.kind === "binary" && expr.fn === "add" && expr.right.kind === "const"
      ? [expr.left, expr.right.value]
      : [expr, 0];
  const base = nameSum(start, printer);
  const beyond = constant + lane;
  if (beyond === 0) return base;
  const sum = infix("+", level.sum, base, number(beyond));
  const { low, high } = intervalOf(start, printer.bounds);
  return fitsInteger({ low: low + beyond, high: high + beyond }) ? sum : wrap(sum);
};

/** The index of a load or a store, so many elements on if the type is a vector. */
export const printIndex = (index: Expr, type: LoopType, beyond: number, printer: Printer): string =>
  (isVector(type) ? plusLane(index, beyond, printer) : printExpression(index, 0, printer)).text;

const comparison: { readonly [F in LoopCompare]: readonly [sign: string, level: number] } = {
  eq: ["===", level.equality],
  ne: ["!==", level.equality],
  lt: ["<", level.relational],
  le: ["<=", level.relational],
  gt: [">", level.relational],
  ge: [">=", level.relational],
};

/** `condition ? then : otherwise`. */
export const choose = (condition: Text, then: Text, otherwise: Text): Text => ({
  text: `${within(condition, level.or)} ? ${within(then, level.or)} : ${otherwise.text}`,
  level: level.conditional,
});

const fround = (piece: Text): Text => call("fround", piece);

const printUnary = ({ fn, type, operand }: ExprOf<"unary">, lane: number, printer: Printer): Text => {
  const x = printExpression(operand, lane, printer);
  const scalar = laneType(type);
  switch (fn) {
    case "neg": {
      const negative = { text: `-${within(x, level.atom)}`, level: level.prefix };
      return scalar === "i32" ? wrap(negative) : negative;
    }
    case "abs":
      return scalar === "i32" ? wrap(call("Math.abs", x)) : call("Math.abs", x);
    case "sqrt":
      return scalar === "f32" ? fround(call("Math.sqrt", x)) : call("Math.sqrt", x);
    case "floor":
    case "ceil":
    case "trunc":
      return call(`Math.${fn}`, x);
    case "nearest": {
      const helper = scalar === "f32" ? "nearest" : "nearestDouble";
      printer.uses(helper);
      return call(helper, x);
    }
    case "not":
      return { text: `!${within(x, level.prefix)}`, level: level.prefix };
  }
};

/** `left fn right` of two texts, of which the intervals are known. */
const printOperator = (
  { fn, type }: Pick<ExprOf<"binary">, "fn" | "type">,
  operands: readonly [Text, Text],
  intervals: readonly [Interval, Interval],
  printer: Printer,
): Text => {
  const scalar = laneType(type);
  if (scalar === "i32") return printIntegerBinary(fn, operands, intervals, printer);
  if (scalar === "bool") return printBoolBinary(fn, operands);
  const result = printFloatBinary(fn, operands);
  // The smaller and the larger of two f32 are f32 already.
  return scalar === "f32" && fn !== "min" && fn !== "max" ? fround(result) : result;
};

const printReduceLanes = ({ fn, type, operand }: ExprOf<"reduceLanes">, printer: Printer): Text => {
  const [a, b, c, d] = [0, 1, 2, 3].map((lane) => printExpression(operand, lane, printer));
  invariant(a !== undefined && b !== undefined && c !== undefined && d !== undefined, "a vector has four lanes");
  const unknown = intervalOf(operand, printer.bounds);
  const join = (left: Text, right: Text): Text =>
    printOperator({ fn, type }, [left, right], [unknown, unknown], printer);
  return join(join(a, b), join(c, d));
};

const printCast = ({ type, operand }: ExprOf<"cast">, lane: number, printer: Printer): Text => {
  const x = printExpression(operand, lane, printer);
  const from = laneType(operand.type);
  const to = laneType(type);
  if (from === to) return x;
  if (to === "bool") return infix("!==", level.equality, x, number(0));
  if (from === "bool") return choose(x, number(1), number(0));
  if (to === "f32") return fround(x);
  if (to === "f64") return x;
  printer.uses("truncate");
  return call("truncate", x);
};

const printReinterpret = ({ type, operand }: ExprOf<"reinterpret">, lane: number, printer: Printer): Text => {
  const x = printExpression(operand, lane, printer);
  if (laneType(type) === laneType(operand.type)) return x;
  const helper = laneType(type) === "i32" ? "bitsOfFloat" : "floatOfBits";
  printer.uses(helper);
  return call(helper, x);
};

const printers: { readonly [K in ExprKind]: (expr: ExprOf<K>, lane: number, printer: Printer) => Text } = {
  const: ({ type, value }) => (type === "bool" ? atom(value === 0 ? "false" : "true") : number(value)),
  var: ({ type, name }, lane, printer) =>
    printer.uniform.get(name) ?? atom(isVector(type) ? `${printer.nameOf(name)}_${lane}` : printer.nameOf(name)),
  load: ({ type, buffer, index, stride = 1 }, lane, printer) => {
    const element = atom(`${printer.parameter(buffer).text}[${printIndex(index, type, lane * stride, printer)}]`);
    return laneType(type) === "bool" ? infix("!==", level.equality, element, number(0)) : element;
  },
  unary: printUnary,
  binary: (expr, lane, printer) => {
    const { left, right } = expr;
    const operands = [printExpression(left, lane, printer), printExpression(right, lane, printer)] as const;
    const intervals = [intervalOf(left, printer.bounds), intervalOf(right, printer.bounds)] as const;
    return printOperator(expr, operands, intervals, printer);
  },
  compare: ({ fn, left, right }, lane, printer) => {
    const [sign, at] = comparison[fn];
    return infix(sign, at, printExpression(left, lane, printer), printExpression(right, lane, printer));
  },
  select: ({ condition, then, otherwise }, lane, printer) =>
    choose(
      printExpression(condition, lane, printer),
      printExpression(then, lane, printer),
      printExpression(otherwise, lane, printer),
    ),
  cast: printCast,
  reinterpret: printReinterpret,
  splat: ({ operand }, _lane, printer) => nameOnce(operand, printer, "all"),
  ramp: ({ operand }, lane, printer) => plusLane(operand, lane, printer),
  lane: ({ operand, lane }, _lane, printer) => printExpression(operand, lane, printer),
  reduceLanes: (expr, _lane, printer) => printReduceLanes(expr, printer),
};

/** The text of an expression: of one lane, if it is a vector. May print lines that name what lanes share. */
export const printExpression = (expr: Expr, lane: number, printer: Printer): Text => {
  // One row of the table, its expression chosen by the same kind: TypeScript cannot follow that correlation.
  const print = printers[expr.kind] as (expr: Expr, lane: number, printer: Printer) => Text;
  return print(expr, lane, printer);
};
