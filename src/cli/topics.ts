// What there is to explain: the codes of errors, the passes, the ops and the scalar functions, each as text for a terminal.
import { type Code, catalogue, isCode } from "../ir/diagnostics/catalogue.ts";
import { nearestName } from "../ir/diagnostics/nearest.ts";
import { sentenceForm } from "../ir/diagnostics/sentence-form.ts";
import { table } from "../ir/diagnostics/table.ts";
import type { AttributeKind } from "../ir/ops/attributes.ts";
import { type AnyOp, findOp, ops } from "../ir/ops/index.ts";
import { binary } from "../ir/scalar/binary.ts";
import { compares } from "../ir/scalar/compare.ts";
import { reducers } from "../ir/scalar/reducer.ts";
import { unary } from "../ir/scalar/unary.ts";
import { attentionRules, fuseAttention } from "../passes/attention/fuse-attention.ts";
import type { Pass } from "../passes/pass.ts";
import { absorbTransposes, exactRules, simplify } from "../passes/pipelines.ts";
import type { RuleSet } from "../passes/rules.ts";
import { contraction } from "../passes/simplify/contraction.ts";
import { passes } from "./program-form.ts";

/** A row of a scalar table, as far as it is explained. */
interface ScalarRow {
  readonly summary: string;
  readonly formula: string;
  readonly dtypes?: readonly string[];
  readonly ulp?: number;
}

/** The scalar functions by the op that applies them. */
export const scalarTables: Readonly<Record<string, Readonly<Record<string, ScalarRow>>>> = {
  unary,
  binary,
  compare: compares,
  reduce: reducers,
};

/** Every code, in order. */
export const codes: readonly Code[] = Object.keys(catalogue).filter(isCode).toSorted();

/** Every op, in the order of the registry. */
export const allOps: readonly AnyOp[] = Object.keys(ops).flatMap((kind) => findOp(kind) ?? []);

/** The attributes of an op and what each may be, in words. */
export const attributesOf = ({ attributes }: AnyOp): readonly (readonly [name: string, kind: string])[] =>
  Object.entries(attributes).map(([name, kind]: [string, AttributeKind]) => [name, printAttributeKind(kind)]);

/** The rules that a pass applies. */
export const rulesOf = (pass: string): readonly RuleSet[] => {
  if (pass === simplify.name) return exactRules;
  if (pass === fuseAttention.name) return attentionRules;
  return pass === absorbTransposes.name ? [contraction] : [];
};

const kindNames: { readonly [K in Extract<AttributeKind, string>]: string } = {
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  text: "text",
  dim: "an extent",
  dtype: "an element type",
  integers: "whole numbers",
  dims: "extents",
  body: "a graph, as (%x: f32[2]) { yield %x }",
  function: "a function of the graph, as @twice",
  resultDtype: "the element type of the result",
  resultShape: "the shape of the result",
};

const printAttributeKind = (kind: AttributeKind): string =>
  typeof kind === "string" ? kindNames[kind] : `one of ${kind.oneOf.join(", ")}`;

const explainCode = (code: Code): string => {
  const { title, explanation, example } = catalogue[code];
  const lines = example.split("\n").map((line) => `  ${line}`);
  return `${code}: ${title}\n\nsays\n  ${sentenceForm(code)}\n\n${explanation}\n\nexample\n${lines.join("\n")}`;
};

const explainPass = ({ name, summary, steps }: Pass<never, unknown>): string => {
  const rules = rulesOf(name).flatMap((set) => set.rules.map((rule) => `  ${rule.name}`));
  return [
    `pass ${name}: ${summary}`,
    ...(steps === undefined ? [] : ["", "runs", ...steps.map((step) => `  ${step.name}: ${step.summary}`)]),
    ...(rules.length === 0 ? [] : ["", "rules", ...rules]),
  ].join("\n");
};

const workNames = {
  index: "no work of its own: elements are found where they are read",
  scalar: "arithmetic on each element, fused with what reads it",
  loop: "a loop for each element",
} as const;

/** How an op comes to be loops, in words. */
export const loweringOf = ({ lower }: AnyOp): string => {
  if (lower.by === "ops") return "replaced by other ops before lowering";
  if (lower.by === "kernel") return "kernels of its own";
  if (lower.by === "alias") return "no code: the same elements in the same order";
  if (lower.by === "body") return "a loop of the kernels of its body";
  if (lower.by === "memory") return "memory, not computation";
  return workNames[lower.work];
};

const explainOp = (op: AnyOp): string => {
  const attributes = attributesOf(op).map(([name, kind]) => [`  ${name}`, kind]);
  return [
    `op ${op.kind}: ${op.summary}`,
    "",
    table([
      ["formula", op.formula],
      ["shapes", op.shapes],
      ["gradient", op.gradient ?? "none"],
      ["lowering", loweringOf(op)],
    ]),
    ...(attributes.length === 0 ? [] : ["", "attributes", table(attributes)]),
  ].join("\n");
};

const explainScalar = (name: string): string | undefined => {
  const found = Object.entries(scalarTables).flatMap(([op, rows]) => {
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (row === undefined) return [];
    const facts = [
      ["formula", row.formula],
      ...(row.dtypes === undefined ? [] : [["element types", row.dtypes.join(", ")]]),
      ...(row.ulp === undefined
        ? []
        : [["error of f32", row.ulp === 0 ? "correctly rounded" : `at most ${row.ulp} ulp`]]),
    ];
    return [[`${op} {fn = ${name}}: ${row.summary}`, table(facts)].join("\n")];
  });
  return found.length === 0 ? undefined : found.join("\n\n");
};

/** The explanation of a topic; undefined for a name that is none. */
export const explanationOf = (topic: string): string | undefined => {
  const code = topic.toUpperCase();
  if (isCode(code)) return explainCode(code);
  const pass = passes.get(topic);
  const op = findOp(topic);
  const found = [
    ...(pass === undefined ? [] : [explainPass(pass)]),
    ...(op === undefined ? [] : [explainOp(op)]),
    ...[explainScalar(topic) ?? []].flat(),
  ];
  return found.length === 0 ? undefined : found.join("\n\n");
};

const scalarNames: readonly string[] = Object.values(scalarTables).flatMap((rows) => Object.keys(rows));

const allTopics: readonly string[] = [
  ...new Set([...codes, ...passes.keys(), ...allOps.map(({ kind }) => kind), ...scalarNames]),
];

/** How many names are offered for one that is not known. */
const offered = 5;

/** Names that a misspelt one may have meant: the nearest, and those that contain it. */
export const namesNear = (topic: string): readonly string[] => {
  const nearest = nearestName(topic, allTopics);
  const text = topic.toLowerCase();
  const containing = text.length < 2 ? [] : allTopics.filter((name) => name.toLowerCase().includes(text));
  return [...new Set([...(nearest === undefined ? [] : [nearest]), ...containing])].slice(0, offered);
};

/** Every topic with its title. */
export const topicList = (): string => {
  const codeRows = codes.map((code) => [`  ${code}`, catalogue[code].title]);
  const passRows = [...passes.values()].map(({ name, summary }) => [`  ${name}`, summary]);
  const opRows = allOps.map(({ kind, summary }) => [`  ${kind}`, summary]);
  const scalars = Object.entries(scalarTables).map(([op, rows]) => [`  ${op}`, Object.keys(rows).join(" ")]);
  const section = (title: string, rows: readonly (readonly string[])[]): string => `${title}\n${table(rows)}`;
  return [
    section("codes", codeRows),
    section("passes", passRows),
    section("ops", opRows),
    section("scalar functions", scalars),
  ].join("\n\n");
};
