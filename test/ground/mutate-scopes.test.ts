// What StrykerJS mutates: every pass and every op, each held against tests that exist.
import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { drawn } from "../../scripts/mutate/draw.ts";
import { wilson } from "../../scripts/mutate/outcome.ts";
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
