// What StrykerJS mutates: every pass and every op, each held against tests that exist.
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drawn } from "../../scripts/mutate/draw.ts";
import { explanations } from "../../scripts/mutate/explained.ts";
import { overall, wilson } from "../../scripts/mutate/outcome.ts";
import { scopes } from "../../scripts/mutate/scopes.ts";

const each = Object.entries(scopes);

test("every file of passes and ops is in a scope, and no file in two", () => {
  const files = globSync(["src/passes/**/*.ts", "src/ir/ops/**/*.ts", "src/ir/{scalar,text}/**/*.ts"]).sort();
  const mutated = each.flatMap(([, scope]) => globSync([...scope.files]));
  expect(files.filter((file) => !mutated.includes(file))).toEqual([]);
  expect(mutated.filter((file, at) => mutated.indexOf(file) < at)).toEqual([]);
});

test.each(each)("%s names sources and tests that exist", (_, { files, tests }) => {
  const missing = [...files, ...tests].filter((pattern) => globSync(pattern).length === 0);
  expect(missing).toEqual([]);
  expect(tests.flatMap((pattern) => globSync(pattern)).filter((file) => !file.endsWith(".test.ts"))).toEqual([]);
});

const places = Array.from({ length: 100 }, (_, line) => ({
  fileName: "/a/src/b.ts",
  replacement: "true",
  location: { start: { line, column: 3 } },
}));

test("a sample depends on the seed, not on the order or the folder, and larger ones hold smaller ones", () => {
  const lines = (sample: typeof places | readonly (typeof places)[number][]): readonly number[] =>
    sample.map(({ location }) => location.start.line);
  const five = lines(drawn(places, 5, 1));
  expect(new Set(five).size).toBe(5);
  expect(lines(drawn(places.toReversed(), 5, 1))).toEqual(five);
  expect(
    lines(
      drawn(
        places.map((place) => ({ ...place, fileName: "/out/c/src/b.ts" })),
        5,
        1,
      ),
    ),
  ).toEqual(five);
  expect(lines(drawn(places, 20, 1)).slice(0, 5)).toEqual(five);
  expect(lines(drawn(places, 5, 2))).not.toEqual(five);
  expect(drawn(places, 1000, 1).length).toBe(100);
});

test("the interval of a score is Wilson's", () => {
  // 81 of 263, of Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I: 0.2553 to 0.3662.
  expect(wilson(81, 263).map((bound) => bound.toFixed(4))).toEqual(["0.2553", "0.3662"]);
  expect(wilson(0, 20).map((bound) => bound.toFixed(4))).toEqual(["0.0000", "0.1611"]);
  expect(wilson(0, 0)).toEqual([0, 1]);
});

test("scopes count as much as they have mutants", () => {
  const counts = (noticed: number, tried: number, all: number) => ({ noticed, tried, all });
  // Sampled in proportion, with equal shares, it is Wilson's interval of them all.
  const [share, ...range] = overall([counts(8, 10, 100), counts(16, 20, 200)]);
  expect(share).toBeCloseTo(0.8, 12);
  expect(range.map((bound) => bound.toFixed(12))).toEqual(wilson(24, 30).map((bound) => bound.toFixed(12)));
  expect(overall([counts(10, 10, 900), counts(0, 10, 100)])[0]).toBeCloseTo(0.9, 12);
  expect(overall([])[0]).toBe(0);
});

test.each(explanations.map((explanation) => [explanation.file, explanation] as const))(
  "what is explained of %s stands there",
  (file, { text }) => {
    const source = readFileSync(file, "utf8").replace(/\s+/g, " ");
    for (const part of text.split(" ... ")) expect(source).toContain(part);
  },
);
