// What became of mutants: a line for each, and the page.

import type { Prey } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";
import { mutantSets } from "./wrong/index.ts";

/** A mutant, and what was found: by graphs for each seed, or by tests. */
export interface Outcome {
  readonly mutant: Mutant;
  readonly preys: readonly Prey[];
  /** Whether the tests of a mutant that no graph shows failed. */
  readonly failed?: boolean;
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

interface Summary {
  readonly by: string;
  readonly graphs: string;
  readonly nodes: string;
}

const summarized = ({ mutant, preys, failed }: Outcome): Summary => {
  if (failed !== undefined) return { by: failed ? (mutant.tests ?? []).join(", ") : "nothing", graphs: "", nodes: "" };
  const found = preys.filter(({ property }) => property !== undefined);
  const graphs =
    found.length === 0
      ? `> ${median(preys.map((prey) => prey.graphs))}`
      : String(median(found.map((prey) => prey.graphs)));
  const properties = [...new Set(found.flatMap(({ property }) => property ?? []))];
  const by = properties.length === 0 ? "nothing" : properties.join(", ");
  const nodes = found.length === 0 ? "" : String(median(found.map((prey) => prey.nodes?.[1] ?? 0)));
  return { by, graphs: found.length < preys.length ? `${graphs} (${found.length} of ${preys.length})` : graphs, nodes };
};

/** One line for people. */
export const summaryOf = (outcome: Outcome): string => {
  const { by, graphs, nodes } = summarized(outcome);
  const [says] = outcome.preys.flatMap((prey) => prey.says ?? []);
  return [outcome.mutant.name, `by ${by}`, `graphs ${graphs}`, `nodes ${nodes}`, says?.split("\n")[0]?.slice(0, 120)]
    .filter((part) => part !== undefined)
    .join(" | ");
};

const rowOf = (outcome: Outcome): string => {
  const { by, graphs, nodes } = summarized(outcome);
  const { name, says } = outcome.mutant;
  return `| \`${name}\` | ${says} | ${graphs} | ${nodes} | ${by} |`;
};

/** The page: a table for each part of the compiler. */
export const mutantsPage = (outcomes: readonly Outcome[]): string => {
  const parts = mutantSets.flatMap(({ part, mutants }) => {
    const own = outcomes.filter(({ mutant }) => mutants.includes(mutant));
    if (own.length === 0) return [];
    return [
      `## ${part}\n\n| mutant | mistake | graphs | nodes | found by |\n|---|---|---|---|---|\n${own.map(rowOf).join("\n")}\n`,
    ];
  });
  return `${opening}\n${parts.join("\n")}`;
};

const opening = `# Mutants

Compilers with one mistake each, of the kinds that people make: an axis mistaken, a term dropped, a buffer freed too early. Each is
hunted with random graphs and the properties that \`npm test\` checks. *Graphs* is how many were drawn until one showed the mistake, *nodes*
how many ops the graph still had after it was made as simple as it gets (leaves not counted), *found by* the property that failed, or
for mistakes that no single graph shows, or random ones hardly ever do, the tests that failed. \`> 50\` means that so many graphs did not show it: other tests may. Written by \`npm run mutants -- --write\`; [testing.md](testing.md#mutants) says more. [small-mutants.md](small-mutants.md) has what a tool changes at random.
`;
