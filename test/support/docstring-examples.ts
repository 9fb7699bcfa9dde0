// The examples of all docstrings as programs in a project, and what came of them beside what they state.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type PublicExport, publicExports, type Tag } from "./docstrings.ts";
import { commonModule, exampleProgram, reportModule } from "./example-program.ts";
import { blocksOf } from "./markdown.ts";
import type { PackageProject } from "./package-project.ts";
import type { ExampleResult } from "./run-examples.ts";

export type { ExampleResult } from "./run-examples.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The examples of docstrings, written into a project. */
export interface Examples {
  /** In the project. */
  readonly folder: string;
  /** By the file of their program in that folder. */
  readonly programs: ReadonlyMap<string, { readonly exported: PublicExport; readonly example: Tag }>;
}

/** Writes all examples into a project. */
export const examplesIn = ({ write }: PackageProject): Examples => {
  const folder = "pages/docstrings";
  const all = publicExports();
  const programs = new Map(
    all.flatMap((exported) =>
      exported.tags
        .filter(({ name }) => name === "example")
        .map((example, at) => {
          const file = `${exported.entry.replace("/", "-")}-${exported.name}-${at}.ts`;
          return [file, { exported, example }] as const;
        }),
    ),
  );
  const [network] = blocksOf(readFileSync(join(root, "docs/api.md"), "utf8"));
  write(`${folder}/common.ts`, commonModule(network?.text ?? ""));
  write(`${folder}/report.ts`, reportModule);
  for (const [file, { exported, example }] of programs)
    write(`${folder}/${file}`, exampleProgram(exported, example, all));
  write(`${folder}/list.json`, JSON.stringify([...programs.keys()]));
  return { folder, programs };
};

/** What came of examples. */
export interface Verdict {
  /** Sentences on examples that fail or state what is not so. */
  readonly wrong: readonly string[];
  /** Examples that state nothing. */
  readonly silent: readonly string[];
  /** Sources that state what is so, by file; only those that change. */
  readonly texts: ReadonlyMap<string, string>;
}

const comment = /(?<=; \/\/ ).*$/;

/** Compares results with what their examples state. */
export const withResults = ({ programs }: Examples, results: readonly ExampleResult[]): Verdict => {
  const wrong: string[] = [];
  const silent: string[] = [];
  const lines = new Map<string, string[]>();
  for (const { file, reported, error } of results) {
    const exported = programs.get(file)?.exported;
    if (exported === undefined) continue;
    const place = `${exported.file}: ${exported.name}`;
    if (error !== undefined) wrong.push(`${place} throws ${error}`);
    else if (reported.length === 0) silent.push(place);
    for (const { line, stated, found } of reported) {
      if (stated === found) continue;
      wrong.push(`${exported.file}:${line} states ${stated}, and ${found} is so`);
      const text = lines.get(exported.file) ?? readFileSync(join(root, exported.file), "utf8").split("\n");
      text[line - 1] = text[line - 1]?.replace(comment, () => found) ?? "";
      lines.set(exported.file, text);
    }
  }
  return { wrong, silent, texts: new Map([...lines].map(([file, text]) => [file, text.join("\n")])) };
};
