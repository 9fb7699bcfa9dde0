// What runs a property: which cases are drawn and tried, how a failure is found again, and what the whole report says.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import type { GraphCase } from "../../../src/testing/arbitraries/graph-case.ts";
import { parseCase } from "../../../src/testing/corpus/case-text.ts";
import type { GraphProperty } from "../../../src/testing/property.ts";
import { type ForAllOptions, forAll, type Progress } from "../../../src/testing/report/for-all.ts";
import { closeGraphs } from "../shrinking/close-graphs.ts";
import { injectedBugs } from "../shrinking/injected-bugs.ts";
import { caseOf, textOf } from "../shrinking/support.ts";

const folder = mkdtempSync(join(tmpdir(), "weft-for-all-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** What forAll says; "holds" where it says nothing. */
const reportOf = async (
  cases: fc.Arbitrary<GraphCase>,
  property: GraphProperty,
  options: ForAllOptions = {},
): Promise<string> => {
  try {
    await forAll(cases, property, options);
    return "holds";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const bugNamed = (name: string): GraphProperty => {
  const bug = injectedBugs.find((candidate) => candidate.name === name);
  if (bug === undefined) throw new Error(`there is no bug ${name}`);
  return bug.property;
};

const transposed = caseOf(
  `graph @transposed(%x: f32[3, 4], %unused: f32[2]) {
    %0 = unary %x {fn = tanh} : f32[3, 4]
    %1 = transpose %0 {permutation = [1, 0]} : f32[4, 3]
    %2 = softmax %1 {axis = 0} : f32[4, 3]
    %3 = reduce %2 {fn = max, axes = [1]} : f32[4]
    entry @main(y = %3, z = %0)
  }`,
);

test("a whole report", async () => {
  const property = bugNamed("softmax of a transpose along the old axis");
  expect(await reportOf(fc.constant(transposed), property)).toMatchInlineSnapshot(`
    "weftgraph: absorb-transpose keeps the meaning failed after 1 graph, 6 shrinks
    y is not what the graph means

    // %x0 = [[0, 0]]
    graph @transposed(%x0: f32[1, 2]) {
      %0 = transpose %x0 {permutation = [1, 0]} : f32[2, 1]
      %1 = softmax %0 {axis = 0} : f32[2, 1]  // <- first divergence: got [[1], [1]], want [[0.5], [0.5]]
      entry @main(y = %1)
    }

    error 0.5 > bound 2.09e-7 (2.4e+6 times)
    at fault: pass absorb-transpose, the first after which the graph means something else (of 1 pass that do anything)
    replay: WEFTGRAPH_SEED=-1721858392 WEFTGRAPH_PATH=0:0:2:4:7:4:6

    as a test:

    import { expect, test } from "vitest";
    import { parseGraph } from "weftgraph/text";
    import { property } from "./property.ts"; // the property "absorb-transpose keeps the meaning"

    test("absorb-transpose keeps the meaning", async () => {
      const graph = parseGraph(\`graph @transposed(%x0: f32[1, 2]) {
      %0 = transpose %x0 {permutation = [1, 0]} : f32[2, 1]
      %1 = softmax %0 {axis = 0} : f32[2, 1]
      entry @main(y = %1)
    }
    \`);
      const feeds = {
        x0: { dtype: "f32", shape: [1, 2], data: Float64Array.of(0, 0) },
      } as const;
      const parameters = {} as const;
      expect(await property.check({ graph, feeds, parameters })).toBeUndefined();
    });
    "
  `);
});

test("a mistake that several results show, and the pass that makes it among all passes of the compiler", async () => {
  const shared = caseOf(
    `graph @shared(%x: f32[2]) {
      %0 = unary %x {fn = exp} : f32[2]
      %1 = unary %x {fn = tanh} : f32[2]
      entry @main(a = %0, b = %1)
    }`,
  );
  const report = await reportOf(fc.constant(shared), bugNamed("two functions of one value are taken for one"));
  expect(report).toMatch(/^ {2}%1 = .*<- wrong beside the other results: got -1, want 1$/m);
  const product = caseOf("graph @product(%x: f32[2, 2]) {\n  %0 = matmul %x, %x : f32[2, 2]\n  entry @main(y = %0)\n}");
  const planned = await reportOf(fc.constant(product), bugNamed("two live buffers share their place"));
  expect(planned).toMatch(/^at fault: pass overlap-buffers, the first .* \(of \d\d passes that do anything\)$/m);
});

test("an error that a check throws is a failure with that message", async () => {
  const property: GraphProperty = {
    name: "never throws",
    check: ({ graph }) => {
      if ([...graph.nodes.values()].some(({ op }) => op === "softmax")) throw new TypeError("what is this");
      return Promise.resolve(undefined);
    },
  };
  const report = await reportOf(fc.constant(transposed), property);
  expect(report).toMatch(/^weftgraph: never throws failed after 1 graph, \d+ shrinks\nTypeError: what is this\n/);
  expect(report).toContain('import { property } from "./property.ts"; // the property "never throws"');
});

describe("which cases", () => {
  const collecting = (): { readonly property: GraphProperty; readonly texts: string[] } => {
    const texts: string[] = [];
    return {
      texts,
      property: {
        name: "collects",
        check: (drawn) => {
          texts.push(textOf(drawn));
          return Promise.resolve(undefined);
        },
      },
    };
  };

  test("the same ones for the same name or seed, others for another, and as many as asked for", async () => {
    const runs = [collecting(), collecting(), collecting()];
    const [first, second, third] = runs;
    await forAll(closeGraphs, first?.property ?? bugNamed(""), { runs: 20 });
    await forAll(closeGraphs, second?.property ?? bugNamed(""), { runs: 20 });
    await forAll(closeGraphs, third?.property ?? bugNamed(""), { runs: 20, seed: 4 });
    expect(first?.texts).toHaveLength(20);
    expect(second?.texts).toEqual(first?.texts);
    expect(third?.texts).not.toEqual(first?.texts);
  });

  test("progress is told after each", async () => {
    const told: Progress[] = [];
    await forAll(closeGraphs, collecting().property, { runs: 3, onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([1, 2, 3].map((runs) => ({ runs, total: 3, isShrinking: false })));
  });

  test("seed and path of a report lead to its smallest case at once", async () => {
    const property = bugNamed("softmax of a transpose along the old axis");
    const report = await reportOf(closeGraphs, property, { runs: 500 });
    const [, seed = "", path = ""] = /WEFTGRAPH_SEED=(\S+) WEFTGRAPH_PATH=(\S+)/.exec(report) ?? [];
    const graphIn = (text: string): string => /^graph [^]*?^\}/m.exec(text)?.[0] ?? "";
    const given = await reportOf(closeGraphs, property, { seed: Number(seed), path });
    expect(given).toContain("after 1 graph, 0 shrinks");
    expect(graphIn(given)).toBe(graphIn(report));
    vi.stubEnv("WEFTGRAPH_SEED", seed);
    vi.stubEnv("WEFTGRAPH_PATH", path);
    expect(await reportOf(closeGraphs, property)).toBe(given);
  });
});

describe("a corpus", () => {
  const property = bugNamed("softmax of a transpose along the old axis");

  test("keeps what failed, and tries it before anything is drawn", async () => {
    const corpus = join(folder, "kept");
    const report = await reportOf(closeGraphs, property, { runs: 500, corpus });
    const [file = ""] = readdirSync(corpus);
    expect(report).toContain(`kept: ${join(corpus, file)}`);
    const saved = parseCase(readFileSync(join(corpus, file), "utf8"));
    expect(await property.check(saved)).toMatchObject({ output: "y0" });
    const never = fc.constant(caseOf("graph @fine(%x: f32[1]) {\n  entry @main(y = %x)\n}"));
    const again = await reportOf(never, property, { corpus });
    expect(again).toContain("after 1 graph, 0 shrinks");
    expect(again).toContain(`replay: ${join(corpus, file)}`);
    expect(readdirSync(corpus)).toHaveLength(1);
  });

  test("a saved case shrinks as well", async () => {
    const corpus = join(folder, "large");
    await reportOf(
      fc.constant(transposed),
      { ...property, check: async () => ({ what: "everything is wrong" }) },
      { corpus, shrink: { checks: 0 } },
    );
    expect(readdirSync(corpus)).toHaveLength(1);
    expect(await reportOf(closeGraphs, property, { corpus })).toMatch(/after 1 graph, [1-9]\d* shrinks/);
  });

  test("a file that is no case is refused, with its name", async () => {
    const corpus = join(folder, "broken");
    await reportOf(fc.constant(transposed), property, { corpus });
    writeFileSync(join(corpus, "other.weft"), "nonsense");
    expect(await reportOf(closeGraphs, { name: "all", check: async () => undefined }, { corpus })).toContain(
      "other.weft",
    );
  });
});
