// Turns the loop program of a scalar function into a JavaScript function, fast enough for a sweep of a million
// arguments, and takes vector programs apart into the scalar program of one lane.
import { runInThisContext } from "node:vm";
import {
  type BlockBuilder,
  binary,
  buildBody,
  cast,
  compare,
  reinterpret,
  select,
  unary,
  variable,
} from "../../../../src/ir/loop/build.ts";
import { type Expr, type LoopType, laneType } from "../../../../src/ir/loop/expr.ts";
import { bitsOfFloat, floatOfBits, foldUnary, truncateSaturating } from "../../../../src/ir/loop/fold.ts";
import { keyOf } from "../../../../src/ir/loop/key.ts";
import { maskOf } from "../../../../src/ir/loop/masked.ts";
import type { Stmt } from "../../../../src/ir/loop/stmt.ts";

/** A program of one operand, or of two. */
export type Lowering = (body: BlockBuilder, ...operands: Expr[]) => Expr;

interface Program {
  readonly statements: readonly Stmt[];
  readonly result: Expr;
}

const operandNames = ["x", "y"];

const programOf = (lower: Lowering, type: LoopType, arity: number): Program => {
  const results: Expr[] = [];
  const statements = buildBody((body) => {
    results.push(lower(body, ...operandNames.slice(0, arity).map((name) => variable(type, name))));
  });
  const [result] = results;
  if (result === undefined) throw new Error("no result");
  return { statements, result };
};

const literal = (value: number): string => (Object.is(value, -0) ? "-0" : `${value}`);

const rounded = (type: LoopType, text: string): string => (type === "f32" ? `fround(${text})` : text);

const integerOperators: { readonly [fn: string]: (left: string, right: string) => string } = {
  add: (left, right) => `(${left} + ${right} | 0)`,
  sub: (left, right) => `(${left} - ${right} | 0)`,
  mul: (left, right) => `Math.imul(${left}, ${right})`,
  div: (left, right) => `(${right} === 0 ? 0 : ${left} / ${right} | 0)`,
  rem: (left, right) => `(${right} === 0 ? 0 : ${left} % ${right} | 0)`,
  and: (left, right) => `(${left} & ${right})`,
  or: (left, right) => `(${left} | ${right})`,
  xor: (left, right) => `(${left} ^ ${right})`,
  shl: (left, right) => `(${left} << ${right})`,
  shr: (left, right) => `(${left} >> ${right})`,
};

const floatOperators: { readonly [fn: string]: string } = { add: "+", sub: "-", mul: "*", div: "/" };
const comparisons = { eq: "===", ne: "!==", lt: "<", le: "<=", gt: ">", ge: ">=" };

const print = (expr: Expr): string => {
  switch (expr.kind) {
    case "const":
      return literal(expr.value);
    case "var":
      return expr.name;
    case "unary": {
      const x = print(expr.operand);
      if (expr.fn === "neg") return expr.type === "i32" ? `(-${x} | 0)` : `(-${x})`;
      if (expr.fn === "abs") return expr.type === "i32" ? `(Math.abs(${x}) | 0)` : `Math.abs(${x})`;
      if (expr.fn === "not") return `(${x} ? 0 : 1)`;
      if (expr.fn === "nearest") return `nearest(${x})`;
      return rounded(expr.type, `Math.${expr.fn}(${x})`);
    }
    case "binary": {
      const [left, right] = [print(expr.left), print(expr.right)];
      if (expr.fn === "min" || expr.fn === "max") return `Math.${expr.fn}(${left}, ${right})`;
      const integer = integerOperators[expr.fn];
      if ((expr.type === "i32" || expr.type === "bool") && integer !== undefined) return integer(left, right);
      return rounded(expr.type, `(${left} ${floatOperators[expr.fn]} ${right})`);
    }
    case "compare":
      return `(${print(expr.left)} ${comparisons[expr.fn]} ${print(expr.right)} ? 1 : 0)`;
    case "select":
      return `(${print(expr.condition)} ? ${print(expr.then)} : ${print(expr.otherwise)})`;
    case "cast":
      return expr.type === "i32" ? `toInteger(${print(expr.operand)})` : rounded(expr.type, print(expr.operand));
    case "reinterpret":
      return `${expr.type === "i32" ? "bitsOf" : "floatOf"}(${print(expr.operand)})`;
    default:
      throw new Error(`a scalar program has an expression ${expr.kind}`);
  }
};

