// Runs a property on drawn cases, makes the first that fails as simple as it gets, and says everything about it.
import fc from "fast-check";
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import type { GraphProperty, Violation } from "../property.ts";
import type { ShrinkBudget } from "../shrinking/minimize.ts";
import { shrinking } from "../shrinking/shrinking.ts";
import { describeFailure } from "./describe-failure.ts";
import { requestedReplay } from "./environment.ts";
import { violationIn } from "./violation-in.ts";

/** What a run is doing. */
export interface Progress {
  /** Cases that were drawn and hold. */
  readonly runs: number;
  /** How many there will be. */
  readonly total: number;
  /** Whether a failure was found, and is being made simpler. */
  readonly isShrinking: boolean;
}

/** How a property is run. */
export interface ForAllOptions {
  /** How many cases are drawn; 100 unless said otherwise. */
  readonly runs?: number;
  /** The same seed draws the same cases. Without one it is derived from the property's name, or WEFTGRAPH_SEED. */
  readonly seed?: number;
  /** The way to one case and what it shrank to, as a report gives it; or WEFTGRAPH_PATH. */
  readonly path?: string;
  /** A folder of cases that once failed: they are tried first, and what fails is kept there. Needs Node. */
  readonly corpus?: string;
  /** Called after each case. */
  readonly onProgress?: (progress: Progress) => void;
  /** How long to look for a simpler failure; 2,000 cases unless said otherwise. */
  readonly shrink?: ShrinkBudget;
}

const known = optionNames<ForAllOptions>({
  runs: true,
  seed: true,
  path: true,
  corpus: true,
  onProgress: true,
  shrink: true,
});

/** A hash of the name (FNV-1a), so that each property draws cases of its own, and always the same. */
const seedOf = (name: string): number => {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash | 0;
};

/** A case that fails, and in what way. */
interface Failing {
  readonly drawn: GraphCase;
  readonly violation: Violation;
}

const defaultChecks = 2000;

/** A check that remembers the last case that failed, and lets everything pass once the budget for shrinking is used up. */
const recording = (property: GraphProperty, total: number, { onProgress, shrink = {} }: ForAllOptions) => {
  let [runs, checks, began]: [number, number, number] = [0, 0, 0];
  let failing: Failing | undefined;
  const isOver = (): boolean =>
    checks >= (shrink.checks ?? defaultChecks) || performance.now() - began > (shrink.milliseconds ?? Infinity);
  const holds = async (drawn: GraphCase): Promise<boolean> => {
    if (failing === undefined) runs++;
    else if (isOver()) return true;
    else checks++;
    const violation = await violationIn(property, drawn, (error) => fc.PreconditionFailure.isFailure(error));
    if (violation !== undefined) {
      if (failing === undefined) began = performance.now();
      failing = { drawn, violation };
    }
    onProgress?.({ runs, total, isShrinking: failing !== undefined });
    return violation === undefined;
  };
  return { holds, failing: () => failing };
};

/** Draws cases, or takes given ones, and throws the report of the first that fails. */
const run = async (
  cases: fc.Arbitrary<GraphCase>,
  property: GraphProperty,
  parameters: fc.Parameters<[GraphCase]>,
  options: ForAllOptions,
  saved: string | undefined,
): Promise<void> => {
  const { holds, failing } = recording(property, parameters.numRuns ?? 0, options);
  const details = await fc.check(fc.asyncProperty(shrinking(cases), holds), parameters);
  if (!details.failed) return;
  const found = failing();
  if (found === undefined) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
  const { numRuns, numShrinks, seed, counterexamplePath } = details;
  const kept = options.corpus === undefined ? undefined : await keep(options.corpus, property, found);
  const text = await describeFailure({
    property,
    ...found,
    runs: numRuns,
    shrinks: numShrinks,
    ...(saved === undefined ? { seed, path: counterexamplePath ?? "" } : { file: saved }),
    ...(kept === undefined ? {} : { kept }),
  });
  throw new Error(text);
};

/** The disk is reached by an import at run time: everything else of this file also loads in browsers. */
const keep = async (directory: string, property: GraphProperty, { drawn, violation }: Failing): Promise<string> => {
  const { saveCase } = await import("../corpus/corpus-file.ts");
  return saveCase(directory, drawn, [property.name, violation.what]);
};

/** Tries every case of the corpus, each by itself, so that a report can name its file. */
const replayCorpus = async (
  cases: fc.Arbitrary<GraphCase>,
  property: GraphProperty,
  options: ForAllOptions,
): Promise<void> => {
  if (options.corpus === undefined) return;
  const { readCorpus } = await import("../corpus/corpus-file.ts");
  for (const { file, drawn } of await readCorpus(options.corpus))
    await run(cases, property, { numRuns: 1, seed: 0, examples: [[drawn]] }, options, file);
};

/**
 * Checks a property on drawn cases. Resolves where it holds of all of them; rejects with an Error whose message is the whole
 * report of the simplest case found that fails: as text, where it goes wrong, by how much, by which pass, how to replay it, and
 * a test to paste.
 *
 * @throws an Error with the report of the simplest failure.
 * @example
 * await forAll(graphs({ maxSteps: 2 }), agreesOnBackends(), { runs: 3 }); // undefined
 */
export const forAll = async (
  cases: fc.Arbitrary<GraphCase>,
  property: GraphProperty,
  options: ForAllOptions = {},
): Promise<void> => {
  requireKnownOptions("forAll", options, known);
  const requested = requestedReplay();
  const path = options.path ?? requested.path;
  if (path === undefined) await replayCorpus(cases, property, options);
  const parameters = {
    numRuns: options.runs ?? 100,
    seed: options.seed ?? requested.seed ?? seedOf(property.name),
    ...(path === undefined ? {} : { path }),
  };
  await run(cases, property, parameters, options, undefined);
};
