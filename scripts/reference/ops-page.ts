// docs/ops.md: every op as its definition says it and as it is found to behave. Families are the files that define ops.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { allOps, attributesOf, loweringOf, scalarTables } from "../../src/cli/topics.ts";
import type { AttributeKind } from "../../src/ir/ops/attributes.ts";
import type { AnyOp } from "../../src/ir/ops/index.ts";
import { type DType, dtypeNames } from "../../src/ir/types/dtype.ts";
import { backends, type Row } from "../matrix/measure.ts";
import { type Subject, subjects } from "../matrix/uses.ts";
import { derivativeOf } from "./derivative.ts";
import { type ExportedFunction, filesBehind, functionsIn, openingOf } from "./exports.ts";
import { bullets, code, fenced, markdownTable, page } from "./markdown.ts";
import { differentiableOperands, madeOf } from "./op-facts.ts";
import { readShapeRule } from "./shape-rule.ts";

const folder = "src/ir/ops";

/** The file that defines an op. */
const sourceOf: (op: AnyOp) => string = (() => {
  const files = readdirSync(join(import.meta.dirname, "../..", folder)).map((name) => `${folder}/${name}`);
  const found = new Map(
    files.flatMap((file) => {
      const text = readFileSync(join(import.meta.dirname, "../..", file), "utf8");
      return [...text.matchAll(/^ {2}kind: "(\w+)"/gm)].map(([, kind = ""]): [string, string] => [kind, file]);
    }),
  );
  return ({ kind }) => found.get(kind) ?? folder;
})();

const linkTo = (file: string): string => `[${file}](../${file})`;

const publicFunctions: readonly ExportedFunction[] = filesBehind("src/ir/functions/index.ts").flatMap(functionsIn);

/** The public function that applies an op, or a function of numbers, and nothing else. */
const functionFor = (name: string): ExportedFunction | undefined =>
  publicFunctions.find(({ text }) => new RegExp(`= \\w+\\((?:"\\w+", )?"${name}"\\);`).test(text)) ??
  publicFunctions.find(({ text }) => new RegExp(`emit(?:One|Many)\\([^;]*"${name}", \\[`).test(text)) ??
  publicFunctions.find((each) => each.name === name);

/** `f32, f64` */
const listed = (found: readonly DType[]): string =>
  found.length === dtypeNames.length ? "all" : found.length === 0 ? "none" : found.join(", ");

const rightOn = (rows: readonly Row[], part: "forward" | "gradient", backend: (typeof backends)[number]): string =>
  listed(dtypeNames.filter((dtype) => rows.some(({ cells }) => cells[part][dtype][backend].is === "right")));

/** Element types, for all backends at once where they do not differ. */
const typesOf = (rows: readonly Row[], part: "forward" | "gradient"): string => {
  const found = backends.map((backend) => rightOn(rows, part, backend));
  const [first = ""] = found;
  return found.every((text) => text === first)
    ? first
    : backends.map((backend, at) => `${found[at]} on ${backend}`).join("; ");
};

const gradientOf = (op: AnyOp, used: readonly Subject[]): string => {
  const reached = new Set(used.flatMap((subject) => [...differentiableOperands(subject)]));
  const { operands } = readShapeRule(op.shapes);
  if (op.arity === "many") return reached.size > 0 ? "for each operand" : "none";
  const names = (has: boolean): string =>
    operands.flatMap(({ name }, position) => (reached.has(position) === has ? [code(name)] : [])).join(", ");
  if (reached.size === 0) return "none";
  return reached.size === operands.length ? `for ${names(true)}` : `for ${names(true)}, none for ${names(false)}`;
};

/** A node as text, its attributes by name alone; those that repeat the result type stand behind its colon. */
const textForm = ({ kind, shapes, attributes }: AnyOp): string => {
  const operands = readShapeRule(shapes).operands.map(({ name, repeats }) => `%${name}${repeats ? ", ..." : ""}`);
  const written = Object.entries(attributes).flatMap(([name, value]: [string, AttributeKind]) =>
    value === "resultDtype" || value === "resultShape" ? [] : [name],
  );
  const braces = written.length === 0 ? "" : ` {${written.join(", ")}}`;
  return `%result = ${kind}${operands.length === 0 ? "" : ` ${operands.join(", ")}`}${braces}`;
};

