// docs/small-mutants.md: how many small changes the tests notice, scope by scope, and why they do not notice the others.

import { code, markdownTable, page } from "../reference/markdown.ts";
import { whyUnnoticed } from "./explained.ts";
import { type Counts, overall, percent, type Survivor, wilson } from "./outcome.ts";
import { type Measured, type Measurements, readMeasured } from "./record.ts";
import { scopes } from "./scopes.ts";

const explainedAmong = (survivors: readonly Survivor[]): string =>
  `${survivors.filter((survivor) => whyUnnoticed(survivor) !== undefined).length} of ${survivors.length}`;

const head = ["scope", "mutants", "tried", "seed", "noticed", "%", "95 %", "others explained"];

const rowOf = (name: string, { noticed, tried, all, survivors, seed = "" }: Measured): readonly string[] => {
  const range = tried === all ? "" : wilson(noticed, tried).map(percent).join(" to ");
  const score = percent(noticed / Math.max(tried, 1));
  return [name, String(all), String(tried), seed, String(noticed), score, range, explainedAmong(survivors)];
};

const total = (measurements: Measurements): readonly string[] => {
  const each = Object.values(measurements);
  const sum = (key: keyof Counts): string => String(each.reduce((count, one) => count + one[key], 0));
  const [share, low, high] = overall(each).map(percent);
  const explained = explainedAmong(each.flatMap(({ survivors }) => survivors));
  return ["in all", sum("all"), sum("tried"), "", sum("noticed"), share ?? "", `${low} to ${high}`, explained];
};

const survivorsIn = (measurements: Measurements): readonly (readonly string[])[] =>
  Object.values(measurements).flatMap(({ survivors }) =>
    survivors.map((survivor) => [
      survivor.file.replace(/^src\//, ""),
      `${code(survivor.text)} -> ${code(survivor.put)}`,
      whyUnnoticed(survivor) ?? "not explained",
    ]),
  );

/** docs/small-mutants.md. */
export const smallMutantsPage = (): string => {
  const measured: Measurements = Object.fromEntries(
    Object.entries(readMeasured()).filter(([name]) => Object.hasOwn(scopes, name)),
  );
  const rows = Object.entries(measured).map(([name, each]) => rowOf(name, each));
  return page("Small mutants", [
    "What becomes of the compiler when a comparison, a condition, a block or a number of it is changed at random, by StrykerJS, and only the tests that are about the changed file are run. A change is *noticed* if one of them fails or does not end. Each scope of `scripts/mutate` is a part of the compiler with its tests; *tried* of its mutants were drawn at random, with equal chances, by",
    "```sh\nnpm run mutate -- --sample 30 --seed 2 --write loops\n```",
    "*95 %* is Wilson's interval of the share of all its mutants that would be noticed; in all, scopes count as much as they have mutants. Texts (names and sentences) are not changed, nor what runs only while modules load. The tests of `npm test` are more than those of a scope, so what is not noticed here may be noticed there. Scopes without a seed were tried whole. Of the others, what got a test was tried again, alone (of passes, text and wasm-bytes by hand), and counts as noticed, and what is no longer there does not count: their shares are more than mutants drawn anew would give. A sample drawn anew over all scopes (`--sample 300 --seed 2811`) had 85.7 % noticed (80.9 to 89.5) before its own survivors got tests. [mutants.md](mutants.md) has larger mistakes, made on purpose.",
    markdownTable(head, [...rows, total(measured)]),
    "## Not noticed",
    markdownTable(["file", "change", "why"], survivorsIn(measured)),
  ]);
};
