// Graphs before and after passes, as files that people read: each `*.weft` here starts with `// run: pass, pass`, holds a
// graph, and behind `// expect:` the graph that the passes make of it. `UPDATE=1` writes what they make now; the change is
// then reviewed like any other.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { parseGraph } from "../../src/ir/text/parse.ts";
import { printGraph } from "../../src/ir/text/print.ts";
import { fuseAttention } from "../../src/passes/attention/fuse-attention.ts";
import { cse } from "../../src/passes/cse.ts";
import { dce } from "../../src/passes/dce.ts";
import { decompose, inlineCalls } from "../../src/passes/decompose.ts";
import { foldConstants } from "../../src/passes/fold-constants.ts";
import { runPasses } from "../../src/passes/manager.ts";
import type { Pass } from "../../src/passes/pass.ts";
import { absorbTransposes, optimize, simplify } from "../../src/passes/pipelines.ts";

const passes: ReadonlyMap<string, Pass<Graph, Graph>> = new Map(
  [simplify, absorbTransposes, foldConstants, cse, dce, decompose, optimize, fuseAttention, inlineCalls].map((pass) => [
    pass.name,
    pass,
  ]),
);

const folder = new URL("./", import.meta.url);
const marker = "// expect:\n";
const isUpdating = process.env["UPDATE"] === "1";

interface FileTest {
  readonly run: readonly Pass<Graph, Graph>[];
  /** Everything up to and including the marker. */
  readonly before: string;
  readonly input: Graph;
  readonly expected: string;
}

const readFileTest = (file: string, text: string): FileTest => {
  const [, names] = /^\/\/ run: (.*)\n/.exec(text) ?? [];
  const at = text.indexOf(marker);
  if (names === undefined || at < 0)
    throw new Error(`${file} needs a first line "// run: ..." and a line "// expect:"`);
  const run = names.split(", ").map((name) => {
    const pass = passes.get(name);
    if (pass === undefined) throw new Error(`${file}: no pass ${name}; known are ${[...passes.keys()].join(", ")}`);
    return pass;
  });
  const input = parseGraph(text.slice(0, at), { file });
  return { run, before: text.slice(0, at + marker.length), input, expected: text.slice(at + marker.length) };
};

const files = readdirSync(folder).filter((file) => file.endsWith(".weft"));

describe("passes on the graphs in files", () => {
  it.each(files)("%s", (file) => {
    const place = new URL(file, folder);
    const { run, before, input, expected } = readFileTest(file, readFileSync(place, "utf8"));
    const after = run.reduce((graph, pass) => runPasses(pass, graph, { verify: "each" }).program, input);
    const printed = printGraph(after);
    if (isUpdating) writeFileSync(place, before + printed);
    expect(printed).toBe(isUpdating ? printed : expected);
    // Run again, the passes find nothing left to do, and say so by giving back the very graph.
    for (const pass of run) expect(pass.run(after) === after).toBe(true);
  });

  it("covers each pass", () => {
    const named = files.flatMap((file) => readFileTest(file, readFileSync(new URL(file, folder), "utf8")).run);
    expect([...new Set(named.map(({ name }) => name))].sort()).toEqual([...passes.keys()].sort());
  });
});
