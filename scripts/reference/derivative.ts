// The derivative of a scalar function as a formula: its rule is run on tensors that stand for x and y = f(x), and the nodes it
// makes are printed. What the page shows is therefore what is differentiated with.
import { definitionOf } from "../../src/ir/graph/analysis.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import type { Graph, ValueId } from "../../src/ir/graph/graph.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { binary } from "../../src/ir/scalar/binary.ts";
import { compares } from "../../src/ir/scalar/compare.ts";
import { unary } from "../../src/ir/scalar/unary.ts";
import type { Operand, Tensor } from "../../src/ir/types/tensor.ts";

/** A formula and how tightly it holds together. */
interface Formula {
  readonly text: string;
  readonly level: number;
}

/** From what needs parentheses nearly everywhere to what needs them nowhere. */
const levels = { choice: 0, comparison: 1, sum: 2, signed: 3, product: 4, power: 5, name: 6 } as const;

const { choice, comparison, sum, signed, product, power } = levels;

const name = (text: string): Formula => ({ text, level: levels.name });

const within = ({ text, level }: Formula, least: number): string => (level < least ? `(${text})` : text);

const number = (value: number): Formula => {
  const text = String(Number(value.toPrecision(5)));
  return { text, level: value < 0 ? signed : levels.name };
};

const isNumber = ({ text }: Formula): boolean => /^-?[\d.e-]+$/.test(text);

const isSigned = ({ text, level }: Formula): boolean => level === signed && text.startsWith("-");

const negated = (a: Formula): Formula =>
  isSigned(a) ? { text: a.text.slice(1), level: product } : { text: `-${within(a, product)}`, level: signed };

const added = (a: Formula, b: Formula): Formula => {
  if (isSigned(a)) return { text: `${within(b, sum)} - ${a.text.slice(1)}`, level: sum };
  if (isSigned(b)) return { text: `${within(a, sum)} - ${b.text.slice(1)}`, level: sum };
  return { text: `${within(a, sum)} + ${within(b, sum)}`, level: sum };
};

/** Numbers stand in front, signs in front of everything. */
const multiplied = (a: Formula, b: Formula): Formula => {
  if (isNumber(b) && !isNumber(a)) return multiplied(b, a);
  if (isSigned(a)) return negated(multiplied(negated(a), b));
  if (isSigned(b)) return negated(multiplied(a, negated(b)));
  if (a.text === b.text) return { text: `${within(a, levels.name)}^2`, level: power };
  if (b.text.startsWith("1 / ")) return { text: `${within(a, product)} ${b.text.slice(2)}`, level: product };
  return { text: `${within(a, product)} ${within(b, b.text.includes("/") ? power : product)}`, level: product };
};

const divided = (a: Formula, b: Formula): Formula => ({
  text: `${within(a, product)} / ${within(b, power)}`,
  level: product,
});

const joined: Readonly<Record<string, (a: Formula, b: Formula) => Formula>> = {
  add: added,
  sub: (a, b) => ({ text: `${within(a, sum)} - ${within(b, signed)}`, level: sum }),
  mul: multiplied,
  div: (a, b) => (isSigned(a) ? negated(divided(negated(a), b)) : divided(a, b)),
  pow: (a, b) => ({ text: `${within(a, levels.name)}^${within(b, levels.name)}`, level: power }),
  and: (a, b) => ({ text: `${a.text} and ${b.text}`, level: comparison }),
};

const applied: Readonly<Record<string, (a: Formula) => Formula>> = {
  neg: negated,
  abs: (a) => name(`|${a.text}|`),
  exp: (a) => ({ text: `e^${within(a, levels.name)}`, level: power }),
  log: (a) => name(`ln(${a.text})`),
  square: (a) => multiplied(a, a),
  reciprocal: (a) => divided(number(1), a),
  rsqrt: (a) => divided(number(1), name(`sqrt(${a.text})`)),
};

const printValue = (graph: Graph, value: ValueId): Formula => {
  const node = definitionOf(graph, value);
  const operands = node.operands.map((operand) => printValue(graph, operand));
  const [a = name(""), b = name(""), c = name("")] = operands;
  switch (node.op) {
    case "input":
      return name(node.attrs.name);
    case "constant":
      return number(node.attrs.value);
    case "unary":
      return applied[node.attrs.fn]?.(a) ?? name(`${node.attrs.fn}(${a.text})`);
    case "binary":
      return joined[node.attrs.fn]?.(a, b) ?? name(`${node.attrs.fn}(${a.text}, ${b.text})`);
    case "compare": {
      const [, operator = ""] = /^x (\S+) y$/.exec(compares[node.attrs.fn].formula) ?? [];
      return { text: `${a.text} ${operator} ${b.text}`, level: comparison };
    }
    case "select":
      return { text: `${within(b, comparison)} where ${a.text}, ${c.text} elsewhere`, level: choice };
    case "cast":
      return name(`[${a.text}]`);
    default:
      return name(`${node.op}(${operands.map(({ text }) => text).join(", ")})`);
  }
};

/** The formula of what a rule makes of numbers of these names. */
const formulaOf = (names: readonly string[], rule: (...tensors: readonly Tensor[]) => Operand): string => {
  const trace = traceOver(graphBuilder());
  const result = rule(...names.map((each) => trace.input(each, { dtype: "f64", shape: [] })));
  if (typeof result === "number") return number(result).text;
  const graph = trace.builder.finish("derivative", []);
  return printValue(graph, trace.value(result)).text;
};

/** The derivative of a function of one number, or both of one of two; "0" where it is constant in pieces. */
export const derivativeOf = (op: string, fn: string): readonly string[] => {
  if (op === "unary") {
    // Names of rows come from the table itself.
    const { derivative } = unary[fn as keyof typeof unary];
    return [derivative === "zero" ? "0" : formulaOf(["x", "y"], (x, y) => (x && y ? derivative(x, y) : 0))];
  }
  if (op !== "binary") return [];
  const { derivative } = binary[fn as keyof typeof binary];
  if (derivative === "zero") return ["0", "0"];
  return derivative.map((rule) => formulaOf(["x", "y", "z"], (x, y, z) => (x && y && z ? rule(x, y, z) : 0)));
};
