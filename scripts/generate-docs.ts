// Writes the reference pages that would drift if people kept them: docs/errors.md from the catalogue of diagnostics,
// docs/passes.md from the pipelines and their rules, docs/ops.md from the definitions of ops and the scalar tables. What
// stands there is what the compiler itself says. Run it as `npm run docs`; a test holds the pages to it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { passes } from "../src/cli/program-form.ts";
import { allOps, attributesOf, codes, loweringOf, rulesOf, scalarTables } from "../src/cli/topics.ts";
import { catalogue } from "../src/ir/diagnostics/catalogue.ts";
import type { AnyOp } from "../src/ir/ops/index.ts";
import { compilation } from "../src/passes/pipelines.ts";

const generated = "<!-- Written by scripts/generate-docs.ts (npm run docs). Changes belong to what it reads. -->";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
};

const code = (text: string): string => `\`${text}\``;

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

const page = (title: string, parts: readonly string[]): string =>
  `${[`# ${title}`, generated, ...parts].join("\n\n")}\n`;

/** The classes of codes, by their first digit. */
const classes: readonly (readonly [digit: string, title: string])[] = [
  ["1", "Graphs and their text"],
  ["2", "Shapes and element types"],
  ["3", "Feeding and running"],
  ["4", "Files"],
  ["5", "Training"],
  ["6", "The command line"],
];

const language = (example: string): string => {
  if (/^weft /m.test(example)) return "sh";
  return /^(graph @|\s*%\w+ = )/m.test(example) ? "text" : "ts";
};

const errorsPage = (): string => {
  const sections = classes.flatMap(([digit, title]) => [
    `## ${title}`,
    ...codes
      .filter((name) => name[1] === digit)
      .flatMap((name) => {
        const { title, explanation, example } = catalogue[name];
        return [`### ${name}: ${title}`, explanation, fenced(language(example), example)];
      }),
  ]);
  return page("Errors", [
    "Everything that is yours to mend is thrown as a `WeftError` with one of these codes, the values that differ, the place in your file and what to do about it. `weft explain W203` shows the same text.",
    ...sections,
  ]);
};

const passesPage = (): string => {
  const steps = compilation.steps.map(({ name, summary }, position) => [String(position + 1), code(name), summary]);
  const sections = [...passes.values()].flatMap(({ name, summary, steps: within }) => {
    const rules = rulesOf(name).flatMap((set) =>
      set.rules.map((rule) => [
        code(rule.name),
        set.numerics,
        [...new Set(rule.outlines.map(({ op }) => op ?? "any op"))].join(", "),
      ]),
    );
    return [
      `## ${name}`,
      summary,
      ...(within === undefined
        ? []
        : [`Runs ${within.map((step) => code(step.name)).join(", ")}, until none of them changes anything.`]),
      ...(rules.length === 0 ? [] : [markdownTable(["rule", "numerics", "looks at"], rules)]),
    ];
  });
  return page("Passes", [
    "What compiling does, in order. `weft print model.ts --after cse` shows the program behind any of them, and `weft check` verifies it behind each.",
    markdownTable(["", "pass", "what it does"], steps),
    "The numerics of a rule say how far it may change results: `exact` rules change no bit of any, NaN, infinities and -0 included.",
    ...sections,
  ]);
};

const arity = (count: number | string): string => (count === "many" ? "any number" : String(count));

const opSection = (op: AnyOp): readonly string[] => {
  const attributes = attributesOf(op).map(([name, kind]) => [code(name), kind]);
  const gradient = op.vjp === "not-differentiable" ? "no gradient" : "differentiable";
  return [
    `### ${op.kind}`,
    op.summary,
    fenced("text", [op.formula, op.shapes, ...(op.gradient === undefined ? [] : [op.gradient])].join("\n")),
    `Operands: ${arity(op.arity)}. Results: ${arity(op.resultArity)}. It is ${gradient}. Lowering: ${loweringOf(op)}.`,
    ...(attributes.length === 0 ? [] : [markdownTable(["attribute", "kind"], attributes)]),
  ];
};

const scalarSection = ([op, rows]: (typeof scalars)[number]): readonly string[] => [
  `### ${op}`,
  markdownTable(
    ["function", "formula", "in words", "element types", "error in f32"],
    Object.entries(rows).map(([name, { summary, formula, dtypes, ulp }]) => [
      code(name),
      formula,
      summary,
      dtypes?.join(", ") ?? "all",
      ulp === undefined || !(dtypes?.includes("f32") ?? false) ? "" : ulp === 0 ? "none" : `${ulp} ulp`,
    ]),
  ),
];

const scalars = Object.entries(scalarTables);

const opsPage = (): string => {
  const isComposite = ({ lower }: AnyOp): boolean => lower.by === "ops";
  return page("Ops", [
    "The nodes of graphs. Functions of numbers are no ops of their own: they are the `fn` of `unary`, `binary`, `compare` and `reduce`, and are listed at the end. `weft explain matmul` shows the same facts.",
    "## Ops that lower",
    ...allOps.filter((op) => !isComposite(op)).flatMap(opSection),
    "## Ops that are said in other ops",
    "They are differentiated as they stand, and replaced by other ops before lowering.",
    ...allOps.filter(isComposite).flatMap(opSection),
    "## Scalar functions",
    "An error in units in the last place (ulp) is the largest that the f32 program makes against the exact value; none means correctly rounded.",
    ...scalars.flatMap(scalarSection),
  ]);
};

/** The reference pages by file name. */
export const generateDocs = (): ReadonlyMap<string, string> =>
  new Map([
    ["errors.md", errorsPage()],
    ["passes.md", passesPage()],
    ["ops.md", opsPage()],
  ]);

if (import.meta.main) {
  for (const [name, text] of generateDocs()) writeFileSync(join(import.meta.dirname, "../docs", name), text);
}
