// Smart constructors of the loop IR: they type each expression, fold what is constant, and refuse what has no meaning.
// `BlockBuilder` collects statements; its `name` binds a value once and hands the same variable back for the same
// expression, which keeps shared subexpressions shared.
import { invariant } from "../diagnostics/invariant.ts";
import type { DType } from "../types/dtype.ts";
import {
  type Expr,
  isVector,
  type LaneReducer,
  type LoopBinary,
  type LoopCompare,
  type LoopType,
  type LoopUnary,
  laneType,
  type ScalarType,
  someChild,
  vectorType,
} from "./expr.ts";
import { foldBinary, foldCast, foldCompare, foldUnary } from "./fold.ts";
import { keyOf } from "./key.ts";
import type { LoopMode, Stmt } from "./stmt.ts";

/** The scalar type that an element of a buffer loads as. */
export const loadType = (dtype: DType): ScalarType => (dtype === "u8" ? "i32" : dtype);

/** An index or an extent: a whole number stands for an i32 constant. */
export type Index = Expr | number;

export const constant = (type: ScalarType, value: number): Expr => ({ kind: "const", type, value });
/** Adding 0 keeps -0 out of whole numbers. */
export const i32 = (value: Index): Expr => (typeof value === "number" ? constant("i32", value + 0) : value);
export const f32 = (value: number): Expr => constant("f32", Math.fround(value));
export const bool = (value: boolean): Expr => constant("bool", value ? 1 : 0);
export const variable = (type: LoopType, name: string): Expr => ({ kind: "var", type, name });

export const load = (type: LoopType, buffer: string, index: Index): Expr => ({
  kind: "load",
  type,
  buffer,
  index: i32(index),
});

/** A number as a constant of a (scalar or vector) type. */
export const literal = (type: LoopType, value: number): Expr => {
  const scalar = laneType(type);
  const one = constant(scalar, scalar === "f32" ? Math.fround(value) : value);
  return isVector(type) ? splat(one) : one;
};

export const unary = (fn: LoopUnary, operand: Expr): Expr =>
  operand.kind === "const"
    ? constant(operand.type, foldUnary(fn, operand.type, operand.value))
    : { kind: "unary", type: operand.type, fn, operand };

const isConstant = (expr: Expr, value: number): boolean => expr.kind === "const" && expr.value === value;

/** Identities of whole numbers, which alone hold for every value of an index. */
const simplifyInteger = (fn: LoopBinary, left: Expr, right: Expr): Expr | undefined => {
  if (fn === "add" && isConstant(left, 0)) return right;
  if ((fn === "add" || fn === "sub" || fn === "shl" || fn === "shr") && isConstant(right, 0)) return left;
  if (fn === "mul" && (isConstant(left, 0) || isConstant(right, 0))) return constant("i32", 0);
  if (fn === "mul" && isConstant(left, 1)) return right;
  if ((fn === "mul" || fn === "div") && isConstant(right, 1)) return left;
  if (fn === "rem" && isConstant(right, 1)) return constant("i32", 0);
  return undefined;
};

export const binary = (fn: LoopBinary, left: Expr, right: Expr): Expr => {
  invariant(left.type === right.type, () => `loop ${fn} of ${left.type} and ${right.type}`);
  if (left.kind === "const" && right.kind === "const")
    return constant(left.type, foldBinary(fn, left.type, left.value, right.value));
  if (left.type === "i32") {
    const simpler = simplifyInteger(fn, left, right);
    if (simpler !== undefined) return simpler;
  }
  return { kind: "binary", type: left.type, fn, left, right };
};

export const add = (left: Expr, right: Index): Expr => binary("add", left, i32(right));
export const subtract = (left: Expr, right: Index): Expr => binary("sub", left, i32(right));
export const multiply = (left: Expr, right: Index): Expr => binary("mul", left, i32(right));

