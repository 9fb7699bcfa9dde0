// The text of loop programs, for people: infix arithmetic with as few parentheses as its precedence allows, types where
// a name is born. Nothing reads it back. `x[i; 4]` is the vector of the four elements from i on.
import { match } from "ts-pattern";
import { type Expr, isVector, type LoopBinary, type LoopCompare } from "./expr.ts";
import type { Buffer, Call, EntryPoint, Kernel, KernelParameter, Program } from "./kernel.ts";
import type { Stmt } from "./stmt.ts";

/** How tightly an expression holds together: an operand that holds less tightly than its operator needs parentheses. */
const level = { compare: 1, bits: 2, shift: 3, sum: 4, product: 5, prefix: 6, atom: 7 } as const;

interface Infix {
  readonly sign: string;
  readonly level: number;
}

const infix: { readonly [F in LoopBinary]: Infix | undefined } = {
  add: { sign: "+", level: level.sum },
  sub: { sign: "-", level: level.sum },
  mul: { sign: "*", level: level.product },
  div: { sign: "/", level: level.product },
  rem: { sign: "%", level: level.product },
  min: undefined,
  max: undefined,
  and: { sign: "&", level: level.bits },
  or: { sign: "|", level: level.bits },
  xor: { sign: "^", level: level.bits },
  shl: { sign: "<<", level: level.shift },
  shr: { sign: ">>", level: level.shift },
  shrUnsigned: { sign: ">>>", level: level.shift },
};

