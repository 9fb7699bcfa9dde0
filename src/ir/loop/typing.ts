// Which operators of the loop IR take which types, as tables: the verifier's reading of the grammar.
import type { DType } from "../types/dtype.ts";
import {
  type Expr,
  type ExprOf,
  isVector,
  type LoopBinary,
  type LoopType,
  type LoopUnary,
  laneType,
  vectorType,
} from "./expr.ts";
import { foldCast } from "./fold.ts";

const floats: readonly LoopType[] = ["f32", "f64", "f32x4"];
const integers: readonly LoopType[] = ["i32", "i32x4"];
const bools: readonly LoopType[] = ["bool", "boolx4"];
const numbers: readonly LoopType[] = [...floats, ...integers];

const unaryTypes: { readonly [F in LoopUnary]: readonly LoopType[] } = {
  neg: numbers,
  abs: numbers,
  sqrt: floats,
  floor: floats,
  ceil: floats,
  trunc: floats,
  nearest: floats,
  not: bools,
};

const binaryTypes: { readonly [F in LoopBinary]: readonly LoopType[] } = {
  add: numbers,
  sub: numbers,
  mul: numbers,
  div: [...floats, "i32"],
  rem: ["i32"],
  min: numbers,
  max: numbers,
  and: [...integers, ...bools],
  or: [...integers, ...bools],
  xor: [...integers, ...bools],
  shl: integers,
  shr: integers,
  shrUnsigned: integers,
};

/** Whether a unary operator means something on a type. */
const unaryTakes = (fn: LoopUnary, type: LoopType): boolean => unaryTypes[fn].includes(type);

/** Whether a binary operator means something on a type. */
const binaryTakes = (fn: LoopBinary, type: LoopType): boolean => binaryTypes[fn].includes(type);

/** Whether elements of a buffer load and store as a type, one or four at a time: u8 as i32, the others as they are. */
export const elementFits = (dtype: DType, type: LoopType): boolean =>
  laneType(type) === (dtype === "u8" ? "i32" : dtype);

const constantProblem = ({ type, value }: ExprOf<"const">): string | undefined =>
  Object.is(foldCast("f64", type, value), value) ? undefined : `${value} is no ${type}`;

const binaryProblem = ({ fn, type, left, right }: ExprOf<"binary">): string | undefined => {
  if (left.type !== type || right.type !== type) return `${fn} of ${left.type} and ${right.type} as ${type}`;
  if (!binaryTakes(fn, type)) return `${fn} of ${type}`;
  const shift = fn === "shl" || fn === "shr" || fn === "shrUnsigned";
  return shift && isVector(type) && right.kind !== "splat" ? `vector ${fn} by something that is no splat` : undefined;
};

const compareProblem = ({ fn, type, left, right }: ExprOf<"compare">): string | undefined => {
  if (left.type !== right.type || (isVector(left.type) ? "boolx4" : "bool") !== type)
    return `${fn} of ${left.type} and ${right.type} as ${type}`;
  return left.type === "boolx4" && fn !== "eq" && fn !== "ne" ? `${fn} of boolx4` : undefined;
};

const selectProblem = ({ type, condition, then, otherwise }: ExprOf<"select">): string | undefined =>
  then.type === type && otherwise.type === type && condition.type === (isVector(type) ? "boolx4" : "bool")
    ? undefined
    : `select by ${condition.type} of ${then.type} and ${otherwise.type} as ${type}`;

const bits: readonly LoopType[] = ["f32", "i32", "f32x4", "i32x4"];

/** Lanes of f32 and i32 may lie apart. */
const strideFits = ({ type, stride }: ExprOf<"load">): boolean =>
  stride === undefined || ((type === "f32x4" || type === "i32x4") && Number.isInteger(stride) && stride > 1);

/** What is wrong with the type of an expression, seen with the types of its direct subexpressions; undefined if nothing. */
export const typeProblem = (expr: Expr): string | undefined => {
  const problem = (holds: boolean, operand: Expr): string | undefined =>
    holds ? undefined : `${expr.kind} of ${operand.type} as ${expr.type}`;
  switch (expr.kind) {
    case "const":
      return constantProblem(expr);
    case "var":
      return undefined;
    case "load":
      if (expr.index.type !== "i32") return `an index of ${expr.index.type}`;
      return strideFits(expr) ? undefined : `${expr.type} by ${expr.stride}`;
    case "unary":
      return expr.operand.type === expr.type && unaryTakes(expr.fn, expr.type)
        ? undefined
        : `${expr.fn} of ${expr.operand.type} as ${expr.type}`;
    case "binary":
      return binaryProblem(expr);
    case "compare":
      return compareProblem(expr);
    case "select":
      return selectProblem(expr);
    case "cast":
      return problem(isVector(expr.type) === isVector(expr.operand.type), expr.operand);
    case "reinterpret": {
      const sameWidth = isVector(expr.type) === isVector(expr.operand.type);
      return problem(sameWidth && bits.includes(expr.operand.type), expr.operand);
    }
    case "splat":
      return problem(vectorType(expr.operand.type) === expr.type, expr.operand);
    case "ramp":
      return problem(expr.operand.type === "i32", expr.operand);
    case "lane":
      return problem(isVector(expr.operand.type) && laneType(expr.operand.type) === expr.type, expr.operand);
    case "reduceLanes":
      return problem(
        isVector(expr.operand.type) && expr.operand.type !== "boolx4" && laneType(expr.operand.type) === expr.type,
        expr.operand,
      );
  }
};
