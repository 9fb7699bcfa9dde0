// What runs of StrykerJS came to, and what they left: for docs/mutants.md.
import { wilson } from "./outcome.ts";

/** A run over a sample of the mutants of a scope, with one seed, or over all of them. */
export interface Measured {
  readonly scope: string;
  readonly noticed: number;
  readonly tried: number;
  readonly all: number;
  readonly seed: number;
}

/** Mutants that no test of their scope notices, and why that is as it should be. */
export interface Unnoticed {
  readonly file: string;
  /** What stands in the file, exactly, and what a mutant puts there. */
  readonly text: string;
  readonly put: string;
  readonly why: string;
}

const percent = (share: number): string => (100 * share).toFixed(1);

const rowOf = ({ scope, noticed, tried, all, seed }: Measured): string => {
  const [low, high] = wilson(noticed, tried).map(percent);
  const sampled = tried === all ? "all" : `${tried} of ${all}, seed ${seed}`;
  return `| \`${scope}\` | ${sampled} | ${noticed} | ${percent(noticed / Math.max(tried, 1))} % | ${low} to ${high} |`;
};

const code = (text: string): string => `\`${text}\``;

/** The part of a page about runs over some scopes, under a heading. */
export const measuredPart = (
  heading: string,
  measured: readonly Measured[],
  unnoticed: readonly Unnoticed[],
): string => {
  const [noticed, tried] = (["noticed", "tried"] as const).map((key) =>
    measured.reduce((sum, each) => sum + each[key], 0),
  );
  const all = `In all ${noticed} of ${tried} were noticed, ${percent((noticed ?? 0) / Math.max(tried ?? 0, 1))} %.`;
  const table = `| scope | tried | noticed | score | 95 % (Wilson) |\n|---|---|---|---|---|\n${measured.map(rowOf).join("\n")}`;
  const left = unnoticed.map(
    ({ file, text, put, why }) => `- ${code(file)}: ${code(text)}, mutated to ${code(put)}: ${why}`,
  );
  return `## ${heading}\n\n${all}\n\n${table}\n\nWhat was not noticed, and why:\n\n${left.join("\n")}\n`;
};
