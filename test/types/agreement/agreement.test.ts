// The static rules and the typing rules of ops are two writings of the same thing. Here random calls of the public functions
// are described at run time and checked by the compiler: where the one gives a type the other must give the same, and
// where the one refuses the other must refuse with the same sentence. `npm run test:types -- --cases 20000 --seed 5` draws more.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { agrees, judge, printDisagreement } from "./agreement.ts";
import type { Call } from "./calls.ts";
import { families } from "./families/index.ts";

const cases = Number(process.env["WEFT_TYPES_CASES"] ?? 3000);
const seed = Number(process.env["WEFT_TYPES_SEED"] ?? 7);

const names = Object.keys(families);
const numRuns = Math.ceil(cases / names.length);
const drawn = names.map(
  (name) => [name, fc.sample<Call>(families[name] ?? fc.constantFrom<Call>(), { numRuns, seed })] as const,
);
const judged = judge(drawn.flatMap(([, calls]) => calls));
const groups = drawn.map(([name], at) => [name, judged.slice(at * numRuns, (at + 1) * numRuns)] as const);

test.each(groups)("%s: static rules and typing rules agree", (_, group) => {
  expect(group.filter((one) => !agrees(one)).map(printDisagreement)).toEqual([]);
});
