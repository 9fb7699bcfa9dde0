// Statements of the loop IR as lines of JavaScript. A vector variable is four scalar variables.
import { intervalOf } from "../../ir/loop/bounds.ts";
import { type Expr, isVector, type LoopType, laneType } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { keyOf } from "../../ir/loop/key.ts";
import { someExpr } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { narrowed, sharedWith } from "./narrow.ts";
import { choose, printExpression, printIndex } from "./print-expression.ts";
import type { Printer } from "./printer.ts";
import { atom, number } from "./text.ts";

const lanesOf = (type: LoopType): readonly number[] => (isVector(type) ? [0, 1, 2, 3] : [0]);

const laneName = (name: string, type: LoopType, lane: number): string => (isVector(type) ? `${name}_${lane}` : name);

/** A vector of one number is that number wherever it is read. */
const printUniform = (name: string, operand: Expr, printer: Printer): void => {
  const value = printExpression(operand, 0, printer);
  if (operand.kind === "const") {
    printer.uniform.set(name, value);
    return;
  }
  const printed = printer.nameOf(name);
  printer.line(`const ${printed} = ${value.text};`);
  printer.uniform.set(name, atom(printed));
};

const printLet = ({ name, value, mutable }: StmtOf<"let">, printer: Printer): void => {
  if (value.kind === "splat" && !mutable) return printUniform(name, value.operand, printer);
  const texts = lanesOf(value.type).map((lane) => printExpression(value, lane, printer).text);
  const printed = printer.nameOf(name);
  const lanes = texts.map((text, lane) => `${laneName(printed, value.type, lane)} = ${text}`);
  printer.line(`${mutable ? "let" : "const"} ${lanes.join(", ")};`);
  if (!mutable) printer.bounds.set(name, intervalOf(value, printer.bounds));
};

const printAssign = ({ name, value }: StmtOf<"assign">, printer: Printer): void => {
  // A lane depends on other lanes only through what is named before the statement, so the order does not matter.
  const texts = lanesOf(value.type).map((lane) => printExpression(value, lane, printer).text);
  const printed = printer.nameOf(name);
  for (const [lane, text] of texts.entries()) printer.line(`${laneName(printed, value.type, lane)} = ${text};`);
};

/** Whether storing one lane may change what another lane of the value has yet to load. */
const loadsElsewhere = ({ buffer, index, value }: StmtOf<"store">, kernel: Kernel): boolean => {
  const names = sharedWith(buffer, kernel);
  const key = keyOf(index);
  // Lanes that begin in the same place and lie further apart are ahead of what is stored.
  return someExpr(value, (each) => each.kind === "load" && names.has(each.buffer) && keyOf(each.index) !== key);
};

const printStore = (stmt: StmtOf<"store">, printer: Printer): void => {
  const { buffer, index, value } = stmt;
  const { type } = value;
  const target = printer.parameter(buffer).text;
  const detour = isVector(type) && loadsElsewhere(stmt, printer.kernel);
  const values = lanesOf(type).map((lane) => {
    const text = printExpression(value, lane, printer);
    if (!detour) return text;
    const name = printer.fresh("lane");
    printer.line(`const ${name} = ${text.text};`);
    return atom(name);
  });
  const places = lanesOf(type).map((lane) => printIndex(index, type, lane, printer));
  for (const [lane, text] of values.entries()) {
    const element = laneType(type) === "bool" ? choose(text, number(1), number(0)) : text;
    printer.line(`${target}[${places[lane]}] = ${element.text};`);
  }
};

/** A bound that is evaluated once: itself if it cannot change in the loop, else a name for its value. */
const printBound = (bound: Expr, printer: Printer): string => {
  const { text } = printExpression(bound, 0, printer);
  if (bound.kind === "const" || (bound.kind === "var" && printer.bounds.has(bound.name))) return text;
  const name = printer.fresh("end");
  printer.line(`const ${name} = ${text};`);
  return name;
};

const printFor = (loop: StmtOf<"for">, printer: Printer): void => {
  const { index, from, to, step, body } = narrowed(loop, printer.kernel, (name) => printer.uniform.has(name)) ?? loop;
  const begin = printExpression(from, 0, printer).text;
  const end = printBound(to, printer);
  const { low } = intervalOf(from, printer.bounds);
  const { high } = intervalOf(to, printer.bounds);
  printer.bounds.set(index, { low, high: Math.max(low, high - 1) });
  printer.scoped(() => {
    const name = printer.nameOf(index);
    const next = step === 1 ? `${name}++` : `${name} += ${step}`;
    printer.line(`for (let ${name} = ${begin}; ${name} < ${end}; ${next}) {`);
    printer.indented(() => printBlock(body, printer));
    printer.line("}");
  });
};

const printIf = ({ condition, then, otherwise }: StmtOf<"if">, printer: Printer): void => {
  printer.line(`if (${printExpression(condition, 0, printer).text}) {`);
  printer.indented(() => printer.scoped(() => printBlock(then, printer)));
  if (otherwise.length > 0) {
    printer.line("} else {");
    printer.indented(() => printer.scoped(() => printBlock(otherwise, printer)));
  }
  printer.line("}");
};

const printStatement = (stmt: Stmt, printer: Printer): void => {
  printer.named.clear();
  switch (stmt.kind) {
    case "let":
      return printLet(stmt, printer);
    case "assign":
      return printAssign(stmt, printer);
    case "store":
      return printStore(stmt, printer);
    case "for":
      return printFor(stmt, printer);
    case "if":
      return printIf(stmt, printer);
  }
};

/** Prints the statements of a block, a line or more each. */
export const printBlock = (stmts: readonly Stmt[], printer: Printer): void => {
  for (const stmt of stmts) printStatement(stmt, printer);
};
