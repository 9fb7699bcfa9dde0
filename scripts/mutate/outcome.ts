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

/** How many mutants were noticed of those tried, of how many there are, and what the others are: place, text, replacement. */
export interface Outcome {
  readonly name: string;
  readonly noticed: number;
  readonly tried: number;
  readonly all: number;
  readonly survivors: readonly string[];
}

/** What stands between two positions, in one line and not too long. */
const textBetween = (source: string, start: Position, end: Position): string => {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  const cut = lines.map((line, at) =>
    line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined),
  );
  return shortened(cut.join("\n"));
};

const shortened = (text: string): string => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 60)} ... ${line.slice(-25)}` : line;
};

const noticed = new Set(["Killed", "Timeout", "RuntimeError"]);
const unnoticed = new Set(["Survived", "NoCoverage"]);

/** Reads a report that StrykerJS wrote. Mutants of what runs while modules load are not among those it tries. */
export const outcomeIn = (file: string, name: string): Outcome => {
  // Written by StrykerJS in its published schema.
  const { files } = JSON.parse(readFileSync(file, "utf8")) as Report;
  const mutants = Object.entries(files).flatMap(([path, { source, mutants: found }]) =>
    found.map(({ status, replacement = "", location: { start, end } }) => {
      const unseen = status === "NoCoverage" ? " (not run)" : "";
      const change = `${textBetween(source, start, end)}  ->  ${shortened(replacement)}`;
      return { status, says: `${path}:${start.line}:${start.column}  ${change}${unseen}`, line: start.line, path };
    }),
  );
  const alive = mutants.filter(({ status }) => unnoticed.has(status));
  const killed = mutants.filter(({ status }) => noticed.has(status)).length;
  return {
    name,
    noticed: killed,
    tried: killed + alive.length,
    all: mutants.filter(({ status }) => status !== "Ignored").length,
    survivors: alive
      .sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1))
      .map(({ says }) => says),
  };
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

/** The line of the summary for a scope, or for all. */
export const scoreOf = ({ name, noticed, tried, all }: Omit<Outcome, "survivors">): string => {
  const percent = (share: number): string => (100 * share).toFixed(1);
  const score = `${name}: ${noticed} of ${tried} noticed, ${percent(noticed / Math.max(tried, 1))} %`;
  if (tried === all) return score;
  const [low, high] = wilson(noticed, tried).map(percent);
  return `${score} (95 %: ${low} to ${high}, Wilson), drawn from ${all}`;
};