export const compare = (fn: LoopCompare, left: Expr, right: Expr): Expr => {
  invariant(left.type === right.type, () => `loop compare ${fn} of ${left.type} and ${right.type}`);
  if (left.kind === "const" && right.kind === "const") return bool(foldCompare(fn, left.value, right.value));
  return { kind: "compare", type: isVector(left.type) ? "boolx4" : "bool", fn, left, right };
};

export const select = (condition: Expr, then: Expr, otherwise: Expr): Expr => {
  invariant(then.type === otherwise.type, () => `loop select of ${then.type} and ${otherwise.type}`);
  if (condition.kind === "const") return condition.value === 0 ? otherwise : then;
  return { kind: "select", type: then.type, condition, then, otherwise };
};

/** Converts the number, not the bits; a no-op where the type is already right. Vectors cast to vectors. */
export const cast = (type: LoopType, operand: Expr): Expr => {
  if (operand.type === type) return operand;
  invariant(isVector(type) === isVector(operand.type), () => `loop cast of ${operand.type} to ${type}`);
  if (operand.kind === "const" && !isVector(type)) return constant(type, foldCast(operand.type, type, operand.value));
  return { kind: "cast", type, operand };
};

export const reinterpret = (type: "f32" | "i32" | "f32x4" | "i32x4", operand: Expr): Expr => ({
  kind: "reinterpret",
  type,
  operand,
});

export const splat = (operand: Expr): Expr => {
  const type = vectorType(operand.type);
  invariant(type !== undefined && !isVector(operand.type), `loop splat of ${operand.type}`);
  return { kind: "splat", type, operand };
};

export const ramp = (operand: Expr): Expr => ({ kind: "ramp", type: "i32x4", operand });

export const lane = (operand: Expr, at: 0 | 1 | 2 | 3): Expr => ({
  kind: "lane",
  type: laneType(operand.type),
  operand,
  lane: at,
});

export const reduceLanes = (fn: LaneReducer, operand: Expr): Expr => {
  const type = laneType(operand.type);
  invariant(type === "f32" || type === "i32", `loop reduceLanes of ${operand.type}`);
  return { kind: "reduceLanes", type, fn, operand };
};

/** Row-major position of a multi-index in a tensor of known extents. */
export const flatten = (index: readonly Index[], extents: readonly number[]): Expr => {
  let position: Expr = i32(0);
  for (const [axis, at] of index.entries()) position = add(multiply(position, extents[axis] ?? 1), at);
  return position;
};

/** The multi-index of a row-major position: the inverse of `flatten` for positions within the extents. */
export const unflatten = (position: Expr, extents: readonly number[]): readonly Expr[] => {
  let inner = extents.reduce((size, extent) => size * extent, 1);
  return extents.map((extent, axis) => {
    inner /= Math.max(1, extent);
    const outer = binary("div", position, i32(inner));
    return axis === 0 ? outer : binary("rem", outer, i32(extent));
  });
};

/** Names statements of one kernel; shared by the nested block builders of that kernel. */
interface Names {
  readonly fresh: (hint: string) => string;
  /** Names that are assigned to: what mentions them means another value later. */
  readonly mutable: Set<string>;
}

const newNames = (): Names => {
  const counts = new Map<string, number>();
  const used = new Set<string>();
  return {
    mutable: new Set(),
    fresh: (hint) => {
      let count = counts.get(hint) ?? 0;
      // A hint that ends in a digit may meet the names of a shorter one.
      while (used.has(`${hint}${count}`)) count++;
      counts.set(hint, count + 1);
      used.add(`${hint}${count}`);
      return `${hint}${count}`;
    },
  };
};

/** Whether the expression means the same wherever its variables are in scope: it reads no memory, no mutable variable. */
const isStable = (expr: Expr, names: Names): boolean =>
  expr.kind !== "load" &&
  !(expr.kind === "var" && names.mutable.has(expr.name)) &&
  !someChild(expr, (child) => !isStable(child, names));

