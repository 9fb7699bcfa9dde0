// The static rules and the typing rules of ops are two writings of the same thing. Here random calls of the public functions and
// layers are described at run time and checked by the compiler: where the one gives types the other must give the same, and
// where the one refuses the other must refuse with the same sentence. `npm run test:types -- --cases 20000 --seed 5` draws more.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { agrees, isPromised, type Judged, judge, printDisagreement } from "./agreement.ts";
import { isBlurred } from "./blurred.ts";
import type { Call } from "./calls.ts";
import { families } from "./families/index.ts";

const cases = Number(process.env["WEFT_TYPES_CASES"] ?? 3000);
const seed = Number(process.env["WEFT_TYPES_SEED"] ?? 7);
const numRuns = Math.ceil(cases / Object.keys(families).length);

const drawn = Object.entries(families).map(([name, family]) => ({
  name,
  family,
  calls: fc.sample<Call>(family, { numRuns, seed }),
}));
const judged = judge(drawn.flatMap(({ calls }) => calls));
const groups = drawn.map(({ name, family }, at) => {
  const group = judged.slice(at * numRuns, (at + 1) * numRuns);
  return [name, family, group] as const;
});

/** The simplest call of a family that disagrees, of those that fast-check comes to from one that does; each try is a run of the compiler. */
const simplest = (family: fc.Arbitrary<Call>, position: number): string => {
  let found = "";
  const property = fc.property(family, (call) => {
    const [one] = judge([call]);
    if (one === undefined || agrees(one)) return true;
    found = printDisagreement(one);
    return false;
  });
  fc.check(property, { seed, path: String(position), numRuns: 1, interruptAfterTimeLimit: 40_000 });
  return found;
};

const complaintsOf = (family: fc.Arbitrary<Call>, group: readonly Judged[]): readonly string[] => {
  const wrong = group.filter((one) => !agrees(one));
  const [first] = wrong;
  return first === undefined
    ? []
    : [`simplest: ${simplest(family, group.indexOf(first))}`, ...wrong.map(printDisagreement)];
};

test.each(groups)("%s: static rules and typing rules agree", { timeout: 300_000 }, (_, family, group) => {
  expect(complaintsOf(family, group)).toEqual([]);
});

test("calls of all kinds occur", () => {
  const share = (holds: (one: Judged) => boolean): number => judged.filter(holds).length / judged.length;
  expect(judged.length).toBeGreaterThanOrEqual(cases);
  expect(share(({ runTime }) => typeof runTime !== "string")).toBeGreaterThan(0.5);
  expect(share(({ runTime }) => typeof runTime === "string" && isPromised(runTime))).toBeGreaterThan(0.2);
  expect(share(({ call }) => isBlurred(call.given))).toBeGreaterThan(0.05);
});

test("a wrong claim is seen, in shape, element type, refusal and sentence", () => {
  const call: Call = { name: "neg", given: [] };
  const shape = ["B", 3];
  const told: Judged = { code: "", call, runTime: [["", { dtype: "f32", shape }]], compiler: [] };
  expect(agrees(told)).toBe(true);
  expect(agrees({ ...told, compiler: ["Type 'boolean' does not satisfy"] })).toBe(false);
  const refused = { ...told, runTime: "W203: matmul: inner dimensions differ: 1 vs 2 (f32[1, 1] x f32[2, 1])" };
  expect(agrees(refused)).toBe(false);
  expect(agrees({ ...refused, compiler: [`${refused.runTime} `] })).toBe(false);
  expect(agrees({ ...refused, compiler: [refused.runTime, refused.runTime] })).toBe(false);
  expect(agrees({ ...refused, compiler: [refused.runTime] })).toBe(true);
});
