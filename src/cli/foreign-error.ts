// Errors that reach the command line from a user's files: which of them are ours (perhaps of another copy of the package,
// so they are told by their form and not by their class), and where in the user's files the others were thrown.

import { isCode } from "../ir/diagnostics/catalogue.ts";
import { WeftError } from "../ir/diagnostics/diagnostic.ts";
import { at, type Location, userFrame } from "../ir/diagnostics/location.ts";

const hasFindings = (error: Error): error is WeftError =>
  error.name === "WeftError" && "code" in error && isCode(String(error.code)) && "diagnostics" in error;

/** The error as a `WeftError`, if it is one. */
export const asWeftError = (error: unknown): WeftError | undefined => {
  if (error instanceof WeftError) return error;
  return error instanceof Error && hasFindings(error) ? error : undefined;
};

/** The place in the user's own files where an error was thrown. */
export const thrownAt = (error: unknown): Location | undefined => {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const own = error.stack.split("\n").filter((line) => !line.includes("/node_modules/"));
  const frame = userFrame(own.join("\n"));
  return frame === undefined ? undefined : at(frame.file, frame.line, frame.column);
};

/** An error in one line: `TypeError: x is not a function`. */
export const oneLine = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `${String(error)} (thrown, and no Error)`;
  return text.split("\n")[0] ?? text;
};
