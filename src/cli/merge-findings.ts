// Findings of two that looked at the same files, as one list in the order of the files.
import type { Diagnostic } from "../ir/diagnostics/diagnostic.ts";
import type { Frame } from "../ir/diagnostics/location.ts";

const frameOf = ({ location }: Diagnostic): Frame | undefined => location?.();

const isSameLine = (a: Diagnostic, b: Diagnostic): boolean => {
  const [left, right] = [frameOf(a), frameOf(b)];
  return left !== undefined && left.file === right?.file && left.line === right.line;
};

/** The code of what the type checker alone says. */
const passedOn = "W618";

/**
 * Whether the type checker says what was found anyway: the same code on the same line, or the same sentence where a call takes
 * several lines. What it says in words of its own of a line with a finding is taken to be about that.
 */
const isKnown = (typed: Diagnostic, found: readonly Diagnostic[]): boolean =>
  found.some(
    (each) =>
      (isSameLine(each, typed) && (each.code === typed.code || typed.code === passedOn)) ||
      (each.code === typed.code && each.message === typed.message && frameOf(each)?.file === frameOf(typed)?.file),
  );

/** Failures to load or describe that may come of what was found besides. */
const consequences: readonly string[] = ["W613", "W614", "W617"];

/** Whether the type checker has the reason: a property that is not there, which is undefined where it is used. */
const comesOfMissing = ({ message }: Diagnostic, typed: readonly Diagnostic[]): boolean =>
  / undefined$/.test(message) && typed.some((each) => /^TS(?:2339|2551): /.test(each.message));

const inOrder = (a: Diagnostic, b: Diagnostic): number => {
  const [left, right] = [frameOf(a), frameOf(b)];
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
};

/** What was found by describing, and what the type checker adds to it; each finding once. */
export const mergeFindings = (
  described: readonly Diagnostic[],
  typed: readonly Diagnostic[],
): readonly Diagnostic[] => {
  const mistakes = described.filter((each) => !consequences.includes(each.code) && !comesOfMissing(each, typed));
  const own = mistakes.length === 0 && typed.length === 0 ? described : mistakes;
  const once = own.filter((each, at) => own.findIndex((other) => keyOf(other) === keyOf(each)) === at);
  const added = typed.filter((each, at) => !isKnown(each, [...once, ...typed.slice(0, at)]));
  return [...once, ...added].toSorted(inOrder);
};

const keyOf = (finding: Diagnostic): string => JSON.stringify([finding.code, finding.message, frameOf(finding)]);
