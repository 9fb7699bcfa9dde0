// All mistakes of a description at once. Ordinarily the first one is thrown. While findings are collected, what is refused is
// noted down, the unknown takes its place, and the description goes on; what is refused because of something unknown is a
// consequence and not noted. So each mistake gives one finding, however much depends on it.
import { type Diagnostic, WeftError } from "./diagnostic.ts";
import { speaksOfUnknown, unknown } from "./unknown.ts";

interface Collection {
  readonly findings: Map<string, Diagnostic>;
  /** What the first mistake came of, such as an error of the user's own. */
  cause?: unknown;
}

/** What is found while one or several descriptions go on; undefined where the first mistake ends them. */
let collected: Collection | undefined;

const isConsequence = ({ message, notes }: Diagnostic): boolean =>
  speaksOfUnknown(message) || notes.some(({ text }) => speaksOfUnknown(text));

/** What a sentence says, whatever the extents are: those of a function are its symbols, and numbers where it is called. */
const gist = (message: string): string =>
  message
    .split(": ")
    .slice(0, 2)
    .join(": ")
    .replaceAll(/\([^)]*\)|\[[^\]]*\]|\b(?:\d+|[A-Z]\w*)\b/g, "_");

/**
 * The same for the same finding at the same place: a model is described several times for a training, a layer is used in
 * several places, and a function by name is described for the extents of each call.
 */
export const keyOfFinding = ({ code, message, location }: Diagnostic): string => {
  const frame = location?.();
  return JSON.stringify(frame === undefined ? [code, message] : [code, gist(message), frame]);
};

/**
 * Goes on after a mistake: gives the unknown, having noted it down. Throws it where findings are not collected. What is no
 * finding is thrown too, unless something was found before: it may well be a consequence, and is seen again without it.
 */
export const goOn = (error: unknown): unknown => {
  if (collected === undefined) throw error;
  if (!(error instanceof WeftError)) {
    if (collected.findings.size === 0) throw error;
    return unknown;
  }
  for (const finding of error.diagnostics) {
    const key = keyOfFinding(finding);
    if (isConsequence(finding) || collected.findings.has(key)) continue;
    collected.findings.set(key, finding);
    collected.cause ??= error.cause;
  }
  return unknown;
};

/** Describes; while findings are collected, the unknown takes the place of what is refused. */
export const goingOn = <R>(describe: () => R): R => {
  try {
    return describe();
  } catch (error) {
    // The unknown may stand for anything.
    return goOn(error) as R;
  }
};

/** Ends a description in which something was found: what comes next needs all of it. */
export const requireNothingFound = (): void => {
  if (collected !== undefined && collected.findings.size > 0)
    throw new Error("the description ends where it is not whole");
};

/** What was found, and what was described where nothing was. */
export interface Collected<R> {
  readonly findings: readonly Diagnostic[];
  readonly result: R | undefined;
  readonly cause: unknown;
}

/** Describes and finds all mistakes, not the first alone. */
export const collecting = <R>(describe: () => R): Collected<R> => {
  const before = collected;
  const own: Collection = { findings: new Map() };
  collected = own;
  try {
    const result = goingOn(describe);
    const findings = [...own.findings.values()];
    return { findings, result: findings.length === 0 ? result : undefined, cause: own.cause };
  } finally {
    collected = before;
  }
};

/** The same while something is waited for, such as a file that describes models as it is loaded. */
export const collectingLater = async <R>(describe: () => Promise<R>): Promise<Collected<R>> => {
  const before = collected;
  const own: Collection = { findings: new Map() };
  collected = own;
  let result: R | undefined;
  try {
    result = await describe();
  } catch (error) {
    goOn(error);
  } finally {
    collected = before;
  }
  return { findings: [...own.findings.values()], result, cause: own.cause };
};
