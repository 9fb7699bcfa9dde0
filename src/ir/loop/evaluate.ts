// Expressions for the interpreter: each is resolved once (names to slots of a frame, buffers to positions) into a function
// of the frame. Scalars and vectors live in separate frames, so a value's representation is known from its type.
import { invariant } from "../diagnostics/invariant.ts";
import type { DataArray } from "../types/dtype.ts";
import { childrenOf, type Expr, type ExprOf, spanOf } from "./expr.ts";
import { bitsOfFloat, floatOfBits, foldBinary, foldCast, foldCompare, foldUnary } from "./fold.ts";
import type { Kernel } from "./kernel.ts";

/** A vector. */
export type Lanes = readonly [number, number, number, number];

/** The values of one run: variables by slot, buffers by parameter position. */
export interface Frame {
  readonly scalars: number[];
  readonly vectors: Lanes[];
  readonly buffers: readonly DataArray[];
}

type Scalar = (frame: Frame) => number;
type Vector = (frame: Frame) => Lanes;

/** What names of one kernel resolve to. */
export interface Scope {
  readonly kernel: Kernel;
  readonly slots: Map<string, number>;
}

/** The slot of a variable; an `InvariantError` for one that is not declared. */
export const slotOf = ({ kernel, slots }: Scope, name: string): number => {
  const slot = slots.get(name);
  invariant(slot !== undefined, `kernel ${kernel.name}: ${name} is used before it is declared`);
  return slot;
};

/** The slot of a new variable. */
export const declare = ({ kernel, slots }: Scope, name: string): number => {
  const slot = slots.size;
  invariant(!slots.has(name), `kernel ${kernel.name}: ${name} is declared twice`);
  slots.set(name, slot);
  return slot;
};

/** Four values from their positions. */
const fromLanes = (make: (at: 0 | 1 | 2 | 3) => number): Lanes => [make(0), make(1), make(2), make(3)];

/** A buffer of the kernel, and the check that `count` elements from an index on lie inside. */
export interface Place {
  readonly position: number;
  readonly check: (index: number, count: number) => void;
}

/** Finds a buffer by its name. */
export const placeOf = ({ kernel }: Scope, buffer: string): Place => {
  const position = kernel.parameters.findIndex((parameter) => parameter.name === buffer);
  const parameter = kernel.parameters[position];
  invariant(parameter !== undefined, `kernel ${kernel.name}: no buffer ${buffer}`);
  const { length } = parameter;
  return {
    position,
    check: (index, count) => {
      if (index < 0 || index + count > length) {
        const end = count === 1 ? "" : ` to ${index + count - 1}`;
        invariant(false, `kernel ${kernel.name}: buffer ${buffer}: index ${index}${end} is outside 0..${length}`);
      }
    },
  };
};

/** Reads an element that the check has found to exist. */
const elementAt = (frame: Frame, position: number, index: number): number => frame.buffers[position]?.[index] ?? 0;

/** Bits of a float as an integer, or of an integer as a float, by the type wanted. */
const reinterpreted = (to: Expr["type"], from: Expr["type"]): ((value: number) => number) => {
  const toFloat = to === "f32" || to === "f32x4";
  const fromFloat = from === "f32" || from === "f32x4";
  return toFloat === fromFloat ? (value) => value : toFloat ? floatOfBits : bitsOfFloat;
};

/** Expressions that are the same function of numbers in every lane. */
type Pointwise = ExprOf<"unary" | "binary" | "compare" | "select" | "cast" | "reinterpret">;

/** The function of up to three operands that a pointwise expression is. */
const operatorOf = (expr: Pointwise): ((a: number, b: number, c: number) => number) => {
  switch (expr.kind) {
    case "unary":
      return (a) => foldUnary(expr.fn, expr.type, a);
    case "binary":
      return (a, b) => foldBinary(expr.fn, expr.type, a, b);
    case "compare":
      return (a, b) => (foldCompare(expr.fn, a, b) ? 1 : 0);
    case "select":
      return (condition, then, otherwise) => (condition === 0 ? otherwise : then);
    case "cast":
      return (a) => foldCast(expr.operand.type, expr.type, a);
    case "reinterpret":
      return reinterpreted(expr.type, expr.operand.type);
  }
};

