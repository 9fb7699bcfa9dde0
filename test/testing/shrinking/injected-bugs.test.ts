// What the shrinker is for: mistakes that are made on purpose come down to the two or three nodes that show them. Three seeds
// each; INJECTED_BUG_SEEDS=20 is the long run, which prints the table of docs/testing.md.
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { computingNodes } from "../../../src/testing/shrinking/rule.ts";
import { type InjectedBug, injectedBugs } from "./injected-bugs.ts";
import { textOf } from "./support.ts";

const seeds = Number(process.env["INJECTED_BUG_SEEDS"] ?? 3);
const mostGraphs = 10_000;

interface Found {
  readonly graphs: number;
  readonly before: number;
  readonly nodes: number;
  readonly shrinks: number;
  readonly elements: number;
  readonly text: string;
}

const find = async ({ among, property }: InjectedBug, seed: number): Promise<Found | undefined> => {
  let before = 0;
  const details = await fc.check(
    fc.asyncProperty(among, async (drawn) => {
      const holds = (await property.check(drawn)) === undefined;
      if (!holds && before === 0) before = computingNodes(drawn.graph).length;
      return holds;
    }),
    { numRuns: mostGraphs, seed },
  );
  const [drawn] = details.counterexample ?? [];
  if (drawn === undefined) return undefined;
  const arrays = [...Object.values(drawn.feeds), ...Object.values(drawn.parameters)];
  return {
    graphs: details.numRuns,
    before,
    nodes: computingNodes(drawn.graph).length,
    shrinks: details.numShrinks,
    elements: arrays.reduce((sum, { data }) => sum + data.length, 0),
    text: textOf(drawn),
  };
};

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const rows: string[] = [];

test.each(injectedBugs.map((bug) => [bug.name, bug] as const))(
  "%s",
  async (name, bug) => {
    const found: Found[] = [];
    for (let seed = 1; seed <= seeds; seed++) found.push(...[(await find(bug, seed)) ?? []].flat());
    const column = (of: (each: Found) => number): readonly number[] => found.map(of);
    const nodes = column((each) => each.nodes);
    const summary = [
      name,
      bug.least,
      `${found.length} of ${seeds}`,
      median(column((each) => each.graphs)),
      median(column((each) => each.before)),
      `${median(nodes)} / ${Math.max(...nodes)}`,
      `${median(column((each) => each.shrinks))} / ${Math.max(...column((each) => each.shrinks))}`,
      `${median(column((each) => each.elements))} / ${Math.max(...column((each) => each.elements))}`,
    ];
    rows.push(`| ${summary.join(" | ")} |`);
    expect(found.length, "found").toBeGreaterThan(0);
    expect(median(nodes), found[0]?.text).toBeLessThanOrEqual(3);
    expect(Math.max(...nodes), found.find((each) => each.nodes > 4)?.text).toBeLessThanOrEqual(4);
  },
  600_000,
);

afterAll(() => {
  if (process.env["INJECTED_BUG_SEEDS"] !== undefined) process.stdout.write(`${rows.join("\n")}\n`);
});
