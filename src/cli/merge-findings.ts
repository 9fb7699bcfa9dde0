// Findings of two that looked at the same files, as one list in the order of the files.
import { keyOfFinding } from "../ir/diagnostics/collecting.ts";
import type { Diagnostic } from "../ir/diagnostics/diagnostic.ts";
import type { Frame } from "../ir/diagnostics/location.ts";

const frameOf = ({ location }: Diagnostic): Frame | undefined => location?.();

const isSameLine = (a: Diagnostic, b: Diagnostic): boolean => {
  const [left, right] = [frameOf(a), frameOf(b)];
  return left !== undefined && left.file === right?.file && left.line === right.line;
};

/** The code of what the type checker alone says. */
const passedOn = "W618";

/** As many lines a call may take: it is found at its first line, and typed at that of the argument. */
const linesOfCall = 20;

/** Whether the same is said of a call that takes several lines. */
const isSameCall = (found: Diagnostic, typed: Diagnostic): boolean => {
  const [left, right] = [frameOf(found), frameOf(typed)];
  if (left === undefined || left.file !== right?.file) return false;
  const isBehind = right.line >= left.line && right.line <= left.line + linesOfCall;
  return isBehind && found.code === typed.code && found.message === typed.message;
};

/**
 * Whether the type checker says what was found anyway. What it says in words of its own of a line with a finding is taken to
 * be about that.
 */
const isFound = (typed: Diagnostic, found: readonly Diagnostic[]): boolean =>
  found.some(
    (each) =>
      (isSameLine(each, typed) && (each.code === typed.code || typed.code === passedOn)) || isSameCall(each, typed),
  );

/** Failures to load or describe that may come of what was found besides. */
const consequences: readonly string[] = ["W613", "W614", "W617"];

/** Whether the type checker has the reason: a property that is not there, which is undefined where it is used. */
const comesOfMissing = ({ message }: Diagnostic, typed: readonly Diagnostic[]): boolean =>
  message.endsWith(" undefined") && typed.some((each) => /^TS(?:2339|2551): /.test(each.message));

const inOrder = (a: Diagnostic, b: Diagnostic): number => {
  const [left, right] = [frameOf(a), frameOf(b)];
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
};

const onceEach = (findings: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(findings.toReversed().map((each) => [keyOfFinding(each), each])).values(),
];

/** What was found by describing, and what the type checker adds to it; each finding once. */
export const mergeFindings = (
  described: readonly Diagnostic[],
  typed: readonly Diagnostic[],
): readonly Diagnostic[] => {
  const mistakes = described.filter((each) => !consequences.includes(each.code) && !comesOfMissing(each, typed));
  const own = mistakes.length === 0 && typed.length === 0 ? described : mistakes;
  const added = typed.filter((each) => !isFound(each, own));
  return onceEach([...own, ...added]).toSorted(inOrder);
};
