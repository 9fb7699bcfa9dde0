// The pages cannot rot: every whole program on them (a TypeScript block that imports weftgraph, or one that names its
// file) is type-checked against the sources, those marked `run` are run, and what pages show as output is what comes out:
//
//   ```ts run        is run in a folder that each page has for itself; its first line may name its file: // model.ts
//   ```text output   is what the program before it prints
//   ```console       holds a command behind `$ ` and what it prints
//
// The examples of docstrings (`@example`) are checked in the same way: type-checked in the same run, run, and held to what they state
// (test/support/example-program.ts).
//
// UPDATE=1 writes what comes out now; the change is then reviewed like any other.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { type ExampleResult, examplesIn, withResults } from "../support/docstring-examples.ts";
import { type Block, blocksOf, pathOf, withBlocks } from "../support/markdown.ts";
import { packageProject } from "../support/package-project.ts";
import { typeErrors } from "../support/type-check.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const isUpdating = process.env["UPDATE"] === "1";

// What docs/errors.md shows is what is wrong.
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs")).flatMap((file) =>
    file.endsWith(".md") && file !== "errors.md" ? [`docs/${file}`] : [],
  ),
].filter((page) => existsSync(join(root, page)));

const project = packageProject();
afterAll(project.remove);

const folderOf = (page: string): string => `pages/${basename(page, ".md")}`;

/** A path names a file of the user's; files of the project's own stand with their folders. */
const isProgram = (block: Block): boolean =>
  block.language === "ts" && (/from "weftgraph[/"]/.test(block.text) || /^[\w-]+\.m?ts$/.test(pathOf(block) ?? ""));

const fileOf = (block: Block): string => pathOf(block) ?? `line-${block.line}.ts`;

const printed = async (page: string, command: string, args: readonly string[]): Promise<string> => {
  const cwd = join(project.folder, folderOf(page));
  const { stdout } = await promisify(execFile)(command, args, { cwd, env: project.environment, timeout: 30_000 });
  return stdout;
};

/** What a console block should hold: each of its commands, and behind it what it prints. */
const consoleText = async (page: string, { text }: Block): Promise<string> => {
  const parts: string[] = [];
  for (const command of text.split("\n").filter((line) => line.startsWith("$ "))) {
    const output = await printed(page, "bash", ["-o", "pipefail", "-c", command.slice(2)]);
    parts.push(`${command}\n${output.trimEnd()}\n`);
  }
  return parts.join("");
};

/** What the blocks with output should hold, by line; programs are run and commands given in the order of the page. */
const outputsOf = async (page: string, blocks: readonly Block[]): Promise<ReadonlyMap<number, string>> => {
  const outputs = new Map<number, string>();
  for (const [at, block] of blocks.entries()) {
    if (block.language === "console") outputs.set(block.line, await consoleText(page, block));
    if (!block.marks.includes("run")) continue;
    const output = await printed(page, process.execPath, [fileOf(block)]);
    const next = blocks[at + 1];
    if (next?.marks.includes("output")) outputs.set(next.line, output);
  }
  return outputs;
};

for (const page of pages)
  for (const block of blocksOf(readFileSync(join(root, page), "utf8")))
    if (isProgram(block)) project.write(`${folderOf(page)}/${fileOf(block)}`, block.text);

const examples = examplesIn(project);

describe("what examples state is what comes out", () => {
  it("in every docstring", async () => {
    const { folder, environment } = project;
    const runner = join(root, "test/support/run-examples.ts");
    const cwd = join(folder, examples.folder);
    await promisify(execFile)(process.execPath, [runner, cwd], { cwd, env: environment, timeout: 50_000 });
    const results = JSON.parse(readFileSync(join(cwd, "results.json"), "utf8")) as readonly ExampleResult[];
    const { wrong, silent, texts } = withResults(examples, results);
    if (isUpdating) for (const [file, text] of texts) writeFileSync(join(root, file), text);
    expect(isUpdating ? [] : wrong).toEqual([]);
    expect(silent).toEqual([]);
  });
});

describe("what pages show is what comes out", () => {
  it.each(pages)("%s", async (page) => {
    const text = readFileSync(join(root, page), "utf8");
    const blocks = blocksOf(text);
    const outputs = await outputsOf(page, blocks);
    const current = withBlocks(text, outputs);
    if (isUpdating) writeFileSync(join(root, page), current);
    expect(isUpdating ? current : text).toBe(current);
  });

  // Behind the runs, because pages import what they have emitted. The sources have a check of their own.
  it("all programs type-check", async () => {
    const errors = await typeErrors(project.folder);
    expect(errors.filter((line) => line.startsWith("pages/"))).toEqual([]);
  });
});