const opSection = (op: AnyOp, used: readonly Subject[], rows: readonly Row[]): readonly string[] => {
  const attributes = attributesOf(op).map(([name, kind]) => [code(name), kind]);
  const composed = used.flatMap(madeOf);
  const called = functionFor(op.kind);
  const types = typesOf(rows, "forward");
  const formulas = [
    op.formula,
    op.shapes.replaceAll("; ", "\n  "),
    ...(op.gradient === undefined ? [] : [op.gradient]),
  ];
  return [
    `### ${op.kind}`,
    op.summary,
    fenced("text", formulas.join("\n")),
    bullets([
      called && `Called as [${code(called.call)}](functions.md#${called.name.toLowerCase()}).`,
      `In text ${code(textForm(op))}.`,
      `Gradient: ${gradientOf(op, used)}.`,
      `Lowering: ${loweringOf(op)}${composed.length === 0 ? "" : `: ${composed.map(code).join(", ")}`}.`,
      `Element types: ${types}; with gradient: ${typesOf(rows, "gradient")}.`,
      `Defined in ${linkTo(sourceOf(op))}.`,
    ]),
    ...(attributes.length === 0 ? [] : [markdownTable(["attribute", "kind"], attributes)]),
  ];
};

const errorOf = (dtypes: readonly string[] = [], ulp?: number): string => {
  if (ulp === undefined || !dtypes.includes("f32")) return "";
  return ulp === 0 ? "none" : `${ulp} ulp`;
};

const scalarSection = (op: string, rows: (typeof scalarTables)[string]): readonly string[] => {
  const withDerivative = op === "unary" || op === "binary";
  return [
    `### ${op}`,
    markdownTable(
      [
        "function",
        "formula",
        ...(withDerivative ? ["derivative"] : []),
        "in words",
        "element types",
        "error in f32",
        "called as",
      ],
      Object.entries(rows).map(([name, { summary, formula, dtypes, ulp }]) => [
        code(name),
        code(formula),
        ...(withDerivative ? [derivativeOf(op, name).map(code).join("; ")] : []),
        summary,
        dtypes?.join(", ") ?? "all",
        errorOf(dtypes, ulp),
        code(functionFor(name)?.call ?? ""),
      ]),
    ),
  ];
};

/** `max-pooling` as a title. */
const titleOf = (file: string): string => {
  const words = file.replace(/^.*\/|\.ts$/g, "").replaceAll("-", " ");
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
};

/** docs/ops.md. */
export const opsPage = (rows: readonly Row[]): string => {
  const all = subjects();
  const files = [...new Set(allOps.map(sourceOf))];
  return page("Ops", [
    "The nodes of graphs. Functions of numbers are no ops of their own: they are the `fn` of `unary`, `binary`, `compare` and `reduce`, and are listed at the end. `weft explain matmul` shows the same facts.",
    "Each op shows its formula, its shape rule and its gradient, given c, the gradient of its result. In a shape rule a capital is an extent, `S...` any number of extents, `...` any number that broadcast by NumPy's rule, and an attribute's name its value; random uses are held against every rule by the tests. Element types are those with which the op was compiled and gave the right results on the reference, closures, printed JavaScript and WebAssembly alike: [coverage.md](coverage.md) is the whole matrix.",
    ...files.flatMap((file) => [
      `## ${titleOf(file)}`,
      openingOf(file),
      ...allOps
        .filter((op) => sourceOf(op) === file)
        .flatMap((op) =>
          opSection(
            op,
            all.filter(({ kind }) => kind === op.kind),
            rows.filter(({ kind }) => kind === op.kind),
          ),
        ),
    ]),
    "## Functions of numbers",
    "An error in units in the last place (ulp) is the largest that the f32 program makes against the exact value; none means correctly rounded. Derivatives are printed from the rules that differentiate: y (or z) stands for the result, and a condition in brackets for 1 where it holds and 0 elsewhere.",
    ...Object.entries(scalarTables).flatMap(([op, table]) => scalarSection(op, table)),
  ]);
};
