import { describe, expect, expectTypeOf, test } from "vitest";
import { fixpoint, type Pass, type Pipeline, pipeline } from "../../src/passes/pass.ts";

const length: Pass<string, number> = { name: "length", summary: "Counts.", run: (text) => text.length };
const isEven: Pass<number, boolean> = { name: "isEven", summary: "Halves.", run: (count) => count % 2 === 0 };

describe("pipeline", () => {
  test("runs passes in order", () => {
    expect(pipeline(length).andThen(isEven).run("four")).toBe(true);
    expect(pipeline(length).andThen(isEven).run("three")).toBe(false);
  });

  test("is typed from its first form to its last", () => {
    expectTypeOf(pipeline(length).andThen(isEven)).toEqualTypeOf<Pipeline<string, boolean>>();
    // @ts-expect-error: a pass over strings cannot follow one that gives numbers
    pipeline(length).andThen(length);
  });

  test("knows its passes", () => {
    const { steps } = pipeline(length).andThen(isEven);
    expect(steps.map(({ name }) => name)).toEqual(["length", "isEven"]);
  });
});

describe("fixpoint", () => {
  const halve: Pass<number, number> = {
    name: "halve",
    summary: "Halves.",
    run: (n) => (n % 2 === 0 && n > 0 ? n / 2 : n),
  };
  const decrement: Pass<number, number> = { name: "decrement", summary: "Lowers.", run: (n) => (n > 1 ? n - 1 : n) };
  const increment: Pass<number, number> = { name: "increment", summary: "Raises.", run: (n) => n + 1 };

  test("goes round until nothing changes", () => {
    expect(fixpoint("shrink", "Shrinks.", [halve, decrement]).run(1000)).toBe(1);
  });

  test("names what keeps changing", () => {
    expect(() => fixpoint("grow", "Grows.", [decrement, increment], 5).run(0)).toThrow(
      "grow does not come to rest within 5 rounds; still changing: decrement, increment",
    );
  });
});
