// docs/adding-a-pass.md, applied as it stands to a copy of the sources: its rule does what the page's filetest shows, its
// pass keeps what it says, and everything compiles.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { applyPage } from "../support/applied-page.ts";
import { blocksOf, pathOf } from "../support/markdown.ts";
import { typeErrors } from "../support/type-check.ts";

const page = readFileSync(new URL("../../docs/adding-a-pass.md", import.meta.url), "utf8");
const copy = applyPage(page);
afterAll(copy.remove);

/** Runs a module in the copy, which finds its sources beside it, and gives what it prints. */
const printedBy = async (text: string): Promise<string> => {
  copy.write("script.ts", text);
  return (await promisify(execFile)(process.execPath, [join(copy.folder, "script.ts")], { timeout: 30_000 })).stdout;
};

it("has a rule that does what its filetest shows", async () => {
  const block = blocksOf(page).find((candidate) => pathOf(candidate)?.endsWith(".weft") === true);
  const [input = "", expected = ""] = block?.text.split("// expect:\n") ?? [];
  expect(input).toContain("// run: simplify\n");
  const printed = await printedBy(`
    import { parseGraph, printGraph } from "./src/ir/text/index.ts";
    import { simplify } from "./src/passes/pipelines.ts";
    process.stdout.write(printGraph(simplify.run(parseGraph(${JSON.stringify(input)}))));
  `);
  expect(printed).toBe(expected);
});

it("has a pass that keeps one entry point and gives back a graph that has no other", async () => {
  const printed = await printedBy(`
    import { parseGraph, printGraph } from "./src/ir/text/index.ts";
    import { runPasses } from "./src/passes/manager.ts";
    import { serving } from "./src/passes/serving.ts";
    const graph = parseGraph(\`graph @both(%x: f32[4]) {
      %0 = unary %x {fn = exp} : f32[4]
      %1 = unary %x {fn = log} : f32[4]
      entry @predict(y = %0)
      entry @other(y = %1)
    }\`);
    const { program } = runPasses(serving, graph, { verify: "each" });
    process.stdout.write(printGraph(program));
    console.log(serving.run(program) === program);
  `);
  expect(printed).toBe(`graph @both(%x: f32[4]) {
  %0 = unary %x {fn = exp} : f32[4]
  entry @predict(y = %0)
}
true
`);
});

it("compiles", async () => {
  expect(await typeErrors(copy.folder)).toEqual([]);
});
