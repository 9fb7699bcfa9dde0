// Writes the reference pages that would drift if people kept them: docs/errors.md from the catalogue of diagnostics,
// docs/passes.md from the pipelines and their rules, docs/ops.md from the definitions of ops and the scalar tables,
// docs/coverage.md and docs/edge-values.md by compiling and running all of them, docs/accuracy.md and docs/small-mutants.md from what was measured, docs/functions.md and docs/layers.md from the comments of what they
// list, and the picture of docs/attention.md. What stands there is what the compiler itself says. Run it as `npm run docs`; a test holds the pages to it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { passes } from "../src/cli/program-form.ts";
import { codes, rulesOf } from "../src/cli/topics.ts";
import { catalogue } from "../src/ir/diagnostics/catalogue.ts";
import { sentenceForm } from "../src/ir/diagnostics/sentence-form.ts";
import { compilation } from "../src/passes/pipelines.ts";
import { accuracyComplaints, accuracyPage } from "./accuracy/page.ts";
import { type Edges, edgeComplaints, edgesPage, measureEdges } from "./edges/page.ts";
import { explanations } from "./matrix/explanations.ts";
import { complaints } from "./matrix/holes.ts";
import { measureCoverage, type Row } from "./matrix/measure.ts";
import { coveragePage } from "./matrix/page.ts";
import { smallMutantsPage } from "./mutate/page.ts";
import { attentionPicture } from "./reference/attention-picture.ts";
import { functionsPage, layersPage } from "./reference/layers-page.ts";
import { code, fenced, markdownTable, page } from "./reference/markdown.ts";
import { opsPage } from "./reference/ops-page.ts";

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
        return [
          `### ${name}: ${title}`,
          `Says: ${code(sentenceForm(name).replaceAll("`", ""))}`,
          explanation,
          fenced(language(example), example),
        ];
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

/** The reference pages by file name, given the measured coverage and what was found at edge values. */
export const generateDocs = (coverage: readonly Row[], edges: Edges): ReadonlyMap<string, string> =>
  new Map([
    ["errors.md", errorsPage()],
    ["passes.md", passesPage()],
    ["ops.md", opsPage(coverage)],
    ["coverage.md", coveragePage(coverage)],
    ["edge-values.md", edgesPage(edges)],
    ["accuracy.md", accuracyPage()],
    ["small-mutants.md", smallMutantsPage()],
    ["functions.md", functionsPage()],
    ["layers.md", layersPage()],
    ["attention-blocks.svg", attentionPicture()],
  ]);

if (import.meta.main) {
  const coverage = await measureCoverage();
  const edges = await measureEdges();
  const wrong = [...complaints(coverage, explanations), ...edgeComplaints(edges), ...accuracyComplaints()];
  for (const complaint of wrong) console.error(complaint);
  if (wrong.length > 0) process.exitCode = 1;
  else
    for (const [name, text] of generateDocs(coverage, edges))
      writeFileSync(join(import.meta.dirname, "../docs", name), text);
}
