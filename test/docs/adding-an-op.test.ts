// docs/adding-an-op.md, applied as it stands to a copy of the sources: the function and the ops it adds compile, mean what
// they should, and work everywhere; and what it says is needed is needed, for without any one facet nothing compiles.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { applyPage } from "../support/applied-page.ts";
import { typeErrors } from "../support/type-check.ts";

const page = readFileSync(new URL("../../docs/adding-an-op.md", import.meta.url), "utf8");
const copy = applyPage(page);
afterAll(copy.remove);

/** The lines of an object's property: from its name to the next line that is no deeper. */
const propertyLines = (lines: readonly string[], start: number): number => {
  const depth = (line = ""): number => line.length - line.trimStart().length;
  const name = lines[start] ?? "";
  const end = lines.findIndex((line, at) => at > start && depth(line) <= depth(name) && !/^\s*[\])}]/.test(line));
  const closing = lines.findIndex((line, at) => at > start && depth(line) < depth(name) && /^\s*[\])}]/.test(line));
  return Math.min(...[end, closing].filter((at) => at > start)) - start;
};

/** A file without one property of the object that begins behind `opening`. */
const without = (text: string, opening: string, facet: string): string => {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.includes(opening));
  const start = lines.findIndex((line, at) => at > from && line.trimStart().startsWith(`${facet}:`));
  expect(start).toBeGreaterThan(from);
  return lines.toSpliced(start, propertyLines(lines, start)).join("\n");
};

const facets: readonly (readonly [path: string, opening: string, facets: readonly string[]])[] = [
  [
    "src/ir/scalar/unary/activation.ts",
    "softsign: {",
    ["summary", "formula", "evaluate", "derivative", "lower", "domain", "dtypes", "ulp"],
  ],
  [
    "src/ir/ops/cumulative-sum.ts",
    "defineOp({",
    [
      "kind",
      "summary",
      "formula",
      "shapes",
      "arity",
      "resultArity",
      "attributes",
      "infer",
      "vjp",
      "lower",
      "arbitrary",
    ],
  ],
  [
    "src/ir/ops/log-sum-exp.ts",
    "defineOp({",
    [
      "kind",
      "summary",
      "formula",
      "shapes",
      "arity",
      "resultArity",
      "attributes",
      "infer",
      "vjp",
      "lower",
      "arbitrary",
    ],
  ],
];

it("touches what it names", () => {
  expect([...new Set(copy.touched)].sort()).toEqual([
    "src/ir/functions/activation.ts",
    "src/ir/functions/cumulative-sum.ts",
    "src/ir/functions/index.ts",
    "src/ir/ops/cumulative-sum.ts",
    "src/ir/ops/log-sum-exp.ts",
    "src/ir/ops/loss.ts",
    "src/ir/ops/reduction.ts",
    "src/ir/scalar/unary/activation.ts",
    "src/testing/gradients/dual-rules.ts",
    "src/testing/gradients/scalar-slopes.ts",
    "src/testing/oracle/rules.ts",
    "src/testing/oracle/unary-rule.ts",
  ]);
});

it("gives a function and ops that mean what they should and work everywhere", async () => {
  const script = join(copy.folder, "test/docs/new-ops.ts");
  mkdirSync(dirname(script), { recursive: true });
  cpSync(fileURLToPath(new URL("./new-ops.ts", import.meta.url)), script);
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 50_000 });
  expect(stdout).toBe("softsign\ncumulativeSum\nlogSumExp\n");
});

it("compiles, and does not without any one facet", async () => {
  const broken = facets.flatMap(([path, opening, names]) =>
    names.map((facet) => {
      const variant = join(dirname(path), `${basename(path, ".ts")}-without-${facet}.ts`);
      copy.write(variant, without(copy.read(path), opening, facet));
      return { variant, facet };
    }),
  );
  const errors = await typeErrors(copy.folder);
  const files = new Set(errors.map((error) => error.slice(0, error.indexOf("("))));
  expect([...files].sort()).toEqual(broken.map(({ variant }) => variant).sort());
  // What is left unused by leaving a facet out is an error as well, but not the one that is meant.
  const missing = broken.filter(({ variant, facet }) =>
    errors.some((error) => error.startsWith(`${variant}(`) && error.includes(`Property '${facet}' is missing`)),
  );
  expect(missing).toEqual(broken);
});
