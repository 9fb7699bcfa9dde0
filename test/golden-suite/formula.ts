// Formulas as cases write them, such as "a - b / (1 + c^2)", "|b|", "v . w", "max(a, b)" or "mask ? x : x^2", read by recursive
// descent and said with the public functions. Numbers before a name or a bracket multiply: "2a".
import { dot, matmul, matvec, maximum, minimum, pow, select, type Tensor, vecmat } from "../../src/index.ts";
import { NotUnderstood } from "./config.ts";

type Value = Tensor | number;

/** Operands by name. */
export type Names = (name: string) => Tensor;

const tokensOf = (text: string): readonly string[] => {
  const tokens = text.match(/\d+(?:\.\d+)?(?:e-?\d+)?|[A-Za-z_]\w*|\S/g);
  return tokens ?? [];
};

const numberIn = (token: string | undefined): number | undefined =>
  token !== undefined && /^\d/.test(token) ? Number(token) : undefined;

const negated = (value: Value): Value => (typeof value === "number" ? -value : value.neg());

const sum = (a: Value, b: Value): Value => {
  if (typeof a !== "number") return a.add(b);
  return typeof b === "number" ? a + b : b.add(a);
};

const product = (a: Value, b: Value): Value => {
  if (typeof a !== "number") return a.mul(b);
  return typeof b === "number" ? a * b : b.mul(a);
};

const quotient = (a: Value, b: Value): Value => {
  if (typeof a !== "number") return a.div(b);
  return typeof b === "number" ? a / b : product(a, b.reciprocal());
};

const tensorIn = (value: Value): Tensor => {
  if (typeof value === "number") throw new NotUnderstood(`a number where a tensor is meant: ${value}`);
  return value;
};

const power = (base: Value, exponent: Value): Value =>
  typeof base === "number" && typeof exponent === "number" ? base ** exponent : pow(tensorIn(base), exponent);

/** Functions of two operands, of which the first is a tensor. */
const functions: Readonly<Record<string, (a: Tensor, b: Value) => Tensor>> = {
  max: (a, b) => maximum(a, b),
  min: (a, b) => minimum(a, b),
};

/** The matrix product, where a vector on the left is a row and on the right a column. */
const matrixProduct = (a: Tensor, b: Tensor): Tensor => {
  const [left, right] = [a.shape.length, b.shape.length];
  if (left === 1) return right === 1 ? dot(a, b) : vecmat(a, b);
  return right === 1 ? matvec(a, b) : matmul(a, b);
};

/** The tokens that are left: functions take them from the front. */
type Rest = string[];

const expect = (rest: Rest, token: string): void => {
  const found = rest.shift();
  if (found !== token) throw new NotUnderstood(`formula: ${token} is wanted, not ${found ?? "the end"}`);
};

const primary = (rest: Rest, names: Names): Value => {
  const token = rest.shift();
  const number = numberIn(token);
  if (number !== undefined) {
    const next = rest[0] ?? "";
    return /^[A-Za-z_(]/.test(next) ? product(number, raised(rest, names)) : number;
  }
  if (token === "-") return negated(raised(rest, names));
  if (token === "(" || token === "|") {
    const inside = choice(rest, names);
    expect(rest, token === "(" ? ")" : "|");
    return token === "|" ? tensorIn(inside).abs() : inside;
  }
  if (token === undefined || !/^[A-Za-z_]/.test(token)) throw new NotUnderstood(`formula at ${token ?? "its end"}`);
  const call = rest[0] === "(" ? functions[token] : undefined;
  if (call === undefined) return names(token);
  rest.shift();
  const first = tensorIn(choice(rest, names));
  expect(rest, ",");
  const second = choice(rest, names);
  expect(rest, ")");
  return call(first, second);
};

const raised = (rest: Rest, names: Names): Value => {
  const base = primary(rest, names);
  if (rest[0] !== "^") return base;
  rest.shift();
  return power(base, raised(rest, names));
};

const products: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
  "*": product,
  "/": quotient,
  "@": (a, b) => matrixProduct(tensorIn(a), tensorIn(b)),
  ".": (a, b) => dot(tensorIn(a), tensorIn(b)),
};

const sums: typeof products = { "+": sum, "-": (a, b) => sum(a, negated(b)) };

/** Operands between operators of one rank, from the left. */
const chain = (rest: Rest, operators: typeof products, operand: () => Value): Value => {
  let value = operand();
  for (let apply = operators[rest[0] ?? ""]; apply !== undefined; apply = operators[rest[0] ?? ""]) {
    rest.shift();
    value = apply(value, operand());
  }
  return value;
};

const choice = (rest: Rest, names: Names): Value => {
  const terms = (): Value => chain(rest, sums, () => chain(rest, products, () => raised(rest, names)));
  const condition = terms();
  if (rest[0] !== "?") return condition;
  rest.shift();
  const whenTrue = terms();
  expect(rest, ":");
  const whenFalse = terms();
  return select(tensorIn(condition), whenTrue, whenFalse);
};

/** The tensor that a formula gives. What it leaves unread is not understood. */
export const evaluateFormula = (text: string, names: Names): Tensor => {
  const rest = [...tokensOf(text)];
  const value = tensorIn(choice(rest, names));
  if (rest.length > 0) throw new NotUnderstood(`formula ${JSON.stringify(text)} at ${rest[0]}`);
  return value;
};
