// What a run of StrykerJS over a scope comes to, read from its report.
import { readFileSync } from "node:fs";

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Report {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string;
        readonly mutants: readonly {
          readonly status: string;
          readonly replacement?: string;
          readonly location: { readonly start: Position; readonly end: Position };
        }[];
      }
    >
  >;
}

/** A change that no test noticed. */
export interface Survivor {
  readonly file: string;
  readonly line: number;
  /** What stood there, in one line and not too long, and what stood there instead. */
  readonly text: string;
  readonly put: string;
  /** The line before what was changed, on the same line. */
  readonly before: string;
  /** Whether a test runs it at all. */
  readonly isRun: boolean;
}

/** How many mutants were noticed of those tried, of how many there are. */
export interface Counts {
  readonly noticed: number;
  readonly tried: number;
  readonly all: number;
}

/** The counts of a scope, and what was not noticed. */
export interface Outcome extends Counts {
  readonly survivors: readonly Survivor[];
}

const shortened = (text: string): string => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 60)} ... ${line.slice(-25)}` : line;
};

/** What stands between two positions. */
const textBetween = (source: string, start: Position, end: Position): string => {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, at) => line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined))
    .join("\n");
};

const noticed = new Set(["Killed", "Timeout", "RuntimeError"]);
const unnoticed = new Set(["Survived", "NoCoverage"]);

/** Reads a report that StrykerJS wrote. Mutants of what runs only while modules load are not among those it tries. */
export const outcomeIn = (file: string): Outcome => {
  // Written by StrykerJS in its published schema.
  const { files } = JSON.parse(readFileSync(file, "utf8")) as Report;
  const survivors: Survivor[] = [];
  let [hits, all] = [0, 0];
  for (const [path, { source, mutants }] of Object.entries(files))
    for (const { status, replacement = "", location } of mutants) {
      if (status !== "Ignored") all += 1;
      if (noticed.has(status)) hits += 1;
      if (!unnoticed.has(status)) continue;
      const { start, end } = location;
      survivors.push({
        file: path,
        line: start.line,
        text: shortened(textBetween(source, start, end)),
        put: shortened(replacement),
        before: textBetween(source, { line: start.line, column: 1 }, start).trimStart(),
        isRun: status !== "NoCoverage",
      });
    }
  survivors.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  return { noticed: hits, tried: hits + survivors.length, all, survivors };
};

/**
 * The 95 % interval of a share that was estimated from a sample, after Wilson ("Probable inference, the law of succession, and
 * statistical inference", 1927), which holds for few tries and shares near 1, too.
 */
export const wilson = (hits: number, tries: number): readonly [number, number] => {
  if (tries === 0) return [0, 1];
  const [z, share] = [1.96, hits / tries];
  const middle = (share + z ** 2 / (2 * tries)) / (1 + z ** 2 / tries);
  const half = (z / (1 + z ** 2 / tries)) * Math.sqrt((share * (1 - share)) / tries + z ** 2 / (4 * tries ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
};

/**
 * The share of all mutants that would be noticed, and its 95 % interval, from samples of several scopes: each counts as much as it has
 * mutants (Cochran, "Sampling techniques", 1977, 5.3). The interval is Wilson's for as many tries at random as have this variance.
 */
export const overall = (outcomes: readonly Counts[]): readonly [share: number, low: number, high: number] => {
  const all = outcomes.reduce((sum, outcome) => sum + outcome.all, 0);
  const parts = outcomes.map(({ noticed: hits, tried, all: own }) => ({
    weight: own / Math.max(all, 1),
    share: hits / Math.max(tried, 1),
    tried,
  }));
  const share = parts.reduce((sum, part) => sum + part.weight * part.share, 0);
  const variance = parts.reduce(
    (sum, { weight, share: own, tried }) => sum + (weight ** 2 * own * (1 - own)) / tried,
    0,
  );
  if (variance === 0) return [share, ...wilson(share * parts.length, parts.length)];
  const tries = (share * (1 - share)) / variance;
  return [share, ...wilson(share * tries, tries)];
};

/** A share of tries in percent. */
export const percent = (share: number): string => (100 * share).toFixed(1);

/** The line of the summary for a scope, or for all. */
export const scoreOf = (name: string, { noticed: hits, tried, all }: Counts): string => {
  const score = `${name}: ${hits} of ${tried} noticed, ${percent(hits / Math.max(tried, 1))} %`;
  if (tried === all) return score;
  const [low, high] = wilson(hits, tried).map(percent);
  return `${score} (95 %: ${low} to ${high}, Wilson), drawn from ${all}`;
};
