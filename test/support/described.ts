// The rendered text of errors that point into a test file: the line of the user's program is shown as it stands there, but
// its number is not, since it changes with every line above.
import { readFileSync } from "node:fs";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { renderError } from "../../src/ir/diagnostics/render.ts";

const withoutNumbers = (text: string): string =>
  text
    .replace(/\S*\/(test\/\S+?):\d+:\d+/g, "$1")
    .split("\n")
    .map((line) => line.replace(/^ +(?:\d+ +)?\|/, "   |"))
    .join("\n");

const source = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};

const shown = (error: unknown): string => {
  if (!(error instanceof WeftError)) throw error;
  // Only the line itself: what stands above it is chance.
  const lines = renderError(error, { source }).split("\n");
  const kept = lines.filter((line, at) => !(/^ +\d+ \|/.test(line) && /^ +\d+ \|/.test(lines[at + 1] ?? "")));
  return withoutNumbers(kept.join("\n"));
};

/** What the error of an action looks like. */
export const described = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return shown(error);
  }
  return "no error";
};

/** What the error of an asynchronous action looks like. */
export const describedLater = async (action: () => Promise<unknown>): Promise<string> => {
  try {
    await action();
  } catch (error) {
    return shown(error);
  }
  return "no error";
};
