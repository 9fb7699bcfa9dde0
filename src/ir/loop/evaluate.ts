// Expressions for the interpreter: each is resolved once (names to slots of a frame, buffers to positions) into a function
// of the frame. Scalars and vectors live in separate frames, so a value's representation is known from its type.
import { invariant } from "../diagnostics/invariant.ts";
import type { DataArray } from "../types/dtype.ts";
import type { Expr } from "./expr.ts";
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

const map = (lanes: Lanes, change: (value: number) => number): Lanes => [
  change(lanes[0]),
  change(lanes[1]),
  change(lanes[2]),
  change(lanes[3]),
];

const zip = (a: Lanes, b: Lanes, join: (a: number, b: number) => number): Lanes => [
  join(a[0], b[0]),
  join(a[1], b[1]),
  join(a[2], b[2]),
  join(a[3], b[3]),
];

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

/** Resolves an expression of a scalar type. */
export const scalarOf = (expr: Expr, scope: Scope): Scalar => {
  switch (expr.kind) {
    case "const": {
      const { value } = expr;
      return () => value;
    }
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
    case "unary": {
      const { fn, type } = expr;
      const operand = scalarOf(expr.operand, scope);
      return (frame) => foldUnary(fn, type, operand(frame));
    }
    case "binary": {
      const { fn, type } = expr;
      const left = scalarOf(expr.left, scope);
      const right = scalarOf(expr.right, scope);
      return (frame) => foldBinary(fn, type, left(frame), right(frame));
    }
    case "compare": {
      const { fn } = expr;
      const left = scalarOf(expr.left, scope);
      const right = scalarOf(expr.right, scope);
      return (frame) => (foldCompare(fn, left(frame), right(frame)) ? 1 : 0);
    }
    case "select": {
      const condition = scalarOf(expr.condition, scope);
      const then = scalarOf(expr.then, scope);
      const otherwise = scalarOf(expr.otherwise, scope);
      return (frame) => {
        const chosen = condition(frame);
        const yes = then(frame);
        const no = otherwise(frame);
        return chosen === 0 ? no : yes;
      };
    }
    case "cast": {
      const { type } = expr;
      const from = expr.operand.type;
      const operand = scalarOf(expr.operand, scope);
      return (frame) => foldCast(from, type, operand(frame));
    }
    case "reinterpret": {
      const change = reinterpreted(expr.type, expr.operand.type);
      const operand = scalarOf(expr.operand, scope);
      return (frame) => change(operand(frame));
    }
    case "lane": {
      const { lane } = expr;
      const operand = vectorOf(expr.operand, scope);
      return (frame) => operand(frame)[lane];
    }
    case "reduceLanes": {
      const { fn, type } = expr;
      const operand = vectorOf(expr.operand, scope);
      return (frame) => {
        const [a, b, c, d] = operand(frame);
        return foldBinary(fn, type, foldBinary(fn, type, a, b), foldBinary(fn, type, c, d));
      };
    }
    case "splat":
    case "ramp":
      invariant(false, `kernel ${scope.kernel.name}: a ${expr.kind} where a scalar is needed`);
  }
};

/** Resolves an expression of a vector type. */
export const vectorOf = (expr: Expr, scope: Scope): Vector => {
  switch (expr.kind) {
    case "var": {
      const slot = slotOf(scope, expr.name);
      return (frame) => frame.vectors[slot] ?? [0, 0, 0, 0];
    }
    case "load": {
      const { position, check } = placeOf(scope, expr.buffer);
      const index = scalarOf(expr.index, scope);
      return (frame) => {
        const at = index(frame);
        check(at, 4);
        return map([0, 1, 2, 3], (lane) => elementAt(frame, position, at + lane));
      };
    }
    case "unary": {
      const { fn, type } = expr;
      const operand = vectorOf(expr.operand, scope);
      return (frame) => map(operand(frame), (value) => foldUnary(fn, type, value));
    }
    case "binary": {
      const { fn, type } = expr;
      const left = vectorOf(expr.left, scope);
      const right = vectorOf(expr.right, scope);
      return (frame) => zip(left(frame), right(frame), (a, b) => foldBinary(fn, type, a, b));
    }
    case "compare": {
      const { fn } = expr;
      const left = vectorOf(expr.left, scope);
      const right = vectorOf(expr.right, scope);
      return (frame) => zip(left(frame), right(frame), (a, b) => (foldCompare(fn, a, b) ? 1 : 0));
    }
    case "select": {
      const condition = vectorOf(expr.condition, scope);
      const then = vectorOf(expr.then, scope);
      const otherwise = vectorOf(expr.otherwise, scope);
      return (frame) => {
        const chosen = condition(frame);
        const yes = then(frame);
        const no = otherwise(frame);
        return map([0, 1, 2, 3], (lane) => (chosen[lane] === 0 ? no[lane] : yes[lane]) ?? 0);
      };
    }
    case "cast": {
      const { type } = expr;
      const from = expr.operand.type;
      const operand = vectorOf(expr.operand, scope);
      return (frame) => map(operand(frame), (value) => foldCast(from, type, value));
    }
    case "reinterpret": {
      const change = reinterpreted(expr.type, expr.operand.type);
      const operand = vectorOf(expr.operand, scope);
      return (frame) => map(operand(frame), change);
    }
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
        return [first, (first + 1) | 0, (first + 2) | 0, (first + 3) | 0];
      };
    }
    case "const":
    case "lane":
    case "reduceLanes":
      invariant(false, `kernel ${scope.kernel.name}: a ${expr.kind} where a vector is needed`);
  }
};
