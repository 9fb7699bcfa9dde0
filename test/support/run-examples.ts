// Runs the examples of docstrings, each a module that `example-program.ts` wrote, in a process of their own.
//
//   node test/support/run-examples.ts FOLDER    reads FOLDER/list.json, writes FOLDER/results.json
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collect, type Example, type Reported } from "./example-report.ts";

/** What came of an example. */
export interface ExampleResult {
  readonly file: string;
  readonly reported: readonly Reported[];
  /** The error that it ended with. */
  readonly error?: string;
}

const runExample = async (folder: string, file: string): Promise<ExampleResult> => {
  try {
    const { run } = (await import(join(folder, file))) as { readonly run: Example };
    return { file, reported: await collect(run) };
  } catch (error) {
    return { file, reported: [], error: String(error instanceof Error ? error.stack : error) };
  }
};

if (import.meta.main) {
  const [folder = "."] = process.argv.slice(2);
  const files = JSON.parse(readFileSync(join(folder, "list.json"), "utf8")) as readonly string[];
  const results: ExampleResult[] = [];
  for (const file of files) results.push(await runExample(folder, file));
  writeFileSync(join(folder, "results.json"), JSON.stringify(results));
}
