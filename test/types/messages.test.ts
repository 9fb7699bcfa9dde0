// What a user reads in the editor when a call does not fit: one line, at the argument, with the sentence that the run time
// gives for the same mistake, in every compiler that the types are made for.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { tensorType } from "../../src/ir/types/tensor-type.ts";
import { bindSpecs } from "../../src/model/parameter.ts";
import { type Bound, type Given, mistakes } from "./mistakes.ts";
import { type CompilerName, compilers, type Finding, sentenceOf, typeCheck } from "./type-check-program.ts";

const folder = import.meta.dirname;

/** The file without the directives that say where errors are expected, which would hide what the errors say. */
const program = readFileSync(`${folder}/mistakes.ts`, "utf8")
  .replaceAll(/^ *\/\/ @ts-expect-error.*\n/gm, "")
  .replaceAll('from "../../src/', 'from "@/src/');
const lines = program.split("\n");

/** What is found of each mistake, by the name under which it stands. */
const findingsOf = (errors: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> =>
  new Map(
    Object.keys(mistakes).map((name) => {
      const from = lines.findIndex((line) => line.startsWith(`  ${name}: (`) || line.startsWith(`  "${name}": (`)) + 1;
      const to = lines.findIndex((line, at) => at >= from && line === "  },") + 1;
      return [name, errors.filter(({ line }) => line > from && line <= to)] as const;
    }),
  );

/** A finding as an editor shows it: the line, a caret below the place, and what is said. */
const shown = ({ line, column, message }: Finding): string => {
  const text = lines[line - 1] ?? "";
  const indent = text.length - text.trimStart().length;
  return `${text.slice(indent)}\n${" ".repeat(column - 1 - indent)}^ ${message}`;
};

const sentenceAtRunTime = (name: string): string => {
  const trace = traceOver(graphBuilder());
  let count = 0;
  // The types of both are said by what the mistakes are given.
  const fresh = ((dtype, shape) => trace.input(`x${count++}`, tensorType(dtype, shape))) as Given;
  const bound = ((layer) => bindSpecs(layer, (path, spec) => trace.parameter(path, spec))) as Bound;
  try {
    withTrace(trace, () => mistakes[name]?.(fresh, bound));
  } catch (error) {
    if (error instanceof WeftError) return error.message;
    throw error;
  }
  throw new Error(`${name} is accepted`);
};

describe.each(Object.keys(compilers) as CompilerName[])("TypeScript %s", (compiler) => {
  const { errors } = typeCheck(program, compiler);
  const findings = findingsOf(errors);

  test("nothing but the mistakes is wrong", () => {
    expect(errors.length).toBe(Object.keys(mistakes).length);
  });

  test.each(Object.keys(mistakes))("%s: one line, the same as at run time", (name) => {
    const found = findings.get(name) ?? [];
    expect(found).toHaveLength(1);
    expect(found[0]?.message.split("\n")).toHaveLength(1);
    expect(sentenceOf(found[0]?.message ?? "")).toBe(sentenceAtRunTime(name));
  });

  // One file for all: they say the same at the same places.
  test("reads as it should", async () => {
    const text = [...findings].map(([name, found]) => `${name}\n\n${found.map(shown).join("\n")}\n`).join("\n");
    await expect(text).toMatchFileSnapshot("./messages.txt");
  });
});
