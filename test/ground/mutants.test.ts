// Mutants are about the compiler as it is: each finds its text exactly once, and what it puts there is another.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mutants, withMistake } from "../../scripts/mutants/mistake.ts";

test.each(mutants.map((mutant) => [mutant.name, mutant] as const))("%s is up to date", (_, mutant) => {
  const text = readFileSync(mutant.file, "utf8");
  expect(withMistake(mutant, text)).not.toBe(text);
});

test("the tests that must fail are there", () => {
  const files = new Set(mutants.flatMap(({ tests }) => tests ?? []));
  expect([...files].filter((file) => !existsSync(file))).toEqual([]);
});

test("there are many, each with a name of its own", () => {
  expect(mutants.length).toBeGreaterThanOrEqual(30);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

test("a mutant that finds its text nowhere, or twice, is refused", () => {
  const mutant = { name: "m", says: "", file: "a.ts", find: "x", put: "y" };
  expect(withMistake(mutant, "a x b")).toBe("a y b");
  expect(() => withMistake(mutant, "a b")).toThrow("its text stands 0 times in a.ts");
  expect(() => withMistake(mutant, "x x")).toThrow("its text stands 2 times in a.ts");
});
