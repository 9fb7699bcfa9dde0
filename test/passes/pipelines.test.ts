// Which passes compiling runs, by what is asked of it.
import { describe, expect, test } from "vitest";
import { loopPasses } from "../../src/passes/loop/pipeline.ts";
import { type CompilationOptions, compilation, compilationFor, standard } from "../../src/passes/pipelines.ts";

const names = (options: CompilationOptions): readonly string[] => compilationFor(options).steps.map(({ name }) => name);

describe("compiling", () => {
  test("by default goes from the graph to a plan", () => {
    expect(compilationFor({ numerics: "exact", threads: 1 })).toBe(compilation);
    const steps = compilation.steps.map(({ name }) => name);
    expect(steps.slice(0, standard.steps.length)).toEqual(standard.steps.map(({ name }) => name));
    expect(steps.slice(standard.steps.length)).toEqual([
      "fuse-elementwise",
      "lower",
      ...loopPasses.map(({ name }) => name),
      "prepare",
      "join-rows",
      "plan-buffers",
    ]);
  });

  test("for several threads shares work before it plans", () => {
    for (const numerics of ["exact", "relaxed"] as const) {
      expect(names({ numerics, threads: 2 }).slice(-3)).toEqual(["join-rows", "share-work", "plan-buffers"]);
      expect(names({ numerics, threads: 1 }).slice(-2)).toEqual(["join-rows", "plan-buffers"]);
    }
  });

  test("says to lowering which numerics", () => {
    const lowering = (numerics: "exact" | "relaxed") =>
      compilationFor({ numerics, threads: 2 }).steps.find(({ name }) => name.startsWith("lower"));
    expect(lowering("exact")).not.toBe(lowering("relaxed"));
  });
});
