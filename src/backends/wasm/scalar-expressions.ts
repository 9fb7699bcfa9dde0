// Scalar operators. Most are one instruction; the exceptions are i32 minimum, maximum, negation and magnitude, which
// WebAssembly lacks, and i32 division, whose two traps the loop IR gives a meaning: x / 0 = 0, x % 0 = 0, -2^31 / -1 wraps.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type Expr, type ExprOf, isVector } from "../../ir/loop/expr.ts";
import { type Emitter, required, share } from "./emitter.ts";
import { type Instruction, i32Const, plain } from "./instruction.ts";
import { valueTypeOf } from "./locals.ts";
import { binaryOps, castOps, unaryOps } from "./operators.ts";

const zero = i32Const(0);

const negate = (value: Instruction): Instruction => plain("i32.sub", zero, value);

export const emitScalarUnary = (emitter: Emitter, { fn, type, operand }: ExprOf<"unary">): Instruction => {
  const value = emitter.expression(operand);
  if (type === "i32" && fn === "neg") return negate(value);
  if (type === "i32" && fn === "abs") {
    const { first, again } = share(emitter, value, "i32");
    return plain("select", first, negate(again), plain("i32.ge_s", again, zero));
  }
  return plain(
    required(unaryOps[type][fn], () => `${fn} of ${type}`),
    value,
  );
};

/** Divisor 0 gives 0, divisor -1 negates: `-x & divisor` is both. */
const guardedDivision = (emitter: Emitter, left: Instruction, right: Instruction): Instruction => {
  const x = share(emitter, left, "i32");
  const y = share(emitter, right, "i32");
  return plain(
    "select",
    // Both values are computed: the division by 1 in the exceptional cases, so that it cannot trap.
    plain("i32.and", negate(x.first), y.first),
    plain("i32.div_s", x.again, plain("select", i32Const(1), y.again, isZeroOrMinusOne(y.again))),
    isZeroOrMinusOne(y.again),
  );
};

const isZeroOrMinusOne = (value: Instruction): Instruction =>
  plain("i32.le_u", plain("i32.add", value, i32Const(1)), i32Const(1));

/** `x % -1` is 0 without a trap; `x % 0` is to be 0. */
const guardedRemainder = (emitter: Emitter, left: Instruction, right: Instruction): Instruction => {
  const x = share(emitter, left, "i32");
  const y = share(emitter, right, "i32");
  return plain("i32.rem_s", x.first, plain("select", y.first, i32Const(1), y.again));
};

const divide = (emitter: Emitter, fn: "div" | "rem", left: Instruction, right: Instruction): Instruction => {
  if (right.kind === "const" && right.value !== 0 && right.value !== -1) {
    return plain(fn === "div" ? "i32.div_s" : "i32.rem_s", left, right);
  }
  return fn === "div" ? guardedDivision(emitter, left, right) : guardedRemainder(emitter, left, right);
};

const extreme = (emitter: Emitter, fn: "min" | "max", left: Instruction, right: Instruction): Instruction => {
  const x = share(emitter, left, "i32");
  const y = share(emitter, right, "i32");
  return plain("select", x.first, y.first, plain(fn === "min" ? "i32.lt_s" : "i32.gt_s", x.again, y.again));
};

export const emitScalarBinary = (emitter: Emitter, { fn, type, left, right }: ExprOf<"binary">): Instruction => {
  const x = emitter.expression(left);
  const y = emitter.expression(right);
  if (type === "i32" && (fn === "div" || fn === "rem")) return divide(emitter, fn, x, y);
  if (type === "i32" && (fn === "min" || fn === "max")) return extreme(emitter, fn, x, y);
  return plain(
    required(binaryOps[type][fn], () => `${fn} of ${type}`),
    x,
    y,
  );
};

export const emitScalarCast = (emitter: Emitter, type: "f32" | "f64" | "i32" | "bool", operand: Expr): Instruction => {
  const value = emitter.expression(operand);
  const from = operand.type;
  if (from === type || (from === "bool" && type === "i32")) return value;
  invariant(!isVector(from), `cast of ${from} to ${type}`);
  if (type !== "bool")
    return plain(
      required(castOps[from][type], () => `cast of ${from} to ${type}`),
      value,
    );
  const kind = valueTypeOf[from];
  return kind === "f32" || kind === "f64"
    ? plain(`${kind}.ne`, value, { kind: "const", type: kind, value: 0 })
    : plain("i32.ne", value, zero);
};
