// From the words of a command line to an exit code: 0 where all is well, 1 where the work failed, 2 where the words were
// wrong. Errors of the user's are shown with their code and place; a stack is shown on --debug alone.
import { readFileSync } from "node:fs";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { InvariantError } from "../ir/diagnostics/invariant.ts";
import { nearestName } from "../ir/diagnostics/nearest.ts";
import type { AnyCommand } from "./command.ts";
import { bench } from "./commands/bench.ts";
import { build } from "./commands/build.ts";
import { check } from "./commands/check.ts";
import { explain } from "./commands/explain.ts";
import { print } from "./commands/print.ts";
import { run } from "./commands/run.ts";
import { verify } from "./commands/verify.ts";
import { asWeftError } from "./foreign-error.ts";
import { commandHelp, toolHelp } from "./help.ts";
import type { Ui } from "./ui.ts";

/** Every command, in the order of the help. */
export const commands: readonly AnyCommand[] = [check, print, run, verify, bench, build, explain];

/** The version of the package, which lies beside `src` and `dist` alike. */
const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
};

const isUsage = (code: string): boolean => /^W60\d$/.test(code);

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Says what went wrong; gives the exit code. */
const report = (error: unknown, debug: boolean, ui: Ui): number => {
  const ours = asWeftError(error);
  if (ours === undefined) {
    const message = error instanceof Error ? error.message : String(error);
    ui.note(
      error instanceof InvariantError
        ? `error: ${message}`
        : `error: unexpected in weftgraph (please report this): ${message}`,
    );
    if (!debug) ui.note("help: --debug shows the whole stack.");
  } else ui.fail(ours);
  if (debug) {
    ui.note(`\n${stackOf(error)}`);
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause !== undefined) ui.note(`caused by: ${stackOf(cause)}`);
  }
  return ours !== undefined && isUsage(ours.code) ? 2 : 1;
};

const perform = async (words: readonly string[], ui: Ui): Promise<void> => {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const asked = commands.find((command) => command.name === rest[0]);
    return ui.print(asked === undefined ? toolHelp(commands, ui.palette) : commandHelp(asked, ui.palette));
  }
  if (name === "--version" || name === "-v") return ui.print(version());
  const known = commands.map((command) => command.name);
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return reject("W601", { command: name, known, nearest: nearestName(name, known) });
  const end = rest.indexOf("--");
  const options = end < 0 ? rest : rest.slice(0, end);
  if (options.some((word) => word === "--help" || word === "-h")) return ui.print(commandHelp(command, ui.palette));
  await command.run(rest, ui);
};

/** Runs a command line; gives the exit code. */
export const runCommandLine = async (words: readonly string[], ui: Ui): Promise<number> => {
  try {
    await perform(words, ui);
    return words.length === 0 ? 2 : 0;
  } catch (error) {
    return report(error, words.includes("--debug"), ui);
  }
};
