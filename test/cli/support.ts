// The command line under test: as a process of its own, through tsx, or in this process with everything it says caught.
import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import picocolors from "picocolors";
import { inject } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.ts";
import type { Ui } from "../../src/cli/ui.ts";
import { renderError } from "../../src/ir/diagnostics/render.ts";

/** What a command line left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const root = join(import.meta.dirname, "../..");

/** Where the checked-in model files are. */
export const fixtures: string = join(import.meta.dirname, "fixtures");

/** The address of a module of ours, for model files that are written by tests. */
export const source = (path: string): string => pathToFileURL(join(root, "src", path)).href;

const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/loader.mjs")).href;

/** `weft` as a process, in a folder. */
export const weft = (cwd: string, words: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Outcome> => {
  const { FORCE_COLOR: _, NO_COLOR: __, ...environment } = process.env;
  const args = ["--import", tsx, join(root, "src/cli/main.ts"), ...words];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env: { ...environment, ...variables } }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
  });
};

/** `weft` in this process. */
export const say = async (...words: readonly string[]): Promise<Outcome> => {
  let out = "";
  let err = "";
  const ui: Ui = {
    print: (text) => void (out += text.endsWith("\n") ? text : `${text}\n`),
    note: (text) => void (err += `${text}\n`),
    // The place of a refusal is never the user's here: a command line stands in no file but the test's.
    fail: (error) =>
      void (err += `${renderError(error).replaceAll(/^  \S*\/test\/cli\/[\w-]+\.ts:\d+:\d+\n/gm, "")}\n`),
    palette: picocolors.createColors(false),
    progress: () => ({ step: () => {}, end: () => {} }),
  };
  const code = await runCommandLine(words, ui);
  return { code, out, err };
};

/** A folder with these files inside a package of ES modules, gone when all tests are over. */
export const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(inject("temporary"), "cli-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};
