// The reference pages say what the compiler says: they are made again here and compared. That includes the coverage matrix,
// for which every op is compiled and run on every backend.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { accuracyComplaints } from "../../scripts/accuracy/page.ts";
import { edgeComplaints, measureEdges } from "../../scripts/edges/page.ts";
import { generateDocs } from "../../scripts/generate-docs.ts";
import { explanations } from "../../scripts/matrix/explanations.ts";
import { complaints } from "../../scripts/matrix/holes.ts";
import { measureCoverage } from "../../scripts/matrix/measure.ts";
import { commands } from "../../src/cli/command-line.ts";

const read = (name: string): string => readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");

const coverage = await measureCoverage();
const edges = await measureEdges();

describe("docs", () => {
  test.each([...generateDocs(coverage, edges)])("%s is current (npm run docs writes it)", (name, text) => {
    expect(read(name)).toBe(text);
  });

  test("cli.md names every command and every option", () => {
    const page = read("cli.md");
    const words = commands.flatMap(({ name, options }) => [
      `## weft ${name}`,
      ...Object.entries(options).flatMap(([option, { type }]) => (type === "positional" ? [] : [`--${option}`])),
    ]);
    expect(words.filter((word) => !page.includes(word))).toEqual([]);
  });
});

describe("the coverage matrix", () => {
  test("has no wrong cell, no hole without a reason, and no reason without a hole", () => {
    expect(complaints(coverage, explanations)).toEqual([]);
  });
});

describe("edge values", () => {
  test("are the same on every backend, and what they mean", () => {
    expect(edgeComplaints(edges)).toEqual([]);
  });
});

describe("accuracy", () => {
  test("is measured for every function's program as it is, and as good as promised", () => {
    expect(accuracyComplaints()).toEqual([]);
  });
});