const noScalar: Scalar = () => 0;

const pointwiseScalar = (expr: Pointwise, scope: Scope): Scalar => {
  const operator = operatorOf(expr);
  const [a = noScalar, b = noScalar, c = noScalar] = childrenOf(expr).map((child) => scalarOf(child, scope));
  return (frame) => operator(a(frame), b(frame), c(frame));
};

/** Resolves an expression of a scalar type. */
export const scalarOf = (expr: Expr, scope: Scope): Scalar => {
  switch (expr.kind) {
    case "const":
      return () => expr.value;
    case "var": {
      const slot = slotOf(scope, expr.name);
      return (frame) => frame.scalars[slot] ?? 0;
    }
    case "load": {
      const { position, check } = placeOf(scope, expr.buffer);
      const index = scalarOf(expr.index, scope);
      return (frame) => {
        const at = index(frame);
        check(at, 1);
        return elementAt(frame, position, at);
      };
    }
    case "unary":
    case "binary":
    case "compare":
    case "select":
    case "cast":
    case "reinterpret":
      return pointwiseScalar(expr, scope);
    case "lane": {
      const operand = vectorOf(expr.operand, scope);
      return (frame) => operand(frame)[expr.lane];
    }
    case "reduceLanes": {
      const operand = vectorOf(expr.operand, scope);
      const fold = (a: number, b: number): number => foldBinary(expr.fn, expr.type, a, b);
      return (frame) => {
        const [a, b, c, d] = operand(frame);
        return fold(fold(a, b), fold(c, d));
      };
    }
    case "splat":
    case "ramp":
      invariant(false, `kernel ${scope.kernel.name}: a ${expr.kind} where a scalar is needed`);
  }
};

const zeros: Lanes = [0, 0, 0, 0];
const noVector: Vector = () => zeros;

const pointwiseVector = (expr: Pointwise, scope: Scope): Vector => {
  const operator = operatorOf(expr);
  const [a = noVector, b = noVector, c = noVector] = childrenOf(expr).map((child) => vectorOf(child, scope));
  return (frame) => {
    const x = a(frame);
    const y = b(frame);
    const z = c(frame);
    return fromLanes((at) => operator(x[at], y[at], z[at]));
  };
};

/** Resolves an expression of a vector type. */
export const vectorOf = (expr: Expr, scope: Scope): Vector => {
  switch (expr.kind) {
    case "var": {
      const slot = slotOf(scope, expr.name);
      return (frame) => frame.vectors[slot] ?? zeros;
    }
    case "load": {
      const { position, check } = placeOf(scope, expr.buffer);
      const index = scalarOf(expr.index, scope);
      const { stride = 1 } = expr;
      return (frame) => {
        const first = index(frame);
        check(first, spanOf(expr.type, stride) + 1);
        return fromLanes((at) => elementAt(frame, position, first + at * stride));
      };
    }
    case "unary":
    case "binary":
    case "compare":
    case "select":
    case "cast":
    case "reinterpret":
      return pointwiseVector(expr, scope);
    case "splat": {
      const operand = scalarOf(expr.operand, scope);
      return (frame) => {
        const value = operand(frame);
        return [value, value, value, value];
      };
    }
    case "ramp": {
      const operand = scalarOf(expr.operand, scope);
      return (frame) => {
        const first = operand(frame);
        return fromLanes((at) => (first + at) | 0);
      };
    }
    case "const":
    case "lane":
    case "reduceLanes":
      invariant(false, `kernel ${scope.kernel.name}: a ${expr.kind} where a vector is needed`);
  }
};
