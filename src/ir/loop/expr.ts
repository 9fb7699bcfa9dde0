// The grammar of loop expressions. Closed: every consumer matches it exhaustively. Every expression knows its type, and
// its meaning is exact to the bit: f32 operations round after each step, vectors are four lanes that never interact
// except in `reduceLanes`, whose order is fixed: (l0 . l1) . (l2 . l3).
//
//   expr ::= const | var | load buffer[index] (by stride)
//          | unary fn e | binary fn e e | compare fn e e | select e e e
//          | cast e | reinterpret e | splat e | ramp e | lane e | reduceLanes fn e
//
// Meaning of the corners, the same on every backend:
//   min, max    NaN if either is NaN; -0 is below +0
//   i32 add, sub, mul   wrap;  x / 0 = 0, x % 0 = 0, -2^31 / -1 wraps
//   shl, shr, shrUnsigned   by the low five bits of the right operand; shr copies the sign
//   cast to i32 truncates and saturates, NaN gives 0; cast to bool is "not equal 0"; cast of bool gives 0 or 1
//   nearest     ties to even

/** Types of scalars in a loop program. A `u8` buffer loads as i32 and stores the low eight bits. */
export type ScalarType = "f32" | "f64" | "i32" | "bool";

/** Four lanes. A `boolx4` is the mask that a vector comparison gives, or four elements of a bool buffer. */
export type VectorType = "f32x4" | "i32x4" | "boolx4";

export type LoopType = ScalarType | VectorType;

/** neg to nearest on floats (abs, neg also on i32); not on bool. */
export type LoopUnary = "neg" | "abs" | "sqrt" | "floor" | "ceil" | "trunc" | "nearest" | "not";

/** add to max on numbers; rem, the shifts on i32; and, or, xor on i32 and bool. No div or rem on i32x4, no f64 vectors. */
export type LoopBinary =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "min"
  | "max"
  | "and"
  | "or"
  | "xor"
  | "shl"
  | "shr"
  | "shrUnsigned";

export type LoopCompare = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** The operators that may fold the lanes of a vector. */
export type LaneReducer = "add" | "mul" | "min" | "max";

export type Expr =
  | { readonly kind: "const"; readonly type: ScalarType; readonly value: number }
  | { readonly kind: "var"; readonly type: LoopType; readonly name: string }
  /** One element, or for a vector type four elements from `index` on, neighbours unless a stride says how far apart. */
  | {
      readonly kind: "load";
      readonly type: LoopType;
      readonly buffer: string;
      readonly index: Expr;
      readonly stride?: number;
    }
  | { readonly kind: "unary"; readonly type: LoopType; readonly fn: LoopUnary; readonly operand: Expr }
  | {
      readonly kind: "binary";
      readonly type: LoopType;
      readonly fn: LoopBinary;
      readonly left: Expr;
      readonly right: Expr;
    }
  | {
      readonly kind: "compare";
      readonly type: "bool" | "boolx4";
      readonly fn: LoopCompare;
      readonly left: Expr;
      readonly right: Expr;
    }
  /** Both branches are evaluated; the condition is `bool`, or `boolx4` for vectors. */
  | {
      readonly kind: "select";
      readonly type: LoopType;
      readonly condition: Expr;
      readonly then: Expr;
      readonly otherwise: Expr;
    }
  | { readonly kind: "cast"; readonly type: LoopType; readonly operand: Expr }
  /** The same bits read as f32 or i32 (or their vectors). */
  | { readonly kind: "reinterpret"; readonly type: "f32" | "i32" | "f32x4" | "i32x4"; readonly operand: Expr }
  /** A scalar in all four lanes. */
  | { readonly kind: "splat"; readonly type: VectorType; readonly operand: Expr }
  /** The i32 vector (e, e+1, e+2, e+3). */
  | { readonly kind: "ramp"; readonly type: "i32x4"; readonly operand: Expr }
  | { readonly kind: "lane"; readonly type: ScalarType; readonly operand: Expr; readonly lane: 0 | 1 | 2 | 3 }
  | { readonly kind: "reduceLanes"; readonly type: "f32" | "i32"; readonly fn: LaneReducer; readonly operand: Expr };

export type ExprKind = Expr["kind"];

/** An expression of one kind. */
export type ExprOf<K extends ExprKind> = Extract<Expr, { readonly kind: K }>;

/** Scalar type of a vector's lanes. */
export const laneType = (type: LoopType): ScalarType =>
  type === "f32x4" ? "f32" : type === "i32x4" ? "i32" : type === "boolx4" ? "bool" : type;

/** Vector type whose lanes are of this type, where there is one. */
export const vectorType = (type: LoopType): VectorType | undefined =>
  type === "f32" ? "f32x4" : type === "i32" ? "i32x4" : type === "bool" ? "boolx4" : undefined;

export const isVector = (type: LoopType): type is VectorType =>
  type === "f32x4" || type === "i32x4" || type === "boolx4";

/** From the first element that a load or store touches to the last. */
export const spanOf = (type: LoopType, stride = 1): number => (isVector(type) ? 3 * stride : 0);

/** Whether one of the direct subexpressions satisfies the predicate, asked in evaluation order: `childrenOf` without a list. */
export const someChild = (expr: Expr, predicate: (child: Expr) => boolean): boolean => {
  switch (expr.kind) {
    case "const":
    case "var":
      return false;
    case "load":
      return predicate(expr.index);
    case "binary":
    case "compare":
      return predicate(expr.left) || predicate(expr.right);
    case "select":
      return predicate(expr.condition) || predicate(expr.then) || predicate(expr.otherwise);
    case "unary":
    case "cast":
    case "reinterpret":
    case "splat":
    case "ramp":
    case "lane":
    case "reduceLanes":
      return predicate(expr.operand);
  }
};

/** The direct subexpressions, in evaluation order. */
export const childrenOf = (expr: Expr): readonly Expr[] => {
  switch (expr.kind) {
    case "const":
    case "var":
      return [];
    case "load":
      return [expr.index];
    case "binary":
    case "compare":
      return [expr.left, expr.right];
    case "select":
      return [expr.condition, expr.then, expr.otherwise];
    case "unary":
    case "cast":
    case "reinterpret":
    case "splat":
    case "ramp":
    case "lane":
    case "reduceLanes":
      return [expr.operand];
  }
};
