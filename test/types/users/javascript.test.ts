// Users without a type checker: what the checker says of a line of JavaScript, the run time says as well, at the same line.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { packageProject } from "../../support/package-project.ts";
import { expectedErrors } from "./expected-errors.ts";

const file = join(import.meta.dirname, "javascript/mistakes.js");

/** Describes a model for each mistake, and prints what that throws. */
const script = `
import { defineModel, modelGraph, spec } from "weftgraph";
import { mistakes, params } from "./mistakes.js";
const inputs = {
  image: spec("f32", ["B", 1, 28, 28]),
  x: spec("f32", ["B", 128]),
  w: spec("f32", [10, 128]),
  words: spec("i32", ["B"]),
  labels: spec("i32", ["N"]),
};
for (const [name, mistake] of Object.entries(mistakes)) {
  const forward = (p, given) => ({ result: mistake({ p, ...given }) });
  try {
    modelGraph(defineModel({ name, params, inputs, forward }));
  } catch ({ message, diagnostics }) {
    console.log(diagnostics[0].location().line + ": " + message);
  }
}`;

const project = packageProject();

afterAll(() => project.remove());

/** A line and a sentence, without the code of the sentence. */
const lineAndSentence = (text: string): string => text.replace(/^(\d+):(?:\d+)? (?:W\d+: )?/, "$1: ");

test("at run time each mistake in JavaScript gives the sentence that the type checker gives, at the same line", () => {
  const text = readFileSync(file, "utf8");
  project.write("mistakes.js", text);
  project.write("run.js", script);
  const { stdout, stderr } = spawnSync(process.execPath, ["run.js"], { cwd: project.folder, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout.trimEnd().split("\n").map(lineAndSentence)).toEqual(expectedErrors(text).map(lineAndSentence));
});
