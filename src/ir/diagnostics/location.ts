// Where in the user's files something was written. Capturing must be cheap (it happens at every op), so a location keeps
// the captured stack and reads it only when a diagnostic is shown; frames of our own sources are skipped.

/** A place in a source file; lines and columns count from 1. */
export interface Frame {
  /** Its path or URL. */
  readonly file: string;
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1. */
  readonly column: number;
}

/** A place that is worked out when asked for. */
export interface Location {
  (): Frame | undefined;
  /** The layer within which it was described, by its path in the tree of parameters: `blocks.3.attention`. */
  readonly layer?: string;
}

/** A location known beforehand: from IR text, or from a file being parsed. */
export const at = (file: string, line: number, column: number): Location => {
  const frame: Frame = Object.freeze({ file, line, column });
  return () => frame;
};

/** The parts of a frame in V8's form, `    at name (file:line:column)` or without a name and parentheses. */
const v8Frame = /^\s*at (?:(?:async )?[^(]*? \((.*):(\d+):(\d+)\)|(?:async )?(.*):(\d+):(\d+))$/;

/** The parts of a frame in the form of Firefox and Safari, `name@file:line:column`. */
const otherFrame = /^[^@]*@(.*):(\d+):(\d+)$/;

/** What a file is called if it can hold a user's program: a URL or an absolute path, of Windows too. */
const filePattern = /^(?:(?:file|https?):\/\/|\/|[A-Za-z]:[\\/])/;

/** A path with forward slashes, decoded, and without what bundlers put behind a `?`; other URLs stay URLs. */
const plainFile = (file: string): string => {
  const url = /^(?:file|https?):\/\//.test(file);
  const bare = url ? file.replace(/[?#].*$/s, "") : file;
  if (!bare.startsWith("file://")) return /^[A-Za-z]:\\/.test(bare) ? bare.replaceAll("\\", "/") : bare;
  const path = bare.slice("file://".length).replace(/^\/(?=[A-Za-z]:\/)/, "");
  try {
    return decodeURIComponent(path);
  } catch {
    // A percent sign that encodes nothing: the path is what it says.
    return path;
  }
};

/** Reads one line of a stack. */
const frameOf = (line: string): Frame | undefined => {
  const [, named, namedRow, namedColumn, bare, bareRow, bareColumn] = v8Frame.exec(line) ?? [];
  const [, other, otherRow, otherColumn] = otherFrame.exec(line) ?? [];
  const file = named ?? bare ?? other;
  if (file === undefined || !filePattern.test(file)) return undefined;
  const row = Number(namedRow ?? bareRow ?? otherRow);
  return Object.freeze({ file: plainFile(file), line: row, column: Number(namedColumn ?? bareColumn ?? otherColumn) });
};

/** The folder of our own sources, whose frames are never the user's. */
const ourFolder = plainFile(new URL("../../", import.meta.url).href);

/** The first frame of a stack that is neither ours (in a folder, ending in `/`) nor the engine's. */
export const userFrame = (stack: string, ours: string = ourFolder): Frame | undefined => {
  for (const line of stack.split("\n")) {
    const frame = frameOf(line);
    if (frame !== undefined && !frame.file.startsWith(ours)) return frame;
  }
  return undefined;
};

/** Whether an error was thrown in our own sources, and not in what a user wrote. */
export const isThrownByUs = (error: unknown, ours: string = ourFolder): boolean => {
  const lines = error instanceof Error ? (error.stack?.split("\n") ?? []) : [];
  const first = lines.map(frameOf).find((frame) => frame !== undefined);
  return first?.file.startsWith(ours) === true;
};

/** Holds a stack until somebody asks; most never do. */
class CapturedStack {
  declare stack?: string;
}

/** How deep to look for the user's frame beneath our own. */
const depth = 20;

/** The place that stands for everything described meanwhile. */
let standing: Location | undefined;

/** Describes on behalf of a place: what a derivative rule adds to a graph comes from where its op was written. */
export const onBehalfOf = <R>(location: Location | undefined, describe: () => R): R => {
  const before = standing;
  standing = location ?? before;
  try {
    return describe();
  } finally {
    standing = before;
  }
};

/** The layers within which something is described, the innermost last. */
const layers: string[] = [];

/** Describes as part of a layer (the model itself has no path): what is written meanwhile is known to be of it. */
export const withinLayer = <A extends readonly unknown[], R>(
  path: string,
  describe: (...operands: A) => R,
  ...operands: A
): R => {
  layers.push(path);
  try {
    return describe(...operands);
  } finally {
    layers.pop();
  }
};

/** The place of something within a function that is called somewhere: its own, and the function is a layer of the caller's. */
export const withinFunction = (
  own: Location | undefined,
  call: Location | undefined,
  name: string,
): Location | undefined => {
  const place = own ?? call;
  if (place === undefined) return undefined;
  const layer = call?.layer === undefined ? name : `${call.layer}.${name}`;
  return Object.assign(() => place(), { layer });
};

/** Captures the caller's place in the user's program. */
export const captureLocation = (): Location => {
  if (standing !== undefined) return standing;
  const limit = Error.stackTraceLimit;
  // Entering a layer takes four frames of ours.
  Error.stackTraceLimit = depth + 4 * layers.length;
  const captured = new CapturedStack();
  if (typeof Error.captureStackTrace === "function") Error.captureStackTrace(captured, captureLocation);
  else captured.stack = new Error("where").stack ?? "";
  Error.stackTraceLimit = limit;
  let frame: Frame | undefined;
  let resolved = false;
  const location: Location = () => {
    if (!resolved) {
      frame = userFrame(captured.stack ?? "");
      resolved = true;
    }
    return frame;
  };
  const layer = layers.at(-1) ?? "";
  return layer === "" ? location : Object.assign(location, { layer });
};

/** Places that nobody said. */
const assumed = new WeakSet<Location>();

/** Where the user's program is at the moment: the place of a refusal until somebody says a better one. */
export const whereCalled = (): Location => {
  const captured = captureLocation();
  const location: Location = () => captured();
  assumed.add(location);
  return location;
};

/** Whether a place is only where the user's program was. */
export const isAssumed = (location: Location): boolean => assumed.has(location);
