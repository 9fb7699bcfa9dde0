// What shapes in types cost: the number of type instantiations, which does not depend on the machine. A model must stay cheap
// enough that nobody thinks of switching the shapes off. `npm run test:types -- --figures` prints times beside it.
import { expect, test } from "vitest";
import { costOf, nothing, programs } from "./programs.ts";
import { type CompilerName, compilers, typeCheck } from "./type-check-program.ts";

const base = typeCheck(nothing).instantiations;

test.each(programs)("$name", ({ text, budget }) => {
  expect(costOf(text, "7.0", base)).toBeLessThan(budget);
});

test.each(Object.keys(compilers) as CompilerName[])("a GPT-2 costs as much in TypeScript %s", (compiler) => {
  const [, gpt2] = programs;
  const library = typeCheck(nothing, compiler).instantiations;
  expect(costOf(gpt2?.text ?? "", compiler, library)).toBeLessThan(25_000);
});