/** Collects the statements of one block. */
export interface BlockBuilder {
  readonly body: readonly Stmt[];
  /**
   * Binds a value to a name. Constants and names pass through (but a mutable variable's value of now is kept), and an
   * expression already bound is not bound again.
   */
  readonly name: (value: Expr, hint?: string) => Expr;
  /**
   * The value made earlier under this key, in this block or one around it, or else the one that `make` makes now.
   * For values that `name` cannot know to be the same, such as two reads of one element.
   */
  readonly shared: (key: string, make: () => Expr) => Expr;
  /** A variable that may be assigned to. */
  readonly mutable: (initial: Expr, hint?: string) => Expr;
  readonly assign: (target: Expr, value: Expr) => void;
  readonly store: (buffer: string, index: Index, value: Expr) => void;
  /** `for index from 0 (or `from`) to extent`; the callback fills the body. */
  readonly loop: (extent: Index, fill: (index: Expr, body: BlockBuilder) => void, options?: LoopOptions) => void;
  readonly when: (
    condition: Expr,
    then: (body: BlockBuilder) => void,
    otherwise?: (body: BlockBuilder) => void,
  ) => void;
}

export interface LoopOptions {
  readonly from?: Index;
  readonly step?: number;
  readonly mode?: LoopMode;
  readonly hint?: string;
}

const blockBuilder = (names: Names, outer: ReadonlyMap<string, Expr>): BlockBuilder => {
  const body: Stmt[] = [];
  const bound = new Map<string, Expr>(outer);
  const nested = (fill: (inner: BlockBuilder) => void): readonly Stmt[] => {
    const inner = blockBuilder(names, bound);
    fill(inner);
    return inner.body;
  };
  return {
    body,
    name: (value, hint = "v") => {
      if (value.kind === "const" || (value.kind === "var" && !names.mutable.has(value.name))) return value;
      const shareable = isStable(value, names);
      const key = shareable ? keyOf(value) : "";
      const known = shareable ? bound.get(key) : undefined;
      if (known !== undefined) return known;
      const result = variable(value.type, names.fresh(hint));
      invariant(result.kind === "var", "a variable");
      body.push({ kind: "let", name: result.name, value, mutable: false });
      if (shareable) bound.set(key, result);
      return result;
    },
    shared: (key, make) => {
      const found = bound.get(`shared ${key}`);
      if (found !== undefined) return found;
      const made = make();
      bound.set(`shared ${key}`, made);
      return made;
    },
    mutable: (initial, hint = "acc") => {
      const result = { kind: "var", type: initial.type, name: names.fresh(hint) } as const;
      names.mutable.add(result.name);
      body.push({ kind: "let", name: result.name, value: initial, mutable: true });
      return result;
    },
    assign: (target, value) => {
      invariant(target.kind === "var" && target.type === value.type, "assign to a variable of the value's type");
      body.push({ kind: "assign", name: target.name, value });
    },
    store: (buffer, index, value) => {
      body.push({ kind: "store", buffer, index: i32(index), value });
    },
    loop: (extent, fill, { from = 0, step = 1, mode = "serial", hint = "i" } = {}) => {
      const [start, end] = [i32(from), i32(extent)];
      // Steps and quotients by an extent of 0 have no meaning, and a loop that never runs needs none.
      if (start.kind === "const" && end.kind === "const" && end.value <= start.value) return;
      const index = names.fresh(hint);
      const statements = nested((inner) => fill(variable("i32", index), inner));
      body.push({ kind: "for", index, from: start, to: end, step, mode, body: statements });
    },
    when: (condition, then, otherwise) => {
      body.push({
        kind: "if",
        condition,
        then: nested(then),
        otherwise: otherwise === undefined ? [] : nested(otherwise),
      });
    },
  };
};

/** Builds the body of a kernel. */
export const buildBody = (fill: (body: BlockBuilder) => void): readonly Stmt[] => {
  const body = blockBuilder(newNames(), new Map());
  fill(body);
  return body.body;
};