const printStatement = (stmt: Stmt): string => {
  switch (stmt.kind) {
    case "let":
      return `${stmt.mutable ? "let" : "const"} ${stmt.name} = ${print(stmt.value)};`;
    case "assign":
      return `${stmt.name} = ${print(stmt.value)};`;
    case "if":
      return `if (${print(stmt.condition)}) { ${stmt.then.map(printStatement).join(" ")} }`;
    default:
      throw new Error(`a scalar program has a statement ${stmt.kind}`);
  }
};

type Helper = (x: number) => number;

/** The JavaScript function of a scalar program. */
export const compileScalar = (lower: Lowering, type: LoopType, arity = 1): ((x: number, y?: number) => number) => {
  const { statements, result } = programOf(lower, type, arity);
  const lines = statements.map(printStatement);
  const text = `(fround, nearest, toInteger, bitsOf, floatOf) => (x, y) => { ${lines.join(" ")} return ${print(result)}; }`;
  // What the text just written evaluates to, which only the text can show.
  const make = runInThisContext(text) as (...helpers: readonly Helper[]) => (x: number, y?: number) => number;
  const nearest: Helper = (x) => foldUnary("nearest", "f64", x);
  return make(Math.fround, nearest, truncateSaturating, bitsOfFloat, floatOfBits);
};

/** What one lane of a vector expression computes. */
const laneOf = (expr: Expr): Expr => {
  switch (expr.kind) {
    case "const":
      return expr;
    case "var":
      return variable(laneType(expr.type), expr.name);
    case "splat":
      return expr.operand;
    case "unary":
      return unary(expr.fn, laneOf(expr.operand));
    case "binary":
      return binary(expr.fn, laneOf(expr.left), laneOf(expr.right));
    case "compare":
      return compare(expr.fn, laneOf(expr.left), laneOf(expr.right));
    case "select":
      return select(laneOf(expr.condition), laneOf(expr.then), laneOf(expr.otherwise));
    case "cast":
      return cast(laneType(expr.type), laneOf(expr.operand));
    case "reinterpret":
      return reinterpret(laneType(expr.type) === "i32" ? "i32" : "f32", laneOf(expr.operand));
    default:
      throw new Error(`lanes would interact in ${expr.kind}`);
  }
};

const describeStatement = (stmt: Stmt, of: (expr: Expr) => Expr): readonly string[] => {
  switch (stmt.kind) {
    case "let":
    case "assign":
      return [`${stmt.kind} ${stmt.name} = ${keyOf(of(stmt.value))}`];
    case "if":
      return [
        `if ${keyOf(of(maskOf(stmt.condition)))}`,
        ...stmt.then.flatMap((inner) => describeStatement(inner, of)),
        ...stmt.otherwise.flatMap((inner) => describeStatement(inner, of)),
      ];
    default:
      throw new Error(`a scalar program has a statement ${stmt.kind}`);
  }
};

const describe = ({ statements, result }: Program, of: (expr: Expr) => Expr): readonly string[] => [
  ...statements.flatMap((stmt) => describeStatement(stmt, of)),
  keyOf(of(result)),
];

/** The steps of the scalar program, and of one lane of the vector program. */
export const scalarAndLane = (lower: Lowering, arity = 1): readonly [readonly string[], readonly string[]] => [
  describe(programOf(lower, "f32", arity), (expr) => expr),
  describe(programOf(lower, "f32x4", arity), laneOf),
];
