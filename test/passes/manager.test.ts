import { describe, expect, test } from "vitest";
import { reject } from "../../src/ir/diagnostics/diagnostic.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { runPasses, runPassesUntil } from "../../src/passes/manager.ts";
import { type Pass, pipeline } from "../../src/passes/pass.ts";
import { optimize, simplify, standard } from "../../src/passes/pipelines.ts";
import { countNodes, printTrace, ruleCoverage } from "../../src/passes/trace.ts";
import { graphOf, opsOf } from "./support.ts";

const example = (): Graph =>
  graphOf((t) => {
    const x = t.input("x", { dtype: "f32", shape: [2, 3] });
    return { y: x.neg().neg().mul(1).exp() };
  });

const failing = (error: () => never): Pass<Graph, Graph> => ({ name: "failing", summary: "Fails.", run: error });

describe("trace", () => {
  test("tells what each pass changed and which rules fired", () => {
    const { program, trace } = runPasses(pipeline(simplify).andThen(simplify), example());
    expect(opsOf(program)).toEqual(["input", "unary exp"]);
    const [first, second] = trace.steps;
    expect(first).toMatchObject({ name: "simplify", still: false });
    expect(countNodes(first?.patches ?? [])).toEqual({ added: 0, removed: 4, changed: 1 });
    expect(Object.fromEntries(first?.fired ?? [])).toEqual({
      "signs/doubleNegation": 1,
      "identities/multiplyByOne": 1,
    });
    expect(second).toMatchObject({ still: true, patches: [] });
    expect(ruleCoverage(trace).get("signs/doubleNegation")).toBe(1);
  });

  test("nests passes that run passes", () => {
    const { trace } = runPasses(optimize, example());
    const round = ["simplify", "absorb-transposes", "fold-constants", "cse", "dce"];
    expect(trace.steps.map(({ name }) => name)).toEqual([...round, ...round]);
    expect(trace.steps.map(({ still }) => still)).toEqual([false, ...new Array<boolean>(9).fill(true)]);
    expect(printTrace(trace).split("\n").slice(1, 4).join("\n")).toMatch(
      /^ {2}simplify: \+0 -4 ~1 nodes, [\d.]+ ms\n {4}signs\/doubleNegation x1\n {4}identities\/multiplyByOne x1$/,
    );
  });
});

describe("errors", () => {
  test("name the pass when they are ours", () => {
    const broken = failing(() => {
      throw new TypeError("x is undefined");
    });
    expect(() => runPasses(pipeline(simplify).andThen(broken), example())).toThrow(
      "running pass failing: x is undefined",
    );
  });

  test("stay as they are when they are the user's", () => {
    const refusing = failing(() => reject("W121", { type: "i32[]" }));
    expect(() => runPasses(refusing, example())).toThrow(/^W121: /);
  });
});

describe("verification", () => {
  const seen = (verify: "each" | "ends" | "never"): readonly string[] => {
    const programs: string[] = [];
    // Only graphs here.
    const verifier = (program: unknown) => void programs.push(opsOf(program as Graph).join());
    runPasses(pipeline(simplify).andThen(simplify), example(), { verify, verifier });
    return programs;
  };
  const [before, after] = [opsOf(example()).join(), "input,unary exp"];

  test("each: before, and once after whatever changed something", () => expect(seen("each")).toEqual([before, after]));
  test("ends: before and after", () => expect(seen("ends")).toEqual([before, after]));
  test("never", () => expect(seen("never")).toEqual([]));

  test("graphs are verified unless asked otherwise, and what is no graph passes", () => {
    // Half of a node table, as a broken pass might leave it.
    const halved = (graph: Graph): Graph => ({ ...graph, nodes: new Map([...graph.nodes].slice(2)) });
    const breaking: Pass<Graph, Graph> = { name: "breaking", summary: "", run: halved };
    const verified = (pass: Pass<Graph, unknown>) => () => runPasses(pass, example(), { verify: "each" });
    expect(verified(breaking)).toThrow(/^verifying the result of pass breaking: /);
    for (const program of [undefined, null, 3, "graph", {}, { nodes: new Map() }, { entries: [] }])
      expect(verified({ name: "other", summary: "", run: () => program })).not.toThrow();
  });

  test("programs may be anything that a pass takes", () => {
    const same: Pass<number | undefined, number | undefined> = { name: "same", summary: "", run: (given) => given };
    for (const given of [3, undefined]) expect(runPasses(same, given, { verify: "each" }).program).toBe(given);
  });

  test("a wrong result names the pass", () => {
    const verifier = (program: unknown) => {
      if (opsOf(program as Graph).length < 3) throw new Error("too small");
    };
    expect(() => runPasses(simplify, example(), { verify: "each", verifier })).toThrow(
      "verifying the result of pass simplify: too small",
    );
  });
});

describe("stopping", () => {
  test("gives the program after the first run of the named pass", () => {
    const { program, trace } = runPassesUntil(standard, example(), "absorb-transposes");
    expect(opsOf(program as Graph)).toEqual(["input", "unary exp"]);
    expect(trace.steps.map(({ name }) => name)).toEqual(["inline-calls", "fuse-attention", "optimize"]);
    expect(trace.steps[2]?.steps.map(({ name }) => name)).toEqual(["simplify", "absorb-transposes"]);
  });

  test("verifies on the way where that is asked", () => {
    const verifiedTimes = (verify: "each" | "ends" | "never"): number => {
      let times = 0;
      runPassesUntil(standard, example(), "absorb-transposes", { verify, verifier: () => void times++ });
      return times;
    };
    expect([verifiedTimes("each"), verifiedTimes("ends"), verifiedTimes("never")]).toEqual([1, 0, 0]);
  });

  test("lists the passes when there is none of that name", () => {
    expect(() => runPassesUntil(standard, example(), "csee")).toThrow(
      /W127: .*"csee".*simplify.*cse, dce, optimize, merge-scans, .*decompose/,
    );
  });
});
