// Loop expressions to instructions: one row per kind of expression. Operands are emitted in the order in which they will
// be evaluated, because emitting an address may write a local that later addresses read.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type Expr, type ExprKind, type ExprOf, isVector } from "../../ir/loop/expr.ts";
import { maskOf } from "../../ir/loop/masked.ts";
import { type Emitter, required } from "./emitter.ts";
import { type Instruction, i32Const, localGet, plain } from "./instruction.ts";
import { emitLoad } from "./memory-access.ts";
import { compareOps } from "./operators.ts";
import { emitScalarBinary, emitScalarCast, emitScalarUnary } from "./scalar-expressions.ts";
import {
  emitLane,
  emitRamp,
  emitReduceLanes,
  emitSplat,
  emitVectorBinary,
  emitVectorCast,
  emitVectorSelect,
  emitVectorUnary,
} from "./vector-expressions.ts";

type Rows = { readonly [K in ExprKind]: (emitter: Emitter, expr: ExprOf<K>) => Instruction };

const emitConst = ({ type, value }: ExprOf<"const">): Instruction =>
  type === "f32" || type === "f64" ? { kind: "const", type, value } : i32Const(value);

const emitScalarSelect = (emitter: Emitter, { condition, then, otherwise }: ExprOf<"select">): Instruction => {
  invariant(condition.type === "bool", `select of scalars by ${condition.type}`);
  const whenTrue = emitter.expression(then);
  const whenFalse = emitter.expression(otherwise);
  return plain("select", whenTrue, whenFalse, emitter.expression(condition));
};

/** Vectors have one representation whatever their lanes; between scalars the bits move from one register file to the other. */
const emitReinterpret = (emitter: Emitter, { type, operand }: ExprOf<"reinterpret">): Instruction => {
  invariant(isVector(type) === isVector(operand.type), `reinterpret of ${operand.type} as ${type}`);
  const value = emitter.expression(operand);
  if (isVector(type) || operand.type === type) return value;
  return plain(type === "f32" ? "f32.reinterpret_i32" : "i32.reinterpret_f32", value);
};

const rows: Rows = {
  const: (_, expr) => emitConst(expr),
  var: (emitter, { name }) => localGet(emitter.localOf(name)),
  load: emitLoad,
  unary: (emitter, expr) => (isVector(expr.type) ? emitVectorUnary : emitScalarUnary)(emitter, expr),
  binary: (emitter, expr) => (isVector(expr.type) ? emitVectorBinary : emitScalarBinary)(emitter, expr),
  compare: (emitter, expr) => {
    const mask = maskOf(expr);
    if (mask !== expr) return plain("v128.any_true", emitter.expression(mask));
    const { fn, left, right } = expr;
    const x = emitter.expression(left);
    return plain(
      required(compareOps[left.type][fn], () => `${fn} of ${left.type}`),
      x,
      emitter.expression(right),
    );
  },
  select: (emitter, expr) => (isVector(expr.type) ? emitVectorSelect : emitScalarSelect)(emitter, expr),
  cast: (emitter, { type, operand }) =>
    isVector(type) ? emitVectorCast(emitter, type, operand) : emitScalarCast(emitter, type, operand),
  reinterpret: emitReinterpret,
  splat: emitSplat,
  ramp: emitRamp,
  lane: emitLane,
  reduceLanes: emitReduceLanes,
};

export const emitExpression = (emitter: Emitter, expr: Expr): Instruction =>
  // The row that `kind` selects takes just this member of the union: TypeScript cannot follow that correlation.
  (rows[expr.kind] as (emitter: Emitter, expr: Expr) => Instruction)(emitter, expr);
