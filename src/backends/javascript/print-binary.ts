// Binary operators as JavaScript. Sums and products of whole numbers are wrapped to 32 bits unless intervals show that
// they cannot leave them, which is so for nearly every index.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { fitsInteger, type Interval } from "../../ir/loop/bounds.ts";
import type { LoopBinary } from "../../ir/loop/expr.ts";
import type { Printer } from "./printer.ts";
import { bitwise, call, infix, level, type Text, wrap } from "./text.ts";

type Operands = readonly [left: Text, right: Text];

type Intervals = readonly [left: Interval, right: Interval];

/** Operators on f32 (before rounding) and f64. */
export const printFloatBinary = (fn: LoopBinary, [x, y]: Operands): Text => {
  switch (fn) {
    case "add":
      return infix("+", level.sum, x, y);
    case "sub":
      return infix("-", level.sum, x, y);
    case "mul":
      return infix("*", level.product, x, y);
    case "div":
      return infix("/", level.product, x, y);
    case "min":
    case "max":
      return call(`Math.${fn}`, x, y);
    default:
      invariant(false, `loop ${fn} of floats`);
  }
};

/** Operators on bool. */
export const printBoolBinary = (fn: LoopBinary, [x, y]: Operands): Text => {
  switch (fn) {
    case "and":
      return infix("&&", level.and, x, y);
    case "or":
      return infix("||", level.or, x, y);
    case "xor":
      return infix("!==", level.equality, x, y);
    default:
      invariant(false, `loop ${fn} of bools`);
  }
};

const printProduct = ([x, y]: Operands, [a, b]: Intervals): Text => {
  // A product with a negative factor may be -0, which no i32 is.
  const plain = a.low >= 0 && b.low >= 0 && fitsInteger({ low: 0, high: a.high * b.high });
  return plain ? infix("*", level.product, x, y) : call("Math.imul", x, y);
};

const printQuotient = (fn: "div" | "rem", [x, y]: Operands, [a, b]: Intervals, printer: Printer): Text => {
  const mayBeZero = b.low <= 0 && b.high >= 0;
  if (mayBeZero) {
    const helper = fn === "div" ? "divide" : "remainder";
    printer.uses(helper);
    return call(helper, x, y);
  }
  if (fn === "div") return wrap(infix("/", level.product, x, y));
  const remainder = infix("%", level.product, x, y);
  return a.low >= 0 ? remainder : wrap(remainder);
};

/** Operators on i32. */
export const printIntegerBinary = (
  fn: LoopBinary,
  operands: Operands,
  intervals: Intervals,
  printer: Printer,
): Text => {
  const [x, y] = operands;
  const [a, b] = intervals;
  switch (fn) {
    case "add": {
      const sum = infix("+", level.sum, x, y);
      return fitsInteger({ low: a.low + b.low, high: a.high + b.high }) ? sum : wrap(sum);
    }
    case "sub": {
      const difference = infix("-", level.sum, x, y);
      return fitsInteger({ low: a.low - b.high, high: a.high - b.low }) ? difference : wrap(difference);
    }
    case "mul":
      return printProduct(operands, intervals);
    case "div":
    case "rem":
      return printQuotient(fn, operands, intervals, printer);
    case "min":
    case "max":
      return call(`Math.${fn}`, x, y);
    case "and":
      return bitwise("&", x, y);
    case "or":
      return bitwise("|", x, y);
    case "xor":
      return bitwise("^", x, y);
    case "shl":
      return bitwise("<<", x, y);
    case "shr":
      return bitwise(">>", x, y);
    case "shrUnsigned":
      return wrap(bitwise(">>>", x, y));
  }
};