const comparison: { readonly [F in LoopCompare]: string } = {
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

/** The shortest decimal that rounds to this f32. */
const shortest = (value: number): string => {
  for (let digits = 1; digits <= 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(value);
};

const printFloat = (value: number, digits: string): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "infinity" : "-infinity";
  if (Object.is(value, -0)) return "-0.0";
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
};

const printConstant = (expr: Extract<Expr, { kind: "const" }>): string =>
  match(expr.type)
    .with("f32", () => printFloat(expr.value, shortest(expr.value)))
    .with("f64", () => `${printFloat(expr.value, String(expr.value))}f64`)
    .with("i32", () => String(expr.value))
    .with("bool", () => (expr.value === 0 ? "false" : "true"))
    .exhaustive();

interface Piece {
  readonly text: string;
  readonly level: number;
}

const atom = (text: string): Piece => ({ text, level: level.atom });

const call = (name: string, operands: readonly Expr[]): Piece => atom(`${name}(${operands.map(printExpr).join(", ")})`);

const held = (expr: Expr, least: number): string => {
  const piece = pieceOf(expr);
  return piece.level < least ? `(${piece.text})` : piece.text;
};

/**
 * Sums and products chain to the left, and a comparison takes them as they are. Bits and shifts mix with nothing but
 * themselves: few people know their precedence by heart.
 */
const joined = (left: Expr, { sign, level: own }: Infix, right: Expr): Piece => {
  const isArithmetic = own >= level.sum;
  const chains = isArithmetic || (own === level.bits && left.kind === "binary" && infix[left.fn]?.sign === sign);
  const least = own === level.compare ? level.sum : isArithmetic ? own + 1 : level.prefix;
  return { text: `${held(left, chains ? own : least)} ${sign} ${held(right, least)}`, level: own };
};

const place = (buffer: string, index: Expr, vector: boolean, stride = 1): string =>
  `${buffer}[${printExpr(index)}${vector ? "; 4" : ""}${stride === 1 ? "" : ` by ${stride}`}]`;

const pieceOf = (expr: Expr): Piece =>
  match<Expr, Piece>(expr)
    .with({ kind: "const" }, (constant) => atom(printConstant(constant)))
    .with({ kind: "var" }, ({ name }) => atom(name))
    .with({ kind: "load" }, ({ type, buffer, index, stride }) => atom(place(buffer, index, isVector(type), stride)))
    .with({ kind: "unary", fn: "neg" }, ({ operand }) => ({
      text: `-${held(operand, level.atom)}`,
      level: level.prefix,
    }))
    .with({ kind: "unary", fn: "not" }, ({ operand }) => ({
      text: `!${held(operand, level.atom)}`,
      level: level.prefix,
    }))
    .with({ kind: "unary" }, ({ fn, operand }) => call(fn, [operand]))
    .with({ kind: "binary" }, ({ fn, left, right }) => {
      const operator = infix[fn];
      return operator === undefined ? call(fn, [left, right]) : joined(left, operator, right);
    })
    .with({ kind: "compare" }, ({ fn, left, right }) =>
      joined(left, { sign: comparison[fn], level: level.compare }, right),
    )
    .with({ kind: "select" }, ({ condition, then, otherwise }) => call("select", [condition, then, otherwise]))
    .with({ kind: "cast" }, ({ type, operand }) => call(type, [operand]))
    .with({ kind: "reinterpret" }, ({ type, operand }) => call(`bits.${type}`, [operand]))
    .with({ kind: "splat" }, ({ operand }) => call("splat", [operand]))
    .with({ kind: "ramp" }, ({ operand }) => call("ramp", [operand]))
    .with({ kind: "lane" }, ({ operand, lane }) => atom(`${held(operand, level.atom)}.lane${lane}`))
    .with({ kind: "reduceLanes" }, ({ fn, operand }) => call(`${fn}Lanes`, [operand]))
    .exhaustive();

/** One line of text for an expression, such as `x[i0 * 4 + 1] * 2.0`. */
export const printExpr = (expr: Expr): string => pieceOf(expr).text;

const indented = (stmts: readonly Stmt[], indent: string): string =>
  stmts.map((stmt) => printStmt(stmt, `${indent}  `)).join("");

/** The lines of a statement, each indented and ended. */
export const printStmt = (stmt: Stmt, indent = ""): string =>
  match<Stmt, string>(stmt)
    .with({ kind: "let" }, ({ name, value, mutable }) => {
      const keyword = mutable ? "var" : "let";
      return `${indent}${keyword} ${name}: ${value.type} = ${printExpr(value)}\n`;
    })
    .with({ kind: "assign" }, ({ name, value }) => `${indent}${name} = ${printExpr(value)}\n`)
    .with({ kind: "store" }, ({ buffer, index, value }) => {
      const target = place(buffer, index, isVector(value.type));
      return `${indent}${target} = ${printExpr(value)}\n`;
    })
    .with({ kind: "for" }, ({ index, from, to, step, mode, body }) => {
      const stride = step === 1 ? "" : ` step ${step}`;
      const asked = mode === "serial" ? "" : ` ${mode}`;
      const range = `${printExpr(from)}..${printExpr(to)}`;
      return `${indent}for ${index} in ${range}${stride}${asked} {\n${indented(body, indent)}${indent}}\n`;
    })
    .with({ kind: "if" }, ({ condition, then, otherwise }) => {
      const rest = otherwise.length === 0 ? "" : ` else {\n${indented(otherwise, indent)}${indent}}`;
      return `${indent}if ${printExpr(condition)} {\n${indented(then, indent)}${indent}}${rest}\n`;
    })
    .exhaustive();

const printParameter = ({ name, dtype, length, access }: KernelParameter): string =>
  `${name}: ${access} ${dtype}[${length}]`;

/**
 * A kernel as text, from its parameters to its closing brace.
 *
 * @example
 * const { program } = compileGraph(graph, { dims: { B: 1 } });
 * const [kernel] = program.kernels.values();
 * kernel && printKernel(kernel).split("(")[0]; // "kernel pack"
 */
export const printKernel = ({ name, parameters, body, inPlace }: Kernel): string => {
  const nameAt = (position: number): string => parameters[position]?.name ?? `#${position}`;
  const pairs = inPlace.map(([written, read]) => `${nameAt(written)} may be ${nameAt(read)}`);
  const sharing = pairs.length === 0 ? "" : ` where ${pairs.join(", ")}`;
  return `kernel ${name}(${parameters.map(printParameter).join(", ")})${sharing} {\n${indented(body, "")}}\n`;
};

const printBuffer = ({ name, dtype, length, role }: Buffer, offset: number | undefined): string =>
  `  ${role} ${name}: ${dtype}[${length}]${offset === undefined ? "" : ` at ${offset}`}\n`;

const printCalls = (calls: readonly Call[]): string =>
  calls.map(({ kernel, buffers }) => `  ${kernel}(${buffers.join(", ")})\n`).join("");

const printEntry = ({ name, inputs, outputs, updates, calls }: EntryPoint): string => {
  const ports = (list: EntryPoint["inputs"]): string =>
    list.map((port) => (port.name === port.buffer ? port.name : `${port.name} in ${port.buffer}`)).join(", ");
  const changes = updates.length === 0 ? "" : ` updates ${updates.join(", ")}`;
  return `entry ${name}(${ports(inputs)}) -> (${ports(outputs)})${changes} {\n${printCalls(calls)}}\n`;
};

/**
 * A program as text: buffers (with their offsets where planned), entry points, kernels. Every backend runs just this.
 *
 * @example
 * const { program } = compileGraph(graph, { dims: { B: 1 } });
 * printProgram(program).split("\n")[0]; // "program classifier {"
 */
export const printProgram = (program: Program, offsets?: ReadonlyMap<string, number>): string =>
  [
    `program ${program.name} {\n`,
    ...[...program.buffers.values()].map((buffer) => printBuffer(buffer, offsets?.get(buffer.name))),
    "}\n",
    ...(program.prepare.length === 0 ? [] : [`\nprepare {\n${printCalls(program.prepare)}}\n`]),
    ...program.entries.map((entry) => `\n${printEntry(entry)}`),
    ...[...program.kernels.values()].map((kernel) => `\n${printKernel(kernel)}`),
  ].join("");
