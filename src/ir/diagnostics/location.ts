// Where in the user's files something was written. Capturing must be cheap (it happens at every op), so a location keeps
// the captured stack and reads it only when a diagnostic is shown; frames of our own sources are skipped.

/** A place in a source file; lines and columns count from 1. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A place that is worked out when asked for. */
export type Location = () => Frame | undefined;

/** A location known beforehand: from IR text, or from a file being parsed. */
export const at = (file: string, line: number, column: number): Location => {
  const frame: Frame = Object.freeze({ file, line, column });
  return () => frame;
};

/** The folder of our own sources, whose frames are never the user's. */
const ourFolder = new URL("../../", import.meta.url).href;

const framePattern = /^\s*at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:\\|https?:\/\/|node:)[^()]*?):(\d+):(\d+)\)?$/;

/** The first frame of a stack that is neither ours nor the engine's. */
export const userFrame = (stack: string): Frame | undefined => {
  for (const line of stack.split("\n")) {
    const [, file, row, column] = framePattern.exec(line) ?? [];
    if (file === undefined || file.startsWith("node:") || file.startsWith(ourFolder)) continue;
    const plain = file.startsWith("file://") ? decodeURIComponent(new URL(file).pathname) : file;
    if (ourFolder.endsWith(`${plain}/`) || `file://${plain}`.startsWith(ourFolder)) continue;
    return Object.freeze({ file: plain, line: Number(row), column: Number(column) });
  }
  return undefined;
};

/** Holds a stack until somebody asks; most never do. */
class CapturedStack {
  declare readonly stack?: string;
}

/** How deep to look for the user's frame beneath our own. */
const depth = 16;

/** Captures the caller's place in the user's program. */
export const captureLocation = (): Location => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const captured = new CapturedStack();
  if (typeof Error.captureStackTrace === "function") Error.captureStackTrace(captured, captureLocation);
  Error.stackTraceLimit = limit;
  let frame: Frame | undefined;
  let resolved = false;
  return () => {
    if (!resolved) {
      frame = userFrame(captured.stack ?? "");
      resolved = true;
    }
    return frame;
  };
};
